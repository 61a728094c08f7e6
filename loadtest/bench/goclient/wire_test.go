package main

import (
	"bytes"
	"testing"
	"time"
)

func TestARequestAndItsEchoAreTheSame(t *testing.T) {
	sent := request("m", "", "id-1", bytes.Repeat([]byte{7}, 1000))
	arrived := appendText(appendText(bytes.Clone(sent), fieldName, "m"), fieldVersion, "2")
	answer, err := response(arrived)
	if err != nil {
		t.Fatal(err)
	}
	got, err := fieldsOf(answer)
	if err != nil || got.id != "id-1" || got.name != "m" || got.version != "2" {
		t.Fatalf("%+v %v", got, err)
	}
	if wrong := sameRequest(sent, got.rawOutput); wrong != "" {
		t.Fatal(wrong)
	}
}

func TestADifferenceIsSeen(t *testing.T) {
	sent := request("m", "", "id-1", make([]byte, 100))
	changed := bytes.Clone(sent)
	changed[50]++
	for _, arrived := range [][]byte{changed, sent[:99], appendText(bytes.Clone(sent), fieldID, "x"), append(bytes.Clone(sent), 1)} {
		if sameRequest(sent, arrived) == "" {
			t.Errorf("not seen: %d bytes", len(arrived))
		}
	}
}

func TestAStreamsAnswerIsTakenApart(t *testing.T) {
	answer, failed, err := streamAnswer(streamResponse([]byte("abc")))
	if string(answer) != "abc" || failed != "" || err != nil {
		t.Fatal(answer, failed, err)
	}
}

func TestQuantilesAreWithinOnePercent(t *testing.T) {
	var h histogram
	for i := 1; i <= 100_000; i++ {
		h.add(time.Duration(i) * time.Microsecond)
	}
	for q, want := range map[float64]float64{0.5: 50_000, 0.9: 90_000, 0.99: 99_000} {
		if got := h.quantileMicros(q); got < want*0.99 || got > want*1.01 {
			t.Errorf("%v: %v, want %v", q, got, want)
		}
	}
	if h.most != 100*time.Millisecond || bucketOf(0) != 0 || bucketOf(127) != 127 || bucketOf(128) != 128 {
		t.Error(h.most, bucketOf(127), bucketOf(128))
	}
}
