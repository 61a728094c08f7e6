package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	_ "google.golang.org/grpc/encoding/gzip" // answers a compressed request with a compressed answer
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// What the metadata "x-echo" asks of the echo; without it, or "answer", it answers.
const (
	askHeader    = "x-echo"
	askFail      = "fail"  // reads the request, then ends with the status "x-echo-code"
	askEarly     = "early" // ends with that status before it reads the request
	askHang      = "hang"  // reads the request and answers never
	codeHeader   = "x-echo-code"
	valueHeader  = "x-echo-value"     // comes back in the answer's metadata and in its trailers
	binaryHeader = "x-echo-bytes-bin" // the same, of bytes
)

// failure is the text of the statuses: with letters that have to be escaped on the wire.
const failure = "as asked: 100 % ünïcödé"

const signOfLife = 500 * time.Millisecond

// echoServer answers on one port.
type echoServer struct {
	status   atomic.Pointer[[]byte]
	answered atomic.Int64
	hanging  atomic.Int64
}

func echo(arguments []string) int {
	flags := flag.NewFlagSet("echo", flag.ContinueOnError)
	listeners := flags.Int("listeners", 2, "ports")
	certificateFile := flags.String("certificate", "", "PEM; none: clear text")
	keyFile := flags.String("key", "", "PEM")
	if err := flags.Parse(arguments); err != nil {
		return exitUsage
	}
	options := []grpc.ServerOption{
		grpc.ForceServerCodecV2(rawCodec{}), grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage),
		grpc.InitialWindowSize(window), grpc.InitialConnWindowSize(connectionWindow), grpc.MaxConcurrentStreams(1024),
	}
	if *certificateFile != "" {
		security, err := credentials.NewServerTLSFromFile(*certificateFile, *keyFile)
		if err != nil {
			return broken(err)
		}
		options = append(options, grpc.Creds(security))
	}
	var servers []*echoServer
	ports := "listening"
	for range *listeners {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return broken(err)
		}
		ports += fmt.Sprintf(" %d", listener.Addr().(*net.TCPAddr).Port)
		e := &echoServer{}
		servers = append(servers, e)
		server := grpc.NewServer(append(options, grpc.UnknownServiceHandler(e.handle))...)
		go func() {
			if err := server.Serve(listener); err != nil {
				os.Exit(broken(err))
			}
		}()
	}
	fmt.Println(ports)
	obey(servers)
	return 0
}

// obey reads commands until standard input ends: "status INDEX HEX" makes a port a worker with that WorkerStatus, "count"
// prints the answers of each port, "hanging" the calls that wait for ever in all of them.
func obey(servers []*echoServer) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 3 && words[0] == "status":
			index, err := strconv.Atoi(words[1])
			message, bad := hex.DecodeString(words[2])
			if err == nil && bad == nil && index >= 0 && index < len(servers) {
				servers[index].status.Store(&message)
			}
		case len(words) == 1 && words[0] == "count":
			var counts []string
			for _, e := range servers {
				counts = append(counts, fmt.Sprint(e.answered.Load()))
			}
			fmt.Println(strings.Join(counts, " "))
		case len(words) == 1 && words[0] == "hanging":
			var hanging int64
			for _, e := range servers {
				hanging += e.hanging.Load()
			}
			fmt.Println(hanging)
		}
	}
}

func (e *echoServer) handle(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	headers, _ := metadata.FromIncomingContext(stream.Context())
	switch method {
	case "/weir.worker.v1.WorkerService/WatchStatus":
		return e.watch(stream)
	case modelInfer:
		return e.unary(stream, headers)
	case modelStreamInfer:
		return e.messages(stream, headers)
	}
	return status.Error(codes.Unimplemented, "the echo does not have "+method)
}

func (e *echoServer) watch(stream grpc.ServerStream) error {
	if err := stream.RecvMsg(&raw{}); err != nil {
		return err
	}
	tick := time.NewTicker(signOfLife)
	defer tick.Stop()
	for {
		if message := e.status.Load(); message != nil {
			if err := stream.SendMsg(&raw{*message}); err != nil {
				return err
			}
		}
		select {
		case <-stream.Context().Done():
			return nil
		case <-tick.C:
		}
	}
}

func (e *echoServer) unary(stream grpc.ServerStream, headers metadata.MD) error {
	ask := first(headers, askHeader)
	if ask == askEarly {
		return asked(headers)
	}
	message := &raw{}
	if err := stream.RecvMsg(message); err != nil {
		return err
	}
	e.answered.Add(1)
	switch ask {
	case askFail:
		return asked(headers)
	case askHang:
		return e.hang(stream.Context())
	}
	answer, err := response(message.bytes)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	back := metadata.MD{valueHeader: headers[valueHeader], binaryHeader: headers[binaryHeader]}
	if err := stream.SetHeader(back); err != nil {
		return err
	}
	stream.SetTrailer(back)
	return stream.SendMsg(&raw{answer})
}

func (e *echoServer) messages(stream grpc.ServerStream, headers metadata.MD) error {
	for {
		message := &raw{}
		if err := stream.RecvMsg(message); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		e.answered.Add(1)
		if first(headers, askHeader) == askHang {
			return e.hang(stream.Context())
		}
		answer, err := response(message.bytes)
		if err != nil {
			return status.Error(codes.Internal, err.Error())
		}
		if err := stream.SendMsg(&raw{streamResponse(answer)}); err != nil {
			return err
		}
	}
}

func (e *echoServer) hang(until context.Context) error {
	e.hanging.Add(1)
	defer e.hanging.Add(-1)
	<-until.Done()
	return status.FromContextError(until.Err()).Err()
}

func asked(headers metadata.MD) error {
	code, err := strconv.Atoi(first(headers, codeHeader))
	if err != nil {
		return status.Error(codes.Internal, codeHeader+": not a number")
	}
	return status.Error(codes.Code(code), failure)
}

func first(headers metadata.MD, name string) string {
	if values := headers.Get(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

func text(n int) string { return strconv.Itoa(n) }
