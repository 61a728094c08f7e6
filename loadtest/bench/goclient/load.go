package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const framing = 5

// loadSettings says what is sent.
type loadSettings struct {
	requests    int64
	duration    time.Duration
	bodies      [][]byte
	sessions    int
	cancelEvery int64
	timeout     time.Duration
}

// loadResult is what is printed.
type loadResult struct {
	Requests          int64            `json:"requests"`
	OK                int64            `json:"ok"`
	Failed            int64            `json:"failed"`
	Cancelled         int64            `json:"cancelled"`
	Seconds           float64          `json:"seconds"`
	RequestsPerSecond float64          `json:"requestsPerSecond"`
	P50Micros         float64          `json:"p50Micros"`
	P90Micros         float64          `json:"p90Micros"`
	P99Micros         float64          `json:"p99Micros"`
	MaxMicros         float64          `json:"maxMicros"`
	Errors            map[string]int64 `json:"errors"`
	Attempts          map[string]int64 `json:"attempts"`
}

// one stream of requests, one after the other
type sender struct {
	settings  *loadSettings
	next      *atomic.Int64
	latencies histogram
	result    loadResult
}

func load(arguments []string) int {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	target := flags.String("target", "", "HOST:PORT")
	ca := flags.String("ca", "", "certificate that signs the server's; none: clear text")
	body := flags.String("body", "", "files with one framed ModelInferRequest each, separated by commas; used in turn")
	requests := flags.Int64("requests", 0, "requests in all; 0: until -seconds have passed")
	seconds := flags.Float64("seconds", 0, "longest time; 0: until all requests are done. SIGTERM ends it too")
	connections := flags.Int("connections", 8, "HTTP/2 connections")
	streams := flags.Int("streams", 8, "requests in flight on each")
	sessions := flags.Int("sessions", 0, "every second request has an x-session header, one of so many values; 0: none has")
	cancelEvery := flags.Int64("cancel-every", 0, "every N-th request is cancelled by the client after 0 to 2 ms; 0: none")
	timeout := flags.Duration("timeout", 10*time.Second, "deadline of a request; each gets a few microseconds more than the last")
	if err := flags.Parse(arguments); err != nil {
		return exitUsage
	}
	if *target == "" || *body == "" || (*requests <= 0 && *seconds <= 0) || *connections < 1 || *streams < 1 {
		fmt.Fprintln(os.Stderr, "goclient load: needs -target, -body, and -requests or -seconds")
		return exitUsage
	}
	settings := &loadSettings{requests: *requests, duration: time.Duration(*seconds * 1e9), sessions: *sessions,
		cancelEvery: *cancelEvery, timeout: *timeout}
	for _, file := range strings.Split(*body, ",") {
		framed, err := os.ReadFile(file)
		if err != nil {
			return broken(err)
		}
		settings.bodies = append(settings.bodies, framed[min(framing, len(framed)):])
	}
	opened, err := connect(*target, *ca, *connections)
	if err != nil {
		return broken(err)
	}
	result := run(settings, opened, *streams)
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		return broken(err)
	}
	if result.Failed > 0 {
		return exitFailed
	}
	return 0
}

func run(settings *loadSettings, connections []*grpc.ClientConn, streams int) loadResult {
	stop, stopped := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stopped()
	if settings.duration > 0 {
		limited, cancel := context.WithTimeout(stop, settings.duration)
		defer cancel()
		stop = limited
	}
	var next atomic.Int64
	var done sync.WaitGroup
	senders := make([]*sender, len(connections)*streams)
	start := time.Now()
	for i := range senders {
		senders[i] = &sender{settings: settings, next: &next}
		senders[i].result.Errors = map[string]int64{}
		senders[i].result.Attempts = map[string]int64{}
		done.Add(1)
		go func() {
			defer done.Done()
			senders[i].sendAll(stop, connections[i%len(connections)])
		}()
	}
	done.Wait()
	return sum(senders, time.Since(start))
}

func sum(senders []*sender, took time.Duration) loadResult {
	all := loadResult{Errors: map[string]int64{}, Attempts: map[string]int64{}}
	var latencies histogram
	for _, s := range senders {
		latencies.merge(&s.latencies)
		all.Requests += s.result.Requests
		all.OK += s.result.OK
		all.Failed += s.result.Failed
		all.Cancelled += s.result.Cancelled
		for text, n := range s.result.Errors {
			all.Errors[text] += n
		}
		for text, n := range s.result.Attempts {
			all.Attempts[text] += n
		}
	}
	all.Seconds = took.Seconds()
	all.RequestsPerSecond = float64(all.Requests) / all.Seconds
	all.P50Micros = latencies.quantileMicros(0.5)
	all.P90Micros = latencies.quantileMicros(0.9)
	all.P99Micros = latencies.quantileMicros(0.99)
	all.MaxMicros = float64(latencies.most) / 1e3
	return all
}

func (s *sender) sendAll(stop context.Context, connection *grpc.ClientConn) {
	answer := &raw{}
	for stop.Err() == nil {
		number := s.next.Add(1)
		if s.settings.requests > 0 && number > s.settings.requests {
			return
		}
		s.send(number, connection, answer)
	}
}

// send makes one request with a deadline and a header that no other has.
func (s *sender) send(number int64, connection *grpc.ClientConn, answer *raw) {
	timeout := s.settings.timeout + time.Duration(number%100_000)*time.Microsecond
	within, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	headers := []string{"x-request-id", fmt.Sprintf("%016x", uint64(number)*0x9e3779b97f4a7c15)}
	if s.settings.sessions > 0 && number%2 == 0 {
		headers = append(headers, "x-session", fmt.Sprintf("session-%d", rand.IntN(s.settings.sessions)))
	}
	body := s.settings.bodies[number%int64(len(s.settings.bodies))]
	leaves := s.settings.cancelEvery > 0 && number%s.settings.cancelEvery == 0
	if leaves {
		time.AfterFunc(time.Duration(rand.Int64N(int64(2*time.Millisecond))), cancel)
	}
	var header metadata.MD
	start := time.Now()
	err := connection.Invoke(metadata.AppendToOutgoingContext(within, headers...), modelInfer, &raw{body}, answer, grpc.Header(&header))
	took := time.Since(start)
	s.result.Requests++
	switch {
	case err == nil:
		s.result.OK++
		s.latencies.add(took)
		if attempts := header.Get("weir-attempts"); len(attempts) > 0 && attempts[0] != "1" {
			s.result.Attempts[attempts[0]]++
		}
	case leaves && status.Code(err) == codes.Canceled:
		s.result.Cancelled++
	default:
		s.result.Failed++
		text := fmt.Sprintf("%s: %s", status.Code(err), status.Convert(err).Message())
		if len(s.result.Errors) < 8 || s.result.Errors[text] > 0 {
			s.result.Errors[text]++
		} else {
			s.result.Errors["others"]++
		}
	}
}
