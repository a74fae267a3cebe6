#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/proxy: HTTP by curl, much data both ways, ends of all kinds."""

import hashlib
import http.server
import os
import socket
import struct
import threading
import unittest

from example import PATIENCE_S, Serving, connect, curl, free_address, main, needs_program, read_exactly, read_to_end

MIB = 1024 * 1024
N_BYTES = 100 * MIB
BLOCK = os.urandom(MIB)


class Target:
    """A server that handles each connection by @handle, in a thread."""

    def __init__(self, test, handle):
        self.handle = handle
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE_S)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        test.addCleanup(self.listener.close)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:  # the test is over
                return
            connection.settimeout(PATIENCE_S)
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        with connection:
            self.handle(connection)


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        self.send_response(200)
        self.end_headers()
        self.wfile.write(("asked for " + self.path).encode())

    def log_message(self, *_):
        pass


class ProxyTest(unittest.TestCase):
    def setUp(self):
        self.address = free_address()

    def serve(self, target, *words):
        return Serving(self, self.address, "proxy", self.address, target, *words)

    @needs_program("curl")
    def test_passes_http_on(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.serve("127.0.0.1:%d" % server.server_port)
        self.assertEqual(curl("http://%s/page" % self.address), b"asked for /page")

    def test_passes_a_hundred_megabytes_back_and_forth_unchanged(self):
        def send_back(connection):
            while piece := connection.recv(MIB):
                connection.sendall(piece)

        def send():
            for number in range(N_BYTES // MIB):
                block = struct.pack("!q", number) + BLOCK[8:]
                sent.update(block)
                connection.sendall(block)
            connection.shutdown(socket.SHUT_WR)

        self.serve(Target(self, send_back).address)
        sent, received = hashlib.sha256(), hashlib.sha256()
        with connect(self.address) as connection:
            sender = threading.Thread(target=send, daemon=True)
            sender.start()
            while piece := connection.recv(MIB):
                received.update(piece)
            sender.join()
        self.assertEqual(received.digest(), sent.digest())

    def test_who_has_finished_still_gets_the_answer(self):
        target = Target(self, lambda connection: connection.sendall(b"got " + read_to_end(connection)))
        self.serve(target.address)
        with connect(self.address) as connection:
            connection.sendall(b"all of it")
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(read_to_end(connection), b"got all of it")

    def test_a_server_that_greets_is_heard(self):
        self.serve(Target(self, lambda connection: connection.sendall(b"220 at your service\r\n")).address)
        with connect(self.address) as connection:
            self.assertEqual(read_to_end(connection), b"220 at your service\r\n")

    def test_a_client_that_hangs_up_ends_its_own_connection_only(self):
        ended = threading.Event()

        def handle(connection):
            try:
                while piece := connection.recv(MIB):
                    connection.sendall(piece)
            except OSError:
                pass
            ended.set()

        self.serve(Target(self, handle).address)
        with connect(self.address) as steady:
            with connect(self.address) as leaving:
                leaving.sendall(b"half a wo")
                self.assertEqual(read_exactly(leaving, 9), b"half a wo")
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.assertTrue(ended.wait(PATIENCE_S))
            steady.sendall(b"still here")
            self.assertEqual(read_exactly(steady, 10), b"still here")

    def test_a_target_that_is_not_there_is_told(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            nobody = "127.0.0.1:%d" % listener.getsockname()[1]
        server = self.serve(nobody)
        with connect(self.address) as connection:
            self.assertEqual(read_to_end(connection), b"")
        self.assertIn("Connection refused", server.stop())

    def test_a_target_that_does_not_answer_costs_so_long_and_no_longer(self):
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
            address = listener.getsockname()
            # Linux takes one more than the backlog; who comes then is not answered.
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                self.addCleanup(filler.close)
                filler.setblocking(False)
                filler.connect_ex(address)
            server = self.serve("%s:%d" % address, "100")
            with connect(self.address) as connection:
                self.assertEqual(read_to_end(connection), b"")
            self.assertIn("timed out in connect", server.stop())


if __name__ == "__main__":
    main()
