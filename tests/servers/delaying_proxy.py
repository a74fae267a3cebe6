#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Passes TCP connections on; what comes back arrives a while later.  For servers that cannot be asked to
wait.

Usage: delaying_proxy.py ADDRESS SERVER_ADDRESS DELAY_MS
"""

import asyncio
import sys


class Side(asyncio.Protocol):
    """One end of a connection that is passed on; what it receives goes to the other."""

    def __init__(self, delay_s):
        self.delay_s = delay_s
        self.transport = None
        self.other = None
        self.early = []  # received before there was another end

    def connection_made(self, transport):
        self.transport = transport

    def later(self, function, *arguments):
        if self.delay_s > 0:
            asyncio.get_running_loop().call_later(self.delay_s, function, *arguments)
        else:
            function(*arguments)

    def data_received(self, data):
        if self.other is None:
            self.early.append(data)
        else:
            self.later(self.other.write, data)

    def write(self, data):
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def connection_lost(self, _reason):
        if self.other is not None:
            self.later(self.other.close)

    def close(self):
        if self.transport is not None:
            self.transport.close()

    def join(self, other):
        self.other = other
        for data in self.early:
            self.later(other.write, data)
        if self.transport.is_closing():
            other.close()


class Client(Side):
    """Who connected to the proxy; its questions pass at once."""

    def __init__(self, server_address, delay_s):
        super().__init__(0)
        self.server_address = server_address
        self.answer_delay_s = delay_s
        self.joining = None

    def connection_made(self, transport):
        super().connection_made(transport)
        self.joining = asyncio.ensure_future(self.connect())

    async def connect(self):
        host, port = self.server_address.rsplit(":", 1)
        loop = asyncio.get_running_loop()
        try:
            _, server = await loop.create_connection(lambda: Side(self.answer_delay_s), host, int(port))
        except OSError:
            self.close()
            return
        server.join(self)
        self.join(server)


async def serve(address, server_address, delay_s):
    host, port = address.rsplit(":", 1)
    server = await asyncio.get_running_loop().create_server(
        lambda: Client(server_address, delay_s), host, int(port), backlog=1024)
    await server.serve_forever()


asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3]) / 1000))
