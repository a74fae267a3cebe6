#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command beside servers that live as long as it does.

Usage: run.py SERVER... -- COMMAND [ARGUMENT]...      for example: run.py MariaDb Memcached -- sh

The command finds their addresses and folders in its environment: MARIADB_ADDRESS, MARIADB_FOLDER,
MEMCACHED_ADDRESS, and so on.
"""

import ctypes
import os
import signal
import subprocess
import sys

import kinds
import server


def end_with_us():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def main():
    if "--" not in sys.argv:
        sys.exit(__doc__)
    at = sys.argv.index("--")
    names, command = sys.argv[1:at], sys.argv[at + 1:]
    try:
        started = server.start_all(*(getattr(kinds, name)() for name in names))
    except server.NotInstalled as reason:
        sys.exit(str(reason))
    places = {}
    for name, one in zip(names, started):
        places.update({name.upper() + "_ADDRESS": one.address, name.upper() + "_FOLDER": one.folder})
    # pylint: disable=subprocess-popen-preexec-fn
    status = subprocess.run(command, env=dict(os.environ, **places), check=False,
                            preexec_fn=end_with_us).returncode
    server.stop_all(*started)
    sys.exit(status)


main()
