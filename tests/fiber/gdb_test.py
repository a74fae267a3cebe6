# SPDX-License-Identifier: Apache-2.0
"""The gdb script on a live process and on its core file: gdb_test.py GDB_SUBJECT WEFT_GDB_PY."""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SUBJECT = os.path.abspath(sys.argv[1])
SCRIPT = os.path.abspath(sys.argv[2])


def gdb(folder, *commands, core=None):
    words = ["gdb", "-q", "-nx", "-batch", "-ex", "set debuginfod enabled off",
             "-ex", "source " + SCRIPT]
    for command in commands:
        words += ["-ex", command]
    words += [SUBJECT] + ([core] if core else [])
    result = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120,
                            stdin=subprocess.DEVNULL)
    return result.stdout + result.stderr


@unittest.skipUnless(shutil.which("gdb"), "gdb is not installed")
class GdbScript(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def check_fibers(self, text):
        self.assertRegex(text, r'1  parked +admiral +in fibers of a group for')
        self.assertRegex(text, r'2  parked +first ship +in sleep for')
        self.assertRegex(text, r'4  running +third ship')

    def check_stack(self, text):
        self.assertIn("wait_for_the_tide", text)
        self.assertRegex(text, r'#\d+ .*weft_context_enter')

    def test_live_process(self):
        text = gdb(self.folder, "run", "info fibers", "echo [two]\\n", "fiber 2 bt", "echo [all]\\n",
                   "fiber apply all bt", "echo [walk]\\n", "fiber 3", "up 3", "fiber thread", "bt 4")
        head, rest = text.split("[two]")
        two, rest = rest.split("[all]")
        every, walk = rest.split("[walk]")
        self.check_fibers(head)
        self.check_stack(two)
        self.assertEqual(len(re.findall("wait_for_the_tide", every)), 2)
        self.assertIn("sail", every)
        self.assertIn("abort", walk)

    def test_core_file(self):
        # The kernel's own core file: gdb's "generate-core-file" stops at guard pages.
        with open("/proc/sys/kernel/core_pattern", encoding="utf-8") as pattern:
            if not re.fullmatch(r"core(\.%p)?", pattern.read().strip()):
                self.skipTest("core files do not go to the working folder here")
        subprocess.run(["sh", "-c", "ulimit -c unlimited; exec \"$0\"", SUBJECT], cwd=self.folder,
                       check=False)
        core = glob.glob(os.path.join(self.folder, "core*"))
        self.assertEqual(len(core), 1)
        text = gdb(self.folder, "info fibers", "fiber 3 bt", core=core[0])
        self.check_fibers(text)
        self.check_stack(text)

    def test_unknown_fiber_is_a_clear_error(self):
        text = gdb(self.folder, "run", "fiber 99")
        self.assertIn('no fiber 99: see "info fibers"', text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
