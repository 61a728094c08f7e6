package main

import (
	"bytes"
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of inference.ModelInferRequest and ModelInferResponse; the first three are the same in both.
const (
	fieldName        = 1
	fieldVersion     = 2
	fieldID          = 3
	fieldInputs      = 5
	fieldRawInputs   = 7
	fieldRawOutputs  = 6
	fieldStreamError = 1
	fieldStreamInfer = 2
)

// request is one ModelInferRequest with one tensor of bytes.
func request(model, version, id string, payload []byte) []byte {
	var tensor []byte
	tensor = appendText(tensor, 1, "input__0")
	tensor = appendText(tensor, 2, "UINT8")
	tensor = protowire.AppendTag(tensor, 3, protowire.BytesType)
	tensor = protowire.AppendBytes(tensor, protowire.AppendVarint([]byte{1}, uint64(len(payload))))

	message := make([]byte, 0, len(payload)+128)
	message = appendText(message, fieldName, model)
	if version != "" {
		message = appendText(message, fieldVersion, version)
	}
	message = appendText(message, fieldID, id)
	message = protowire.AppendTag(message, fieldInputs, protowire.BytesType)
	message = protowire.AppendBytes(message, tensor)
	message = protowire.AppendTag(message, fieldRawInputs, protowire.BytesType)
	return protowire.AppendBytes(message, payload)
}

func appendText(to []byte, field protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(to, field, protowire.BytesType), text)
}

// response is the echo's answer: the whole request as one raw output.
func response(of []byte) ([]byte, error) {
	f, err := fieldsOf(of)
	if err != nil {
		return nil, err
	}
	message := make([]byte, 0, len(of)+64)
	message = appendText(message, fieldName, f.name)
	message = appendText(message, fieldVersion, f.version)
	message = appendText(message, fieldID, f.id)
	message = protowire.AppendTag(message, fieldRawOutputs, protowire.BytesType)
	return protowire.AppendBytes(message, of), nil
}

// fields are what is looked at of a request or an answer; of a field that comes twice the last counts.
type fields struct {
	name, version, id string
	rawOutput         []byte
}

var errMalformed = errors.New("malformed message")

// eachField calls with every length-delimited field and where it begins.
func eachField(message []byte, visit func(number protowire.Number, value []byte, start int)) error {
	for at := 0; at < len(message); {
		number, kind, n := protowire.ConsumeTag(message[at:])
		if n < 0 {
			return errMalformed
		}
		size := protowire.ConsumeFieldValue(number, kind, message[at+n:])
		if size < 0 {
			return errMalformed
		}
		if kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(message[at+n:])
			visit(number, value, at)
		}
		at += n + size
	}
	return nil
}

func fieldsOf(message []byte) (fields, error) {
	var f fields
	err := eachField(message, func(number protowire.Number, value []byte, _ int) {
		switch number {
		case fieldName:
			f.name = string(value)
		case fieldVersion:
			f.version = string(value)
		case fieldID:
			f.id = string(value)
		case fieldRawOutputs:
			f.rawOutput = value
		}
	})
	return f, err
}

// streamAnswer takes a ModelStreamInferResponse apart.
func streamAnswer(message []byte) (answer []byte, failure string, err error) {
	err = eachField(message, func(number protowire.Number, value []byte, _ int) {
		switch number {
		case fieldStreamError:
			failure = string(value)
		case fieldStreamInfer:
			answer = value
		}
	})
	return answer, failure, err
}

func streamResponse(answer []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, fieldStreamInfer, protowire.BytesType), answer)
}

// sameRequest says what is wrong with a request as it arrived: it is what was sent, and behind that a router may have
// put the name and the version again (the last one counts).
func sameRequest(sent, arrived []byte) string {
	if !bytes.HasPrefix(arrived, sent) {
		for i := range sent {
			if i >= len(arrived) || arrived[i] != sent[i] {
				return "differs at byte " + text(i) + " of " + text(len(sent)) + " (arrived " + text(len(arrived)) + ")"
			}
		}
	}
	wrong := ""
	err := eachField(arrived[len(sent):], func(number protowire.Number, _ []byte, _ int) {
		if number != fieldName && number != fieldVersion {
			wrong = "has field " + text(int(number)) + " behind what was sent"
		}
	})
	if err != nil {
		return "has something else behind what was sent"
	}
	return wrong
}
