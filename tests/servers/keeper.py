#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps one server of a test: starts it as an ordinary user, and ends it and all it started, and
removes its folder, when the test ends, however that ends.

Usage: keeper.py FOLDER LOG SIGNAL USER COMMAND [ARGUMENT]...

FOLDER is the server's own, and goes with it; USER is a number, SIGNAL what ends the server.  The test holds the other end of stdin: when that is
closed, by hand or by death, it is over.  A line on stdout tells that the server ended by itself; the end
of stdout tells that everything is gone.
"""

import ctypes
import errno
import os
import select
import shutil
import signal
import subprocess
import sys

END_S = 10  # a server that has not heard its signal by then is killed

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def prctl(option, value):
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def leave_the_test():
    """No child of the test any more: who kills the test and all its children forgets this process."""
    if os.fork() != 0:
        os._exit(0)
    os.setsid()
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # daemons of the server come back here


def give_away(folder, user):
    os.chown(folder, user, user)
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            os.chown(os.path.join(place, name), user, user, follow_symlinks=False)


def begin(folder, log_path, end_signal, user, command):
    who = {}
    if os.getuid() != user:
        give_away(folder, user)
        who = {"user": user, "group": user, "extra_groups": []}

    def prepare():
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, signal.SIG_DFL)
        prctl(PR_SET_PDEATHSIG, end_signal)

    with open(log_path, "wb") as log:
        # pylint: disable=consider-using-with,subprocess-popen-preexec-fn
        return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                preexec_fn=prepare, start_new_session=True, **who)


def children():
    with open("/proc/self/task/%d/children" % os.getpid(), encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def reap_all():
    """End what is left of the server's own processes; children of those that end become ours."""
    while True:
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def remove(folder):
    def again(_function, path, reason):
        if reason[1].errno != errno.ENOENT:
            print("keeper: %s is not removed: %s" % (path, reason[1]), file=sys.stderr)

    shutil.rmtree(folder, onerror=again)


def keep(server):
    """Until the test has ended."""
    ended = os.pidfd_open(server.pid)
    ready, _, _ = select.select([sys.stdin, ended], [], [])
    if ended in ready:
        try:
            print("ended %d" % server.wait(), flush=True)
        except BrokenPipeError:
            return
        sys.stdin.read()


def main():
    folder, log_path = sys.argv[1:3]
    end_signal, user = map(int, sys.argv[3:5])
    leave_the_test()
    try:
        server = begin(folder, log_path, end_signal, user, sys.argv[5:])
        keep(server)
        server.send_signal(end_signal)
        try:
            server.wait(END_S)
        except subprocess.TimeoutExpired:
            server.kill()
    finally:
        reap_all()
        remove(folder)


main()
