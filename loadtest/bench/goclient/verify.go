package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	fewestBytes   = 16
	shownFailures = 20
	patience      = 60 * time.Second
)

// verifier makes random calls to an echo, each from its own seed, and compares what comes back.
type verifier struct {
	model       string
	mostBytes   int
	seed        uint64
	connections []*grpc.ClientConn

	lock    sync.Mutex
	kinds   map[string]*kindCount
	shown   int
	bytesUp atomic.Int64
}

type kindCount struct {
	OK     int64 `json:"ok"`
	Failed int64 `json:"failed"`
}

// one call: everything about it comes from its random numbers
type call struct {
	v          *verifier
	number     int64
	random     *rand.Rand
	connection *grpc.ClientConn
}

// kinds of calls, and how many of 100 are of it
var kinds = []struct {
	name  string
	share int
	check func(*call) error
}{
	{"unary", 40, (*call).unary},
	{"unary, pinned version", 5, (*call).pinned},
	{"unary, gzip", 5, (*call).compressed},
	{"error after the request", 10, (*call).failing},
	{"error before the request was read", 10, (*call).early},
	{"cancel while waiting", 5, (*call).cancelWaiting},
	{"cancel at any time", 5, (*call).cancelAnyTime},
	{"deadline passes", 3, (*call).deadline},
	{"stream, one by one", 6, (*call).pingPong},
	{"stream, all at once", 6, (*call).pipelined},
	{"stream, cancelled", 5, (*call).cancelStream},
}

func verify(arguments []string) int {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	target := flags.String("target", "", "HOST:PORT")
	ca := flags.String("ca", "", "certificate that signs the server's; none: clear text")
	model := flags.String("model", "resnet50", "model name of the requests")
	calls := flags.Int64("calls", 2000, "calls in all")
	mostBytes := flags.Int("max-bytes", 1<<20, "largest payload; sizes are spread evenly over their logarithm, from 16")
	connections := flags.Int("connections", 4, "HTTP/2 connections")
	workers := flags.Int("workers", 16, "calls at a time")
	seed := flags.Uint64("seed", uint64(time.Now().UnixNano()), "the same seed makes the same calls")
	only := flags.Int64("only", 0, "make this call of the seed alone; 0: all")
	if err := flags.Parse(arguments); err != nil {
		return exitUsage
	}
	if *target == "" || *calls < 1 || *mostBytes < fewestBytes || *connections < 1 || *workers < 1 {
		fmt.Fprintln(os.Stderr, "goclient verify: needs -target, and numbers that are positive")
		return exitUsage
	}
	opened, err := connect(*target, *ca, *connections)
	if err != nil {
		return broken(err)
	}
	v := &verifier{model: *model, mostBytes: *mostBytes, seed: *seed, connections: opened, kinds: map[string]*kindCount{}}
	for _, kind := range kinds {
		v.kinds[kind.name] = &kindCount{}
	}
	start := time.Now()
	if *only > 0 {
		v.check(*only)
	} else {
		v.checkAll(*calls, *workers)
	}
	return v.report(time.Since(start))
}

func (v *verifier) checkAll(calls int64, workers int) {
	var next atomic.Int64
	var done sync.WaitGroup
	for range workers {
		done.Add(1)
		go func() {
			defer done.Done()
			for number := next.Add(1); number <= calls; number = next.Add(1) {
				v.check(number)
			}
		}()
	}
	done.Wait()
}

func (v *verifier) check(number int64) {
	random := rand.New(rand.NewPCG(v.seed, uint64(number)))
	c := &call{v: v, number: number, random: random, connection: v.connections[random.IntN(len(v.connections))]}
	at := random.IntN(100)
	for _, kind := range kinds {
		if at -= kind.share; at < 0 {
			v.count(kind.name, number, kind.check(c))
			return
		}
	}
}

func (v *verifier) count(kind string, number int64, failed error) {
	v.lock.Lock()
	defer v.lock.Unlock()
	if failed == nil {
		v.kinds[kind].OK++
		return
	}
	v.kinds[kind].Failed++
	if v.shown++; v.shown <= shownFailures {
		fmt.Fprintf(os.Stderr, "goclient verify: %s: %v; again: -seed %d -only %d\n", kind, failed, v.seed, number)
	}
}

