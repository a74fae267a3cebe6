#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/echo: lines go back, and no line grows beyond its limit."""

import unittest

from example import Serving, connect, free_address, main, read_exactly, read_to_end


class EchoTest(unittest.TestCase):
    def test_sends_lines_back(self):
        address = free_address()
        server = Serving(self, address, "echo", address)
        with connect(address) as steady, connect(address) as flood:
            flood.sendall(b"x" * 5000)
            self.assertEqual(read_to_end(flood), b"")
            for line in (b"one\n", b"\n", b"two\nthree\n"):
                steady.sendall(line)
                self.assertEqual(read_exactly(steady, len(line)), line)
        self.assertIn("longer than 4096 bytes", server.stop())


if __name__ == "__main__":
    main()
