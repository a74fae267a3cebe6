#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What weftgen says of IDL files that are wrong: compared with idl/NAME.errors.

idl_errors_test.py WEFTGEN [--update]: --update rewrites the files; the reviewer reads the diff.
"""

import difflib
import os
import subprocess
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "idl")


def main():
    program = os.path.abspath(sys.argv[1])
    is_good = True
    for name in sorted(os.listdir(FOLDER)):
        stem, ending = os.path.splitext(name)
        if ending != ".thrift":
            continue
        result = subprocess.run([program, "check", name], cwd=FOLDER, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=120, check=False)
        golden = os.path.join(FOLDER, stem + ".errors")
        if "--update" in sys.argv:
            with open(golden, "w", encoding="utf-8") as file:
                file.write(result.stderr)
            continue
        with open(golden, encoding="utf-8") as file:
            expected = file.read()
        if result.returncode != 1 or result.stderr != expected:
            is_good = False
            print("%s: exit %d; if this should be, run with --update" % (name, result.returncode))
            sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), result.stderr.splitlines(True),
                                                       "expected", "found"))
    return 0 if is_good else 1


sys.exit(main())
