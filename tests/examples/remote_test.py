#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/remote: a fiber of one process, written to from others."""

import subprocess
import unittest

from example import PATIENCE_S, Serving, free_address, main, program, run


class RemoteTest(unittest.TestCase):
    def setUp(self):
        address = free_address()
        # This transport tells the server how much time the caller has.
        self.url = "thrift://%s?transport=header&timeout=0s" % address
        self.server = Serving(self, address, "remote_server", address)

    def send(self, *words):
        run(self, "remote_client", self.url, "send", "counter", *words)

    def call(self, *words):
        return run(self, "remote_client", self.url, "call", "counter", *words)[0]

    def complaint(self, *words):
        return run(self, "remote_client", self.url, *words, status=1)[1]

    def test_messages_are_sent_and_calls_answered(self):
        self.send("add", "40")
        self.send("add", "2")
        self.assertEqual(self.call("get"), "42\n")
        self.assertEqual(self.server.stop(), "")

    def test_a_reply_may_take_its_time_and_others_are_heard_meanwhile(self):
        with subprocess.Popen([program("remote_client"), self.url, "call", "counter", "reach", "7", "100000"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as waiting:
            self.addCleanup(waiting.kill)
            for number in range(1, 8):
                self.assertIsNone(waiting.poll())
                self.send("add", "1")
                self.assertEqual(self.call("get"), "%d\n" % number)
            self.assertEqual(waiting.communicate(timeout=PATIENCE_S)[0], "7\n")

    def test_who_has_no_more_time_is_told_and_the_others_are_served(self):
        # Whether here or there is seen first that time is up, is not said.
        self.assertRegex(self.complaint("call", "counter", "reach", "1", "50"), "timed out|took too long")
        self.send("add", "1")
        self.assertEqual(self.call("reach", "1"), "1\n")

    def test_what_is_not_there_is_told(self):
        self.assertIn('there is no mailbox "nobody"', self.complaint("send", "nobody", "add", "1"))
        self.assertIn('mailbox "counter": it takes no such messages', self.complaint("call", "counter", "sing"))

    def test_who_goes_leaves_nobody_waiting(self):
        with subprocess.Popen([program("remote_client"), self.url, "call", "counter", "quit"],
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as leaving:
            self.assertIn('there is no mailbox "counter"', leaving.communicate(timeout=PATIENCE_S)[1])
        self.assertIn('there is no mailbox "counter"', self.complaint("send", "counter", "add", "1"))


if __name__ == "__main__":
    main()
