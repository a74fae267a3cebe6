#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Third-party clients, unmodified, in fibers: a hundred calls that the server answers after 100 ms take
together hardly longer than one.

For each library one program (hundred_calls.cc) with one thread; all its clients are connected and signed
in before the clock starts; those of SMTP, where libcurl does that with the first mail, have sent one.
Then the same with a deadline and with a cancellation for one of the hundred; and, for one library, with
the hook switched off.

Usage: libraries_test.py [LIBRARY]...; WEFT_BIN is where the programs are.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.join(os.path.dirname(os.path.dirname(HERE)), "servers"))
import kinds  # pylint: disable=wrong-import-position
import server  # pylint: disable=wrong-import-position

N_CLIENTS = 100
ANSWER_MS, PATIENCE_MS = 100, 20
# A hundred calls in fibers; instrumented, they are no measure, but still not one after the other.
LONGEST_MS = 1000 if os.environ.get("WEFT_SANITIZE") else 300
LATEST_MS = 80  # who had 20 ms; the server had not answered by then
SHORTEST_OFF_S = 9.9  # one after the other
N_ATTEMPTS = 3  # something else may have held up the machine
PROGRAM_S = 120  # bounds what hangs
WITHOUT_HOOK = "mariadb"


class Library:
    def __init__(self, name, kind, call, is_delayed=False, is_preloaded=False):
        """@is_delayed: its server cannot be asked to wait; a proxy does.  @is_preloaded: the program was
        not linked with the hook."""
        self.name, self.kind, self.call = name, kind, call
        self.is_delayed, self.is_preloaded = is_delayed, is_preloaded
        self.server = self.front = None

    def start(self):
        self.server = self.front = self.kind().begin()

    def wait(self):
        self.server.wait_until_it_answers()
        if self.is_delayed:
            self.front = kinds.DelayingProxy(self.server, ANSWER_MS)
            self.front.__enter__()

    def stop(self):
        for one in (self.front, self.server):
            if one is not None:
                one.stop()

    def program(self):
        return os.path.join(os.environ["WEFT_BIN"], "library_" + self.name)

    def can_be_tried(self):
        return bool(os.environ.get("WEFT_PRELOAD")) or not self.is_preloaded

    def run(self, *arguments, **environment):
        """The figures that the program prints, as a dict, and whether it succeeded."""
        environment = dict(os.environ, **environment)
        if isinstance(self.server, kinds.Sshd):
            environment["WEFT_SSH_KEY"] = self.server.key_path
        if self.is_preloaded:
            environment["LD_PRELOAD"] = os.environ["WEFT_PRELOAD"]
        ended = subprocess.run([self.program(), self.front.host, str(self.front.port), *arguments],
                               env=environment, stdout=subprocess.PIPE, text=True, errors="replace",
                               timeout=PROGRAM_S, check=False)
        figures = dict(line.partition(" ")[::2] for line in ended.stdout.splitlines())
        return figures, ended.returncode


LIBRARIES = [
    Library("mariadb", kinds.MariaDb, "SELECT SLEEP(0.1)"),
    Library("libpq", kinds.PostgreSql, "SELECT pg_sleep(0.1)"),
    Library("hiredis", kinds.Redis, "BLPOP key 0.1"),
    Library("libmemcached", kinds.Memcached, "get; proxy", is_delayed=True),
    Library("librabbitmq", kinds.RabbitMq, "queue.declare; proxy", is_delayed=True),
    Library("libldap", kinds.Slapd, "search; proxy", is_delayed=True),
    Library("libssh2", kinds.Sshd, "SFTP stat; proxy", is_delayed=True),
    Library("libstrophe", kinds.Prosody, "ping; proxy", is_delayed=True),
    Library("smtp", lambda: kinds.SmtpSink(ANSWER_MS), "one mail (libcurl)"),
    Library("mariadb_preloaded", kinds.MariaDb, "SELECT SLEEP(0.1)", is_preloaded=True),
]


def complaints_about(figures, status):
    """What is wrong with the three rounds of a program."""
    def number(name):
        return float(figures.get(name, "nan"))

    if status != 0:
        yield "status %d" % status
    if not number("calls_succeeded") == N_CLIENTS:
        yield "not all calls succeeded"
    if not ANSWER_MS * 0.9 <= number("calls_ms") < LONGEST_MS:
        yield "the calls took %s ms" % figures.get("calls_ms")
    for one in ("deadline", "cancelled"):
        if not number(one + "_succeeded") == N_CLIENTS - 1:
            yield one + ": others were disturbed"
        if not number(one + "_ms") < LONGEST_MS:
            yield "%s: the others took %s ms" % (one, figures.get(one + "_ms"))
        if not PATIENCE_MS <= number(one + "_victim_ms") < LATEST_MS:
            yield "%s: ended after %s ms" % (one, figures.get(one + "_victim_ms"))


FORM = "%-17s %-22s %9s %9s %8s %12s %7s  %s"


def show(*cells):
    print(FORM % cells, flush=True)


def measure_off(library):
    """Seconds without the hook, for a cell; and complaints."""
    if library.name != WITHOUT_HOOK or os.environ.get("WEFT_SANITIZE"):
        return "", []
    figures, status = library.run("once", WEFT_COOPERATIVE="off")
    off_s = float(figures.get("calls_ms", "nan")) / 1000
    is_right = status == 0 and off_s >= SHORTEST_OFF_S
    return "%.1f" % off_s, [] if is_right else ["without the hook: %.1f s, status %d" % (off_s, status)]


def measure(library):
    """One line, or two, of the table; returns complaints."""
    off_s, complaints = measure_off(library)
    for _ in range(N_ATTEMPTS):
        figures, status = library.run()
        complaints_of_run = list(complaints_about(figures, status))
        if not complaints_of_run:
            break
    get = figures.get
    show(library.name, library.call, get("connect_ms"), get("calls_ms"), off_s, get("deadline_victim_ms"),
         get("deadline_succeeded"), get("deadline_victim_says"))
    show("", "  one is cancelled", "", get("cancelled_ms"), "", get("cancelled_victim_ms"),
         get("cancelled_succeeded"), get("cancelled_victim_says"))
    return complaints + complaints_of_run


def main():
    wanted = sys.argv[1:] or [library.name for library in LIBRARIES]
    libraries = [one for one in LIBRARIES if one.name in wanted and one.can_be_tried()]
    complaints = []
    try:
        for library in libraries:
            library.start()
        for library in libraries:
            library.wait()
        show("library", "call", "before ms", "100 in ms", "off s", "20 ms: ended", "others", "the library said")
        for library in libraries:
            complaints += ("%s: %s" % (library.name, one) for one in measure(library))
    except server.NotInstalled as reason:
        complaints.append("%s: ./dev test unpacks it" % reason)
    finally:
        for library in libraries:
            library.stop()
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
