#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/mail: what is sent arrives, at a server that takes every mail."""

import email
import email.header
import os
import unittest

from example import free_address, main, program, run, start_servers

TEXT = "See you at nine.\n.\n.. with dots, and ümlauts\n"


class MailTest(unittest.TestCase):
    def setUp(self):
        program("mail")

    def test_a_mail_arrives_as_it_was_sent(self):
        sink = start_servers(self.addCleanup, "SmtpSink")[0]
        run(self, "mail", "smtp://" + sink.address, "ann@weft.test", "ben@weft.test", "Tomorrow", stdin=TEXT)
        run(self, "mail", "smtp://" + sink.address, "ann@weft.test", "eve@weft.test", "Übermorgen", stdin="short")
        with open(os.path.join(sink.mails, "1.eml"), "rb") as file:
            mail = email.message_from_binary_file(file)
        self.assertEqual([mail[name] for name in ("X-From", "X-To", "From", "To", "Subject")],
                         ["<ann@weft.test>", "<ben@weft.test>", "<ann@weft.test>", "<ben@weft.test>", "Tomorrow"])
        self.assertIsNotNone(email.utils.parsedate(mail["Date"]))
        self.assertEqual(mail.get_payload(decode=True).decode(), TEXT)
        with open(os.path.join(sink.mails, "2.eml"), "rb") as file:
            mail = email.message_from_binary_file(file)
        self.assertEqual(str(email.header.make_header(email.header.decode_header(mail["Subject"]))), "Übermorgen")

    def test_what_cannot_be_sent_is_told(self):
        nobody = "smtp://" + free_address()
        complaint = run(self, "mail", nobody, "ann@weft.test", "ben@weft.test", "x", status=1)[1]
        self.assertIn("mail: %s: Failed to connect" % nobody, complaint)
        run(self, "mail", nobody, "ann@weft.test", "ben@weft.test", "x\nBcc: all@weft.test", status=2)


if __name__ == "__main__":
    main()
