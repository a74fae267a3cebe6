#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A folder as a ZIP archive, read by the programs that people have."""

import contextlib
import http.client
import os
import stat
import time
import zipfile
import zlib

import serving

PIECE_BYTES = serving.MIB
ZEROS = bytes(PIECE_BYTES)


class ZipTest(serving.ServingTest):
    def setUp(self):
        self.folder = self.scratch()
        self.served = self.serve(self.folder)

    def put(self, path, content):
        where = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        serving.write_file(where, content)
        return where

    def fetch(self, path):
        """The archive, in a file without the blocks that are all zeros; where it is, and its length."""
        where = os.path.join(self.scratch(), "all.zip")
        connection = http.client.HTTPConnection(self.served.address, timeout=serving.END_S)
        self.addCleanup(connection.close)
        connection.request("GET", path)
        response = connection.getresponse()
        self.assertEqual(response.status, 200)
        length = 0
        with open(where, "wb") as file:
            while piece := response.read(PIECE_BYTES):
                if piece == ZEROS[:len(piece)]:
                    file.seek(len(piece), os.SEEK_CUR)
                else:
                    file.write(piece)
                length += len(piece)
            file.truncate(length)
        return where

    def test_it_holds_the_tree(self):
        random = os.urandom(300000)
        program = self.put("Größe 漢字/🧵 run me.sh", b"#!/bin/sh\n")
        self.put("Größe 漢字/deep/er/random", random)
        self.put("Größe 漢字/nothing", b"")
        for size in (65534, 65535, 65536, 131070):
            self.put("Größe 漢字/%d" % size, random[:size])
        os.makedirs(os.path.join(self.folder, "Größe 漢字/empty"))
        os.chmod(program, 0o755)
        os.utime(program, (1234567891, 1234567891))

        where = self.fetch("/Gr%C3%B6%C3%9Fe%20%E6%BC%A2%E5%AD%97/?zip")
        with zipfile.ZipFile(where) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(archive.read("Größe 漢字/deep/er/random"), random)
            self.assertEqual(archive.read("Größe 漢字/nothing"), b"")
            for size in (65534, 65535, 65536, 131070):
                self.assertEqual(archive.read("Größe 漢字/%d" % size), random[:size])
            self.assertTrue(archive.getinfo("Größe 漢字/empty/").is_dir())
            info = archive.getinfo("Größe 漢字/🧵 run me.sh")
            self.assertEqual(stat.S_IMODE(info.external_attr >> 16), 0o755)
            self.assertEqual(info.date_time, time.gmtime(1234567890)[:6])

    @serving.needs_program("unzip")
    def test_unzip_takes_it(self):
        self.put("a/b/c.txt", b"content")
        program = self.put("a/run.sh", b"")
        os.chmod(program, 0o755)
        os.utime(program, (1234567891, 1234567891))
        where = self.fetch("/a/?zip")
        into = self.scratch()
        self.run_client("unzip", "-t", where)
        self.run_client("unzip", "-q", where, "-d", into)
        self.assertEqual(serving.all_names(into), ["a", "a/b", "a/b/c.txt", "a/run.sh"])
        unpacked = os.stat(os.path.join(into, "a/run.sh"))
        self.assertEqual(unpacked.st_mtime, 1234567891)
        self.assertTrue(unpacked.st_mode & stat.S_IXUSR)

    def test_it_can_be_read_from_front_to_back(self):
        """As readers of pipes do: each member is a deflate stream, behind which its length and CRC are."""
        self.put("a", b"x" * 100000)
        with open(self.fetch("/?zip"), "rb") as file:
            data = file.read()
        names = int.from_bytes(data[26:28], "little") + int.from_bytes(data[28:30], "little")
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        content = stream.decompress(data[30 + names:])
        self.assertTrue(stream.eof)
        self.assertEqual(content, b"x" * 100000)
        behind = stream.unused_data
        self.assertEqual(behind[:4], b"PK\x07\x08")
        self.assertEqual(int.from_bytes(behind[4:8], "little"), zlib.crc32(content))

    @serving.without_sanitizer
    def test_more_than_32_bits_hold(self):
        """A member of more than 4 GiB, and one behind it; the server does not grow meanwhile."""
        size = (1 << 32) + 5
        with open(self.put("a/large", b""), "r+b") as file:
            file.truncate(size)
        self.put("a/small", b"small")
        self.served.request("GET", "/a/?zip=no")
        self.served.forget_peak()
        before = self.served.memory_bytes()
        where = self.fetch("/a/?zip")
        self.assertLess(self.served.peak_bytes() - before, 8 * serving.MIB)

        with zipfile.ZipFile(where) as archive:
            large = archive.getinfo("a/large")
            self.assertEqual(large.file_size, size)
            self.assertEqual(large.CRC, 0xb1c2a1a3)  # of so many zeros
            self.assertEqual(archive.read("a/small"), b"small")

    def test_what_changes_its_length_meanwhile_breaks_it_off(self):
        """Nobody is to take half of an archive for all of it."""
        where = self.put("large", b"")
        os.truncate(where, 1 << 32)
        connection = http.client.HTTPConnection(self.served.address, timeout=serving.END_S)
        self.addCleanup(connection.close)
        connection.request("GET", "/?zip")
        response = connection.getresponse()
        response.read(PIECE_BYTES)
        os.truncate(where, 0)
        with self.assertRaises(http.client.IncompleteRead):
            while response.read(PIECE_BYTES):
                pass

    def test_a_client_that_leaves_ends_it(self):
        with open(self.put("large", b""), "r+b") as file:
            file.truncate(1 << 32)
        before = self.n_files_and_sockets()
        with self.served.connect() as connection:
            connection.sendall(b"GET /?zip HTTP/1.1\r\nHost: here\r\n\r\n")
            connection.recv(65536)
        give_up = time.monotonic() + serving.END_S
        while self.n_files_and_sockets() > before and time.monotonic() < give_up:
            time.sleep(0.01)
        self.assertLessEqual(self.n_files_and_sockets(), before)

    def n_files_and_sockets(self):
        """That the server has open; what else it opens comes with its threads, at any time."""
        descriptors = "/proc/%d/fd" % self.served.process.pid
        count = 0
        for name in os.listdir(descriptors):
            with contextlib.suppress(FileNotFoundError):
                target = os.readlink(os.path.join(descriptors, name))
                count += target.startswith(("socket:", self.folder))
        return count


if __name__ == "__main__":
    serving.main()
