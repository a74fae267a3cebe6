#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weft and Apache Thrift's other languages (C++, Python, Go, Node.js, c_glib), each as client and as server of
the other, over every protocol and transport that both have: tests/interop has the programs.

A language that could not be built here is left out, and says so; WEFT_INTEROP_NODE is a folder of
node_modules with Apache's `thrift`.
"""

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import unittest

import serving
from serving import test_program

SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "interop")
PYTHON = "/usr/bin/python3"  # for which Debian has packed thrift
CLIENT_S = 120
N_CONNECTIONS = 1000

n_steps = 0  # that clients took, each with an answer that was compared


def generated(name):
    return os.path.join(os.environ["WEFT_BIN"], "..", "tests", "interop", "generated", name)


def node_modules():
    return os.environ.get("WEFT_INTEROP_NODE") or os.path.join(
        SOURCES, "..", "..", "build", "thrift-node", "node_modules")


def built(name):
    path = test_program(name)
    return [path] if os.path.exists(path) else None


def find_python():
    has_thrift = subprocess.run([PYTHON, "-c", "import thrift"], stderr=subprocess.DEVNULL,
                                check=False).returncode == 0
    return [PYTHON, os.path.join(SOURCES, "peer.py"), generated("py")] if has_thrift else None


def find_node():
    if not shutil.which("node") or not os.path.isdir(os.path.join(node_modules(), "thrift")):
        return None
    return ["node", os.path.join(SOURCES, "peer.js"), generated("node")]


# What each language has: protocols by transport, and more ways to connect.
ALL = ("binary", "compact", "json")
LANGUAGES = {
    # No zlib: 0.17 writes behind its buffer where a message grows when it is inflated.
    "C++": {"find": lambda: built("interop_cpp"), "framed": ALL, "buffered": ALL, "http": ALL,
            "header": ("binary", "compact")},
    "Python": {"find": find_python, "framed": ALL, "buffered": ALL, "http": ALL,
               "header": ("binary", "compact"), "zlib": ("binary", "compact")},
    "Go": {"find": lambda: built("interop_go"), "framed": ALL, "buffered": ALL, "http": ALL,
           "header": ("binary", "compact"), "zlib": ("binary", "compact")},
    "c_glib": {"find": lambda: built("interop_c_glib"), "framed": ALL[:2], "buffered": ALL[:2]},
    "Node.js": {"find": find_node, "framed": ALL, "buffered": ALL, "http": ("binary",)},
}

# Of servers: what they cannot do, with the reason.
SERVER_LACKS = {
    # What is asked in compact is answered in binary.
    "C++": {("header", "compact")},
    # Each bool of a list in compact is read as false.
    "Node.js": {("framed", "compact"), ("buffered", "compact"),
                # Numbers of 64 bits become doubles.
                ("framed", "json"), ("buffered", "json")},
}


def client_ways(language):
    """All ways of a client: (options, where it connects to)."""
    for transport in ("framed", "buffered"):
        for protocol in language[transport]:
            yield ["--transport=" + transport, "--protocol=" + protocol], "tcp"
    for protocol in language.get("http", ()):
        yield ["--transport=http", "--protocol=" + protocol], "http"
    for protocol in language.get("header", ()):
        yield ["--transport=header", "--protocol=" + protocol], "tcp"
    for protocol in language.get("zlib", ()):
        yield ["--transport=header", "--zlib", "--protocol=" + protocol], "tcp"
    yield ["--transport=framed", "--protocol=compact"], "unix"
    yield ["--transport=buffered", "--protocol=binary"], "unix"
    if "http" not in language:
        return
    yield ["--transport=framed", "--protocol=binary"], "tls"
    yield ["--transport=buffered", "--protocol=compact"], "tls"
    yield ["--transport=framed", "--protocol=binary", "--multiplexed"], "tcp"
    yield ["--transport=buffered", "--protocol=compact", "--multiplexed"], "tcp"


def server_ways(name, language):
    """The same of a server, of what it can."""
    lacks = SERVER_LACKS.get(name, set())
    for options, where in client_ways(language):
        transport, protocol = [option.split("=")[1] for option in options if "=" in option]
        # Servers of the header transport answer with the transforms they are asked with.
        if (transport, protocol) not in lacks and "--zlib" not in options:
            yield options, where


def client_options(name, options, where):
    """Of weft's client, for a server in the language @name.  C++ and Node.js leave the request of a
    oneway call without any response, and C++ as a client reads none."""
    wanted = [option for option in options if option == "--multiplexed"]
    return wanted + (["--without-oneway"] if where == "http" and name in ("C++", "Node.js") else [])


def port_of(address):
    return address.rsplit(":", 1)[1]


def framed(message):
    return struct.pack(">I", len(message)) + message


def add_call(left, right):
    """Of c_glib_calculator.thrift, in binary; its number is 7."""
    return framed(struct.pack(">II3sIBHIBHIB", 0x80010001, 3, b"add", 7, 8, 1, left, 8, 2, right, 0))


def add_reply(result):
    return framed(struct.pack(">II3sIBHIB", 0x80010002, 3, b"add", 7, 8, 0, result, 0))


class InteropTest(serving.ServingTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="weft-test-")
        cls.certificate = os.path.join(cls.folder, "certificate.pem")
        cls.key = os.path.join(cls.folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                        cls.key, "-out", cls.certificate], stderr=subprocess.DEVNULL, check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def environment(self):
        return dict(os.environ, NODE_PATH=node_modules(), PYTHONDONTWRITEBYTECODE="1",
                    NODE_NO_WARNINGS="1")

    def begin(self, command, waits_for):
        """Start a server, and wait until it takes connections at all of @waits_for."""
        log_path = os.path.join(self.scratch(), "log")
        with open(log_path, "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=subprocess.STDOUT, env=self.environment(),
                                       preexec_fn=serving.end_with_parent)
        self.addCleanup(self.finish, process)
        for address in waits_for:
            self.wait_until_it_accepts(process, address, log_path)
        return process, log_path

    def finish(self, process):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(serving.END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait_until_it_accepts(self, process, address, log_path):
        give_up = time.monotonic() + serving.START_S
        while True:
            try:
                if address.startswith("/"):
                    with socket.socket(socket.AF_UNIX) as probe:
                        probe.connect(address)
                else:
                    socket.create_connection(serving.host_and_port(address), 5).close()
                return
            except OSError:
                if process.poll() is not None or time.monotonic() > give_up:
                    self.fail("the server does not start: " + serving.read_file(log_path).decode())
                time.sleep(0.01)

    def call(self, what, command, log_path):
        """Run a client to its end; the steps that it counted are ours."""
        global n_steps  # pylint: disable=global-statement
        environment = self.environment()
        if what.startswith("c_glib"):
            # What its finalizers leave behind is not ours.
            environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env=environment, check=False,
                                timeout=CLIENT_S)
        text = result.stdout.decode(errors="replace")
        if result.returncode != 0 or " steps" not in text:
            self.fail("%s: exit %d\n%s\nserver: %s" % (
                what, result.returncode, text[-2000:],
                serving.read_file(log_path).decode(errors="replace")[-2000:]))
        n_steps += int(text.split(" steps")[0].split()[-1])

    # ---- weft serves ----

    def serve_everywhere(self):
        """One server of weft's at all addresses: where it is -> options of a client."""
        tcp, tls, web = (serving.free_address() for _ in range(3))
        unix = os.path.join(self.scratch(), "socket")
        process, log_path = self.begin(
            [test_program("interop_weft"), "server", "--listen=" + tcp, "--listen=unix:" + unix,
             "--tls=" + tls, "--http=" + web, "--certificate=" + self.certificate, "--key=" + self.key],
            [tcp, unix, tls, web])
        places = {"tcp": ["--port=" + port_of(tcp)], "http": ["--port=" + port_of(web)],
                  "unix": ["--unix=" + unix],
                  "tls": ["--port=" + port_of(tls), "--certificate=" + self.certificate]}
        return process, log_path, places

    def call_weft(self, name):
        command = LANGUAGES[name]["find"]()
        if command is None:
            self.skipTest(name + " is not here")
        process, log_path, places = self.serve_everywhere()
        for options, where in client_ways(LANGUAGES[name]):
            more = ["--without-oneway"] if where == "http" and name == "C++" else []
            with self.subTest(options=" ".join(options), where=where):
                self.call("%s %s over %s" % (name, " ".join(options), where),
                          [*command, "client", *options, *more, *places[where]], log_path)
        process.terminate()
        self.assertEqual(process.wait(serving.END_S), 0, serving.read_file(log_path).decode())

    def test_cpp_calls_weft(self):
        self.call_weft("C++")

    def test_python_calls_weft(self):
        self.call_weft("Python")

    def test_go_calls_weft(self):
        self.call_weft("Go")

    def test_c_glib_calls_weft(self):
        self.call_weft("c_glib")

    def test_node_calls_weft(self):
        self.call_weft("Node.js")

    # ---- weft calls ----

    def url(self, options, where, address):
        transport, protocol = [option.split("=")[1] for option in options if "=" in option]
        query = "?protocol=%s&timeout=20s" % protocol
        if where == "http":
            return "http://%s/thrift%s" % (address, query)
        query += "&transport=" + transport
        if where == "unix":
            return "thrift+unix:%s%s" % (address, query)
        if where == "tls":
            return "thrift+tls://localhost:%s%s&ca=%s" % (port_of(address), query, self.certificate)
        return "thrift://%s%s" % (address, query)

    def let_weft_call(self, name):
        command = LANGUAGES[name]["find"]()
        if command is None:
            self.skipTest(name + " is not here")
        for options, where in server_ways(name, LANGUAGES[name]):
            with self.subTest(options=" ".join(options), where=where):
                address = serving.free_address()
                place = ["--port=" + port_of(address)]
                if where == "unix":
                    address = os.path.join(self.scratch(), "socket")
                    place = ["--unix=" + address]
                if where == "tls":
                    place += ["--certificate=" + self.certificate, "--key=" + self.key]
                process, log_path = self.begin([*command, "server", *options, *place], [address])
                self.call("weft calls %s %s over %s" % (name, " ".join(options), where),
                          [test_program("interop_weft"), "client",
                           "--url=" + self.url(options, where, address),
                           *client_options(name, options, where)], log_path)
                self.finish(process)

    def test_weft_calls_cpp(self):
        self.let_weft_call("C++")

    def test_weft_calls_python(self):
        self.let_weft_call("Python")

    def test_weft_calls_go(self):
        self.let_weft_call("Go")

    def test_weft_calls_node(self):
        self.let_weft_call("Node.js")

    # ---- a program of c_glib's, with another server in it ----

    @unittest.skipUnless(built("interop_c_glib"), "c_glib is not here")
    def test_c_glib_serves_1000_connections_on_one_thread(self):
        global n_steps  # pylint: disable=global-statement
        address = serving.free_address()
        process, log_path = self.begin(
            [test_program("interop_c_glib"), "weft", "--port=" + port_of(address)], [address])
        peers = [socket.create_connection(serving.host_and_port(address), serving.END_S)
                 for _ in range(N_CONNECTIONS)]
        for turn in range(2):
            for i, peer in enumerate(peers):
                peer.sendall(add_call(i, turn))
            for i, peer in enumerate(peers):
                self.assertEqual(peer.recv(100), add_reply(i + turn),
                                 serving.read_file(log_path).decode(errors="replace"))
                n_steps += 1
        with open("/proc/%d/status" % process.pid, encoding="ascii") as file:
            self.assertIn("\nThreads:\t1\n", file.read())
        for peer in peers:
            peer.close()
        process.terminate()
        self.assertEqual(process.wait(serving.END_S), 0)

    # ---- weft and itself ----

    def test_weft_calls_weft(self):
        _, log_path, places = self.serve_everywhere()
        for options, where in client_ways(LANGUAGES["C++"]):
            if "--zlib" in options:
                continue
            address = places[where][0].split("=")[1]
            with self.subTest(options=" ".join(options), where=where):
                self.call("weft %s over %s" % (" ".join(options), where),
                          [test_program("interop_weft"), "client", "--url=" + self.url(
                              options, where, address if where == "unix" else "127.0.0.1:" + address),
                           *client_options("weft", options, where)], log_path)


def main():
    try:
        serving.main()
    finally:
        print("interop: %d steps" % n_steps, flush=True)


if __name__ == "__main__":
    if not os.path.exists(test_program("interop_weft")):
        print("interop_weft is not built")
        raise SystemExit(serving.SKIPPED)
    main()
