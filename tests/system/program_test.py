#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weftdav as a program: what it says at its start, when it refuses, and how it ends."""

import os
import signal
import subprocess
import unittest

import serving

NOBODY = 65534


class ProgramTest(serving.ServingTest):
    def refusal(self, *arguments, prefix=()):
        """What weftdav says when it does not start: one sentence, exit 1 or 2."""
        result = subprocess.run([*prefix, serving.weftdav_program(), *arguments], check=False,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, timeout=serving.START_S)
        self.assertIn(result.returncode, (1, 2), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("weftdav: "), result.stderr)
        return result.stderr

    def test_it_says_what_it_serves_and_where(self):
        folder = self.scratch()
        served = self.serve(folder)
        self.assertIn(folder, served.log())
        self.assertIn(served.address, served.log())

    def test_version_and_help(self):
        self.assertRegex(self.run_client(serving.weftdav_program(), "--version"), r"^weftdav \d+\.\d+")
        text = self.run_client(serving.weftdav_program(), "--help")
        for option in ("--listen", "--read-only", "--workers", "--durability", "--state", "--max-upload",
                       "--access-log", "--log-level", "--version"):
            self.assertIn(option, text)

    def test_two_on_one_port(self):
        folder = self.scratch()
        served = self.serve(folder)
        self.assertIn(served.address, self.refusal("--listen", served.address, folder))
        self.assertEqual(served.request("OPTIONS", "/").status, 200)

    def test_no_such_folder_and_not_a_folder(self):
        folder = self.scratch()
        missing = os.path.join(folder, "missing")
        self.assertIn(missing, self.refusal("--listen", serving.free_address(), missing))
        file = os.path.join(folder, "file")
        serving.write_file(file, b"")
        self.assertIn(file, self.refusal("--listen", serving.free_address(), file))

    def test_wrong_options(self):
        folder = self.scratch()
        self.assertIn("--nonsense", self.refusal("--nonsense", folder))
        self.assertIn("sometimes", self.refusal("--durability", "sometimes", folder))
        self.assertIn("nowhere", self.refusal("--listen", "nowhere", folder))

    def test_beyond_loopback_only_when_asked_for(self):
        folder = self.scratch()
        port = serving.free_address().split(":")[1]
        for address in ("0.0.0.0:" + port, "[::]:" + port):
            self.assertIn("--anonymous", self.refusal("--listen", address, folder))
        served = self.launch([serving.weftdav_program(), "--listen", "0.0.0.0:" + port, "--anonymous",
                              folder], "127.0.0.1:" + port)
        self.assertEqual(served.request("OPTIONS", "/").status, 200)

    def test_read_only(self):
        folder = self.scratch()
        serving.write_file(os.path.join(folder, "a"), b"a")
        served = self.serve(folder, "--read-only")
        self.assertEqual(served.request("GET", "/a").body, b"a")
        for method in ("PUT", "DELETE", "MKCOL", "PROPPATCH"):
            self.assertEqual(served.request(method, "/a").status, 403, method)
        self.assertEqual(serving.all_names(folder), ["a"])

    def test_several_addresses(self):
        folder = self.scratch()
        second = serving.free_address()
        served = self.serve(folder, "--listen", second)
        served.request("PUT", "/a", b"a")
        served.address = second
        self.assertEqual(served.request("GET", "/a").body, b"a")

    def test_a_state_folder_belongs_to_one_server_at_a_time(self):
        folder = self.scratch()
        state = os.path.join(self.scratch(), "state folder")
        first = self.serve(folder, "--state", state)
        self.assertEqual(os.stat(state).st_mode & 0o777, 0o700)
        text = self.refusal("--listen", serving.free_address(), "--state", state, self.scratch())
        self.assertIn(state, text)
        self.assertIn("process %d" % first.process.pid, text)
        first.process.kill()
        first.process.wait()
        second = self.serve(folder, "--state", state)
        self.assertEqual(second.request("OPTIONS", "/").status, 200)

    def test_a_state_folder_that_cannot_be_is_refused(self):
        folder = self.scratch()
        self.assertIn("must not lie in", self.refusal("--state", os.path.join(folder, "state"), folder))
        file = os.path.join(self.scratch(), "file")
        serving.write_file(file, b"")
        self.assertIn(file, self.refusal("--listen", serving.free_address(), "--state", file, folder))

    def test_uploads_have_a_limit_if_set(self):
        served = self.serve(self.scratch(), "--max-upload", "1000")
        self.assertEqual(served.request("PUT", "/fits", b"x" * 1000).status, 201)
        self.assertEqual(served.request("PUT", "/large", b"x" * 1001).status, 413)
        self.assertEqual(served.request("GET", "/large").status, 404)

    def test_access_log(self):
        log = os.path.join(self.scratch(), "access.log")
        served = self.serve(self.scratch(), "--access-log", log)
        served.request("GET", "/nothing")
        self.assertEqual(served.stop(), 0)
        text = serving.read_file(log).decode()
        self.assertIn("GET /nothing", text)
        self.assertIn("404", text)


