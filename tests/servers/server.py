# SPDX-License-Identifier: Apache-2.0
"""A real server for a test: on a free port, in a folder of its own, as an ordinary user; it ends with the
test, however that ends (keeper.py).  kinds.py has the servers there are."""

import atexit
import functools
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(1, os.path.dirname(HERE))
from free_address import free_address  # pylint: disable=wrong-import-position

NOBODY = 65534
START_S = 120  # bounds what hangs, not what is slow
LIBRARIES = "usr/lib/%s-linux-gnu" % os.uname().machine

class NotInstalled(Exception):
    """Neither installed nor unpacked (./dev test unpacks them)."""


def nobody_can_enter(folder):
    """Whether other users reach @folder."""
    while folder != "/":
        if not os.stat(folder).st_mode & 1:
            return False
        folder = os.path.dirname(folder)
    return True


@functools.lru_cache(maxsize=None)
def unpacked_root():
    """Where packages were unpacked; a copy of it if the tree lies where only root comes."""
    root = os.environ.get("WEFT_SERVERS") or os.path.join(TREE, "build", "servers")
    if os.getuid() != 0 or not os.path.isdir(root) or nobody_can_enter(root):
        return root
    place = tempfile.mkdtemp(prefix="weft-servers-")
    atexit.register(shutil.rmtree, place)
    os.chmod(place, 0o755)
    shutil.copytree(root, os.path.join(place, "root"), symlinks=True, ignore=shutil.ignore_patterns("*.deb"))
    return os.path.join(place, "root")


def root_with(path):
    """The folder under which the package with @path lies: "/", or where packages were unpacked."""
    for root in (unpacked_root(), "/"):
        if os.path.exists(os.path.join(root, path)):
            return root
    raise NotInstalled("/%s is neither installed nor unpacked" % path)


def free_port():
    return int(free_address().rsplit(":", 1)[1])


def write_file(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Server:
    """Start it with `with`, or start_all(); then `host`, `port` and `address` are where it answers."""

    PROGRAM = None            # a path below the root of its package
    QUESTION = b""            # what it is asked to see whether it answers,
    ANSWER = b""              # and how its answer begins; bytes that may differ are in between
    END_SIGNAL = signal.SIGKILL  # nothing that it keeps is needed again
    USER = os.getuid() or NOBODY  # many refuse to be root

    def __init__(self):
        self.root = root_with(self.PROGRAM) if self.PROGRAM else "/"
        self.host, self.port = "127.0.0.1", free_port()
        self.address = "%s:%d" % (self.host, self.port)
        self.folder = None
        self.keeper = None
        self.log_path = None

    def path(self, *names):
        """Of a file in the server's own folder."""
        return os.path.join(self.folder, *names)

    def package(self, name):
        """Of a file of the server's package, or of those that it depends on."""
        inside = os.path.join(self.root, name)
        return inside if os.path.exists(inside) else os.path.join("/", name)

    def command(self):
        """What starts it; may write files into the folder before."""
        raise NotImplementedError

    def environment(self):
        libraries = [self.package(LIBRARIES)] if self.root != "/" else []
        return {"HOME": self.folder, "PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC0",
                "LD_LIBRARY_PATH": ":".join(libraries)}

    def begin(self):
        self.folder = tempfile.mkdtemp(prefix="weft-%s-" % type(self).__name__.lower(), dir="/tmp")
        self.log_path = self.path("log")
        keeper = [sys.executable, os.path.join(HERE, "keeper.py"), self.folder, self.log_path,
                  str(int(self.END_SIGNAL)), str(self.USER)]
        try:
            command = [*keeper, *self.command()]
            # pylint: disable=consider-using-with
            self.keeper = subprocess.Popen(command, env=self.environment(), stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE)
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        return self

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return "it could not even be started"

    def has_ended(self):
        return bool(select.select([self.keeper.stdout], [], [], 0)[0])

    def answers(self):
        try:
            with socket.create_connection((self.host, self.port), 5) as connection:
                connection.sendall(self.QUESTION)
                connection.settimeout(5)
                received = b""
                while len(received) < 4096 and self.ANSWER not in received:
                    piece = connection.recv(4096)
                    if not piece:
                        return False
                    received += piece
                return True
        except OSError:
            return False

    def wait_until_it_answers(self):
        give_up = time.monotonic() + START_S
        while not self.answers():
            if self.has_ended() or time.monotonic() > give_up:
                log = self.log()
                self.stop()
                raise AssertionError("%s does not start:\n%s" % (type(self).__name__, log[-4000:]))
            time.sleep(0.02)
        return self

    def stop(self):
        """Returns when all its processes and its folder are gone."""
        if self.keeper is None:
            return
        self.keeper.stdin.close()
        self.keeper.stdout.read()
        self.keeper.stdout.close()
        self.keeper.wait()
        self.keeper = None

    def __enter__(self):
        return self.begin().wait_until_it_answers()

    def __exit__(self, *_exception):
        self.stop()


def start_all(*servers):
    """Start them side by side; returns when all answer.  They end with this process, if not before."""
    for server in servers:
        server.begin()
    for server in servers:
        server.wait_until_it_answers()
    return servers


def stop_all(*servers):
    for server in servers:
        server.stop()
