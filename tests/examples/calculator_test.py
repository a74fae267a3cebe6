#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/calculator: its client and those of Apache's own tutorial, as they stand in Thrift's source package but for
the port, ask its server.  Each generates and builds what it needs."""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from example import PATIENCE_S, SANITIZED, TESTS, Serving, free_address, host_and_port, main, needs_program, run

sys.path.insert(1, os.path.join(TESTS, "codegen"))
import apache_source  # pylint: disable=wrong-import-position

PYTHON = "/usr/bin/python3"  # Debian's, for which python3-thrift is
NODE_MODULES = os.path.join(os.path.dirname(TESTS), "build", "thrift-node", "node_modules")
BUILD = os.path.dirname(os.environ["WEFT_BIN"])


def tutorial():
    source, why_not = apache_source.provide(os.path.join(BUILD, "apache-thrift"))
    if source is None or not os.path.exists(os.path.join(source, "tutorial/py")):
        raise unittest.SkipTest(why_not or "no clients in %s" % source)
    return os.path.join(source, "tutorial")


def flags(*packages):
    return subprocess.run(["pkg-config", "--cflags", "--libs", *packages], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.split()


class CalculatorTest(unittest.TestCase):
    def setUp(self):
        root = tempfile.mkdtemp(prefix="weft-calculator-")
        self.addCleanup(shutil.rmtree, root)
        self.folder = os.path.join(root, "tutorial")
        os.makedirs(os.path.join(root, "lib/py/build/lib"))  # where Python's client looks for its library first
        self.address = free_address()
        Serving(self, self.address, "calculator_server", self.address)

    def take(self, client, language):
        """A copy of Apache's @client that asks our port, with generated code in its folder; that folder."""
        source = tutorial()
        own = os.path.join(self.folder, os.path.dirname(client))
        os.makedirs(own)
        with open(os.path.join(source, client), encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count("9090"), 1)
        with open(os.path.join(self.folder, client), "w", encoding="utf-8") as file:
            file.write(text.replace("9090", str(host_and_port(self.address)[1])))
        self.call("thrift", "-r", "-o", own, "--gen", language, os.path.join(source, "tutorial.thrift"))
        return own

    def compile(self, compiler, language, client, *packages):
        """The program made of @client and the code generated beside it."""
        own = self.take(client, language)
        generated = os.path.join(own, "gen-" + language)
        os.symlink(generated, os.path.join(self.folder, "gen-" + language))
        sources = [path for path in glob.glob(generated + "/*.c*") if "skeleton" not in path]
        self.call(compiler, "-w", "-I", own, "-I", generated, "-o", "client", os.path.basename(client), *sources,
                  *flags(*packages), cwd=own)
        return os.path.join(own, "client")

    def call(self, *words, **options):
        result = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE_S, **options)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def check(self, output):
        lines = output.replace(" + ", "+").replace(" - ", "-").replace(" = ", "=").splitlines()
        self.assertEqual(len(lines), 5, output)
        self.assertEqual(lines[:2], ["ping()", "1+1=2"])
        self.assertRegex(lines[2], "^InvalidOperation.*Cannot divide by 0")
        self.assertEqual(lines[3], "15-10=5")
        self.assertRegex(lines[4], r"log: .*\b5\b")

    def test_our_own(self):
        self.check(run(self, "calculator_client", "thrift://" + self.address)[0])

    @needs_program("thrift")
    def test_python(self):
        own = self.take("py/PythonClient.py", "py")
        self.check(self.call(PYTHON, "PythonClient.py", cwd=own))

    @needs_program("thrift")
    @unittest.skipUnless(shutil.which("node") and os.path.exists(NODE_MODULES), "Thrift for Node.js is not there")
    def test_node(self):
        own = self.take("nodejs/NodeClient.js", "js:node")
        # Its message is an object's text, which does not say why.
        output = self.call("node", "NodeClient.js", cwd=own, env=dict(os.environ, NODE_PATH=NODE_MODULES))
        self.assertIn("InvalidOperation", output)
        self.assertIn("15-10=5\nCheck log: 5\n", output)

    @needs_program("thrift")
    def test_c_glib(self):
        self.check(self.call(self.compile("cc", "c_glib", "c_glib/c_glib_client.c", "thrift_c_glib")))

    @needs_program("thrift")
    @unittest.skipIf(SANITIZED, "the client is compiled for long, and tells nothing new")
    def test_cpp(self):
        self.check(self.call(self.compile("c++", "cpp", "cpp/CppClient.cpp", "thrift")))


if __name__ == "__main__":
    main()
