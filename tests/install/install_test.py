#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weft as its users get it: installed into a prefix, the examples built against that, and run.

Usage: install_test.py BUILD_FOLDER [unittest arguments]
"""

import http.client
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(1, os.path.join(SOURCE, "tests"))
from free_address import free_address  # pylint: disable=wrong-import-position

BUILD = ""
PATIENCE_S = 120  # bounds what hangs, not what is slow

# A project whose IDL files include each other across folders.
REBUILT = {
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.25)
project(rebuilt LANGUAGES C)
find_package(weft 0.1 REQUIRED)
add_executable(rebuilt main.c)
weft_thrift(rebuilt idl/above/main.thrift idl/common.thrift shared/base/numbers.thrift INCLUDE_DIRS shared)
target_link_libraries(rebuilt PRIVATE weft::weft)
""",
    "idl/above/main.thrift": 'include "../common.thrift"\nstruct Whole { 1: common.Part part }\n',
    "idl/common.thrift": 'include "base/numbers.thrift"\nstruct Part { 1: i32 number = numbers.NUMBER }\n',
    "shared/base/numbers.thrift": "const i32 NUMBER = 7\n",
    "main.c": """#include "idl/above/main.weft.h"

int
main(void)
{
    Whole whole;

    whole_init(&whole);
    g_print("%d\\n", (int)whole.part.number);
    return 0;
}
""",
}

# A program whose libraries cooperate: it ends with 0 if they do.
COOPERATIVE = {
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.25)
project(cooperative LANGUAGES C)
find_package(weft 0.1 REQUIRED)
add_executable(cooperative main.c)
target_link_libraries(cooperative PRIVATE weft::cooperative)
""",
    "main.c": """#include <weft/cooperative.h>

int
main(void)
{
    GError *error = NULL;

    if (weft_cooperative_self_test(&error))
        return 0;
    g_printerr("%s\\n", error->message);
    return 1;
}
""",
}

# A program that holds a mutex while its fiber parks: it ends with 0 if that is found.
HOLDING = {
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.25)
project(holding LANGUAGES C)
find_package(weft 0.1 REQUIRED)
add_executable(holding main.c)
target_link_libraries(holding PRIVATE weft::debug_locks)
""",
    "main.c": """#include <pthread.h>
#include <weft/debug_locks.h>
#include <weft/scheduler.h>

static gboolean
hold(gpointer mutex, GError **error)
{
    pthread_mutex_lock(mutex);
    gboolean slept = weft_fiber_sleep_ms(1, error);
    pthread_mutex_unlock(mutex);
    return slept;
}

int
main(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

    return weft_run("hold", hold, &mutex, NULL) && weft_debug_locks_n_found() == 1 ? 0 : 1;
}
""",
}


