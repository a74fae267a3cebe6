# SPDX-License-Identifier: Apache-2.0
"""What the tests of desktop clients stand on: steps that are named and counted, a home and a session
of the client's own, and an end to all that it leaves running or mounted.
"""

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import serving

READY_S = 120  # until a client's daemon answers, or a mount is there
STEP_S = 300   # until a program is done
HUNG_S = 400   # until a step that waits for a daemon is given up
APART = "WEFT_TEST_APART"
IN_NAMESPACES = "namespaces"
CERTIFICATES = "/etc/ssl/certs"
PYTHON = "/usr/bin/python3"  # for which Debian has packed the clients that are Python modules

steps_done = []


def live_apart():
    """Go on in namespaces of our own for processes and mounts: what clients start and mount then ends
    with this program, however that ends.  Where the kernel refuses, the tests' cleanups must do."""
    if os.environ.get(APART):
        return
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.getuid() != 0:
        command += ["--user", "--map-root-user"]
    os.environ[APART] = IN_NAMESPACES
    if subprocess.run([*command, "true"], check=False, stderr=subprocess.DEVNULL).returncode != 0:
        command = []
        os.environ[APART] = "refused"
    # The shell is process 1: it waits for daemons whose parents are gone, which umount.davfs looks for.
    command += ["sh", "-c", '"$@"; exit $?', "sh", PYTHON, *sys.argv]
    os.execvp(command[0], command)


def main(client):
    """Run the tests of the program, then tell how many steps @client did."""
    live_apart()
    result = unittest.main(verbosity=0, exit=False).result
    print("%s: %d steps" % (client, len(steps_done)), flush=True)
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)


class DesktopTest(serving.ServingTest):
    """A client at work on a folder that is served; what it needs must be installed."""

    PROGRAMS = ()

    def setUp(self):
        for program in self.PROGRAMS:
            if shutil.which(program) is None:
                self.fail(program + " is not installed: ./dev deps")
        self.folder = self.scratch()
        self.local = self.scratch()
        self.environment = self.make_home()
        self.daemons = []
        self.served = self.serve(self.folder)

    def make_home(self):
        """An environment in which programs find nothing of the user's, and leave nothing."""
        home = self.scratch()
        runtime, temporary = os.path.join(home, "run"), os.path.join(home, "tmp")
        os.mkdir(runtime, 0o700)
        os.mkdir(temporary)
        return {"PATH": os.environ["PATH"], "HOME": home, "XDG_RUNTIME_DIR": runtime,
                "TMPDIR": temporary, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}

    @contextlib.contextmanager
    def step(self, what):
        """One thing that a user does with the client.  A failure names it."""
        began = time.monotonic()
        watchdog = threading.Timer(HUNG_S, self.end_daemons)  # then a call into one of them fails
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        except BaseException as error:
            where = "in step %d, after %.1f s: %s" % (len(steps_done) + 1, time.monotonic() - began, what)
            if type(error).__module__.endswith(".com.sun.star") or hasattr(error, "Message"):
                raise AssertionError("%s\n%s" % (error, where)) from None  # UNO's take no traceback
            error.add_note(where)
            raise
        finally:
            watchdog.cancel()
        steps_done.append(what)
        print("%3d  %-66s %6.2f s" % (len(steps_done), what, time.monotonic() - began), flush=True)

    def run_here(self, *command, **settings):
        return self.run_client(*command, env=self.environment, limit_s=STEP_S, **settings)

    def keep_running(self, *command):
        """Start a daemon in the foreground, which ends with the test; the path of its output."""
        log_path = os.path.join(self.scratch(), "log")
        with open(log_path, "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=subprocess.STDOUT, env=self.environment,
                                       start_new_session=True, preexec_fn=serving.end_with_parent)
        self.daemons.append(process)
        self.addCleanup(end_group, process)
        return log_path

    def end_daemons(self):
        for process in self.daemons:
            os.killpg(process.pid, signal.SIGKILL)

    def wait_until(self, holds, what, limit_s=READY_S):
        """Wait for what another process does on its own time."""
        give_up = time.monotonic() + limit_s
        while not holds():
            if time.monotonic() > give_up:
                self.fail("%s: not after %d s" % (what, limit_s))
            time.sleep(0.02)

    def start_session_bus(self):
        """Services that the bus starts inherit its environment, so HOME must be right here already."""
        path = os.path.join(self.environment["XDG_RUNTIME_DIR"], "bus")
        self.keep_running("dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=unix:path=" + path)
        self.wait_until(lambda: can_connect(path), "the session bus answers")
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=" + path

    def make_certificate(self):
        """Paths of a certificate for this machine, which everybody may read, and of its key."""
        where = self.scratch()
        os.chmod(where, 0o755)
        certificate, key = os.path.join(where, "certificate.pem"), os.path.join(where, "key.pem")
        self.run_client("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key,
                        "-out", certificate)
        return certificate, key

    def trust(self, certificate):
        """Make the system trust @certificate only, as far as this program and its children see it."""
        if os.environ[APART] != IN_NAMESPACES:
            self.skipTest("the kernel refuses namespaces, so what the system trusts stays as it is")
        trusted = self.scratch()
        for name in ("certificate.pem", "ca-certificates.crt"):
            shutil.copy(certificate, os.path.join(trusted, name))
        self.run_client("openssl", "rehash", trusted)
        self.run_client("mount", "--bind", trusted, CERTIFICATES)
        self.addCleanup(self.run_client, "umount", "-l", CERTIFICATES)

    def stored(self, *names):
        """Path of a file as the server has it."""
        return os.path.join(self.folder, *names)

    def assert_stored(self, name, content):
        self.assertTrue(os.path.isfile(self.stored(name)), "%s is not there: %s"
                        % (name, serving.all_names(self.folder)))
        self.assertEqual(serving.read_file(self.stored(name)), content)

    def wait_until_stored(self, name, content):
        """For files of a mount: FUSE tells who closes one before it is uploaded."""
        self.wait_until(lambda: os.path.exists(self.stored(name))
                        and serving.read_file(self.stored(name)) == content, name + " is uploaded")

    def assert_names(self, *names):
        self.assertEqual(serving.all_names(self.folder), sorted(names))


def each_test_is_a_step(tests):
    """For a class of tests whose names say what the one step of each does."""
    def counted(method, what):
        @functools.wraps(method)
        def test(self):
            with self.step(what):
                method(self)
        return test

    for name, method in list(vars(tests).items()):
        if name.startswith("test_"):
            setattr(tests, name, counted(method, name[len("test_"):].replace("_", " ")))
    return tests


def can_connect(path):
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
            return True
        except OSError:
            return False


def end_group(process):
    """End a daemon, and what it has started in its own process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
