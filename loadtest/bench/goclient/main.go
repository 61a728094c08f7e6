// A real gRPC client (grpc-go) for Weir's benchmarks and conformance checks, and the server that its checks need.
//
//	goclient load    sends ModelInfer as fast as so many streams allow; prints one line of JSON
//	goclient verify  random calls of all kinds against an echo; compares byte for byte
//	goclient echo    the echo: a gRPC server that to Weir's router is a worker
//	goclient certificate   a self-signed certificate for the run
package main

import (
	"fmt"
	"os"
)

const (
	exitFailed = 1
	exitUsage  = 64
	exitBroken = 70
)

func main() {
	commands := map[string]func([]string) int{"load": load, "verify": verify, "echo": echo, "certificate": certificate}
	if len(os.Args) > 1 {
		if command, there := commands[os.Args[1]]; there {
			os.Exit(command(os.Args[2:]))
		}
	}
	fmt.Fprintln(os.Stderr, "usage: goclient load|verify|echo|certificate [OPTION ...]; -help after the word says which")
	os.Exit(exitUsage)
}

func broken(err error) int {
	fmt.Fprintln(os.Stderr, "goclient:", err)
	return exitBroken
}
