#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weftdav under a supervisor: the words of systemd, sockets that were open before, and SIGHUP."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading

import serving

# Becomes the program with the given descriptors as 3, 4, ..., as a supervisor does it.
BECOME = """
import fcntl, os, sys
fds = [int(one) for one in sys.argv[1].split(",") if one]
copies = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in fds]
for at, copy in enumerate(copies, start=3):
    os.dup2(copy, at)
if not os.environ.get("LISTEN_PID"):
    os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


class SupervisedTest(serving.ServingTest):
    def setUp(self):
        self.folder = self.scratch()
        serving.write_file(os.path.join(self.folder, "file"), b"content")
        self.place = self.scratch()
        path = os.path.join(self.place, "notify")
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.notices.close)
        self.notices.bind(path)
        self.notices.settimeout(serving.START_S)
        self.environment = dict(os.environ, NOTIFY_SOCKET=path)

    def notice(self):
        return self.notices.recv(4096).decode()

    def listening(self, host="127.0.0.1"):
        one = socket.socket()
        self.addCleanup(one.close)
        one.bind((host, 0))
        one.listen(16)
        return one, "127.0.0.1:%d" % one.getsockname()[1]

    def start(self, address, *arguments, sockets=(), **variables):
        """A server under our supervision; it has not said yet that it is ready."""
        environment = dict(self.environment, LISTEN_FDS=str(len(sockets)), **variables)
        numbers = ",".join(str(one.fileno()) for one in sockets)
        log_path = os.path.join(self.scratch(), "log")
        with open(log_path, "wb") as log:
            # pylint: disable=consider-using-with
            process = subprocess.Popen(
                [sys.executable, "-c", BECOME, numbers, serving.weftdav_program(), *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment,
                pass_fds=[one.fileno() for one in sockets])
        served = serving.Served(process, address, log_path)
        self.addCleanup(self.end, served, self.folder)
        return served

    def write_config(self, *lines):
        path = os.path.join(self.place, "weftdav.conf")
        serving.write_file(path, "\n".join(["[weftdav]", "directory = " + self.folder, *lines, ""])
                           .encode())
        return path

    def reload(self, served):
        """SIGHUP, until it is over."""
        served.process.send_signal(signal.SIGHUP)
        self.assertRegex(self.notice(), r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
        self.assertEqual(self.notice(), "READY=1")

    def wait_for_end(self, served):
        return served.process.wait(serving.END_S)

    def test_the_supervisor_hears_of_start_and_end(self):
        address = serving.free_address()
        served = self.start(address, "--listen", address, self.folder)
        self.assertEqual(self.notice(), "READY=1")
        self.assertEqual(served.request("GET", "/file").body, b"content")
        served.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.notice(), "STOPPING=1")
        self.assertEqual(self.wait_for_end(served), 0)

    def test_sockets_that_were_open_are_served_in_place_of_our_own(self):
        first, address = self.listening()
        second, other_address = self.listening()
        metrics, metrics_address = self.listening()
        served = self.start(address, "--workers", "2", self.folder, sockets=[first, metrics, second],
                            LISTEN_FDNAMES="web:metrics:web")
        self.assertEqual(self.notice(), "READY=1")
        self.assertEqual(served.request("GET", "/file").body, b"content")
        served.address = other_address
        self.assertEqual(served.request("GET", "/file").body, b"content")
        served.address = metrics_address
        self.assertIn(b"weftdav_http_requests_total", served.request("GET", "/metrics").body)
        self.assertNotIn(":8080", served.log())
        self.assertEqual(served.stop(), 0)

    def test_a_unix_socket_of_others_is_left_to_them(self):
        path = os.path.join(self.place, "socket")
        given = socket.socket(socket.AF_UNIX)
        self.addCleanup(given.close)
        given.bind(path)
        given.listen(4)
        served = self.start(path, self.folder, sockets=[given])
        self.assertEqual(self.notice(), "READY=1")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(b"GET /file HTTP/1.0\r\n\r\n")
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 200 "))
        self.assertEqual(served.stop(), 0)
        self.assertTrue(os.path.exists(path))

    def test_an_open_socket_that_others_reach_needs_anonymous_too(self):
        given, address = self.listening("0.0.0.0")
        served = self.start(address, self.folder, sockets=[given])
        self.assertEqual(self.wait_for_end(served), 1)
        self.assertIn("--anonymous", served.log())
        served = self.start(address, "--anonymous", self.folder, sockets=[given])
        self.assertEqual(self.notice(), "READY=1")
        self.assertEqual(served.request("GET", "/file").body, b"content")

    def test_the_watchdog_hears_that_all_is_well(self):
        address = serving.free_address()
        served = self.start(address, "--listen", address, self.folder, WATCHDOG_USEC="30000")
        self.assertEqual(self.notice(), "READY=1")
        for _ in range(3):
            self.assertEqual(self.notice(), "WATCHDOG=1")
        self.assertEqual(served.request("GET", "/file").body, b"content")

    def test_the_watchdog_of_another_process_is_not_ours(self):
        address = serving.free_address()
        served = self.start(address, "--listen", address, self.folder, WATCHDOG_USEC="30000",
                            WATCHDOG_PID="1")
        self.assertEqual(self.notice(), "READY=1")
        self.assertEqual(served.stop(), 0)
        self.assertEqual(self.notice(), "STOPPING=1")

    def test_variables_for_another_process_are_not_ours(self):
        given, _ = self.listening()
        address = serving.free_address()
        served = self.start(address, "--listen", address, self.folder, sockets=[given],
                            LISTEN_PID="1")
        self.assertEqual(self.notice(), "READY=1")
        self.assertEqual(served.request("GET", "/file").body, b"content")

    def start_with_config(self, *lines):
        address = serving.free_address()
        served = self.start(address, "--config", self.write_config(*lines), "--listen", address)
        self.assertEqual(self.notice(), "READY=1")
        return served

    def test_a_reload_reopens_the_access_log(self):
        # With one worker: a line is written behind its answer, and others would not wait for it.
        served = self.start_with_config("access-log = access.log", "workers = 1")
        log = os.path.join(self.place, "access.log")
        served.request("GET", "/file?before")
        os.rename(log, log + ".1")
        served.request("GET", "/file?between")
        self.reload(served)
        served.request("GET", "/file?after")
        self.assertEqual(served.stop(), 0)
        old, new = serving.read_file(log + ".1").decode(), serving.read_file(log).decode()
        self.assertIn("?before", old)
        self.assertIn("?between", old)
        self.assertNotIn("?after", old)
        self.assertEqual(new.count("\n"), 1)
        self.assertIn("?after", new)

    def test_a_reload_changes_what_it_can_and_names_the_rest(self):
        served = self.start_with_config("log-level = error")
        self.write_config("log-level = info", "max-upload = 10", "workers = 7")
        self.reload(served)
        self.assertIn("max-upload has changed: that waits for the next start", served.log())
        self.assertIn("workers has changed", served.log())
        self.assertIn("info reload: done", served.log())
        self.assertNotIn("log-level has changed", served.log())

    def test_a_bad_configuration_is_refused_and_the_old_one_stays(self):
        served = self.start_with_config("access-log = access.log")
        path = self.write_config("max-upload = much", "wrkers = 2")
        self.reload(served)
        self.assertIn('%s, line 3: bad size "much" for max-upload' % path, served.log())
        self.assertIn('line 4: no key "wrkers" in [weftdav]: did you mean "workers"?', served.log())
        self.assertIn("refused; all stays as it was", served.log())
        self.assertEqual(served.request("GET", "/file").body, b"content")
        os.unlink(path)
        self.reload(served)
        self.assertIn("No such file", served.log())
        self.write_config("access-log = access.log")
        self.reload(served)
        self.assertIn("reload: done", served.log())

    def ask_until(self, served, is_over, statuses):
        connection = http.client.HTTPConnection(served.address, timeout=serving.END_S)
        while not is_over.is_set():
            connection.request("GET", "/file")
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        connection.close()

    def test_no_request_is_lost_in_reloads(self):
        served = self.start_with_config("access-log = access.log", "workers = 2")
        is_over = threading.Event()
        statuses = []
        askers = [threading.Thread(target=self.ask_until, args=(served, is_over, statuses))
                  for _ in range(4)]
        for asker in askers:
            asker.start()
        for _ in range(20):
            self.reload(served)
        is_over.set()
        for asker in askers:
            asker.join()
        self.assertEqual(set(statuses), {200})
        self.assertEqual(served.stop(), 0)
        lines = serving.read_file(os.path.join(self.place, "access.log")).count(b"\n")
        self.assertEqual(lines, len(statuses))


if __name__ == "__main__":
    serving.main()
