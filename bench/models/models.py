# SPDX-License-Identifier: Apache-2.0
"""The models as running programs, and the load on them."""

import json
import os
import re
import signal
import subprocess
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers"))
import peers  # pylint: disable=wrong-import-position

FOLDER = os.path.dirname(os.path.abspath(__file__))
TITLES = {"fork": "fork per connection", "threads": "thread per connection",
          "events": "state machine on libevent", "fibers": "fibers on weft"}
SERVER_CORE, LOAD_CORE = 1, 0
KERNEL_STACK_BYTES = 16 * 1024  # of a task: THREAD_SIZE on x86-64 and arm64


def on_core(core):
    first = ["nice", "-n", "-10"] if os.geteuid() == 0 else []
    return first + (["taskset", "-c", str(core)] if (os.cpu_count() or 1) > core else [])


def count_lines(path):
    """Lines with something on them that is no comment."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
    return sum(1 for line in text.splitlines() if line.strip())


def number_in(path, name):
    """The number behind @name in a file of /proc; 0 if there is none."""
    for line in peers.read_text(path).splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0


class Model(peers.Server):
    """A server; its processes are a process group of its own."""

    def __init__(self, programs, folder, name):
        super().__init__(folder, folder, 1)
        self.name = name
        self.folder = folder
        self.programs = os.path.abspath(programs)

    def command(self):
        port = self.address if self.name == "fibers" else str(self.port)
        return on_core(SERVER_CORE) + [os.path.join(self.programs, "model_" + self.name), port]

    def version(self):
        return ""

    def start(self):
        self.port = peers.free_port()
        with open(os.path.join(self.folder, "output"), "wb") as output:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, start_new_session=True)
        self.wait_until_it_accepts()

    def stop(self):
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def sum_of_processes(self, count):
        """Of @count(pid); without those that end meanwhile."""
        total = 0
        for pid in self.pids():
            try:
                total += count(pid)
            except (FileNotFoundError, ProcessLookupError):
                pass
        return total

    def cpu_s(self):
        """Of all its tasks that live, to the nanosecond: a process of many has used but a little."""
        def count_ns(pid):
            return sum(int(peers.read_text("/proc/%d/task/%s/schedstat" % (pid, task)).split()[0])
                       for task in os.listdir("/proc/%d/task" % pid))
        return self.sum_of_processes(count_ns) / 1e9

    def memory_bytes(self):
        return self.sum_of_processes(
            lambda pid: number_in("/proc/%d/smaps_rollup" % pid, "Pss:") * 1024)

    def kernel_bytes(self):
        """What the kernel holds for its tasks: their stacks, and page tables."""
        return self.sum_of_processes(
            lambda pid: int(peers.process_stat(pid)[17]) * KERNEL_STACK_BYTES +
            number_in("/proc/%d/status" % pid, "VmPTE:") * 1024)


class Load:
    """The load generator: connected once it is made, and until it is closed."""

    def __init__(self, programs, server, n_connections, seconds, puts_keys=False):
        program = os.path.join(os.path.abspath(programs), "modelload")
        self.process = subprocess.Popen(
            on_core(LOAD_CORE) + [program, "-c", str(n_connections), "-t", str(seconds),
                                  *(["-k"] if puts_keys else []), str(server.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            self.close()
            raise RuntimeError("%s does not serve %d connections" % (server.name, n_connections))

    def run(self):
        """Send; returns what was counted, with all connections still open."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the load failed")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