class EndTest(serving.ServingTest):
    def begin_download(self, served):
        """A download under way: its head and first bytes are read, the rest is to come."""
        connection = served.connect()
        self.addCleanup(connection.close)
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(4096)
        return connection, len(received.split(b"\r\n\r\n", 1)[1])

    def wait_until_it_refuses(self, served):
        """What is in the listen queue when that is closed is reset; what comes later is refused."""
        while True:
            try:
                served.connect().close()
            except ConnectionRefusedError:
                return
            except ConnectionResetError:
                pass

    def start_with_large_file(self):
        folder = self.scratch()
        with open(os.path.join(folder, "large"), "wb") as file:
            file.truncate(64 * serving.MIB)
        return self.serve(folder)

    def test_sigterm_lets_what_is_under_way_finish(self):
        served = self.start_with_large_file()
        connection, n_received = self.begin_download(served)
        served.process.send_signal(signal.SIGTERM)
        self.wait_until_it_refuses(served)
        while True:
            piece = connection.recv(serving.MIB)
            n_received += len(piece)
            if not piece or n_received == 64 * serving.MIB:
                break
        self.assertEqual(n_received, 64 * serving.MIB)
        self.assertEqual(served.process.wait(serving.END_S), 0)

    def test_idle_connections_do_not_hold_up_the_end(self):
        served = self.serve(self.scratch())
        connections = [served.connect() for _ in range(10)]
        for connection in connections:
            self.addCleanup(connection.close)
            connection.sendall(b"OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.recv(4096)
        self.assertEqual(served.stop(), 0)
        for connection in connections:
            self.assertEqual(connection.recv(1), b"")

    def test_a_second_signal_ends_at_once(self):
        served = self.start_with_large_file()
        connection, _ = self.begin_download(served)
        served.process.send_signal(signal.SIGINT)
        self.wait_until_it_refuses(served)
        served.process.send_signal(signal.SIGINT)
        served.process.wait(serving.END_S)
        connection.settimeout(serving.END_S)
        with self.assertRaises((ConnectionResetError, EOFError)):
            while connection.recv(serving.MIB):
                pass
            raise EOFError  # either way the download was cut


@unittest.skipUnless(os.getuid() == 0, "changing the user needs root")
@serving.needs_program("setpriv")
class OrdinaryUserTest(serving.ServingTest):
    PREFIX = ("setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups")

    def setUp(self):
        reachable = subprocess.run([*self.PREFIX, "test", "-x", serving.weftdav_program()], check=False)
        if reachable.returncode != 0:
            self.skipTest("an ordinary user cannot reach the program")
        self.folder = self.scratch()
        os.chmod(self.folder, 0o755)

    def test_it_serves_what_the_user_may(self):
        os.chown(self.folder, NOBODY, NOBODY)
        secret = os.path.join(self.folder, "secret")
        serving.write_file(secret, b"secret")
        os.chmod(secret, 0o600)
        served = self.serve(self.folder, prefix=self.PREFIX)
        self.assertEqual(served.request("PUT", "/a", b"a").status, 201)
        self.assertEqual(served.request("GET", "/a").body, b"a")
        self.assertEqual(served.request("GET", "/secret").status, 403)
        self.assertEqual(os.stat(os.path.join(self.folder, "a")).st_uid, NOBODY)

    def test_a_folder_it_may_not_write_is_refused_unless_read_only(self):
        result = subprocess.run([*self.PREFIX, serving.weftdav_program(), "--listen",
                                 serving.free_address(), self.folder], check=False, capture_output=True,
                                text=True, timeout=serving.START_S)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(self.folder, result.stderr)
        served = self.serve(self.folder, "--read-only", prefix=self.PREFIX)
        self.assertEqual(served.request("PROPFIND", "/", depth="0").status, 207)


if __name__ == "__main__":
    serving.main()
