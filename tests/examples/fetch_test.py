#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/fetch: 500 URLs at once on one thread, from a server that takes 200 ms for each."""

import os
import re
import subprocess
import unittest

from example import PATIENCE_S, SANITIZED, Serving, free_address, main, program, run

N_URLS = 500
DELAY_MS = 200
SUMMARY = re.compile(r"^(\d+) fetched, (\d+) failed, (\d+) bytes, ([\d.]+) s$")


class FetchTest(unittest.TestCase):
    def setUp(self):
        program("fetch")
        self.address = free_address()
        Serving(self, self.address, "slow_server", self.address, str(DELAY_MS))

    def urls(self, n):
        return "".join("http://%s/%d\n" % (self.address, number) for number in range(n))

    def summary(self, output):
        match = SUMMARY.match(output.splitlines()[-1])
        self.assertIsNotNone(match, output)
        n_fetched, n_failed, n_bytes, seconds = match.groups()
        return int(n_fetched), int(n_failed), int(n_bytes), float(seconds)

    def fetch_all(self):
        """How many seconds it took."""
        with subprocess.Popen([program("fetch")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as process:
            self.addCleanup(process.kill)
            process.stdin.write(self.urls(N_URLS))
            process.stdin.close()
            first = process.stdout.readline()
            n_threads = len(os.listdir("/proc/%d/task" % process.pid))
            output = process.stdout.read()
            self.assertEqual(process.wait(PATIENCE_S), 0, output)
        n_fetched, n_failed, n_bytes, seconds = self.summary(output)
        self.assertEqual((n_fetched, n_failed, n_bytes), (N_URLS, 0, sum(range(N_URLS))))
        for line in [first, *output.splitlines()[:-1]]:
            self.assertRegex(line, r"^200 (\d+) bytes [\d.]+ s http://%s/\1\n?$" % re.escape(self.address))
        self.assertEqual(n_threads, 1)
        return seconds

    def test_all_at_once_on_one_thread(self):
        """One after the other they would take 100 s.  The least of some runs: others use this machine, too."""
        limit_s = 60 if SANITIZED else 10 * DELAY_MS / 1000
        self.assertTrue(any(self.fetch_all() < limit_s for _ in range(5)))

    def test_so_many_at_a_time(self):
        output = run(self, "fetch", "-c", "4", stdin=self.urls(12))[0]
        n_fetched, _, _, seconds = self.summary(output)
        self.assertEqual(n_fetched, 12)
        self.assertGreaterEqual(seconds, 3 * DELAY_MS / 1000)

    def test_what_fails_does_not_end_the_others(self):
        urls = "http://%s/7\nhttp://127.0.0.1:1/\n\nhttp://%s/8\n" % (self.address, self.address)
        output = run(self, "fetch", stdin=urls, status=1)[0]
        self.assertEqual(self.summary(output)[:3], (2, 1, 15))
        self.assertIn("failed: http://127.0.0.1:1/: ", output)

    def test_the_deadline_reaches_into_the_library(self):
        output = run(self, "fetch", "-t", "20", stdin=self.urls(3), status=1)[0]
        self.assertEqual(self.summary(output)[:2], (0, 3))
        self.assertEqual(output.count(": timed out"), 3)

    def test_a_file_that_is_not_there_is_told(self):
        self.assertIn("/nothing", run(self, "fetch", "/nothing", status=1)[1])


if __name__ == "__main__":
    main()
