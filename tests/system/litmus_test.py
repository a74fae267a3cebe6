#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""litmus, the field's own test of WebDAV servers, on both stores: all of its tests, without a warning."""

import os
import re

import serving

SUITES = ("basic", "copymove", "props", "locks", "http")


@serving.needs_program("litmus")
class LitmusTest(serving.ServingTest):
    def run_litmus(self, served):
        output = self.run_client("litmus", "-k", served.url, cwd=self.scratch(),
                                 env=dict(os.environ, TESTS=" ".join(SUITES)), check=False)
        passed = re.findall(r"summary for `(\w+)': of (\d+) tests run: (\d+) passed, 0 failed", output)
        self.assertEqual([name for name, _, _ in passed], list(SUITES), output)
        for _, n_run, n_passed in passed:
            self.assertEqual(n_run, n_passed, output)
        self.assertNotRegex(output, "SKIPPED")
        self.assertNotRegex(output, "WARNING")
        print(", ".join("%s %s of %s" % (name, n, n_run) for name, n_run, n in passed))

    def test_directory_store(self):
        self.run_litmus(self.serve(self.scratch()))

    def test_directory_store_with_kept_locks(self):
        self.run_litmus(self.serve(self.scratch(), "--state", self.scratch()))

    def test_memory_store(self):
        address = serving.free_address()
        self.run_litmus(self.launch([serving.test_program("store_server"), address, ":memory:"], address))


if __name__ == "__main__":
    serving.main()
