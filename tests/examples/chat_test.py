#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/chat with several members: one that leaves, one that hangs up, one that reads slowly."""

import socket
import struct
import unittest

from example import Serving, connect, free_address, main

N_LINES = 20000  # more than buffers of sockets and an outbox hold
LONG = "x" * 500


class Member:
    def __init__(self, test, address, name):
        self.test = test
        self.connection = connect(address)
        test.addCleanup(self.connection.close)
        self.lines = self.connection.makefile("r", encoding="utf-8", newline="\n")
        test.addCleanup(self.lines.close)
        self.expect("* your name?")
        if name is not None:
            self.say(name)
            self.expect("* %s has joined" % name)

    def say(self, *lines):
        self.connection.sendall("".join(line + "\n" for line in lines).encode())

    def expect(self, *lines):
        for line in lines:
            self.test.assertEqual(self.lines.readline(), line + "\n")

    def expect_end(self):
        self.test.assertEqual(self.lines.readline(), "")

    def hang_up(self):
        """In the middle of a word, and by a reset."""
        self.connection.sendall(b"half a wo")
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.lines.close()
        self.connection.close()


class ChatTest(unittest.TestCase):
    def setUp(self):
        self.address = free_address()
        self.server = Serving(self, self.address, "chat", self.address)

    def member(self, name):
        return Member(self, self.address, name)

    def test_what_one_says_all_hear(self):
        ann = self.member("ann")
        ben = self.member("ben")
        ann.expect("* ben has joined")
        eve = self.member("eve")
        for member in (ann, ben):
            member.expect("* eve has joined")
        ben.say("good morning", "and more")
        for member in (ann, ben, eve):
            member.expect("<ben> good morning", "<ben> and more")
        eve.say("/quit")
        eve.expect_end()
        for member in (ann, ben):
            member.expect("* eve has left")
        ann.connection.shutdown(socket.SHUT_WR)
        ann.expect_end()
        ben.expect("* ann has left")

    def test_a_name_belongs_to_one(self):
        ann = self.member("ann")
        other = self.member(None)
        for name in ("ann", "", "two words", "/who", "x" * 21):
            other.say(name)
            other.expect("* taken, or none; another one?")
        other.say("ben")
        other.expect("* ben has joined")
        ann.expect("* ben has joined")
        ann.say("/who")
        self.assertEqual(sorted(ann.lines.readline().split()), ["*", "ann", "ben", "here:"])

    def test_who_hangs_up_in_the_middle_has_left(self):
        ann = self.member("ann")
        self.member("ben").hang_up()
        self.member(None).hang_up()
        ann.expect("* ben has joined", "* ben has left")
        ann.say("alone again")
        ann.expect("<ann> alone again")

    def test_a_line_without_end_is_no_reason_to_grow(self):
        ann = self.member("ann")
        ben = self.member("ben")
        ben.connection.sendall(b"x" * 100000)
        ann.expect("* ben has joined", "* ben has left")

    def test_a_slow_reader_does_not_stop_the_others(self):
        ann = self.member("ann")
        slow = self.member("slow")
        ann.expect("* slow has joined")
        for number in range(N_LINES):
            ann.say("%d %s" % (number, LONG))
            ann.expect("<ann> %d %s" % (number, LONG))
        heard = []
        while not heard or not heard[-1].startswith("* you missed "):
            heard.append(slow.lines.readline())
        n_heard = len(heard) - 1
        n_missed = int(heard[-1].split()[3])
        self.assertGreater(n_missed, 0)
        self.assertEqual([line.split()[1] for line in heard[:-1]], [str(number) for number in range(n_heard)])
        ann.say("still here?")
        while (line := slow.lines.readline()) != "<ann> still here?\n":
            self.assertNotEqual(line, "")


if __name__ == "__main__":
    main()
