// SPDX-License-Identifier: Apache-2.0
// Apache's Go server: bench_go PORT.
package main

import (
	"context"
	"fmt"
	"os"

	"bench"
	"github.com/apache/thrift/lib/go/thrift"
)

type handler struct{}

func (handler) Add(_ context.Context, a int32, b int32) (int32, error) {
	return a + b, nil
}

func (handler) Echo(_ context.Context, data []byte) ([]byte, error) {
	return data, nil
}

func (handler) Process(_ context.Context, document *bench.Document) (*bench.Document, error) {
	return document, nil
}

func (handler) Notify(_ context.Context, id int64, text string) error {
	return nil
}

func main() {
	socket, err := thrift.NewTServerSocket("127.0.0.1:" + os.Args[1])
	if err == nil {
		settings := &thrift.TConfiguration{}
		err = thrift.NewTSimpleServer4(bench.NewBenchProcessor(handler{}), socket,
			thrift.NewTFramedTransportFactoryConf(thrift.NewTTransportFactory(), settings),
			thrift.NewTBinaryProtocolFactoryConf(settings)).Serve()
	}
	fmt.Fprintln(os.Stderr, "bench_go:", err)
	os.Exit(1)
}
