#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A mail server that takes everything (RFC 5321, without extensions but SIZE and 8BITMIME) and writes
each mail into a folder.

Usage: smtp_sink.py ADDRESS DELAY_MS FOLDER

Between the end of a mail and the answer pass DELAY_MS.  Mails are FOLDER/1.eml and so on; the envelope is
written above them as X-From and X-To.
"""

import asyncio
import itertools
import os
import sys

MAX_LINE_BYTES = 64 * 1024


class Session(asyncio.Protocol):
    """One connection; commands are methods, by their verbs."""

    def __init__(self, sink):
        self.sink = sink
        self.transport = None
        self.received = b""
        self.mail = None  # its lines so far, between DATA and the dot
        self.sender, self.recipients = None, []

    def connection_made(self, transport):
        self.transport = transport
        self.say("220 sink")

    def say(self, text):
        self.transport.write(text.encode() + b"\r\n")

    def data_received(self, data):
        *lines, self.received = (self.received + data).split(b"\r\n")
        for line in lines:
            if self.mail is not None:
                self.take_line(line)
            else:
                self.obey(line.decode("utf-8", "replace"))
        if len(self.received) > MAX_LINE_BYTES:
            self.transport.abort()

    def take_line(self, line):
        """Of the mail; dots were doubled at the beginnings of lines (RFC 5321 4.5.2)."""
        if line != b".":
            self.mail.append(line[1:] if line.startswith(b".") else line)
            return
        number = self.sink.keep(self.sender, self.recipients, self.mail)
        asyncio.get_running_loop().call_later(self.sink.delay_s, self.say, "250 taken as %d" % number)
        self.forget()

    def forget(self):
        self.mail, self.sender, self.recipients = None, None, []

    def obey(self, line):
        verb, _, rest = line.partition(" ")
        command = self.COMMANDS.get(verb.upper())
        self.say(command(self, rest) if command else "502 what is %s?" % verb)
        if verb.upper() == "QUIT":
            self.transport.close()

    def hello(self, _rest):
        self.forget()
        return "250-sink\r\n250-8BITMIME\r\n250 SIZE 10000000"

    def reset(self, _rest):
        self.forget()
        return "250 done"

    def set_sender(self, rest):
        self.sender = rest.partition(":")[2].partition(" ")[0]
        return "250 sender is fine"

    def add_recipient(self, rest):
        if self.sender is None:
            return "503 first MAIL"
        self.recipients.append(rest.partition(":")[2].partition(" ")[0])
        return "250 recipient is fine"

    def begin_mail(self, _rest):
        if not self.recipients:
            return "503 first MAIL and RCPT"
        self.mail = []
        return "354 go on, end with a dot"

    COMMANDS = {
        "EHLO": hello,
        "HELO": reset,
        "RSET": reset,
        "NOOP": lambda _self, _rest: "250 done",
        "MAIL": set_sender,
        "RCPT": add_recipient,
        "DATA": begin_mail,
        "QUIT": lambda _self, _rest: "221 bye",
    }


class Sink:
    def __init__(self, folder, delay_s):
        self.folder, self.delay_s = folder, delay_s
        self.numbers = itertools.count(1)

    def keep(self, sender, recipients, lines):
        number = next(self.numbers)
        path = os.path.join(self.folder, "%d.eml" % number)
        envelope = ["X-From: " + sender, *("X-To: " + one for one in recipients)]
        with open(path + ".part", "wb") as file:
            file.write(b"\r\n".join([*(line.encode() for line in envelope), *lines, b""]))
        os.rename(path + ".part", path)  # who sees it sees all of it
        return number


async def serve(address, delay_s, folder):
    host, port = address.rsplit(":", 1)
    sink = Sink(folder, delay_s)
    server = await asyncio.get_running_loop().create_server(lambda: Session(sink), host, int(port), backlog=1024)
    await server.serve_forever()


asyncio.run(serve(sys.argv[1], int(sys.argv[2]) / 1000, sys.argv[3]))
