#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Servers of tests leave nothing behind, however the test ends."""

import os
import re
import signal
import subprocess
import sys
import time
import unittest

import kinds
import server

HERE = os.path.dirname(os.path.abspath(__file__))
MINUTE_S = 60


def processes_of(folder):
    """Whose working folder, or command, is @folder."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, encoding="utf-8", errors="replace") as file:
                command = file.read()
            if folder in command or os.readlink("/proc/%s/cwd" % pid).startswith(folder):
                yield int(pid)
        except OSError:
            pass


class ServersTest(unittest.TestCase):
    def wait_until(self, what):
        give_up = time.monotonic() + MINUTE_S
        while not what():
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.01)

    def assert_gone(self, folder):
        self.assertFalse(os.path.exists(folder))
        self.assertEqual(list(processes_of(folder)), [])

    def test_a_server_and_its_folder_go_when_it_is_stopped(self):
        with kinds.SmtpSink() as sink:
            folder = sink.folder
            self.assertTrue(os.listdir(folder))
            self.assertTrue(list(processes_of(folder)))
        self.assert_gone(folder)

    def test_they_go_when_the_test_is_killed(self):
        command = [sys.executable, os.path.join(HERE, "run.py"), "SmtpSink", "--", "sh", "-c",
                   'echo "$SMTPSINK_FOLDER"; exec sleep %d' % MINUTE_S]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as test:
            folder = test.stdout.readline().strip()
            self.assertTrue(os.path.isdir(folder))
            test.send_signal(signal.SIGKILL)
        self.wait_until(lambda: not os.path.exists(folder) and not list(processes_of(folder)))

    def test_daemons_that_it_started_go_with_it(self):
        class Daemons(kinds.SmtpSink):
            def command(self):
                return ["sh", "-c", "setsid sh -c 'sleep %d & sleep %d & wait' %s & exec \"$@\"" % (
                    MINUTE_S, MINUTE_S, self.folder), "sh", *super().command()]

        with Daemons() as one:
            folder = one.folder
            self.wait_until(lambda: len(list(processes_of(folder))) >= 5)
        self.assert_gone(folder)

    def test_one_that_does_not_start_shows_its_log(self):
        class Broken(kinds.SmtpSink):
            def command(self):
                return ["sh", "-c", "echo what is wrong; exit 1"]

        with self.assertRaisesRegex(AssertionError, re.compile("Broken.*what is wrong", re.DOTALL)):
            Broken().__enter__()

    def test_what_is_not_installed_is_said(self):
        class Absent(server.Server):
            PROGRAM = "usr/bin/no-such-program"

        with self.assertRaisesRegex(server.NotInstalled, "no-such-program"):
            Absent()


if __name__ == "__main__":
    unittest.main(verbosity=2)
