#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What fibers cost, side by side: the same rows by weft and by others, in turns, in one run, on one
core.  Medians of several rounds go into a table; in brackets the ratio to weft's.
"""

import argparse
import datetime
import os
import statistics
import subprocess

CORE = 1
BEGIN_MARK = "<!-- figures: written by bench/micro/compare.py -->"
END_MARK = "<!-- figures: end -->"
BASE = "micro_weft"
PEERS = [(BASE, "weft"), ("micro_state_threads", "State Threads"),
         ("micro_boost_fiber", "Boost.Fiber"), ("micro_go", "Go"), ("micro_pthreads", "pthreads")]
ROWS = [("yield", "yield, of two in turns"), ("spawn", "spawn and join"),
        ("channel", "channel, round trip"), ("select", "select over two"),
        ("mutex", "mutex, uncontended"), ("pool", "pool, take and put"), ("list", "list and condition by hand, take and put")]


def run(path):
    """One round of a program: row -> nanoseconds."""
    first = ["nice", "-n", "-10"] if os.geteuid() == 0 else []
    if (os.cpu_count() or 1) > CORE:
        first += ["taskset", "-c", str(CORE)]
    out = subprocess.run(first + [path], capture_output=True, text=True, check=True, timeout=120,
                         env=dict(os.environ, GOMAXPROCS="1")).stdout
    return {name: float(value) for name, value in (line.split() for line in out.splitlines())}


def cell(samples, program, row):
    values = [sample[row] for sample in samples[program] if row in sample]
    if not values:
        return "–"
    value = statistics.median(values)
    if program == BASE:
        return "%.1f ns" % value
    ratio = statistics.median(one[row] / base[row]
                              for one, base in zip(samples[program], samples[BASE]))
    return ("%.1f ns (%.1f)" if value < 1000 else "%.0f ns (%.0f)") % (value, ratio)


def table(samples):
    found = [(program, title) for program, title in PEERS if program in samples]
    lines = ["| | %s |" % " | ".join(title for _, title in found), "|---|" + "---|" * len(found)]
    for row, title in ROWS:
        lines.append("| %s | %s |" % (title, " | ".join(cell(samples, program, row)
                                                        for program, _ in found)))
    return lines


def write_page(options, samples):
    lines = [BEGIN_MARK, "", "%s, %d cores, Linux %s. The processor's time, all on one core; medians of %d rounds in turns; in "
             "brackets the ratio to weft's in the same round." % (
                 datetime.date.today().isoformat(), os.cpu_count(),
                 os.uname().release.split("-")[0], options.rounds), ""]
    lines += table(samples) + ["", END_MARK]
    with open(options.page, encoding="utf-8") as file:
        text = file.read()
    with open(options.page, "w", encoding="utf-8") as file:
        file.write(text.split(BEGIN_MARK)[0] + "\n".join(lines) + text.split(END_MARK)[1])
    print("written: " + options.page)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", default="build/release/bin", help="where they are")
    parser.add_argument("--page", help="write the table into this file, between its marks")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="2 rounds")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 2
    paths = {program: os.path.join(options.programs, program) for program, _ in PEERS}
    present = [program for program, _ in PEERS if os.path.exists(paths[program])]
    samples = {program: [] for program in present}
    for number in range(options.rounds):
        first = number % len(present)
        for program in present[first:] + present[:first]:
            samples[program].append(run(paths[program]))
        print("round %d of %d" % (number + 1, options.rounds), flush=True)
    print("\n".join(table(samples)))
    if options.page:
        write_page(options, samples)


if __name__ == "__main__":
    main()
