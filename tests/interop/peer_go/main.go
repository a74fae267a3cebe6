// SPDX-License-Identifier: Apache-2.0
// Apache's Go as a server and as a client: interop_go server|client OPTIONS, see interop_test.py.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"reflect"
	"sort"
	"strings"

	"github.com/apache/thrift/lib/go/thrift"
	"interop"
)

type options map[string]string

func (o options) has(name string) bool {
	_, found := o[name]
	return found
}

var settings = &thrift.TConfiguration{}

func everything() *interop.Everything {
	point := func(x, y int32) *interop.Point { return &interop.Point{X: x, Y: y} }
	tree := func(name string, branches ...*interop.Tree) *interop.Tree {
		if branches == nil {
			branches = []*interop.Tree{}
		}
		return &interop.Tree{Name: name, Branches: branches}
	}
	maybe := int32(7)
	return &interop.Everything{
		Yes: true, Tiny: math.MinInt8, Small: math.MinInt16, Medium: math.MinInt32, Large: math.MinInt64,
		Real: 3.141592653589793, Words: "Grüße, 世界 \"quoted\" \\ \n", Raw: []byte{0, 1, 254, 255, 128},
		Colour: interop.Colour_BLUE, Stamp: 1700000000000000, Place: point(-1, math.MaxInt32),
		Shape: &interop.Shape{Corners: []*interop.Point{point(0, 0), point(3, 4)}},
		Tree:  tree("root", tree("branch", tree("leaf"), tree("leaf")), tree("leaf")),
		Flags: []bool{true, false, true}, Numbers: []int64{0, -1, math.MaxInt64},
		Lines: []string{"one", "", "three"}, Path: []*interop.Point{point(1, 2), point(3, 4)},
		Marks: []int16{-5, 0, 7}, Names: []string{"ann", "bob"},
		Titles:  map[int32]string{-1: "minus", 1: "plus"},
		Places:  map[string]*interop.Point{"here": point(1, 1), "there": point(2, 2)},
		Table:   map[string]map[int64]float64{"e": {1: 0.5, 2: -0.25}, "f": {}},
		Matrix:  [][]int8{{1, 2}, {}, {-3}},
		Index:   interop.Index{"odd": {1, 3}, "even": {2}},
		Palette: []interop.Colour{interop.Colour_RED, interop.Colour_BLUE},
		Records: []map[string]int32{{"a": 1}, {}, {"b": 2, "c": 3}}, Maybe: &maybe, Usual: 42,
		No: false, Far: "away",
	}
}

func isSample(value *interop.Everything) bool {
	sort.Slice(value.Marks, func(i, j int) bool { return value.Marks[i] < value.Marks[j] })
	sort.Strings(value.Names)
	return reflect.DeepEqual(value, everything())
}

type handler struct {
	number int64
}

func (handler) Ping(context.Context) error { return nil }
func (handler) Language(context.Context) (string, error) {
	return "Go", nil
}
func (handler) NotOf(_ context.Context, value bool) (bool, error)            { return !value, nil }
func (handler) SameI8(_ context.Context, value int8) (int8, error)           { return value, nil }
func (handler) SameI16(_ context.Context, value int16) (int16, error)        { return value, nil }
func (handler) SameI32(_ context.Context, value int32) (int32, error)        { return value, nil }
func (handler) SameI64(_ context.Context, value int64) (int64, error)        { return value, nil }
func (handler) SameDouble(_ context.Context, value float64) (float64, error) { return value, nil }
func (handler) SameString(_ context.Context, value string) (string, error)   { return value, nil }
func (handler) SameBinary(_ context.Context, value []byte) ([]byte, error)   { return value, nil }
func (handler) SameColour(_ context.Context, value interop.Colour) (interop.Colour, error) {
	return value, nil
}
func (handler) SameShape(_ context.Context, value *interop.Shape) (*interop.Shape, error) {
	return value, nil
}
func (handler) SameList(_ context.Context, value []int32) ([]int32, error)  { return value, nil }
func (handler) SameSet(_ context.Context, value []string) ([]string, error) { return value, nil }
func (handler) SameMap(_ context.Context, value map[string]int64) (map[string]int64, error) {
	return value, nil
}
func (handler) Same(_ context.Context, value *interop.Everything) (*interop.Everything, error) {
	return value, nil
}
func (handler) Sample(context.Context) (*interop.Everything, error) { return everything(), nil }
func (handler) IsSample(_ context.Context, value *interop.Everything) (bool, error) {
	return isSample(value), nil
}
func (h handler) Divide(c context.Context, left, right int32) (int32, error) {
	if left == 0 {
		return 0, &interop.Empty{}
	}
	if right == 0 {
		return 0, h.Refuse(c, 33)
	}
	return left / right, nil
}
func (handler) Refuse(_ context.Context, code int32) error {
	return &interop.Refused{Code: code, Reason: "refused as told"}
}
func (handler) Fail(_ context.Context, reason string) error { return errors.New(reason) }
func (h *handler) Remember(_ context.Context, number int64) error {
	h.number = number
	return nil
}
func (h *handler) Remembered(context.Context) (int64, error) { return h.number, nil }

