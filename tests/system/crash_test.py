#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is left when the server is killed in the middle, or the client goes away."""

import os
import threading
import time

import serving

N_KILLS = 10
N_WRITERS = 4
PROMISED = 128 * serving.MIB
SENT = 64 * serving.MIB  # far more than sockets buffer: the server has begun to write


class CrashTest(serving.ServingTest):
    def setUp(self):
        self.folder = self.scratch()

    def start(self):
        return self.serve(self.folder, "--durability", "process")

    def begin_upload(self, served, path):
        """An upload that stands in its middle."""
        connection = served.connect()
        self.addCleanup(connection.close)
        connection.sendall(b"PUT %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
                           % (path.encode(), PROMISED))
        piece = b"n" * serving.MIB
        for _ in range(SENT // len(piece)):
            connection.sendall(piece)
        return connection

    def wait_for_names(self, names):
        """The sweep at the start may run beside the first requests."""
        give_up = time.monotonic() + serving.END_S
        while serving.all_names(self.folder) != names and time.monotonic() < give_up:
            time.sleep(0.01)
        self.assertEqual(serving.all_names(self.folder), names)

    def test_a_kill_in_the_middle_of_an_upload_leaves_the_old_file(self):
        served = self.start()
        self.assertEqual(served.request("PUT", "/file", b"old content").status, 201)
        self.begin_upload(served, "/file")
        self.begin_upload(served, "/new")
        served.kill()
        self.assertEqual(serving.read_file(os.path.join(self.folder, "file")), b"old content")
        served = self.start()
        self.wait_for_names(["file"])
        self.assertEqual(served.request("GET", "/file").body, b"old content")
        self.assertEqual(served.request("GET", "/new").status, 404)

    def test_a_client_that_goes_away_leaves_the_old_file(self):
        served = self.start()
        served.request("PUT", "/file", b"old content")
        for path in ("/file", "/new"):
            self.begin_upload(served, path).close()
        self.wait_for_names(["file"])
        self.assertEqual(served.request("GET", "/file").body, b"old content")

    def write_until_it_dies(self, served, number):
        """Overwrite one file over and over, copy it, move the copy; note what was confirmed."""
        version = self.versions[number]
        try:
            while True:
                body = b"%08d" % version * (1 + version % 5 * 4000)
                if served.request("PUT", "/file%d" % number, body).status not in (201, 204):
                    return
                self.versions[number] = version
                version += 1
                target = "%scopy%d" % (served.url, number)
                served.request("COPY", "/file%d" % number, destination=target)
                served.request("MOVE", "/copy%d" % number, destination=target + "-moved")
        except OSError:
            return

    def test_kills_under_load_leave_whole_files_and_lose_nothing_confirmed(self):
        self.versions = [1] * N_WRITERS
        for kill in range(N_KILLS):
            served = self.start()
            writers = [threading.Thread(target=self.write_until_it_dies, args=(served, number))
                       for number in range(N_WRITERS)]
            for writer in writers:
                writer.start()
            begin = list(self.versions)
            while sum(self.versions) < sum(begin) + 5 + 7 * kill and served.process.poll() is None:
                time.sleep(0.001)
            served.kill()
            for writer in writers:
                writer.join()
            self.check_files()
        self.start()
        known = [kind % number for number in range(N_WRITERS)
                 for kind in ("file%d", "copy%d", "copy%d-moved")]
        give_up = time.monotonic() + serving.END_S
        while set(serving.all_names(self.folder)) - set(known) and time.monotonic() < give_up:
            time.sleep(0.01)
        self.assertEqual(set(serving.all_names(self.folder)) - set(known), set())

    def check_files(self):
        for number in range(N_WRITERS):
            for kind in ("file%d", "copy%d", "copy%d-moved"):
                path = os.path.join(self.folder, kind % number)
                if not os.path.exists(path):
                    self.assertNotEqual(kind, "file%d", "a confirmed file is gone")
                    continue
                content = serving.read_file(path)
                version = int(content[:8])
                self.assertEqual(content, b"%08d" % version * (1 + version % 5 * 4000), "torn: " + path)
                if kind == "file%d":
                    self.assertGreaterEqual(version, self.versions[number], "an answer was forgotten")


if __name__ == "__main__":
    serving.main()
