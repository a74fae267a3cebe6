#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weftdav beside nginx, Apache and lighttpd: the same work, in turns, in one run.

Counted is the servers' CPU time (user and system, all processes) for each request, because rates move
with whatever else a machine does, and ratios of CPU time in the same minute do not.  Medians of
several rounds go into a table, with the ratio to the best peer: above 1.0 weftdav needs less.
"""

import argparse
import datetime
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import peers

KIB = 1024
GIB = 1024 * 1024 * 1024
LISTED = (10, 1000, 100000)
N_IDLE = 10000
N_LOCKERS = 64  # each with a file of its own
MAIN = ("weftdav", "nginx", "Apache", "lighttpd")

XML = '<?xml version="1.0" encoding="utf-8"?>'
ALLPROP = XML + '<D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>'
DAVFS2 = (XML + '<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getetag/>'
          '<getlastmodified/><executable xmlns="http://apache.org/dav/props/"/></prop></propfind>')

PROPPATCH = (XML + '<D:propertyupdate xmlns:D="DAV:" xmlns:t="urn:t"><D:set><D:prop>'
             '<t:note>some words that somebody wrote on a file</t:note></D:prop></D:set></D:propertyupdate>')
LOCK = (XML + '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/>'
        '</D:locktype><D:owner><D:href>somebody</D:href></D:owner></D:lockinfo>')

BEGIN_MARK = "<!-- figures: written by bench/peers/compare.py -->"
END_MARK = "<!-- figures: end -->"


class Row:
    """One line of the table: what is asked, and the unit of what it costs."""

    def __init__(self, title, measure, unit="us", only=None):
        self.title = title
        self.measure = measure  # (bench, server, round) -> Sample or None
        self.unit = unit
        self.only = only        # names of servers; None: all
        self.samples = {}       # server name -> [Sample]


class Sample:
    def __init__(self, cost, rate=None, p99_us=None):
        self.cost = cost
        self.rate = rate
        self.p99_us = p99_us


class Bench:
    def __init__(self, options, folder, disk):
        self.options = options
        self.root = os.path.join(folder, "root")
        self.servers = [kind(folder, self.root, options.workers, disk) for kind in (
            peers.Weftdav, peers.WeftdavPower, peers.WeftdavState, peers.WeftdavStatePower,
            peers.WeftdavUsers, peers.Nginx, peers.Apache, peers.Lighttpd, peers.LighttpdDisk)]

    def make_files(self):
        """One tree for all; each server writes into a folder of its own."""
        os.makedirs(self.root)
        for name, size in (("1k.txt", KIB), ("100k.txt", 100 * KIB)):
            with open(os.path.join(self.root, name), "wb") as file:
                file.write(os.urandom(size))
        with open(os.path.join(self.root, "1g.bin"), "wb") as file:
            piece = os.urandom(1024 * KIB)
            for _ in range(GIB // len(piece)):
                file.write(piece)
        for count in LISTED:
            folder = os.path.join(self.root, "list%d" % count)
            os.mkdir(folder)
            for i in range(count):
                with open(os.path.join(folder, "file-%06d.txt" % i), "wb") as file:
                    file.write(b"some text\n")
        for server in self.servers:
            os.mkdir(self.upload_folder(server))
        os.mkdir(os.path.join(self.root, "locked"))
        for folder in [os.path.join(self.root, "locked")] + [
                self.upload_folder(server) for server in self.servers]:
            for i in range(N_LOCKERS):
                self.make_common_file(os.path.join(folder, "own-%d.doc" % i))
        for folder, _, _ in os.walk(self.root):
            os.chmod(folder, 0o777)

    @staticmethod
    def make_common_file(path):
        """One that every server may change, as whoever it runs."""
        with open(path, "wb") as file:
            file.write(b"some text\n")
        os.chmod(path, 0o666)

    def upload_folder(self, server):
        return os.path.join(self.root, "up-" + server.name)

    def load(self, server, path, *arguments, per=1):
        """Run davload; its numbers and the server's CPU seconds meanwhile, counted by @per requests;
        None if anything failed."""
        before_s = server.cpu_s()
        result = subprocess.run([self.options.davload, *arguments, server.address, path],
                                capture_output=True, text=True, check=False, timeout=300)
        cpu_s = server.cpu_s() - before_s
        if result.returncode != 0:
            return None
        numbers = json.loads(result.stdout)
        if numbers["refused"] > 0 or numbers["requests"] == 0:
            return None
        count = numbers["requests"] / per
        return Sample(cpu_s / count * 1e6, count / numbers["seconds"], numbers["p99_us"])


def get_small(path, over_tls=False):
    def measure(bench, server, _round):
        url = "https://" + server.tls_address if over_tls else "http://" + server.address
        headers = [word for pair in server.headers.items() for word in ("-H", "%s: %s" % pair)]
        before_s = server.cpu_s()
        text = subprocess.run(["wrk", "-t1", "-c64", "-d%ds" % bench.options.seconds, "--latency",
                               *headers, "%s/%s" % (url, path)],
                              capture_output=True, text=True, check=True).stdout
        cpu_s = server.cpu_s() - before_s
        if "Non-2xx" in text:
            return None
        requests = int(re.search(r"(\d+) requests in", text).group(1))
        p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
        p99_us = float(p99.group(1)) * {"us": 1, "ms": 1e3, "s": 1e6}[p99.group(2)]
        return Sample(cpu_s / requests * 1e6,
                      float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)), p99_us)
    return measure


def put_small(bench, server, round_number):
    folder = bench.upload_folder(server)
    path = "/%s/r%d-%%d.txt" % (os.path.basename(folder), round_number)
    sample = bench.load(server, path, "-m", "PUT", "-c", "16", "-n", "16000", "-B", str(KIB))
    for name in os.listdir(folder):
        if name.endswith(".txt"):
            os.unlink(os.path.join(folder, name))
    return sample


def warm_memory(bench):
    """Virtual machines give memory that is freed back to their host; who takes it first afterwards
    pays for the way back.  So nobody does."""
    path = os.path.join(bench.root, "warm")
    with open(path, "wb") as file:
        piece = bytes(1024 * KIB)
        for _ in range(2 * GIB // len(piece)):
            file.write(piece)
    os.unlink(path)


def put_large(bench, server, _round):
    folder = bench.upload_folder(server)
    warm_memory(bench)
    sample = bench.load(server, "/%s/large" % os.path.basename(folder), "-m", "PUT", "-n", "3", "-B",
                        str(GIB))
    if os.path.exists(os.path.join(folder, "large")):
        os.unlink(os.path.join(folder, "large"))
    return sample


def get_large(bench, server, _round):
    return bench.load(server, "/1g.bin", "-n", "6")


def get_large_over_tls(_bench, server, _round):
    """By curl, one after the other on one connection; its own decryption is not counted."""
    count = 3
    before_s, begin_s = server.cpu_s(), time.monotonic()
    url = "https://%s/1g.bin" % server.tls_address
    result = subprocess.run(["curl", "-sfk", *["-o/dev/null", url] * count], check=False, timeout=300)
    cpu_s, seconds = server.cpu_s() - before_s, time.monotonic() - begin_s
    if result.returncode != 0:
        return None
    return Sample(cpu_s / count * 1e6, count / seconds, seconds / count * 1e6)


def propfind(count, body):
    n_connections = {10: 16, 1000: 4, 100000: 1}[count]

    def measure(bench, server, _round):
        amount = ["-n", "4"] if count == 100000 else ["-t", str(bench.options.seconds)]
        return bench.load(server, "/list%d/" % count, "-m", "PROPFIND", "-c", str(n_connections),
                          "-H", "Depth: 1", "-H", "Content-Type: text/xml", "-b", body, *amount)
    return measure


def proppatch(bench, server, _round):
    path = "/%s/own-%%c.doc" % os.path.basename(bench.upload_folder(server))
    return bench.load(server, path, "-m", "PROPPATCH", "-c", "16", "-t", str(bench.options.seconds),
                      "-H", "Content-Type: text/xml", "-b", PROPPATCH)


def lock_unlock(bench, server, _round):
    """A pair counts once."""
    return bench.load(server, "/locked/own-%c.doc", "-m", "LOCK", "-u", "-c", str(N_LOCKERS),
                      "-t", str(bench.options.seconds), "-H", "Depth: 0", "-H", "Timeout: Second-600",
                      "-H", "Content-Type: text/xml", "-b", LOCK, per=2)


def idle_memory(bench, server, _round):
    """A server of its own, because memory that was used before would hide what is used now."""
    fresh = type(server)(os.path.dirname(server.folder) + "/idle", server.root, server.n_workers)
    fresh.start()
    try:
        subprocess.run([bench.options.davload, "-c", "64", "-n", "640", fresh.address, "/1k.txt"],
                       stdout=subprocess.DEVNULL, check=True)
        before = fresh.memory_bytes()
        with subprocess.Popen([bench.options.davload, "-i", "-c", str(N_IDLE), fresh.address,
                               "/1k.txt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as idle:
            numbers = json.loads(idle.stdout.readline() or b'{"broken": 1}')
            after = fresh.memory_bytes()
            idle.stdin.close()
        if numbers["broken"] > 0 or numbers["refused"] > 0:
            return None
        return Sample((after - before) / N_IDLE)
    finally:
        fresh.stop()


def spaced(number):
    """10 000: digits in groups of three."""
    return "{:,}".format(number).replace(",", " ")


def make_rows():
    main = list(MAIN)
    power = ["weftdav-power"] + main[1:]
    over_tls = ["weftdav", "nginx", "", ""]
    rows = [Row("GET 1 KiB", get_small("1k.txt"), only=main),
            Row("GET 1 KiB, signed in (Basic)", get_small("1k.txt"),
                only=["weftdav-users", "", "", ""]),
            Row("GET 100 KiB", get_small("100k.txt"), only=main),
            Row("GET 1 GiB", get_large, only=main),
            Row("GET 1 KiB over TLS", get_small("1k.txt", over_tls=True), only=over_tls),
            Row("GET 1 GiB over TLS", get_large_over_tls, only=over_tls),
            Row("PUT 1 KiB, durability process", put_small, only=main),
            Row("PUT 1 KiB, durability power", put_small, only=power),
            Row("PUT 1 GiB", put_large, only=main)]
    for count in LISTED:
        for name, body in (("allprop", ALLPROP), ("davfs2's properties", DAVFS2)):
            rows.append(Row("PROPFIND of %s entries, %s" % (spaced(count), name),
                            propfind(count, body), only=main))
    rows += [Row("PROPPATCH of one property, durability process", proppatch, only=main),
             Row("LOCK and UNLOCK, locks in memory", lock_unlock, only=main),
             Row("LOCK and UNLOCK, on a disk, durability process", lock_unlock,
                 only=["weftdav-state", "", "", "lighttpd-disk"]),
             Row("LOCK and UNLOCK, on a disk, durability power", lock_unlock,
                 only=["weftdav-state-power", "", "", "lighttpd-disk"])]
    rows.append(Row("an idle connection, of %s" % spaced(N_IDLE), idle_memory, unit="bytes",
                    only=main))
    return rows


def count_answers(server, count):
    """How many resources a PROPFIND lists: a server that answers less must not look fast."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("PROPFIND", "/list%d/" % count, body=ALLPROP,
                       headers={"Depth": "1", "Content-Type": "text/xml", **server.headers})
    body = connection.getresponse().read()
    connection.close()
    return len(re.findall(rb"<[^/>]*href>", body)), len(body)