def run(*command, **settings):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False, **settings)
    if result.returncode != 0:
        raise AssertionError("%s: exit %d\n%s" % (shlex.join(command), result.returncode, result.stdout))
    return result.stdout


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="weft-install-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.prefix = os.path.join(cls.scratch.name, "prefix")
        run("cmake", "--install", BUILD, "--prefix", cls.prefix)

    def build(self, name):
        """The example @name, by find_package(weft)."""
        folder = os.path.join(self.scratch.name, "build-" + name)
        run("cmake", "-S", os.path.join(SOURCE, "examples", name), "-B", folder, "-G", "Ninja",
            "-DCMAKE_PREFIX_PATH=" + self.prefix, "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror")
        run("cmake", "--build", folder)
        return os.path.join(folder, name)

    def serve(self, address, *command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        host, port = address.split(":")
        give_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection((host, int(port))).close()
                return process
            except ConnectionRefusedError:
                self.assertIsNone(process.poll(), "%s ended at its start" % command[0])
                self.assertLess(time.monotonic(), give_up, "%s does not accept" % command[0])
                time.sleep(0.01)

    def ends_when_told(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE_S), 0)

    def ask(self, address, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
        self.addCleanup(connection.close)
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def test_dav_serves_a_folder(self):
        program = self.build("dav")
        folder = os.path.join(self.scratch.name, "served")
        os.mkdir(folder)
        address = free_address()
        process = self.serve(address, program, folder, address)
        self.assertEqual(self.ask(address, "PUT", "/a.txt", b"some text")[0], 201)
        self.assertEqual(self.ask(address, "GET", "/a.txt"), (200, b"some text"))
        status, body = self.ask(address, "PROPFIND", "/", headers={"Depth": "1"})
        self.assertEqual(status, 207)
        self.assertIn(b"/a.txt", body)
        self.ends_when_told(process)

    def test_dav_says_what_is_wrong(self):
        program = self.build("dav")
        result = subprocess.run([program, os.path.join(self.scratch.name, "nothing")], check=False,
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertTrue(result.stderr.startswith("dav: "), result.stderr)

    def check_hello(self, program):
        address = free_address()
        process = self.serve(address, program, address)
        self.assertEqual(self.ask(address, "GET", "/hello/reader"), (200, b"Hello, reader!\n"))
        self.assertEqual(self.ask(address, "POST", "/count", b"x" * 100000), (200, b"100000\n"))
        self.assertEqual(self.ask(address, "DELETE", "/count")[0], 405)
        self.ends_when_told(process)

    def test_hello_answers_http(self):
        self.check_hello(self.build("hello"))

    def flags_of(self, package):
        where = [os.path.join(folder, "pkgconfig") for folder, folders, _ in os.walk(self.prefix)
                 if "pkgconfig" in folders]
        return shlex.split(run("pkg-config", "--cflags", "--libs", package,
                               env=dict(os.environ, PKG_CONFIG_PATH=":".join(where))))

    def build_by_pkg_config(self, name, package):
        """The example @name, by the compiler and pkg-config alone."""
        program = os.path.join(self.scratch.name, name + "-by-pkg-config")
        run("cc", "-Wall", "-Wextra", "-Werror", "-o", program,
            os.path.join(SOURCE, "examples", name, "main.c"), *self.flags_of(package))
        return program

    def test_hello_builds_by_pkg_config(self):
        self.check_hello(self.build_by_pkg_config("hello", "weft"))

    def test_dav_builds_by_pkg_config(self):
        self.build_by_pkg_config("dav", "weft-dav")

    def test_echo_sends_lines_back(self):
        program = self.build("echo")
        address = free_address()
        process = self.serve(address, program, address)
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), PATIENCE_S) as connection:
            with connection.makefile("rwb") as lines:
                for line in (b"one\n", b"two\n", b"\n"):
                    lines.write(line)
                    lines.flush()
                    self.assertEqual(lines.readline(), line)
        self.ends_when_told(process)

    def test_profiles_are_served_by_thrift_and_asked_for(self):
        folder = os.path.dirname(self.build("profiles"))
        address = free_address()
        process = self.serve(address, os.path.join(folder, "profiles_server"), address)
        client = os.path.join(folder, "profiles_client")
        for options in ("", "?protocol=compact", "?protocol=json", "?transport=buffered", "?transport=header"):
            answer = run(client, "thrift://" + address + options, "7")
            self.assertEqual(json.loads(answer), {"id": 7, "name": "Number 7", "hobbies": []})
        refused = subprocess.run([client, "thrift://" + address, "-1"], check=False, capture_output=True,
                                 text=True, timeout=PATIENCE_S)
        self.assertEqual((refused.returncode, refused.stderr), (1, "nobody is number -1\n"))
        self.ends_when_told(process)

    def test_calculator_of_apaches_tutorial(self):
        folder = os.path.dirname(self.build("calculator"))
        address = free_address()
        process = self.serve(address, os.path.join(folder, "calculator_server"), address)
        answer = run(os.path.join(folder, "calculator_client"), "thrift://" + address)
        self.assertEqual(answer.splitlines(), ["ping()", "1 + 1 = 2", "InvalidOperation: Cannot divide by 0",
                                               "15 - 10 = 5", "Received log: 5"])
        self.ends_when_told(process)

    def test_the_examples_that_run_in_tests_of_their_own_build(self):
        for name in ("chat", "notes", "proxy", "remote"):
            with self.subTest(name):
                self.build(name)

    def test_the_examples_with_libraries_of_others_build(self):
        for name, *packages in (("cached", "libmariadb", "libmemcached"), ("fetch", "libcurl"), ("mail", "libcurl"),
                                ("xmpp", "libstrophe")):
            with self.subTest(name):
                if subprocess.run(["pkg-config", "--exists", *packages], check=False).returncode != 0:
                    self.skipTest("%s is not installed" % " or ".join(packages))
                self.build(name)

    def build_files(self, files, place):
        """A project of files that are written here, in the folder @place; its build folder."""
        for path, text in files.items():
            with open(os.path.join(place, path), "w", encoding="utf-8") as file:
                file.write(text)
        build = os.path.join(place, "build")
        run("cmake", "-S", place, "-B", build, "-G", "Ninja", "-DCMAKE_PREFIX_PATH=" + self.prefix)
        run("cmake", "--build", build)
        return build

    def test_a_held_mutex_is_found(self):
        with tempfile.TemporaryDirectory() as place:
            output = run(os.path.join(self.build_files(HOLDING, place), "holding"))
        self.assertIn('fiber 1 "hold" is parked in sleep with lock', output)

    def test_libraries_cooperate(self):
        """By find_package(weft), and by pkg-config."""
        with tempfile.TemporaryDirectory() as place:
            run(os.path.join(self.build_files(COOPERATIVE, place), "cooperative"))
            program = os.path.join(place, "by-pkg-config")
            run("cc", "-o", program, os.path.join(place, "main.c"), *self.flags_of("weft-cooperative"))
            run(program)
        self.assertTrue(any("libweft-cooperative-preload.so" in names for _, _, names in os.walk(self.prefix)))

    def test_c_is_made_anew_when_an_included_idl_file_changes(self):
        """In folders of folders, with an include found by INCLUDE_DIRS, by ninja and by make."""
        for generator in ("Ninja", "Unix Makefiles"):
            with self.subTest(generator), tempfile.TemporaryDirectory() as place:
                for path, text in REBUILT.items():
                    os.makedirs(os.path.dirname(os.path.join(place, path)), exist_ok=True)
                    with open(os.path.join(place, path), "w", encoding="utf-8") as file:
                        file.write(text)
                build = os.path.join(place, "build")
                run("cmake", "-S", place, "-B", build, "-G", generator, "-DCMAKE_PREFIX_PATH=" + self.prefix,
                    "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror")
                run("cmake", "--build", build)
                self.assertEqual(run(os.path.join(build, "rebuilt")), "7\n")
                with open(os.path.join(place, "shared/base/numbers.thrift"), "w", encoding="utf-8") as file:
                    file.write("const i32 NUMBER = 8\n")
                os.utime(file.name, (time.time() + 2, time.time() + 2))
                run("cmake", "--build", build)
                self.assertEqual(run(os.path.join(build, "rebuilt")), "8\n")

    def test_the_program_and_its_page_are_installed(self):
        version = run(os.path.join(self.prefix, "bin/weftdav"), "--version")
        self.assertIn("weftdav", version)
        page = os.path.join(self.prefix, "share/man/man1/weftdav.1")
        self.assertTrue(os.path.exists(page))


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
