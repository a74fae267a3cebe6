#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/notes: pages, the interface for programs, and what the filters do; asked by curl."""

import json
import os
import subprocess
import unittest

from example import EXAMPLES, PATIENCE_S, Serving, curl, free_address, main, needs_program

TOKEN = "a token with spaces"
TEMPLATES = os.path.join(EXAMPLES, "notes", "templates")


@needs_program("curl")
class NotesTest(unittest.TestCase):
    def setUp(self):
        address = free_address()
        self.url = "http://" + address
        os.environ["NOTES_TOKEN"] = TOKEN
        self.server = Serving(self, address, "notes", address, TEMPLATES)

    def ask(self, path, *words):
        """Status and body."""
        body, status = curl("-w", "\n%{http_code}", *words, self.url + path).decode().rsplit("\n", 1)
        return int(status), body

    def write(self, path, *words):
        return self.ask(path, "-H", "Authorization: Bearer " + TOKEN, *words)

    def put(self, name, text):
        return self.write("/api/notes/" + name, "-X", "PUT", "--data-binary", text)

    def expect_error(self, answer, status, words):
        self.assertEqual(answer[0], status)
        error = json.loads(answer[1])
        self.assertEqual(error["status"], status)
        self.assertIn(words, error["error"])

    def test_a_note_is_written_read_replaced_and_deleted(self):
        self.assertEqual(self.put("list", "milk"), (201, ""))
        self.assertEqual(self.ask("/api/notes/list"), (200, "milk"))
        self.assertEqual(self.put("list", "milk, bread"), (204, ""))
        self.assertEqual(self.ask("/api/notes/list"), (200, "milk, bread"))
        self.assertEqual(self.write("/api/notes/list", "-X", "DELETE"), (204, ""))
        self.expect_error(self.ask("/api/notes/list"), 404, 'there is no note "list"')

    def test_pages_are_made_of_templates_and_nobody_brings_in_a_script(self):
        self.put("b%20%3Ci%3E", "<script>alert('b')</script> & more")
        self.put("a", "{{title}}")
        status, page = self.ask("/")
        self.assertEqual(status, 200)
        self.assertTrue(page.startswith("<!doctype html>"), page)
        self.assertIn("There are 2.", page)
        self.assertLess(page.index('<a href="/notes/a">a</a>'),
                        page.index('<a href="/notes/b%20%3Ci%3E">b &lt;i&gt;</a>'))
        page = self.ask("/notes/b%20%3Ci%3E")[1]
        self.assertIn("<title>b &lt;i&gt;</title>", page)
        self.assertIn("&lt;script&gt;alert(&apos;b&apos;)&lt;/script&gt; &amp; more", page)
        self.assertIn("<pre>{{title}}</pre>", self.ask("/notes/a")[1])
        self.assertEqual(self.ask("/notes/none"), (404, 'there is no note "none"\n'))

    def test_programs_get_errors_as_json(self):
        self.expect_error(self.ask("/api/nothing"), 404, "Not Found")
        self.expect_error(self.ask('/api/notes/%22%5c'), 404, 'there is no note ""\\"')
        self.expect_error(self.put("big", "x" * 65537), 413, "")
        self.assertEqual(self.ask("/nothing"), (404, "Not Found\n"))

    def test_who_does_not_know_the_token_does_not_write(self):
        for word in ("Bearer wrong", "Bearer ", "Basic " + TOKEN):
            answer = self.ask("/api/notes/list", "-X", "PUT", "--data-binary", "x", "-H", "Authorization: " + word)
            self.expect_error(answer, 401, "PUT is for who knows the token")
        self.expect_error(self.ask("/api/notes/list", "-X", "DELETE"), 401, "DELETE is for")
        self.assertEqual(self.ask("/api/notes/list")[0], 404)

    def test_waits_for_a_change_and_no_longer_than_told(self):
        self.put("list", "milk")
        self.expect_error(self.ask("/api/notes/list/next", "-H", "Timeout-Ms: 20"), 503, "timed out")
        self.expect_error(self.ask("/api/notes/list/next", "-H", "Timeout-Ms: soon"), 400, '"soon"')
        with subprocess.Popen(["curl", "--silent", "--trace-ascii", "/dev/stderr", self.url + "/api/notes/list/next"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as waiting:
            while b"/next" not in waiting.stderr.readline():
                pass
            # The request is on its way; until it has arrived, changes come too early.
            while waiting.poll() is None:
                self.put("list", "bread")
            self.assertEqual(waiting.stdout.read(), b"bread")
            self.assertEqual(waiting.wait(PATIENCE_S), 0)


if __name__ == "__main__":
    main()
