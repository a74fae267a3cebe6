#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weftcall from the outside: what it calls, prints and returns.

Usage: weftcall_test.py WEFTCALL SERVER IDL [unittest arguments]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, SERVER, IDL = "", "", ""
PATIENCE_S = 120


class Weftcall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.socket = os.path.join(cls.folder.name, "calls")
        cls.server = subprocess.Popen([SERVER, "unix:" + cls.socket])
        begun = time.monotonic()
        while not os.path.exists(cls.socket):
            assert cls.server.poll() is None and time.monotonic() - begun < PATIENCE_S
            time.sleep(0.01)

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait(PATIENCE_S)
        cls.folder.cleanup()

    def run_it(self, *words, text=None):
        return subprocess.run([PROGRAM, *words], input=text, capture_output=True, text=True,
                              timeout=PATIENCE_S, check=False)

    def call(self, *words, text=None, address=None):
        return self.run_it(address or self.socket, IDL, *words, text=text)

    def expect(self, result, *words, **more):
        answer = self.call(*words, **more)
        self.assertEqual((answer.stderr, answer.returncode), ("", 0))
        self.assertEqual(json.loads(answer.stdout), result)

    def expect_failure(self, said, *words, **more):
        answer = self.call(*words, **more)
        self.assertEqual((answer.stderr, answer.stdout, answer.returncode),
                         ("weftcall: " + said + "\n", "", 2))

    def test_takes_arguments_by_name_and_in_order(self):
        self.expect(42, "Calls.add", '{"right": 2, "left": 40}')
        self.expect(-38, "Calls.add", " [ -40 , 2 ] ")
        self.expect(40, "Calls.add", "[40]")
        self.expect(0, "Calls.add", "{}")
        self.expect("a,]\"[{", "Calls.echo_text", json.dumps(["a,]\"[{"]))
        self.expect(3, "Calls.add", "-", text="[1, 2]\n")

    def test_prints_null_where_there_is_no_result(self):
        self.expect(None, "Calls.nothing")
        self.expect(None, "Calls.note", '["x"]')

    def test_functions_of_an_extended_service_are_its_own(self):
        self.expect({"place": "here", "ticket": 5}, "Calls.origin", '{"ticket": 5}')

    def test_everything_comes_back(self):
        document = {
            "optionals": {"needed": 1, "words": ["x", "y"], "marks": [1], "far": 7},
            "lists": {"bools": [True], "larges": [9007199254740993], "lists": [[1], []]},
            "maps": {"mediums": {"-5": 6}, "deep": {"a": {"b": [{"text": "deep", "bytes": ""}]}}},
            "tree": {"label": "root", "left": {"label": "left"}},
            "shapes": [{"circle": {"radius": 1.5}}, {"name": "n"}],
        }
        answer = json.loads(self.call("Calls.echo", json.dumps([document])).stdout)
        self.assertEqual(answer["lists"]["larges"], [9007199254740993])
        self.assertEqual(answer["maps"]["deep"], document["maps"]["deep"])
        self.assertEqual(answer["shapes"], document["shapes"])
        self.assertEqual(answer["tree"]["left"]["label"], "left")
        self.assertEqual(answer["defaults"]["numbers"], [1, 2, 3])
        self.expect(answer, "Calls.echo", json.dumps([answer]))

    def test_speaks_every_protocol_and_transport(self):
        for options in ("protocol=compact", "protocol=json", "transport=buffered",
                        "transport=buffered&protocol=json", "transport=header",
                        "transport=header&protocol=compact", "service=Calls"):
            self.expect(3, "Calls.add", "[1, 2]", address="thrift+unix:%s?%s" % (self.socket, options))

    def test_a_declared_exception_is_printed(self):
        answer = self.call("Calls.mix", '["RED", "RED"]')
        self.assertEqual((answer.stderr, answer.returncode), ("", 1))
        self.assertEqual(json.loads(answer.stdout),
                         {"exception": "Refused", "value": {"reason": "they are \"the same\""}})
        answer = self.call("Calls.mix", '["RED", "RED"]', "--indent", "0")
        self.assertEqual(answer.stdout,
                         '{"exception":"Refused","value":{"reason":"they are \\"the same\\""}}\n')
        self.expect("GREEN", "Calls.mix", '["RED", "BLUE"]')

    def test_sends_metadata(self):
        self.expect("text of ann", "Calls.echo_text", '["text"]', "-m", "X-Mark= of ann",
                    address="thrift+unix:%s?transport=header" % self.socket)
        self.expect_failure("metadata needs a transport that carries it: http://, https:// or "
                            "?transport=header", "Calls.nothing", "-m", "a=b")
        self.expect_failure("metadata \"a\": expected NAME=VALUE", "Calls.nothing", "-m", "a")

    def test_says_what_is_wrong_with_arguments(self):
        signature = "Calls.add(i32 left, i32 right): i32"
        for given, said in (("[1, 2, 3]", "arguments: there are more than 2"),
                            ("[1, ]", "arguments: an item is missing, at byte 4"),
                            ("[1", "arguments: expected \"]\", at byte 2"),
                            ("[1}", "arguments: expected \"]\", at byte 2"),
                            ("[1] 2", "arguments: something stands behind the array, at byte 4"),
                            ("7", "arguments: expected a JSON object or array, at byte 0"),
                            ("", "arguments: expected a JSON object or array, at byte 0")):
            self.expect_failure("%s: %s" % (signature, said), "Calls.add", given)
        answer = self.call("Calls.add", '{"lefd": 1}')
        self.assertIn("there is no field \"lefd\"", answer.stderr)
        answer = self.call("Calls.add", '["x"]')
        self.assertIn("argument \"left\": \"x\" is no i32", answer.stderr)
        self.expect_failure("arguments are missing: " + signature, "Calls.add")

    def test_says_what_there_is(self):
        answer = self.run_it("--list", IDL)
        self.assertEqual(answer.returncode, 0)
        self.assertIn("Calls.mix(Color first, Color second): Color throws Refused\n", answer.stdout)
        self.assertIn("Calls.note(string text): oneway\n", answer.stdout)
        self.assertIn("Calls.origin(", answer.stdout)
        answer = self.call("Calls.substract", "[1]")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("has no function \"Calls.substract\"; there are\n", answer.stderr)
        self.assertIn("has no service \"Cals\"", self.call("Cals.add", "[1]").stderr)
        self.assertIn("has several services", self.call("add", "[1]").stderr)

    def test_says_why_there_is_no_answer(self):
        self.expect_failure("check: timed out in stream read", "Calls.check", "[60000]", "-t", "50ms")
        self.expect_failure("nothing: connect to unix:/nowhere/here: No such file or directory",
                            "Calls.nothing", address="/nowhere/here")
        self.assertEqual(self.call("Calls.half", "[1]").returncode, 2)
        self.expect_failure("bad URL of a service: option timeout=\"5\": expected a time such as "
                            "200ms, 5s or 1m; 0s for none", "Calls.nothing", "-t", "5")
        self.assertIn("bad URL", self.call("Calls.nothing", address="ftp://a").stderr)

    def test_says_what_is_wrong_with_a_file(self):
        path = os.path.join(self.folder.name, "wrong.thrift")
        with open(path, "w", encoding="utf-8") as file:
            file.write("service S { i32 f(1: Missing m) }\n")
        answer = self.run_it("localhost:1", path, "S.f", "[]")
        self.assertEqual(answer.returncode, 2)
        self.assertTrue(answer.stderr.startswith(path + ":1:"), answer.stderr)

    def test_says_how_it_is_called(self):
        for words in ((), ("a",), ("a", IDL), ("a", IDL, "b", "c", "d"), ("--bogus",)):
            answer = self.run_it(*words)
            self.assertEqual(answer.returncode, 2)
            self.assertTrue(answer.stderr.startswith("weftcall: "), answer.stderr)
        self.assertIn("Exit status", self.run_it("--help").stdout)
        self.assertTrue(self.run_it("--version").stdout.startswith("weftcall "))


if __name__ == "__main__":
    PROGRAM, SERVER, IDL = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
