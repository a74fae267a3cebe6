#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weftctl beside a running weftdav: what it shows, what it changes, and who may ask."""

import contextlib
import json
import os
import resource
import shutil
import socket
import stat
import subprocess
import unittest

import serving


class ControlTest(serving.ServingTest):
    def setUp(self):
        self.folder = self.scratch()
        self.socket = os.path.join(self.scratch(), "control")
        self.served = self.serve(self.folder, "--control", "unix:" + self.socket, "--workers", "2")

    def ask(self, *words, check=True):
        return self.run_client(serving.test_program("weftctl"), "-s", self.socket, *words, check=check)

    def ask_json(self, *words):
        return json.loads(self.ask("--json", *words))

    def test_status_tells_what_runs(self):
        status = self.ask_json("status")
        self.assertEqual(status["program"], "weftdav")
        self.assertEqual(status["pid"], self.served.process.pid)
        self.assertEqual([one["address"] for one in status["listeners"]],
                         [self.served.address, "unix:" + self.socket])
        self.assertEqual(status["log_level"], "info")
        self.assertGreater(status["n_accepted"], 0)
        self.assertIn("listens on " + self.served.address, self.ask("status"))

    def test_connections_are_listed_idle_ones_too(self):
        with self.served.connect() as client:
            client.sendall(b"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n")
            client.recv(4096)
            mine = "%s:%d" % client.getsockname()
            while True:  # parked a moment after the answer
                listed = {one["peer"]: one for one in self.ask_json("connections")}
                if listed[mine]["is_parked"]:
                    break
            self.assertEqual(listed[mine]["protocol"], "http")
            self.assertGreater(listed[mine]["n_received_bytes"], 0)
            self.assertGreater(listed[mine]["n_sent_bytes"], 0)
            self.assertIn(mine, self.ask("connections"))
            self.assertEqual(len(self.ask_json("connections", "--limit", "1")), 1)

    def test_fibers_have_stacks(self):
        fibers = self.ask_json("fibers")
        self.assertIn("accept", [one["name"] for one in fibers])
        self.assertTrue(all(one["frames"] for one in fibers if one["state"].startswith("parked")))
        self.assertIn('"accept" parked in accept', self.ask("fibers"))

    def test_metrics_count_requests(self):
        before = {one["name"]: one["value"] for one in self.ask_json("metrics")}
        for _ in range(3):
            self.served.request("GET", "/")
        while True:  # a request is counted behind its answer
            after = {one["name"]: one["value"] for one in self.ask_json("metrics")}
            if after["http.requests"] == before["http.requests"] + 3:
                break
        self.assertIn("http.requests", self.ask("top", "--rounds", "1", "--interval", "10"))

    def test_the_log_level_can_be_changed(self):
        self.ask("log-level", "debug")
        self.assertEqual(self.ask("log-level").strip(), "debug")
        self.assertIn('"loud" is none of', self.ask("log-level", "loud", check=False))
        self.assertEqual(self.ask_json("status")["log_level"], "debug")

    def test_drain_ends_the_server_in_peace(self):
        self.ask("drain")
        self.assertEqual(self.served.process.wait(serving.END_S), 0)
        self.assertFalse(os.path.exists(self.socket))
        self.assertIn("connect to", self.ask("status", check=False))

    def test_the_socket_is_for_its_user_alone(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.socket).st_mode), 0o600)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "not root, or no setpriv")
    def test_another_user_is_refused_whatever_the_mode(self):
        os.chmod(self.socket, 0o666)
        os.chmod(os.path.dirname(self.socket), 0o755)
        program = shutil.copy(serving.test_program("weftctl"), os.path.dirname(self.socket))
        answer = self.run_client("setpriv", "--reuid", "65534", "--clear-groups", program,
                                 "-s", self.socket, "status", check=False)
        self.assertIn("only the server's own user and root may ask", answer)

    def test_nonsense_harms_nobody(self):
        for nonsense in (b"\0\0\0\0", b"\x7f\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n", b"\x80\x01\0\1\xff\xff\xff\xff"):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(self.socket)
                client.sendall(nonsense)
                self.assertEqual(client.recv(100), b"")
        self.ask("status")

    @serving.without_sanitizer
    def test_an_idle_connection_takes_half_a_kilobyte(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        n_clients = min(10000, (hard - 200) // 2)
        health = b"\x80\x01\0\1\0\0\0\x0bweft.health\0\0\0\1\0"
        call = len(health).to_bytes(4, "big") + health
        with contextlib.ExitStack() as clients:
            def connect(n):
                for _ in range(n):
                    client = clients.enter_context(socket.socket(socket.AF_UNIX))
                    client.connect(self.socket)
                    client.sendall(call)
                    self.assertIn(b"weft.health", client.recv(100))

            connect(n_clients // 10)
            before = self.served.memory_bytes()
            connect(n_clients)
            self.assertGreaterEqual(self.ask_json("status")["n_parked"], n_clients)
            self.assertLessEqual((self.served.memory_bytes() - before) // n_clients, 512)

    def test_usage_errors_are_told(self):
        for words in ((), ("nonsense",), ("status", "more"), ("log-level", "a", "b")):
            asked = subprocess.run([serving.test_program("weftctl"), *words], capture_output=True,
                                   check=False)
            self.assertEqual(asked.returncode, 2)
            self.assertIn(b"weftctl --help", asked.stderr)
        with self.subTest("where a control socket can be"):
            asked = subprocess.run([serving.weftdav_program(), "--control", "127.0.0.1:1"],
                                   capture_output=True, check=False)
            self.assertEqual(asked.returncode, 2)
            self.assertIn(b"unix:/PATH", asked.stderr)


if __name__ == "__main__":
    serving.main()
