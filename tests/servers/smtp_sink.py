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


class Session:
    def __init__(self, reader, writer, sink):
        self.reader, self.writer, self.sink = reader, writer, sink
        self.sender, self.recipients = None, []

    def say(self, text):
        self.writer.write(text.encode() + b"\r\n")

    async def mail(self):
        """What follows DATA, as it was before dots were doubled (RFC 5321 4.5.2)."""
        lines = []
        async for line in self.reader:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def forget(self):
        self.sender, self.recipients = None, []

    async def take_mail(self):
        if not self.recipients:
            self.say("503 first MAIL and RCPT")
            return
        self.say("354 go on, end with a dot")
        number = self.sink.keep(self.sender, self.recipients, await self.mail())
        self.forget()
        await asyncio.sleep(self.sink.delay_s)
        self.say("250 taken as %d" % number)

    async def obey(self, line):
        """One command; False after QUIT."""
        verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
        verb = verb.upper()
        if verb == "EHLO":
            self.say("250-sink\r\n250-8BITMIME\r\n250 SIZE 10000000")
        elif verb == "MAIL":
            self.sender = rest.partition(":")[2].split()[0]
            self.say("250 sender is fine")
        elif verb == "RCPT" and self.sender is None:
            self.say("503 first MAIL")
        elif verb == "RCPT":
            self.recipients.append(rest.partition(":")[2].split()[0])
            self.say("250 recipient is fine")
        elif verb == "DATA":
            await self.take_mail()
        elif verb in ("HELO", "NOOP", "RSET"):
            self.forget()
            self.say("250 sink")
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("502 what is %s?" % verb)
        return True

    async def run(self):
        self.say("220 sink")
        async for line in self.reader:
            if not await self.obey(line):
                break


class Sink:
    def __init__(self, folder, delay_s):
        self.folder, self.delay_s = folder, delay_s
        self.numbers = itertools.count(1)

    def keep(self, sender, recipients, mail):
        number = next(self.numbers)
        path = os.path.join(self.folder, "%d.eml" % number)
        with open(path + ".part", "wb") as file:
            file.write("".join(["X-From: %s\r\n" % sender, *("X-To: %s\r\n" % one for one in recipients)]).encode())
            file.write(mail)
        os.rename(path + ".part", path)  # who sees it sees all of it
        return number

    async def talk(self, reader, writer):
        try:
            await Session(reader, writer, self).run()
        except (ConnectionError, ValueError, IndexError):
            pass  # the client went away, or a line was too long, or MAIL had no address
        finally:
            writer.close()


async def serve(address, delay_s, folder):
    host, port = address.rsplit(":", 1)
    sink = Sink(folder, delay_s)
    server = await asyncio.start_server(sink.talk, host, int(port), backlog=1024, limit=MAX_LINE_BYTES)
    await server.serve_forever()


asyncio.run(serve(sys.argv[1], int(sys.argv[2]) / 1000, sys.argv[3]))
