#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From nothing to a service that answers: `weftgen new` against weft as it is installed, built and called.

Usage: scaffold_test.py BUILD_FOLDER.  Prints the seconds it took and the lines that a user wrote.
"""

import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(1, os.path.join(SOURCE, "tests"))
from free_address import free_address  # pylint: disable=wrong-import-position

PATIENCE_S = 300  # bounds what hangs, not what is slow

# All that the user writes: the IDL, and a line in the handler.
IDL = """service Greeter {
    string greet(1: string name)
}
"""
HANDLER_LINE = ('    *result = weft_string_printf(weft_call_arena(call), "Hello, %.*s!", '
                "(int)name.length, name.data);\n")

# What is added later.
IDL_LATER = IDL.replace("}", "    i32 count()\n}")


def run(*command, **settings):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=False, timeout=PATIENCE_S, **settings)
    if result.returncode != 0:
        raise AssertionError("%s: exit %d\n%s" % (shlex.join(command), result.returncode, result.stdout))
    return result.stdout


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Project:
    def __init__(self, scratch):
        self.prefix = os.path.join(scratch, "prefix")
        self.folder = os.path.join(scratch, "greeter")
        self.build_folder = os.path.join(self.folder, "build")
        self.idl = os.path.join(scratch, "greeter.thrift")
        self.handlers = os.path.join(self.folder, "handlers/greeter.c")

    def weftgen_new(self, *words):
        return run(os.path.join(self.prefix, "bin/weftgen"), "new", self.folder, *words)

    def build(self):
        run("cmake", "-S", self.folder, "-B", self.build_folder, "-G", "Ninja",
            "-DCMAKE_PREFIX_PATH=" + self.prefix, "-DCMAKE_C_FLAGS=-Werror")
        run("cmake", "--build", self.build_folder)

    def program(self, name):
        return os.path.join(self.build_folder, "greeter-" + name)

    def call(self, address):
        """What greet answers: by weftcall where it is installed, else by the client that was made."""
        weftcall = os.path.join(self.prefix, "bin/weftcall")
        if os.path.exists(weftcall):
            return run(weftcall, address, self.idl, "Greeter.greet", '{"name": "reader"}')
        return run(self.program("client"), "thrift://" + address)


def wait_for(address, process):
    host, port = address.split(":")
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection((host, int(port))).close()
            return
        except ConnectionRefusedError:
            assert process.poll() is None, "the server ended at its start"
            assert time.monotonic() < give_up, "the server does not accept"
            time.sleep(0.01)


def serve_and_call(project):
    address = free_address()
    server = subprocess.Popen([project.program("server"), address], stdin=subprocess.DEVNULL)
    try:
        wait_for(address, server)
        answer = project.call(address)
    finally:
        server.send_signal(signal.SIGTERM)
        status = server.wait(PATIENCE_S)
    assert status == 0, "the server ended with %d" % status
    return answer


def main():
    with tempfile.TemporaryDirectory(prefix="weft-scaffold-") as scratch:
        project = Project(scratch)
        run("cmake", "--install", os.path.abspath(sys.argv[1]), "--prefix", project.prefix)

        began = time.monotonic()
        write(project.idl, IDL)
        project.weftgen_new("--idl", project.idl)
        skeleton = read(project.handlers)
        write(project.handlers, skeleton.replace("    return TRUE;\n", HANDLER_LINE + "    return TRUE;\n"))
        project.build()
        answer = serve_and_call(project)
        seconds = time.monotonic() - began
        assert "Hello, " in answer, answer
        print(answer.strip())
        print("from nothing to an answered call: %.1f s, %d lines written: %d of IDL, 1 of C" %
              (seconds, IDL.count("\n") + 1, IDL.count("\n")))
        run("ctest", "--test-dir", project.build_folder, "--output-on-failure")

        written = read(project.handlers)
        write(os.path.join(project.folder, "idl/greeter.thrift"), IDL_LATER)
        said = project.weftgen_new()
        assert "added 1 handler to handlers/greeter.c" in said, said
        assert read(project.handlers).startswith(written), "what was written is not touched"
        project.build()
        run("ctest", "--test-dir", project.build_folder, "--output-on-failure")
        assert "Hello, " in serve_and_call(project)
    return 0


if __name__ == "__main__":
    sys.exit(main())
