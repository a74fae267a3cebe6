# SPDX-License-Identifier: Apache-2.0
"""What the tests of examples stand on: programs of the build, started and ended by the test.

WEFT_BIN is where they are; WEFT_SANITIZE is not empty if they are instrumented.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLES = os.path.join(os.path.dirname(TESTS), "examples")
sys.path[1:1] = [TESTS, os.path.join(TESTS, "servers")]
# pylint: disable=wrong-import-position
from free_address import free_address  # pylint: disable=unused-import
import kinds
import server as real_servers

PATIENCE_S = 120  # bounds what hangs, not what is slow
SKIPPED = 77  # an exit status

SANITIZED = bool(os.environ.get("WEFT_SANITIZE"))


def needs_program(name):
    return unittest.skipUnless(shutil.which(name), name + " is not installed")


def main():
    """Run the tests of the program; 77, which ctest shows as skipped, if none of them could run."""
    result = unittest.main(verbosity=2, exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if len(result.skipped) >= result.testsRun else 0)


def program(name):
    path = os.path.join(os.environ["WEFT_BIN"], name)
    if not os.path.exists(path):
        raise unittest.SkipTest("%s was not built: its library is not installed" % name)
    return path


def host_and_port(address):
    host, port = address.rsplit(":", 1)
    return host, int(port)


def end_with_parent():
    """In a new child: the kernel ends it when the test program dies, however that dies."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def connect(address):
    return socket.create_connection(host_and_port(address), PATIENCE_S)


def read_to_end(connection):
    pieces = []
    while piece := connection.recv(1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def read_exactly(connection, size):
    """Fewer bytes only at the end of the stream."""
    received = b""
    while len(received) < size and (piece := connection.recv(size - len(received))):
        received += piece
    return received


def run(test, name, *words, status=0, stdin=""):
    """The example @name, to its end; its output, and what it complained about."""
    result = subprocess.run([program(name), *words], input=stdin, capture_output=True, text=True, check=False,
                            timeout=PATIENCE_S)
    test.assertEqual(result.returncode, status, result.stdout + result.stderr)
    return result.stdout, result.stderr


def curl(*words):
    """What curl prints; `-w` for more."""
    return subprocess.run(["curl", "--silent", "--show-error", "--max-time", str(PATIENCE_S), *words], check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=2 * PATIENCE_S).stdout


def start_servers(add_cleanup, *names):
    """Real servers of tests/servers/kinds.py."""
    try:
        started = real_servers.start_all(*(getattr(kinds, name)() for name in names))
    except real_servers.NotInstalled as missing:
        raise unittest.SkipTest(str(missing)) from None
    add_cleanup(real_servers.stop_all, *started)
    return started


class Serving:
    """The example @name as a server on @address, while @test runs."""

    def __init__(self, test, address, name, *words):
        self.test = test
        self.process = subprocess.Popen([program(name), *words], stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, preexec_fn=end_with_parent)
        test.addCleanup(self.process.stderr.close)
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        give_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                connect(address).close()
                return
            except ConnectionRefusedError:
                test.assertIsNone(self.process.poll(), "%s ended at its start" % name)
                test.assertLess(time.monotonic(), give_up, "%s does not accept" % name)
                time.sleep(0.01)

    def stop(self):
        """Told to end, it does, and well; what it complained about."""
        self.process.send_signal(signal.SIGTERM)
        complaints = self.process.stderr.read().decode()
        self.test.assertEqual(self.process.wait(PATIENCE_S), 0, complaints)
        return complaints
