#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""models_test.py PROGRAMS: each model answers a few connections, whole and in pieces, and hangs up on
nonsense."""

import socket
import sys
import tempfile
import unittest

import models

PROGRAMS = sys.argv[1]

# What is sent, piece by piece, and what comes back; "": the end.
CONVERSATION = [
    ([b"get nobody\n"], b"NONE\n"),
    ([b"put one 3\nabc"], b"OK\n"),
    ([b"get one\n"], b"VALUE 3\nabc"),
    ([b"pu", b"t two 6\nab", b"c\nde", b"get one\n"], b"OK\n"),
    ([], b"VALUE 3\nabc"),
    ([b"put empty 0\nget empty\n"], b"OK\nVALUE 0\n"),
    ([b"put long 512\n" + b"x" * 512 + b"get long\nget one\n"],
     b"OK\nVALUE 512\n" + b"x" * 512 + b"VALUE 3\nabc"),
    ([b"get one\nput one 513\n"], b"VALUE 3\nabc"),
    ([], b""),
]


def receive(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            break
        data += piece
    return data


class ModelsTest(unittest.TestCase):
    def start(self, name):
        folder = tempfile.TemporaryDirectory(prefix="weft-model-")
        self.addCleanup(folder.cleanup)
        server = models.Model(PROGRAMS, folder.name, name)
        self.addCleanup(server.stop)
        server.start()
        return server

    def connect(self, server):
        connection = socket.create_connection(("127.0.0.1", server.port), 10)
        self.addCleanup(connection.close)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def converse(self, server):
        connection = self.connect(server)
        for pieces, expected in CONVERSATION:
            for piece in pieces:
                connection.sendall(piece)
            got = receive(connection, len(expected) or 1)
            self.assertEqual(got, expected, "%s: %r" % (server.name, pieces))

    def check(self, name):
        server = self.start(name)
        self.converse(server)
        other = self.connect(server)
        other.sendall(b"get two\n" * 200 + b"get one\n")
        expected = b"VALUE 6\nabc\nde" * 200 + b"VALUE 3\nabc"
        self.assertEqual(receive(other, len(expected)), expected)
        load = models.Load(PROGRAMS, server, 7, 0.05, puts_keys=True)
        try:
            self.assertGreater(load.run()["answers"], 7)
        finally:
            load.close()

    def test_fork(self):
        self.check("fork")

    def test_threads(self):
        self.check("threads")

    def test_events(self):
        self.check("events")

    def test_fibers(self):
        self.check("fibers")

    def test_lines_are_counted_without_comments(self):
        with tempfile.NamedTemporaryFile("w", suffix=".c") as file:
            file.write("/* one\n * two */\n\nint a; /* b */\n    /* c */\nint d;\n")
            file.flush()
            self.assertEqual(models.count_lines(file.name), 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