type greeter struct{}

func (greeter) Greet(_ context.Context, name string) (string, error) { return "hello, " + name, nil }

func protocolFactory(o options) thrift.TProtocolFactory {
	if o["transport"] == "header" {
		chosen := &thrift.TConfiguration{}
		id := thrift.THeaderProtocolBinary
		if o["protocol"] == "compact" {
			id = thrift.THeaderProtocolCompact
		}
		chosen.THeaderProtocolID = &id
		return thrift.NewTHeaderProtocolFactoryConf(chosen)
	}
	switch o["protocol"] {
	case "compact":
		return thrift.NewTCompactProtocolFactoryConf(settings)
	case "json":
		return thrift.NewTJSONProtocolFactory()
	}
	return thrift.NewTBinaryProtocolFactoryConf(settings)
}

func transportFactory(o options) thrift.TTransportFactory {
	switch o["transport"] {
	case "framed":
		return thrift.NewTFramedTransportFactoryConf(thrift.NewTTransportFactory(), settings)
	case "header":
		return thrift.NewTTransportFactory()
	}
	return thrift.NewTBufferedTransportFactory(4096)
}

// ---- server ----

func serverTransport(o options) (thrift.TServerTransport, error) {
	if o.has("unix") {
		address, err := net.ResolveUnixAddr("unix", o["unix"])
		return thrift.NewTServerSocketFromAddrTimeout(address, 0), err
	}
	if !o.has("certificate") {
		return thrift.NewTServerSocket("127.0.0.1:" + o["port"])
	}
	pair, err := tls.LoadX509KeyPair(o["certificate"], o["key"])
	if err != nil {
		return nil, err
	}
	return thrift.NewTSSLServerSocket("127.0.0.1:"+o["port"],
		&tls.Config{Certificates: []tls.Certificate{pair}})
}

func serve(o options) error {
	var processor thrift.TProcessor = interop.NewInteropProcessor(&handler{})
	if o.has("multiplexed") {
		both := thrift.NewTMultiplexedProcessor()
		both.RegisterProcessor("Interop", processor)
		both.RegisterProcessor("Second", interop.NewSecondProcessor(greeter{}))
		processor = both
	}
	if o["transport"] == "http" {
		factory := protocolFactory(o)
		http.HandleFunc("/thrift", thrift.NewThriftHandlerFunc(processor, factory, factory))
		return http.ListenAndServe("127.0.0.1:"+o["port"], nil)
	}
	socket, err := serverTransport(o)
	if err != nil {
		return err
	}
	return thrift.NewTSimpleServer4(processor, socket, transportFactory(o), protocolFactory(o)).Serve()
}

// ---- client ----

var nSteps int

func expect(isSo bool, what string) {
	nSteps++
	if !isSo {
		fmt.Fprintln(os.Stderr, "Go client: not as it must be:", what)
		os.Exit(1)
	}
}

func expectSame(found interface{}, err error, wanted interface{}, what string) {
	expect(err == nil && reflect.DeepEqual(found, wanted), fmt.Sprint(what, ": ", found, " ", err))
}

func connect(o options) (thrift.TTransport, error) {
	var socket thrift.TTransport
	var err error
	switch {
	case o["transport"] == "http":
		return thrift.NewTHttpClient("http://127.0.0.1:" + o["port"] + "/thrift")
	case o.has("unix"):
		address, _ := net.ResolveUnixAddr("unix", o["unix"])
		socket = thrift.NewTSocketFromAddrConf(address, settings)
	case o.has("certificate"):
		trusted, err := os.ReadFile(o["certificate"])
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(trusted)
		settings.TLSConfig = &tls.Config{RootCAs: pool}
		socket = thrift.NewTSSLSocketConf("localhost:"+o["port"], settings)
	default:
		socket = thrift.NewTSocketConf("127.0.0.1:"+o["port"], settings)
	}
	made, err := transportFactory(o).GetTransport(socket)
	if err != nil {
		return nil, err
	}
	return made, made.Open()
}