func (v *verifier) report(took time.Duration) int {
	var ok, failed int64
	for _, k := range v.kinds {
		ok += k.OK
		failed += k.Failed
	}
	err := json.NewEncoder(os.Stdout).Encode(map[string]any{
		"seed": v.seed, "ok": ok, "failed": failed, "bytesSent": v.bytesUp.Load(), "seconds": took.Seconds(), "kinds": v.kinds,
	})
	if err != nil {
		return broken(err)
	}
	if failed > 0 {
		return exitFailed
	}
	return 0
}

// payload of a size that is spread evenly over its logarithm
func (c *call) payload() []byte {
	logarithm := math.Log(fewestBytes) + c.random.Float64()*(math.Log(float64(c.v.mostBytes))-math.Log(fewestBytes))
	content := make([]byte, min(int(math.Exp(logarithm)), c.v.mostBytes))
	filler := rand.NewChaCha8([32]byte{byte(c.random.Uint32()), byte(c.random.Uint32()), byte(c.random.Uint32())})
	_, _ = filler.Read(content)
	c.v.bytesUp.Add(int64(len(content)))
	return content
}

func (c *call) request(version string) []byte {
	return request(c.v.model, version, fmt.Sprintf("verify-%d", c.number), c.payload())
}

func (c *call) within(d time.Duration, headers ...string) (context.Context, context.CancelFunc) {
	limited, cancel := context.WithTimeout(context.Background(), d)
	return metadata.AppendToOutgoingContext(limited, headers...), cancel
}

func (c *call) unary() error      { return c.answered("") }
func (c *call) pinned() error     { return c.answered("1") }
func (c *call) compressed() error { return c.answered("", grpc.UseCompressor("gzip")) }

// answered makes a request and compares what the echo saw, and what came back.
func (c *call) answered(version string, options ...grpc.CallOption) error {
	sent := c.request(version)
	value := fmt.Sprintf("value %d, \"quoted\"", c.random.Uint32())
	bytesValue := string([]byte{0, byte(c.random.Uint32()), 255, byte(c.random.Uint32())})
	within, cancel := c.within(patience, valueHeader, value, binaryHeader, bytesValue)
	defer cancel()
	var header, trailer metadata.MD
	answer := &raw{}
	err := c.connection.Invoke(within, modelInfer, &raw{sent}, answer, append(options, grpc.Header(&header), grpc.Trailer(&trailer))...)
	if err != nil {
		return fmt.Errorf("%d bytes: %w", len(sent), err)
	}
	for _, part := range []metadata.MD{header, trailer} {
		if first(part, valueHeader) != value || first(part, binaryHeader) != bytesValue {
			return fmt.Errorf("metadata changed: %q %q in %v", value, bytesValue, part)
		}
	}
	return c.same(sent, answer.bytes)
}

func (c *call) same(sent, answer []byte) error {
	got, err := fieldsOf(answer)
	if err != nil {
		return err
	}
	want, err := fieldsOf(sent)
	if err != nil {
		return err
	}
	if got.id != want.id || got.name != want.name {
		return fmt.Errorf("answer is for %q of %q, and not for %q of %q", got.id, got.name, want.id, want.name)
	}
	if wrong := sameRequest(sent, got.rawOutput); wrong != "" {
		return fmt.Errorf("what arrived %s", wrong)
	}
	return nil
}

// statuses that are the model's answer: no router tries these again
var finalCodes = []codes.Code{codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.PermissionDenied,
	codes.FailedPrecondition, codes.OutOfRange, codes.Unauthenticated}

func (c *call) failing() error { return c.endsWith(askFail) }
func (c *call) early() error   { return c.endsWith(askEarly) }

func (c *call) endsWith(ask string) error {
	code := finalCodes[c.random.IntN(len(finalCodes))]
	sent := c.request("")
	within, cancel := c.within(patience, askHeader, ask, codeHeader, text(int(code)))
	defer cancel()
	err := c.connection.Invoke(within, modelInfer, &raw{sent}, &raw{})
	if got := status.Convert(err); got.Code() != code || got.Message() != failure {
		return fmt.Errorf("%d bytes: ended with %v, and not %v: %s", len(sent), err, code, failure)
	}
	return nil
}