def check_answers(bench):
    sizes = {}
    for server in bench.servers:
        listed, size = count_answers(server, 1000)
        if listed != 1001:
            sys.exit("%s lists %d resources of 1001" % (server.name, listed))
        sizes[server.name] = size / 1001
    return sizes


def run_rounds(bench, rows):
    for round_number in range(bench.options.rounds):
        for row in rows:
            first = round_number % len(bench.servers)
            for server in bench.servers[first:] + bench.servers[:first]:
                if server.name not in row.only:
                    continue
                sample = row.measure(bench, server, round_number)
                if sample is not None:
                    row.samples.setdefault(server.name, []).append(sample)
                print("round %d  %-45s %-15s %s" % (
                    round_number + 1, row.title, server.name,
                    "failed" if sample is None else format_sample(sample, row.unit)), flush=True)


def format_cost(cost, unit):
    if unit == "bytes":
        return "%.0f B" % cost
    if cost >= 1e5:
        return "%.2f s" % (cost / 1e6)
    if cost >= 1e3:
        return "%.2f ms" % (cost / 1e3)
    return "%.1f us" % cost


def format_sample(sample, unit):
    rate = "" if sample.rate is None else "  %.0f/s" % sample.rate
    return format_cost(sample.cost, unit) + rate


def median_of(row, name, field="cost"):
    values = [getattr(sample, field) for sample in row.samples.get(name, [])]
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def compare_row(row):
    """(our name, our median, best peer, its median, ratio), or None where a side has no figure."""
    costs = {name: median_of(row, name) for name in row.only}
    ours = row.only[0]
    others = {name: cost for name, cost in costs.items() if name != ours and cost is not None}
    if costs[ours] is None or not others:
        return None
    best = min(others, key=others.get)
    return ours, costs[ours], best, others[best], others[best] / max(costs[ours], 1e-9)


