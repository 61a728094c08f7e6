package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
)

const (
	modelInfer       = "/inference.GRPCInferenceService/ModelInfer"
	modelStreamInfer = "/inference.GRPCInferenceService/ModelStreamInfer"
	maxMessage       = 64 << 20
	window           = 1 << 20
	connectionWindow = 16 << 20
)

// raw is a message as bytes.
type raw struct{ bytes []byte }

// rawCodec moves messages without looking into them.
type rawCodec struct{}

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.(*raw).bytes)}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	v.(*raw).bytes = data.Materialize()
	return nil
}

func (rawCodec) Name() string { return "proto" }

// connect opens so many connections; each is one HTTP/2 connection. An empty ca is clear text.
func connect(target string, ca string, connections int) ([]*grpc.ClientConn, error) {
	security := insecure.NewCredentials()
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, errors.New(ca + ": has no certificate")
		}
		security = credentials.NewTLS(&tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12})
	}
	var opened []*grpc.ClientConn
	for range connections {
		c, err := grpc.NewClient("passthrough:///"+target,
			grpc.WithTransportCredentials(security),
			grpc.WithDefaultCallOptions(grpc.ForceCodecV2(rawCodec{}), grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
			grpc.WithInitialWindowSize(window),
			grpc.WithInitialConnWindowSize(connectionWindow))
		if err != nil {
			return nil, err
		}
		opened = append(opened, c)
	}
	return opened, nil
}
