#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cadaver: a session of commands, and what is in the folder afterwards."""

import os

import serving


@serving.needs_program("cadaver")
class CadaverTest(serving.ServingTest):
    def setUp(self):
        self.folder = self.scratch()
        self.local = self.scratch()
        self.served = self.serve(self.folder)

    def cadaver(self, *commands):
        return self.run_client("cadaver", self.served.url, text_in="\n".join(commands) + "\nquit\n",
                               cwd=self.local, env=dict(os.environ, HOME=self.local))

    def test_put_list_copy_move_get_delete(self):
        serving.write_file(os.path.join(self.local, "letter.txt"), b"Dear reader\n")
        output = self.cadaver("mkcol box", "cd box", "put letter.txt", "ls", "copy letter.txt copy.txt",
                              "move copy.txt moved.txt", "get moved.txt fetched.txt", "delete letter.txt")
        self.assertNotIn("failed", output)
        self.assertIn("letter.txt", output)
        self.assertEqual(serving.all_names(self.folder), ["box", "box/moved.txt"])
        self.assertEqual(serving.read_file(os.path.join(self.local, "fetched.txt")), b"Dear reader\n")
        output = self.cadaver("rmcol box")
        self.assertNotIn("failed", output)
        self.assertEqual(serving.all_names(self.folder), [])

    def test_a_dead_property_is_kept_and_travels(self):
        serving.write_file(os.path.join(self.folder, "a.txt"), b"a")
        output = self.cadaver("propset a.txt colour blue", "propget a.txt colour",
                              "move a.txt b.txt", "propget b.txt colour")
        self.assertNotIn("failed", output)
        self.assertEqual(output.count("colour is: blue"), 2, output)

    def test_what_it_locks_is_for_it_alone(self):
        serving.write_file(os.path.join(self.local, "letter.txt"), b"Dear reader\n")
        output = self.cadaver("put letter.txt", "lock letter.txt", "put letter.txt", "discover letter.txt",
                              "mkcol box", "lock box", "put letter.txt box/copy.txt",
                              "move letter.txt box/letter.txt", "unlock box", "rmcol box")
        self.assertNotIn("failed", output)
        self.assertIn("Scope: exclusive  Type: write  Timeout: 3600 seconds", output)
        self.assertEqual(serving.all_names(self.folder), [])
        output = self.cadaver("put letter.txt", "lock letter.txt")
        self.assertNotIn("failed", output)
        # cadaver forgets its token when it ends; somebody else has to steal the lock.
        self.assertEqual(self.served.request("PUT", "/letter.txt", b"x").status, 423)
        output = self.cadaver("steal letter.txt", "put letter.txt", "unlock letter.txt")
        self.assertNotIn("failed", output)
        self.assertEqual(self.served.request("PUT", "/letter.txt", b"x").status, 204)


if __name__ == "__main__":
    serving.main()
