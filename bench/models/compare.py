#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One service, four models: the same load on each, in turns, in one run.

Counted is the server's CPU time: requests in a second of it, of all its processes and threads.
Memory is measured at the end of the load, while all connections are open.  Medians go into a table
and a plot.
"""

import argparse
import datetime
import os
import shutil
import statistics
import tempfile

import models
import plot

SIZES = [1, 100, 1000, 10000]
MANY, ROUNDS_OF_MANY = 10000, 3  # rounds at most of so many connections: they take long to open
BASE = "events"  # what the others are compared with
BEGIN_MARK = "<!-- figures: written by bench/models/compare.py -->"
END_MARK = "<!-- figures: end -->"


class Sample:
    """What one run has shown; the memory is for one connection."""

    def __init__(self, per_cpu_s, user_bytes, kernel_bytes, connect_us):
        self.per_cpu_s = per_cpu_s
        self.user_bytes = user_bytes
        self.kernel_bytes = kernel_bytes
        self.connect_us = connect_us
        self.ratio = None  # of per_cpu_s to BASE's in the same round


def fill(options, server):
    """Every key has its value, and the server has served, before anything is measured."""
    load = models.Load(options.programs, server, 1, 0.01, puts_keys=True)
    try:
        load.run()
    finally:
        load.close()


def measure(options, server, n_connections):
    user_before, kernel_before = server.memory_bytes(), server.kernel_bytes()
    cpu_before_s = server.cpu_s()
    load = models.Load(options.programs, server, n_connections, options.seconds)
    try:
        cpu_ready_s = server.cpu_s()
        counted = load.run()
        cpu_s = server.cpu_s() - cpu_ready_s
        return Sample(counted["answers"] / cpu_s,
                      (server.memory_bytes() - user_before) / n_connections,
                      (server.kernel_bytes() - kernel_before) / n_connections,
                      (cpu_ready_s - cpu_before_s) / n_connections * 1e6)
    finally:
        load.close()


def run_one(options, folder, name, n_connections):
    """A server of its own each time: memory that was used before would hide what is used now."""
    server = models.Model(options.programs, folder, name)
    server.start()
    try:
        fill(options, server)
        return measure(options, server, n_connections)
    finally:
        server.stop()


def run_round(options, folder, number, samples):
    names = list(models.TITLES)
    for n_connections in options.sizes:
        if n_connections >= MANY and number >= ROUNDS_OF_MANY:
            continue
        first = number % len(names)
        in_turn = {}
        for name in names[first:] + names[:first]:
            sample = in_turn[name] = run_one(options, folder, name, n_connections)
            samples.setdefault((name, n_connections), []).append(sample)
            print("round %d  %5d connections  %-8s %7.0f/CPU-s  %6.1f + %6.1f KiB  %6.1f us" % (
                number + 1, n_connections, name, sample.per_cpu_s, sample.user_bytes / 1024,
                sample.kernel_bytes / 1024, sample.connect_us), flush=True)
        for sample in in_turn.values():
            sample.ratio = sample.per_cpu_s / in_turn[BASE].per_cpu_s


def median_of(samples, name, n_connections, field):
    values = [getattr(sample, field) for sample in samples.get((name, n_connections), [])]
    return statistics.median(values) if values else None


def thousands(number):
    return "{:,.0f}".format(number).replace(",", " ")


def kib(size_bytes):
    return "%.1f" % (size_bytes / 1024) if size_bytes < 10 * 1024 else "%.0f" % (size_bytes / 1024)


def row(title, names, cell):
    return "| %s | %s |" % (title, " | ".join(cell(name) for name in names))


def table(options, samples):
    names = list(models.TITLES)

    def of(name, size, field):
        return median_of(samples, name, size, field)

    def rate(size):
        return lambda name: "%s (%.2f)" % (thousands(of(name, size, "per_cpu_s")),
                                           of(name, size, "ratio"))

    def memory(size):
        return lambda name: "%s + %s KiB" % (kib(max(of(name, size, "user_bytes"), 0)),
                                             kib(max(of(name, size, "kernel_bytes"), 0)))

    def lines_of(name):
        return str(models.count_lines(os.path.join(models.FOLDER, name + ".c")))

    lines = [row("", names, lambda name: models.TITLES[name]), "|---|" + "---|" * len(names),
             row("lines of code", names, lines_of)]
    for size in options.sizes:
        lines.append(row("requests in a CPU-second, %s connection%s" % (
            thousands(size), "s" if size > 1 else ""), names, rate(size)))
    large = [size for size in options.sizes if size >= 100]
    for size in large:
        lines.append(row("memory of a connection, of %s" % thousands(size), names, memory(size)))
    for size in large[-1:]:
        lines.append(row("CPU time of a new connection", names,
                         lambda name: "%.0f us" % of(name, size, "connect_us")))
    return lines


def write_page(options, samples):
    lines = [BEGIN_MARK, "", "%s, %d cores, Linux %s. The server on one core, the load on another; "
             "medians of %d rounds of %g s in turns." % (
                 datetime.date.today().isoformat(), os.cpu_count(),
                 os.uname().release.split("-")[0], options.rounds, options.seconds), ""]
    lines += table(options, samples) + ["", "![requests in a CPU-second, and memory](%s)" %
                                        os.path.basename(options.plot), "", END_MARK]
    with open(options.page, encoding="utf-8") as file:
        text = file.read()
    head, tail = text.split(BEGIN_MARK)[0], text.split(END_MARK)[1]
    with open(options.page, "w", encoding="utf-8") as file:
        file.write(head + "\n".join(lines) + tail)
    rates = {models.TITLES[name]: [median_of(samples, name, size, "per_cpu_s")
                                   for size in options.sizes] for name in models.TITLES}
    large = options.sizes[-1]
    memory = {models.TITLES[name]: median_of(samples, name, large, "user_bytes") +
              median_of(samples, name, large, "kernel_bytes") for name in models.TITLES}
    with open(options.plot, "w", encoding="utf-8") as file:
        file.write(plot.draw(options.sizes, rates, memory))
    print("written: %s, %s" % (options.page, options.plot))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", default="build/release/bin", help="where the models are")
    parser.add_argument("--page", help="write the table into this file, between its marks")
    parser.add_argument("--plot", default="docs/models.svg", help="where the page has its plot")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each load")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="connections")
    parser.add_argument("--quick", action="store_true", help="1 round of 0.3 s each")
    options = parser.parse_args()
    options.sizes = [int(size) for size in options.sizes.split(",")]
    if options.quick:
        options.rounds, options.seconds = 1, 0.3
    return options


def main():
    options = parse_options()
    samples = {}
    folder = tempfile.mkdtemp(prefix="weft-models-")
    try:
        for number in range(options.rounds):
            run_round(options, folder, number, samples)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(table(options, samples)))
    if options.page:
        write_page(options, samples)


if __name__ == "__main__":
    main()
