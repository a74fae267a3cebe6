#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What weftgen makes of every .thrift file of Debian's source package of Thrift, and of our own, compiles
without a warning, with gcc and with clang.

Usage: corpus_test.py WEFTGEN FOLDER.  The package is kept in FOLDER.  Exit 77 if it cannot be had.
"""

import concurrent.futures
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import apache_source  # pylint: disable=wrong-import-position

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE_S = 120  # bounds what hangs, not what is slow
SKIPPED = 77
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
FEWEST_FILES = 140  # weftgen takes as many of them; fewer were no test


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S, check=False)


def generate(weftgen, root, path, search, into):
    """The folder in @into where the C of @path lies; None: weftgen refuses the file."""
    folder = os.path.join(into, os.path.relpath(os.path.dirname(path), root))
    result = run(weftgen, *[word for place in search for word in ("-I", place)], "-o", folder, path)
    if result.returncode not in (0, 1):
        raise AssertionError("weftgen %s: %d\n%s" % (path, result.returncode, result.stdout))
    return folder if result.returncode == 0 else None


def compile_c(compiler, path, flags):
    """What @compiler has to say of @path."""
    result = run(compiler, *WARNINGS, *flags, path)
    return "" if result.returncode == 0 else "%s: %s\n%s" % (compiler, path, result.stdout)


def check(weftgen, root, into, compilers):
    """Returns: (how many files weftgen took, complaints of the compilers)."""
    search = apache_source.include_folders(root)
    flags = shlex.split(run("pkg-config", "--cflags", "glib-2.0").stdout)
    flags += ["-I" + os.path.join(SOURCE, "framework/include")]
    flags += ["-I" + os.path.join(into, os.path.relpath(place, root)) for place in search]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        files = apache_source.thrift_files(root)
        folders = list(pool.map(lambda path: generate(weftgen, root, path, search, into), files))
        made = [os.path.join(folder, os.path.basename(path)[:-len(".thrift")] + ".weft.c")
                for path, folder in zip(files, folders) if folder is not None]
        jobs = [(compiler, path) for path in made for compiler in compilers]
        complaints = pool.map(lambda job: compile_c(job[0], job[1], flags), jobs)
        return len(made), [complaint for complaint in complaints if complaint]


def main():
    weftgen, kept = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    compilers = [compiler for compiler in ("gcc", "clang") if shutil.which(compiler)]
    apache, problem = apache_source.provide(kept)
    if apache is None:
        print(problem)
        return SKIPPED
    n_made = 0
    complaints = []
    with tempfile.TemporaryDirectory(prefix="weft-corpus-") as scratch:
        for name, root in (("apache", apache), ("own", os.path.join(SOURCE, "idl"))):
            n_files, found = check(weftgen, root, os.path.join(scratch, name), compilers)
            n_made += n_files
            complaints += found
    print("\n".join(complaints))
    print("%d files, by %s: %d complaints" % (n_made, " and ".join(compilers), len(complaints)))
    return 1 if complaints or n_made < FEWEST_FILES else 0


if __name__ == "__main__":
    sys.exit(main())
