#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/xmpp: two people write to each other through Prosody."""

import subprocess
import unittest

from example import PATIENCE_S, end_with_parent, main, program, run, start_servers


class Person:
    def __init__(self, test, name, server):
        self.test = test
        self.process = subprocess.Popen([program("xmpp"), name + "@localhost", name, server.address], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        preexec_fn=end_with_parent)
        for cleanup in (self.process.stderr.close, self.process.stdout.close, self.process.wait, self.process.kill):
            test.addCleanup(cleanup)
        test.assertRegex(self.process.stdout.readline(), r"^\* connected as %s@localhost" % name)

    def write(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def expect(self, sender, text):
        self.test.assertRegex(self.process.stdout.readline(), r"^%s@localhost\S*: %s\n" % (sender, text))

    def leave(self):
        self.process.stdin.close()
        complaints = self.process.stderr.read()
        self.test.assertEqual(self.process.wait(PATIENCE_S), 0, complaints)
        self.test.assertEqual(complaints, "")


class XmppTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        program("xmpp")
        cls.prosody = start_servers(cls.addClassCleanup, "Prosody")[0]

    def test_two_people_talk(self):
        alice, bob = (Person(self, name, self.prosody) for name in ("alice", "bob"))
        for number in range(3):
            alice.write("bob@localhost hello, number %d <&>" % number)
            bob.expect("alice", "hello, number %d <&>" % number)
            bob.write("alice@localhost hi")
            alice.expect("bob", "hi")
        alice.write("bob@localhost goodbye")
        alice.leave()  # what was typed is still sent
        bob.expect("alice", "goodbye")
        bob.leave()

    def test_a_wrong_password_is_told(self):
        complaint = run(self, "xmpp", "alice@localhost", "wrong", self.prosody.address, status=1)[1]
        self.assertIn("the server has closed the connection of alice@localhost", complaint)


if __name__ == "__main__":
    main()
