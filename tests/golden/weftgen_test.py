#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The C that weftgen makes: compared with weftgen/NAME.weft.h and NAME.weft.c.

weftgen_test.py WEFTGEN [--update]: --update rewrites the files; the reviewer reads the diff.
"""

import difflib
import os
import subprocess
import sys
import tempfile

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "weftgen")


def read(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def generate(program, name, folder):
    subprocess.run([program, "-o", folder, name], cwd=FOLDER, stdin=subprocess.DEVNULL, timeout=120,
                   check=True)


def differences(folder, stem):
    """How what is in @folder differs from what should be there."""
    for ending in (".weft.h", ".weft.c"):
        expected, found = read(FOLDER, stem + ending), read(folder, stem + ending)
        yield from difflib.unified_diff(expected.splitlines(True), found.splitlines(True),
                                        "expected/" + stem + ending, "found/" + stem + ending)
        if not found.endswith("}\n") and not found.endswith("G_END_DECLS\n"):
            yield "%s%s: ends with something else\n" % (stem, ending)
        for number, line in enumerate(found.splitlines(), 1):
            if line != line.rstrip():
                yield "%s%s:%d: blanks at its end\n" % (stem, ending, number)


def main():
    program = os.path.abspath(sys.argv[1])
    is_good = True
    for name in sorted(os.listdir(FOLDER)):
        stem, ending = os.path.splitext(name)
        if ending != ".thrift":
            continue
        if "--update" in sys.argv:
            generate(program, name, FOLDER)
            continue
        with tempfile.TemporaryDirectory() as folder:
            generate(program, name, folder)
            found = list(differences(folder, stem))
        if found:
            is_good = False
            print("%s: if this should be, run with --update" % name)
            sys.stdout.writelines(found)
    return 0 if is_good else 1


sys.exit(main())
