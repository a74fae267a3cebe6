#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/hello, asked by curl."""

import unittest

from example import Serving, curl, free_address, main, needs_program


@needs_program("curl")
class HelloTest(unittest.TestCase):
    def test_greets_and_counts(self):
        address = free_address()
        server = Serving(self, address, "hello", address)
        url = "http://" + address
        self.assertEqual(curl(url + "/hello/"), b"Hello, world!\n")
        self.assertEqual(curl(url + "/hello/reader"), b"Hello, reader!\n")
        self.assertEqual(curl("--data-binary", "x" * 100000, url + "/count"), b"100000\n")
        self.assertEqual(curl("-o", "/dev/null", "-w", "%{http_code}", url + "/nothing"), b"404")
        self.assertEqual(server.stop(), "")


if __name__ == "__main__":
    main()
