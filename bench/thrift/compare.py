#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Thrift servers side by side: the same calls, in turns, in one run, each server on one core.

Counted is the rate as a share of that of a loop that sends frames back without a look inside
(bench_echo), in the same round: what the kernel and the load generator allow.  And the server's CPU
time for each message.  Medians of several rounds go into a table.
"""

import argparse
import datetime
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(1, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers"))
import peers  # pylint: disable=wrong-import-position

KIB = 1024
N_IDLE = 10000
SERVER_CORE, LOAD_CORE = 1, 0
BEGIN_MARK = "<!-- figures: written by bench/thrift/compare.py -->"
END_MARK = "<!-- figures: end -->"
CEILING = "ceiling"


class ThriftServer(peers.Server):
    """@arguments: of the program, before the port."""

    def __init__(self, folder, name, title, program, *arguments, max_connections=None):
        super().__init__(folder, folder, 1)
        self.name = name
        self.folder = os.path.join(folder, name)
        self.title = title
        self.program = program
        self.arguments = arguments
        self.max_connections = max_connections

    def command(self):
        return on_core(SERVER_CORE) + [self.program, *self.arguments, str(self.port)]

    def version(self):
        return ""

    def start(self):
        os.makedirs(self.folder, exist_ok=True)
        self.port = peers.free_port()
        environment = dict(os.environ, GOMAXPROCS="1", G_MESSAGES_DEBUG="")
        with open(os.path.join(self.folder, "output"), "wb") as output:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, start_new_session=True, env=environment)
        self.wait_until_it_accepts()


class Sample:
    def __init__(self, rate=None, cpu_us=None, p99_us=None, idle_bytes=None):
        self.rate = rate
        self.cpu_us = cpu_us
        self.p99_us = p99_us
        self.idle_bytes = idle_bytes
        self.share = None  # of the ceiling in the same round


class Row:
    def __init__(self, title, n_connections, *arguments):
        self.title = title
        self.n_connections = n_connections
        self.arguments = [*arguments, "-c", str(n_connections)]
        self.samples = {}  # server name -> [Sample]


ROWS = [
    Row("add, 1 connection", 1, "-m", "add"),
    Row("add, 64", 64, "-m", "add"),
    Row("add, 1 000", 1000, "-m", "add"),
    Row("add, 64, 8 calls outstanding on each", 64, "-m", "add", "-o", "8"),
    Row("echo of 100 bytes, 64", 64, "-m", "echo", "-B", "100"),
    Row("echo of 100 KiB, 64", 64, "-m", "echo", "-B", str(100 * KIB)),
    Row("document of 100 items, 1", 1, "-m", "document"),
    Row("document of 100 items, 64", 64, "-m", "document"),
    Row("9 oneway and 1 add, 64", 64, "-m", "oneway"),
]
IDLE = Row("an idle connection, of 10 000 (memory)", N_IDLE, "-i")


def on_core(core):
    return ["taskset", "-c", str(core)] if (os.cpu_count() or 1) > core else []


def find_servers(options, folder):
    def of(name, title, program, *arguments, max_connections=None):
        path = os.path.join(os.path.abspath(options.programs), program)
        return ThriftServer(folder, name, title, path, *arguments, max_connections=max_connections)

    servers = [of(CEILING, "echo loop", "bench_echo"),
               of("weft", "weft", "bench_weft"),
               of("polling", "weft, polling for 50 us", "bench_weft", "polling", max_connections=1),
               of("nonblocking", "C++ TNonblockingServer", "bench_cpp", "nonblocking"),
               of("threaded", "C++ TThreadedServer", "bench_cpp", "threaded"),
               of("go", "Go", "bench_go"),
               of("c_glib", "c_glib", "bench_c_glib", "simple", max_connections=1),
               of("bridge", "c_glib on weft", "bench_c_glib", "weft")]
    wanted = options.servers.split(",") if options.servers else [one.name for one in servers]
    return [one for one in servers if one.name in wanted and os.path.exists(one.program)]


def run_load(options, server, row):
    before_s = server.cpu_s()
    extra = ["-e"] if server.name == CEILING else []
    result = subprocess.run(
        [*on_core(LOAD_CORE), os.path.join(options.programs, "thriftload"), *row.arguments, *extra,
         "-t", str(options.seconds), server.address],
        capture_output=True, text=True, check=False, timeout=120)
    cpu_s = server.cpu_s() - before_s
    if result.returncode != 0:
        print(result.stderr + result.stdout, end="")
        return None
    numbers = json.loads(result.stdout)
    return Sample(numbers["messages"] / numbers["seconds"], cpu_s / numbers["messages"] * 1e6,
                  numbers["p99_us"])


def measure_idle(options, server, row):
    """A server of its own: memory that was used before would hide what is used now."""
    fresh = ThriftServer(os.path.dirname(server.folder), server.name + "-idle", server.title,
                         server.program, *server.arguments)
    program = os.path.join(options.programs, "thriftload")
    extra = ["-e"] if server.name == CEILING else []
    fresh.start()
    try:
        subprocess.run([program, "-c", "64", "-n", "640", *extra, fresh.address],
                       stdout=subprocess.DEVNULL, check=True)
        before = fresh.memory_bytes()
        with subprocess.Popen([program, *row.arguments, *extra, fresh.address],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as idle:
            numbers = json.loads(idle.stdout.readline() or b'{"wrong": 1, "broken": 0}')
            after = fresh.memory_bytes()
            idle.stdin.close()
        if numbers["wrong"] + numbers["broken"] > 0:
            return None
        return Sample(idle_bytes=(after - before) / row.n_connections)
    finally:
        fresh.stop()


def can_serve(server, row):
    return server.max_connections is None or row.n_connections <= server.max_connections


def run_round(options, servers, rows, number):
    for row in rows:
        ceiling = None
        first = number % len(servers)
        in_turn = servers[first:] + servers[:first]
        # The ceiling goes first: the others are its share.
        in_turn.sort(key=lambda server: server.name != CEILING)
        for server in in_turn:
            if not can_serve(server, row):
                continue
            sample = run_load(options, server, row)
            if sample is None:
                print("round %d  %-40s %-12s failed" % (number + 1, row.title, server.name))
                continue
            if server.name == CEILING:
                ceiling = sample.rate
            sample.share = sample.rate / ceiling if ceiling else None
            row.samples.setdefault(server.name, []).append(sample)
            print("round %d  %-40s %-12s %8.0f/s  %5.1f us CPU  share %s" % (
                number + 1, row.title, server.name, sample.rate, sample.cpu_us,
                "%.2f" % sample.share if sample.share else "-"), flush=True)


def run_idle(options, servers, row):
    for server in servers:
        if not can_serve(server, row):
            continue
        try:
            sample = measure_idle(options, server, row)
        except (subprocess.CalledProcessError, RuntimeError) as failure:
            print("%-50s %-12s %s" % (row.title, server.name, failure))
            continue
        if sample is not None:
            row.samples[server.name] = [sample]
            print("%-50s %-12s %.0f bytes" % (row.title, server.name, sample.idle_bytes), flush=True)


def median_of(row, name, field):
    values = [getattr(sample, field) for sample in row.samples.get(name, [])]
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def cell(row, name):
    share, cpu_us = median_of(row, name, "share"), median_of(row, name, "cpu_us")
    if cpu_us is None:
        return "–"
    if share is None or name == CEILING:
        return "%.1f us" % cpu_us
    return "%.2f · %.1f us" % (share, cpu_us)


def share_table(servers, rows):
    lines = ["| share of the ceiling · CPU time of a message | %s |" % " | ".join(
        server.title for server in servers), "|---|" + "---|" * len(servers)]
    for row in rows:
        lines.append("| %s | %s |" % (row.title, " | ".join(cell(row, one.name) for one in servers)))
    idle = [median_of(IDLE, server.name, "idle_bytes") for server in servers]
    lines.append("| %s | %s |" % (IDLE.title, " | ".join(
        "–" if one is None else "%.0f B" % one for one in idle)))
    return lines


def rate_table(servers, rows):
    lines = ["| messages/s · p99 | %s |" % " | ".join(server.title for server in servers),
             "|---|" + "---|" * len(servers)]
    for row in rows:
        cells = []
        for server in servers:
            rate, p99_us = median_of(row, server.name, "rate"), median_of(row, server.name, "p99_us")
            cells.append("–" if rate is None else "%.0f · %.2f ms" % (rate, p99_us / 1e3))
        lines.append("| %s | %s |" % (row.title, " | ".join(cells)))
    return lines


def library_version(package):
    found = subprocess.run(["pkg-config", "--modversion", package], capture_output=True, text=True,
                           check=False)
    return found.stdout.strip() or "?"


def write_results(options, servers, rows):
    lines = [BEGIN_MARK, "",
             "%s, %d cores, Linux %s. Apache Thrift %s. Each server on one core, the load on another; "
             "framed binary over TCP; medians of %d rounds of %g s in turns." % (
                 datetime.date.today().isoformat(), os.cpu_count(), os.uname().release.split("-")[0],
                 library_version("thrift"), options.rounds, options.seconds), ""]
    lines += share_table(servers, rows) + [""] + rate_table(servers, rows) + ["", END_MARK]
    head, tail = "# Thrift servers beside each other\n\n", "\n"
    if os.path.exists(options.results):
        with open(options.results, encoding="utf-8") as file:
            text = file.read()
        if BEGIN_MARK in text and END_MARK in text:
            head, tail = text.split(BEGIN_MARK)[0], text.split(END_MARK)[1]
    with open(options.results, "w", encoding="utf-8") as file:
        file.write(head + "\n".join(lines) + tail)
    print("written: " + options.results)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", default="build/release/bin", help="where the servers are")
    parser.add_argument("--results", help="write the tables into this file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each server in each row")
    parser.add_argument("--only", default="", help="rows whose title matches this expression")
    parser.add_argument("--servers", help="names, separated by commas")
    return parser.parse_args()


def main():
    options = parse_options()
    rows = [row for row in ROWS if re.search(options.only, row.title)]
    folder = tempfile.mkdtemp(prefix="weft-bench-")
    servers = find_servers(options, folder)
    try:
        for server in servers:
            server.start()
        for number in range(options.rounds):
            run_round(options, servers, rows, number)
        if re.search(options.only, IDLE.title):
            run_idle(options, servers, IDLE)
        print("\n".join(share_table(servers, rows)))
        if options.results:
            write_results(options, servers, rows)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