def cost_table(rows):
    lines = ["| CPU time for each request | weftdav | nginx | Apache | lighttpd | best peer / weftdav |",
             "|---|---|---|---|---|---|"]
    for row in rows:
        cells = []
        for name in row.only:
            cost = median_of(row, name)
            cells.append("–" if cost is None else format_cost(cost, row.unit))
        compared = compare_row(row)
        ratio = "–" if compared is None else "**%.2f** (%s)" % (compared[4], compared[2])
        title = row.title + (" (memory)" if row.unit == "bytes" else "")
        lines.append("| %s | %s | %s |" % (title, " | ".join(cells), ratio))
    return lines


def rate_table(rows):
    lines = ["| requests/s · p99 | weftdav | nginx | Apache | lighttpd |", "|---|---|---|---|---|"]
    for row in rows:
        if row.unit == "bytes":
            continue
        cells = []
        for name in row.only:
            rate, p99_us = median_of(row, name, "rate"), median_of(row, name, "p99_us")
            cells.append("–" if rate is None else "%s · %s" % (
                "%.0f" % rate if rate >= 10 else "%.2f" % rate, format_cost(p99_us, "us")))
        lines.append("| %s | %s |" % (row.title, " | ".join(cells)))
    return lines


def write_results(bench, rows, sizes):
    options = bench.options
    versions = ", ".join("%s %s" % (server.name, server.version()) for server in bench.servers
                         if server.name in MAIN)
    answers = ", ".join("%s %.0f" % (name, size) for name, size in sizes.items() if name in MAIN)
    lines = [BEGIN_MARK, "",
             "%s, %d cores, Linux %s. %s." % (datetime.date.today().isoformat(), os.cpu_count(),
                                              os.uname().release.split("-")[0], versions), "",
             "Files on tmpfs, %d workers each where a server has such a setting (lighttpd: one process), "
             "medians of %d rounds in turns." % (options.workers, options.rounds), ""]
    lines += cost_table(rows) + [""] + rate_table(rows)
    lines += ["", "Bytes of an allprop answer for each entry: %s." % answers,
              "Durability `power` on tmpfs shows what the extra calls cost, not what a disk does; "
              "the peers never sync.  Locks on a disk are on one: `power` and lighttpd wait for it, `process` "
              "does not.  Apache and lighttpd keep locks in files in the other row, too, but on tmpfs.", "",
              END_MARK]
    head, tail = "# weftdav beside its peers\n\n", "\n"
    if os.path.exists(options.results):
        with open(options.results, encoding="utf-8") as file:
            text = file.read()
        if BEGIN_MARK in text and END_MARK in text:
            head, tail = text.split(BEGIN_MARK)[0], text.split(END_MARK)[1]
    with open(options.results, "w", encoding="utf-8") as file:
        file.write(head + "\n".join(lines) + tail)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weftdav", default="build/release/bin/weftdav")
    parser.add_argument("--davload", default="build/release/bin/davload")
    parser.add_argument("--results", default="bench/RESULTS.md")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each GET and small PROPFIND")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--disk", default="/var/tmp", help="a folder on a disk, for locks")
    parser.add_argument("--only", help="rows whose title matches this expression; writes no results")
    parser.add_argument("--servers", help="names, separated by commas; writes no results")
    return parser.parse_args()


def main():
    options = parse_options()
    peers.Weftdav.program = options.weftdav
    rows = [row for row in make_rows() if re.search(options.only or "", row.title)]
    folder = tempfile.mkdtemp(prefix="weft-bench-", dir="/dev/shm")
    os.chmod(folder, 0o755)
    disk = tempfile.mkdtemp(prefix="weft-bench-", dir=options.disk)
    os.chmod(disk, 0o755)
    bench = Bench(options, folder, disk)
    if options.servers:
        names = options.servers.split(",")
        bench.servers = [server for server in bench.servers if server.name in names]
    try:
        bench.make_files()
        for server in bench.servers:
            server.start()
        sizes = check_answers(bench)
        run_rounds(bench, rows)
        for row in rows:
            compared = compare_row(row)
            if compared:
                print("%-45s %.2f times %s" % (row.title, compared[4], compared[2]))
        if not options.only and not options.servers:
            write_results(bench, rows, sizes)
            print("written: " + options.results)
    finally:
        for server in bench.servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(disk, ignore_errors=True)


if __name__ == "__main__":
    main()
