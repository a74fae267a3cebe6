# SPDX-License-Identifier: Apache-2.0
"""docs/debugging.md shows what programs print: debugging_doc_test.py HARBOUR PAGE.

Each ```console block is run.  What it shows must be in what is printed: lines with their numbers set
aside, and of backtraces the functions of harbour.c."""

import os
import re
import subprocess
import sys
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
PAGE = os.path.abspath(sys.argv[2])

BLOCK = re.compile(r"^```console\n\$ harbour (\w+)\n(.*?)^```$", re.M | re.S)
FRAME = re.compile(r"^    0x[0-9a-f]+ (\w[\w.]*)\+0x[0-9a-f]+ \(harbour\+")
STATE = re.compile(r"it (waits in a system call|waits for a disk|runs, or waits for a processor|computes)")


def plain(line):
    """A line without what differs from run to run."""
    line = re.sub(r"0x[0-9a-f]+", "X", STATE.sub("it STATE", line.rstrip()))
    return re.sub(r"\d+(\.\d+)?", "N", line)


def own_functions():
    """The functions that harbour.c defines."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "harbour.c"), encoding="utf-8") as source:
        return set(re.findall(r"^(\w+)\(", source.read(), re.M))


def blocks():
    with open(PAGE, encoding="utf-8") as page:
        return BLOCK.findall(page.read())


class DebuggingDoc(unittest.TestCase):
    def check(self, command, shown):
        result = subprocess.run([PROGRAM, command], capture_output=True, text=True, timeout=120,
                                stdin=subprocess.DEVNULL, check=False)
        printed = result.stdout + result.stderr
        lines = {plain(line) for line in printed.splitlines()}
        functions = {match.group(1) for match in map(FRAME.match, printed.splitlines()) if match}
        for line in shown.splitlines():
            frame = FRAME.match(line)
            if frame and frame.group(1) in own_functions():
                self.assertIn(frame.group(1), functions, printed)
            elif not line.startswith("    ") and line != "...":
                self.assertIn(plain(line), lines, printed)

    def test_commands_print_what_is_shown(self):
        for command, shown in blocks():
            with self.subTest(command):
                self.check(command, shown)

    def test_all_commands_are_shown(self):
        usage = subprocess.run([PROGRAM], capture_output=True, text=True, timeout=60, check=False)
        words = set(usage.stderr.split()[-1].split("|"))
        self.assertEqual(words, {command for command, _ in blocks()})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