func callWithValues(c context.Context, client *interop.InteropClient) {
	is, err := client.NotOf(c, false)
	expectSame(is, err, true, "not_of")
	for _, value := range []int8{math.MinInt8, -1, 0, math.MaxInt8} {
		found, err := client.SameI8(c, value)
		expectSame(found, err, value, "same_i8")
	}
	for _, value := range []int16{math.MinInt16, -1, 0, math.MaxInt16} {
		found, err := client.SameI16(c, value)
		expectSame(found, err, value, "same_i16")
	}
	for _, value := range []int32{math.MinInt32, -1, 0, 63, 64, 300, math.MaxInt32} {
		found, err := client.SameI32(c, value)
		expectSame(found, err, value, "same_i32")
	}
	for _, value := range []int64{math.MinInt64, -1, 0, 1 << 40, math.MaxInt64} {
		found, err := client.SameI64(c, value)
		expectSame(found, err, value, "same_i64")
	}
	for _, value := range []float64{0, -1.5, 1e300, 5e-324, math.Pi, math.Inf(1), math.Inf(-1)} {
		found, err := client.SameDouble(c, value)
		expectSame(found, err, value, "same_double")
	}
	for _, value := range []string{"", "a", "Grüße, 世界", strings.Repeat("x", 70000)} {
		found, err := client.SameString(c, value)
		expectSame(found, err, value, "same_string")
	}
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	found, err := client.SameBinary(c, all)
	expectSame(found, err, all, "same_binary")
}

func callWithContainers(c context.Context, client *interop.InteropClient) {
	for _, size := range []int{0, 1, 14, 15, 16, 2000} {
		value := make([]int32, size)
		found, err := client.SameList(c, value)
		expectSame(found, err, value, "same_list")
	}
	names, err := client.SameSet(c, []string{"x", "y"})
	sort.Strings(names)
	expectSame(names, err, []string{"x", "y"}, "same_set")
	for _, value := range []map[string]int64{{}, {"a": 1, "b": math.MinInt64}} {
		found, err := client.SameMap(c, value)
		expectSame(found, err, value, "same_map")
	}
	label := "only this"
	shape, err := client.SameShape(c, &interop.Shape{Label: &label})
	expectSame(shape, err, &interop.Shape{Label: &label}, "same_shape")
	colour, err := client.SameColour(c, interop.Colour_GREEN)
	expectSame(colour, err, interop.Colour_GREEN, "same_colour")
	same, err := client.Same(c, everything())
	expect(err == nil && isSample(same), fmt.Sprint("same: ", same, err))
	sample, err := client.Sample(c)
	expect(err == nil && isSample(sample), fmt.Sprint("sample: ", sample, err))
	is, err := client.IsSample(c, everything())
	expectSame(is, err, true, "is_sample")
}

func callForExceptions(c context.Context, client *interop.InteropClient) {
	var refused *interop.Refused
	var empty *interop.Empty
	var failure thrift.TApplicationException
	quotient, err := client.Divide(c, 7, 2)
	expectSame(quotient, err, int32(3), "divide")
	_, err = client.Divide(c, 7, 0)
	expect(errors.As(err, &refused) && refused.Code == 33 && refused.Reason == "refused as told", "33")
	_, err = client.Divide(c, 0, 0)
	expect(errors.As(err, &empty), "empty")
	err = client.Refuse(c, -5)
	expect(errors.As(err, &refused) && refused.Code == -5, "-5")
	err = client.Fail(c, "of itself")
	expect(errors.As(err, &failure), fmt.Sprint("fail: ", err))
}

func call(o options) error {
	c := context.Background()
	transport, err := connect(o)
	if err != nil {
		return err
	}
	if o["transport"] == "header" {
		c = thrift.SetHeader(c, "colour", "green")
		c = thrift.SetWriteHeaderList(c, []string{"colour"})
	}
	protocol := protocolFactory(o).GetProtocol(transport)
	if o.has("zlib") {
		header := protocol.(*thrift.THeaderProtocol)
		if err := header.AddTransform(thrift.TransformZlib); err != nil {
			return err
		}
	}
	first := protocol
	if o.has("multiplexed") {
		first = thrift.NewTMultiplexedProtocol(protocol, "Interop")
	}
	client := interop.NewInteropClient(thrift.NewTStandardClient(protocol, first))
	expect(client.Ping(c) == nil, "ping")
	language, err := client.Language(c)
	expect(err == nil && language != "", "language")
	callWithValues(c, client)
	callWithContainers(c, client)
	callForExceptions(c, client)
	expect(client.Remember(c, 4711) == nil, "remember")
	number, err := client.Remembered(c)
	expectSame(number, err, int64(4711), "remembered")
	if o.has("multiplexed") {
		second := interop.NewSecondClient(
			thrift.NewTStandardClient(protocol, thrift.NewTMultiplexedProtocol(protocol, "Second")))
		greeting, err := second.Greet(c, "you")
		expectSame(greeting, err, "hello, you", "greet")
	}
	fmt.Println(nSteps, "steps")
	return transport.Close()
}

func main() {
	o := options{"protocol": "binary", "transport": "framed"}
	for _, argument := range os.Args[2:] {
		name, value, _ := strings.Cut(argument[2:], "=")
		o[name] = value
	}
	run := call
	if os.Args[1] == "server" {
		run = serve
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "Go:", err)
		os.Exit(1)
	}
}