func (c *call) cancelWaiting() error {
	within, cancel := c.within(patience, askHeader, askHang)
	time.AfterFunc(time.Duration(c.random.Int64N(int64(50*time.Millisecond))), cancel)
	return expect(codes.Canceled, c.connection.Invoke(within, modelInfer, &raw{c.request("")}, &raw{}))
}

func (c *call) cancelAnyTime() error {
	within, cancel := c.within(patience)
	time.AfterFunc(time.Duration(c.random.Int64N(int64(3*time.Millisecond))), cancel)
	sent := c.request("")
	answer := &raw{}
	if err := c.connection.Invoke(within, modelInfer, &raw{sent}, answer); err != nil {
		return expect(codes.Canceled, err)
	}
	return c.same(sent, answer.bytes)
}

func (c *call) deadline() error {
	within, cancel := c.within(time.Duration(1+c.random.IntN(50))*time.Millisecond, askHeader, askHang)
	defer cancel()
	return expect(codes.DeadlineExceeded, c.connection.Invoke(within, modelInfer, &raw{c.request("")}, &raw{}))
}

func expect(code codes.Code, err error) error {
	if status.Code(err) != code {
		return fmt.Errorf("ended with %v, and not %v", err, code)
	}
	return nil
}

var bidirectional = &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}

func (c *call) messages() map[string][]byte {
	sent := map[string][]byte{}
	for i := range 1 + c.random.IntN(6) {
		id := fmt.Sprintf("verify-%d-%d", c.number, i)
		sent[id] = request(c.v.model, "", id, c.payload())
	}
	return sent
}

// take receives one answer, which may be to any message that has none, and compares it.
func (c *call) take(stream grpc.ClientStream, open map[string][]byte) error {
	message := &raw{}
	if err := stream.RecvMsg(message); err != nil {
		return fmt.Errorf("with %d answers to come: %w", len(open), err)
	}
	answer, failed, err := streamAnswer(message.bytes)
	if err != nil {
		return err
	}
	if failed != "" {
		return fmt.Errorf("with %d answers to come: %s", len(open), failed)
	}
	got, err := fieldsOf(answer)
	if err != nil {
		return err
	}
	sent, there := open[got.id]
	if !there {
		return fmt.Errorf("an answer to %q, which was not asked, or was answered", got.id)
	}
	delete(open, got.id)
	return c.same(sent, answer)
}

func ends(stream grpc.ClientStream) error {
	if err := stream.CloseSend(); err != nil {
		return err
	}
	if err := stream.RecvMsg(&raw{}); err != io.EOF {
		return fmt.Errorf("after the last answer came %w", err)
	}
	return nil
}

func (c *call) pingPong() error {
	within, cancel := c.within(patience)
	defer cancel()
	stream, err := c.connection.NewStream(within, bidirectional, modelStreamInfer)
	if err != nil {
		return err
	}
	for id, message := range c.messages() {
		if err := stream.SendMsg(&raw{message}); err != nil {
			return err
		}
		if err := c.take(stream, map[string][]byte{id: message}); err != nil {
			return err
		}
	}
	return ends(stream)
}

func (c *call) pipelined() error {
	within, cancel := c.within(patience)
	defer cancel()
	stream, err := c.connection.NewStream(within, bidirectional, modelStreamInfer)
	if err != nil {
		return err
	}
	open := c.messages()
	var all [][]byte
	for _, message := range open {
		all = append(all, message)
	}
	sent := make(chan error, 1)
	go func() {
		var failed error
		for _, message := range all {
			if failed = stream.SendMsg(&raw{bytes.Clone(message)}); failed != nil {
				break
			}
		}
		sent <- failed
	}()
	for len(open) > 0 {
		if err := c.take(stream, open); err != nil {
			return err
		}
	}
	if err := <-sent; err != nil {
		return err
	}
	return ends(stream)
}

func (c *call) cancelStream() error {
	within, cancel := c.within(patience, askHeader, askHang)
	defer cancel()
	stream, err := c.connection.NewStream(within, bidirectional, modelStreamInfer)
	if err != nil {
		return err
	}
	// the echo reads one message only, so that sending may block until the cancellation
	time.AfterFunc(time.Duration(c.random.Int64N(int64(20*time.Millisecond))), cancel)
	for _, message := range c.messages() {
		if stream.SendMsg(&raw{message}) != nil {
			break
		}
	}
	return expect(codes.Canceled, stream.RecvMsg(&raw{}))
}
