#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Apache's Python as a server and as a client: peer.py GENERATED server|client OPTIONS, see
interop_test.py."""

import math
import ssl
import sys

sys.path.insert(0, sys.argv[1])
# pylint: disable=wrong-import-position
from thrift import TMultiplexedProcessor
from thrift.protocol import TBinaryProtocol, TCompactProtocol, THeaderProtocol, TJSONProtocol
from thrift.protocol import TMultiplexedProtocol
from thrift.server import THttpServer, TServer
from thrift.Thrift import TApplicationException
from thrift.transport import THeaderTransport, THttpClient, TSocket, TSSLSocket, TTransport
from interop import Interop, Second
from interop.ttypes import Colour, Empty, Everything, Point, Refused, Shape, Tree

PROTOCOLS = {"binary": TBinaryProtocol.TBinaryProtocolAcceleratedFactory,
             "compact": TCompactProtocol.TCompactProtocolAcceleratedFactory,
             "json": TJSONProtocol.TJSONProtocolFactory}
HEADER_PROTOCOLS = {"binary": THeaderTransport.THeaderSubprotocolID.BINARY,
                    "compact": THeaderTransport.THeaderSubprotocolID.COMPACT}
I8, I16, I32, I64 = (1 << 7, 1 << 15, 1 << 31, 1 << 63)


def everything():
    leaf = Tree("leaf", [])
    return Everything(
        yes=True, tiny=-I8, small=-I16, medium=-I32, large=-I64, real=3.141592653589793,
        words='Grüße, 世界 "quoted" \\ \n', raw=b"\x00\x01\xfe\xff\x80", colour=Colour.BLUE,
        stamp=1700000000000000, place=Point(-1, I32 - 1), shape=Shape(corners=[Point(0, 0), Point(3, 4)]),
        tree=Tree("root", [Tree("branch", [leaf, leaf]), leaf]), flags=[True, False, True],
        numbers=[0, -1, I64 - 1], lines=["one", "", "three"], path=[Point(1, 2), Point(3, 4)],
        marks={-5, 0, 7}, names={"ann", "bob"}, titles={-1: "minus", 1: "plus"},
        places={"here": Point(1, 1), "there": Point(2, 2)}, table={"e": {1: 0.5, 2: -0.25}, "f": {}},
        matrix=[[1, 2], [], [-3]], index={"odd": [1, 3], "even": [2]},
        palette=[Colour.RED, Colour.BLUE], records=[{"a": 1}, {}, {"b": 2, "c": 3}], maybe=7, usual=42,
        no=False, far="away")


class Handler:
    def __init__(self):
        self.number = 0

    def __getattr__(self, name):
        if name.startswith("same"):
            return lambda value: value
        raise AttributeError(name)

    def ping(self):
        pass

    def language(self):
        return "Python"

    def not_of(self, value):
        return not value

    def sample(self):
        return everything()

    def is_sample(self, value):
        return value == everything()

    def divide(self, left, right):
        if left == 0:
            raise Empty()
        if right == 0:
            self.refuse(33)
        return int(left / right)

    def refuse(self, code):
        raise Refused(code, "refused as told")

    def fail(self, reason):
        raise TApplicationException(TApplicationException.INTERNAL_ERROR, reason)

    def remember(self, number):
        self.number = number

    def remembered(self):
        return self.number


class Greeter:
    def greet(self, name):
        return "hello, " + name


# ---- server ----

def make_socket(options):
    if "unix" in options:
        return TSocket.TServerSocket(unix_socket=options["unix"])
    if "certificate" in options:
        return TSSLSocket.TSSLServerSocket("127.0.0.1", int(options["port"]),
                                           certfile=options["certificate"], keyfile=options["key"],
                                           cert_reqs=ssl.CERT_NONE)
    return TSocket.TServerSocket("127.0.0.1", int(options["port"]))


def serve(options):
    processor = Interop.Processor(Handler())
    if "multiplexed" in options:
        both = TMultiplexedProcessor.TMultiplexedProcessor()
        both.registerProcessor("Interop", processor)
        both.registerProcessor("Second", Second.Processor(Greeter()))
        processor = both
    protocol = PROTOCOLS[options["protocol"]]()
    if options["transport"] == "http":
        THttpServer.THttpServer(processor, ("127.0.0.1", int(options["port"])), protocol).serve()
        return
    if options["transport"] == "header":
        server = TServer.TThreadedServer(processor, make_socket(options), TTransport.TTransportFactoryBase(),
                                         THeaderProtocol.THeaderProtocolFactory())
    else:
        transport = (TTransport.TFramedTransportFactory() if options["transport"] == "framed"
                     else TTransport.TBufferedTransportFactory())
        server = TServer.TThreadedServer(processor, make_socket(options), transport, protocol)
    server.daemon = True
    server.serve()


# ---- client ----

N_STEPS = 0


def expect(is_so, what):
    global N_STEPS  # pylint: disable=global-statement
    N_STEPS += 1
    if not is_so:
        sys.exit("Python client: not as it must be: " + what)


def connect(options):
    if options["transport"] == "http":
        return THttpClient.THttpClient("http://127.0.0.1:%s/thrift" % options["port"])
    if "unix" in options:
        socket = TSocket.TSocket(unix_socket=options["unix"])
    elif "certificate" in options:
        socket = TSSLSocket.TSSLSocket("localhost", int(options["port"]), ca_certs=options["certificate"],
                                       cert_reqs=ssl.CERT_REQUIRED)
    else:
        socket = TSocket.TSocket("127.0.0.1", int(options["port"]))
    if options["transport"] == "framed":
        return TTransport.TFramedTransport(socket)
    if options["transport"] == "header":
        return socket
    return TTransport.TBufferedTransport(socket)


def speak(options, transport):
    if options["transport"] != "header":
        return PROTOCOLS[options["protocol"]]().getProtocol(transport)
    protocol = THeaderProtocol.THeaderProtocol(
        transport, [THeaderTransport.THeaderClientType.HEADERS],
        default_protocol=HEADER_PROTOCOLS[options["protocol"]])
    if "zlib" in options:
        protocol.add_transform(THeaderTransport.THeaderTransformID.ZLIB)
    protocol.set_header(b"colour", b"green")
    return protocol


def call_with_values(client, options):
    same = {"same_i8": [-I8, -1, 0, I8 - 1], "same_i16": [-I16, -1, 0, I16 - 1],
            "same_i32": [-I32, -1, 0, 63, 64, 300, I32 - 1], "same_i64": [-I64, -1, 0, 1 << 40, I64 - 1],
            "same_double": [0.0, -1.5, 1e300, 5e-324, math.pi, math.inf, -math.inf],
            "same_string": ["", "a", "Grüße, 世界", "x" * 70000],
            "same_binary": [b"", bytes(range(256))],
            "same_colour": [Colour.GREEN], "same_shape": [Shape(label="only this"), Shape(radius=0.5)],
            "same_list": [[], [7], [-1] * 14, [-1] * 15, [1] * 16, list(range(2000))],
            "same_set": [set(), {"x", "y"}], "same_map": [{}, {"a": 1, "b": -I64}],
            "same": [everything()]}
    if options["protocol"] == "json":
        # What its JSON protocol writes for these is no JSON.
        same["same_double"] = same["same_double"][:-2]
    else:
        expect(math.isnan(client.same_double(math.nan)), "NaN")
    expect(client.not_of(False) and not client.not_of(True), "not_of")
    for name, values in same.items():
        for value in values:
            result = getattr(client, name)(value)
            if isinstance(value, set):
                result = set(result)
            expect(result == value, "%s: %r" % (name, result))
    expect(client.sample() == everything(), "sample")
    expect(client.is_sample(everything()), "is_sample")


def call_for_exceptions(client):
    expect(client.divide(7, 2) == 3, "divide")
    for call, kind in ((lambda: client.divide(7, 0), Refused), (lambda: client.divide(0, 0), Empty),
                       (lambda: client.refuse(-5), Refused), (lambda: client.fail("of itself"),
                                                              TApplicationException)):
        try:
            call()
        except kind as failure:
            expect(kind is not Refused or failure.reason == "refused as told", "the reason")
        else:
            expect(False, "nothing was thrown: " + kind.__name__)


def call(options):
    transport = connect(options)
    protocol = speak(options, transport)
    first = protocol
    if "multiplexed" in options:
        first = TMultiplexedProtocol.TMultiplexedProtocol(protocol, "Interop")
    transport.open()
    client = Interop.Client(first)
    client.ping()
    expect(client.language() != "", "language")
    call_with_values(client, options)
    call_for_exceptions(client)
    client.remember(4711)
    expect(client.remembered() == 4711, "remembered")
    if "multiplexed" in options:
        second = Second.Client(TMultiplexedProtocol.TMultiplexedProtocol(protocol, "Second"))
        expect(second.greet("you") == "hello, you", "greet")
    transport.close()
    print("%d steps" % N_STEPS)


def main():
    options = {"protocol": "binary", "transport": "framed"}
    for argument in sys.argv[3:]:
        name, _, value = argument[2:].partition("=")
        options[name] = value
    if sys.argv[2] == "server":
        serve(options)
    else:
        call(options)


if __name__ == "__main__":
    main()
