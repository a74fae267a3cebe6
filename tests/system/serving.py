# SPDX-License-Identifier: Apache-2.0
"""What the system tests stand on: the weftdav that was just built, serving a folder on a free port.

WEFTDAV_BUILT is the program (ctest sets it), WEFTDAV another one to test instead; WEFT_BIN is where
the tests' own programs are; WEFT_SANITIZE is not empty if they are instrumented.
"""

import ctypes
import http.client
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from free_address import free_address  # pylint: disable=wrong-import-position,unused-import

# These bound what hangs, not what is slow: a machine that does other things, too, passes.
START_S = 120   # until a server answers
END_S = 120     # until it has ended
CLIENT_S = 600  # until a client has done one thing
SKIPPED = 77  # an exit status
MIB = 1024 * 1024
STAGING = ".weft-staging"  # on the disk while a server runs, if it needs one; no client sees it

without_sanitizer = unittest.skipIf(os.environ.get("WEFT_SANITIZE"), "a sanitizer has memory of its own")


def needs_program(name):
    return unittest.skipUnless(shutil.which(name), name + " is not installed")


def weftdav_program():
    return os.environ.get("WEFTDAV") or os.environ["WEFTDAV_BUILT"]


def test_program(name):
    """A program of the tests themselves: davload, store_server, slow_fuse."""
    return os.path.join(os.environ["WEFT_BIN"], name)


def host_and_port(address):
    host, port = address.rsplit(":", 1)
    return host, int(port)


def end_with_parent():
    """In a new child: the kernel ends it when the test program dies, however that dies."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def prepare_server():
    end_with_parent()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main():
    """Run the tests of the program; 77, which ctest shows as skipped, if none of them could run."""
    result = unittest.main(verbosity=2, exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if len(result.skipped) >= result.testsRun else 0)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.fields = response.headers
        self.body = response.read()


class Served:
    """A server process that answers at @address."""

    def __init__(self, process, address, log_path, certificate=None):
        """@certificate: of a server that speaks TLS."""
        self.process = process
        self.address = address
        self.log_path = log_path
        self.certificate = certificate
        self.url = "%s://%s/" % ("https" if certificate else "http", address)

    def wait_until_it_answers(self):
        """Not only accepts: the kernel does that for a port that is bound, before anybody serves it."""
        give_up = time.monotonic() + START_S
        while True:
            try:
                self.request("OPTIONS", "/")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > give_up:
                    raise AssertionError("the server does not start:\n" + self.log()) from None
                time.sleep(0.01)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_until_it_logs(self, text):
        give_up = time.monotonic() + END_S
        while text not in self.log():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise AssertionError("the server does not log %r:\n%s" % (text, self.log()))
            time.sleep(0.01)

    def connect(self):
        return socket.create_connection(host_and_port(self.address), END_S)

    def request(self, method, path, body=None, **fields):
        """One request on a connection of its own; fields: depth="1", if_match=..."""
        if self.certificate:
            trust = ssl.create_default_context(cafile=self.certificate)
            connection = http.client.HTTPSConnection(self.address, timeout=END_S, context=trust)
        else:
            connection = http.client.HTTPConnection(self.address, timeout=END_S)
        try:
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            connection.request(method, path, body=body, headers=headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def memory_bytes(self, field="VmRSS"):
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
        raise AssertionError("the server is gone:\n" + self.log())

    def forget_peak(self):
        """From now on peak_bytes() counts anew (proc(5): clear_refs, 5)."""
        with open("/proc/%d/clear_refs" % self.process.pid, "w", encoding="ascii") as file:
            file.write("5")

    def peak_bytes(self):
        return self.memory_bytes("VmHWM")

    def stop(self):
        """SIGTERM; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_S)

    def kill(self):
        self.process.kill()
        self.process.wait()


class ServingTest(unittest.TestCase):
    """A test with servers and folders of its own, which end with it."""

    maxDiff = None

    def scratch(self, where=None):
        folder = tempfile.mkdtemp(prefix="weft-test-", dir=where)
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def roomy_scratch(self, room_bytes):
        """A folder in memory if that has room, otherwise where temporary files go."""
        if os.path.isdir("/dev/shm"):
            room = os.statvfs("/dev/shm")
            memory = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
            if min(room.f_bavail * room.f_frsize, memory) > room_bytes * 3 // 2:
                return self.scratch("/dev/shm")
        return self.scratch()

    def launch(self, command, address, folder=None, certificate=None):
        """Start a server; @folder: the one it serves, which must be clean of its staging at the end."""
        log_path = os.path.join(self.scratch(), "log")
        with open(log_path, "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=subprocess.STDOUT, preexec_fn=prepare_server)
        served = Served(process, address, log_path, certificate)
        self.addCleanup(self.end, served, folder)
        served.wait_until_it_answers()
        return served

    def end(self, served, folder):
        """At the end of a test its server must end in peace when told, unless the test ended it."""
        if served.process.poll() is not None:
            return
        status = served.stop()
        if status != 0:
            self.fail("the server ended with %d:\n%s" % (status, served.log()))
        if folder is not None:
            self.assertNotIn(STAGING, os.listdir(folder))

    def serve(self, folder, *options, prefix=(), address=None, certificate=None):
        address = address or free_address()
        return self.launch([*prefix, weftdav_program(), "--listen", address, *options, folder], address,
                           folder, certificate)

    def run_client(self, *command, text_in="", check=True, limit_s=CLIENT_S, **settings):
        """Run a client to its end; its output, both streams.  Through files: a daemon that a client
        leaves behind would keep a pipe open."""
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as said:
            asked.write(text_in.encode())
            asked.seek(0)
            with subprocess.Popen(command, stdin=asked, stdout=said, stderr=subprocess.STDOUT,
                                  start_new_session=True, preexec_fn=end_with_parent,
                                  **settings) as process:
                try:
                    status = process.wait(limit_s)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    status = "not done after %d s" % limit_s
            said.seek(0)
            output = said.read().decode(errors="replace")
        if (check and status != 0) or isinstance(status, str):
            self.fail("%s: exit %s\n%s" % (" ".join(command), status, output))
        return output


def write_file(path, content):
    with open(path, "wb") as file:
        file.write(content)


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def all_names(folder):
    """Every name below @folder, hidden ones included, relative to it; staging folders aside, but not
    the files in them: an upload that is not under way must have none."""
    names = [os.path.relpath(os.path.join(where, name), folder)
             for where, folders, files in os.walk(folder)
             for name in files + [one for one in folders if STAGING not in os.path.join(where, one)]]
    return sorted(names)
