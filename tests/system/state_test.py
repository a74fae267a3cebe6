#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a server keeps in its state folder: locks and dead properties, over restarts and SIGKILL."""

import json
import os
import re
import sqlite3
import subprocess
import threading
import urllib.parse

import serving

N_KILLS = 4
N_CLIENTS = 4
N_ROUNDS = 40  # of LOCK and UNLOCK, each client before each kill at most
N_STORMERS = 20
N_STORM_ROUNDS = int(os.environ.get("WEFT_LOCK_STORM_ROUNDS", 500))  # LOCK and UNLOCK, each of them
MULTI_STATUS = 207

LOCK_BODY = b"""<?xml version="1.0" encoding="utf-8"?>
<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>
<D:locktype><D:write/></D:locktype><D:owner>a &amp; b</D:owner></D:lockinfo>"""

SET_BODY = """<?xml version="1.0" encoding="utf-8"?>
<D:propertyupdate xmlns:D="DAV:" xmlns:t="urn:t"><D:set><D:prop><t:p>%s</t:p></D:prop></D:set>
</D:propertyupdate>"""

GET_BODY = b"""<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:t="urn:t"><D:prop><t:p/></D:prop></D:propfind>"""


def lock(served, path, timeout="Second-3600", depth="infinity"):
    """The answer, and the token; None where it is not given."""
    answer = served.request("LOCK", path, LOCK_BODY, Timeout=timeout, Depth=depth)
    token = answer.fields.get("Lock-Token")
    return answer, token.strip("<>") if token else None


def unlock(served, path, token):
    return served.request("UNLOCK", path, lock_token="<%s>" % token).status


def set_property(served, path, value):
    return served.request("PROPPATCH", path, (SET_BODY % value).encode())


def read_property(served, path):
    """The value, "" where it has none."""
    answer = served.request("PROPFIND", path, GET_BODY, Depth="0")
    found = re.search(rb"<(\w+:)?p\b[^>]*>([^<]*)</", answer.body)
    return found.group(2).decode() if answer.status == MULTI_STATUS and found else ""


class StateTest(serving.ServingTest):
    def setUp(self):
        self.folder = self.scratch()
        self.state = os.path.join(self.scratch(), "state")

    def start(self, *options):
        return self.serve(self.folder, "--state", self.state, "--durability", "process", *options)

    def refusal(self, *options, folder=None):
        """What the program says that does not start."""
        done = subprocess.run([serving.weftdav_program(), "--listen", serving.free_address(),
                               *options, folder or self.folder],
                              capture_output=True, text=True, timeout=serving.START_S, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stderr


class LocksTest(StateTest):
    def put_and_lock(self, served):
        served.request("PUT", "/file", b"content")
        answer, token = lock(served, "/file")
        self.assertEqual(answer.status, 200)
        return token

    def check_held(self, served, token):
        self.assertEqual(served.request("PUT", "/file", b"new").status, 423)
        self.assertEqual(served.request("DELETE", "/file").status, 423)
        self.assertEqual(lock(served, "/file")[0].status, 423)
        answer = served.request("PROPFIND", "/file", Depth="0")
        self.assertIn(token.encode(), answer.body)
        self.assertIn(b"a &amp; b", answer.body)
        self.assertEqual(served.request("PUT", "/file", b"mine", If="(<%s>)" % token).status, 204)

    def test_a_lock_outlives_a_restart(self):
        served = self.start()
        token = self.put_and_lock(served)
        self.assertEqual(served.stop(), 0)
        served = self.start()
        self.check_held(served, token)
        self.assertEqual(unlock(served, "/file", token), 204)
        self.assertEqual(served.stop(), 0)
        served = self.start()
        self.assertEqual(served.request("PUT", "/file", b"free").status, 204)

    def test_a_lock_outlives_a_kill(self):
        served = self.start()
        token = self.put_and_lock(served)
        served.kill()
        served = self.start()
        self.check_held(served, token)

    def test_a_refreshed_lock_outlives_a_kill_and_one_that_has_expired_does_not(self):
        served = self.start()
        token = self.put_and_lock(served)
        answer = served.request("LOCK", "/file", If="(<%s>)" % token, Timeout="Second-7200")
        self.assertEqual(answer.status, 200)
        self.assertEqual(lock(served, "/other")[0].status, 201)
        served.kill()
        self.age("/other")
        served = self.start()
        answer = served.request("PROPFIND", "/file", Depth="0")
        left = int(re.search(rb"Second-(\d+)", answer.body).group(1))
        self.assertGreater(left, 3600)
        self.assertEqual(served.request("PUT", "/other", b"free").status, 204)

    def age(self, root):
        """As if its time were over, without waiting for it."""
        with sqlite3.connect(os.path.join(self.state, "locks.sqlite")) as database:
            database.execute("UPDATE locks SET expires_us = 1 WHERE root = ?", (root,))
        database.close()

    def test_without_a_state_folder_locks_end_with_the_server(self):
        served = self.serve(self.folder)
        self.put_and_lock(served)
        served.stop()
        served = self.serve(self.folder)
        self.assertEqual(served.request("PUT", "/file", b"free").status, 204)

    def test_delete_and_move_take_locks_with_them_for_good(self):
        served = self.start()
        token = self.put_and_lock(served)
        holds = "<%sfile> (<%s>)" % (served.url, token)
        moved = served.request("MOVE", "/file", Destination=served.url + "moved", If=holds)
        self.assertEqual(moved.status, 201)
        served.kill()
        served = self.start()
        self.assertEqual(served.request("PUT", "/file", b"free").status, 201)
        self.assertEqual(served.request("PUT", "/moved", b"free").status, 204)

    def lock_until_it_dies(self, served, number):
        """Lock and unlock files; note what was confirmed, and what was only asked for."""
        try:
            for i in range(N_ROUNDS):
                path = "/f-%d-%d-%d" % (self.n_kills, number, i)
                answer, token = lock(served, path)
                if answer.status not in (200, 201):
                    self.failed.append((path, answer.status))
                    return
                self.held[path] = token
                if i % 2:
                    continue
                del self.held[path]
                if unlock(served, path, token) != 204:
                    self.failed.append((path, "UNLOCK"))
                    return
                self.freed.append(path)
                self.progress.set()
        except OSError:
            return

    def test_kills_under_load_lose_no_lock_and_no_unlock(self):
        self.held, self.freed, self.failed = {}, [], []
        for self.n_kills in range(N_KILLS):
            served = self.start()
            self.progress = threading.Event()
            clients = [threading.Thread(target=self.lock_until_it_dies, args=(served, number))
                       for number in range(N_CLIENTS)]
            for client in clients:
                client.start()
            self.progress.wait(serving.END_S)
            served.kill()
            for client in clients:
                client.join()
        self.assertEqual(self.failed, [])
        served = self.start()
        for path, token in self.held.items():
            self.assertEqual(served.request("PUT", path, b"x").status, 423, path)
            self.assertEqual(unlock(served, path, token), 204, path)
        for path in self.freed:
            self.assertIn(served.request("PUT", path, b"x").status, (201, 204), path)

    def check_storm(self, served):
        """Each UNLOCK of a lock that was given works, and none stays."""
        for i in range(N_STORMERS):
            served.request("PUT", "/own-%d" % i, b"x")
        said = self.run_client(serving.test_program("davload"), "-m", "LOCK", "-u", "-c", str(N_STORMERS),
                               "-n", str(2 * N_STORMERS * N_STORM_ROUNDS), "-H", "Depth: 0",
                               "-b", LOCK_BODY.decode(), served.address, "/own-%c")
        numbers = json.loads(said)
        self.assertEqual(numbers["refused"], 0)
        self.assertEqual(numbers["broken"], 0)
        self.assertGreaterEqual(numbers["requests"], 2 * N_STORMERS * N_STORM_ROUNDS)
        self.assertNotIn(b"urn:uuid:", served.request("PROPFIND", "/", Depth="1").body)

    def test_a_storm_loses_no_lock_in_memory(self):
        self.check_storm(self.serve(self.folder, "--durability", "process", "--workers", "4"))

    def test_a_storm_loses_no_lock_on_a_disk(self):
        served = self.start("--workers", "4")
        self.check_storm(served)
        served.kill()
        served = self.start()
        self.assertNotIn(b"urn:uuid:", served.request("PROPFIND", "/", Depth="1").body)

    def test_a_damaged_file_is_told_at_the_start(self):
        os.mkdir(self.state)
        with open(os.path.join(self.state, "locks.sqlite"), "wb") as file:
            file.write(b"no database " * 1000)
        said = self.refusal("--state", self.state)
        self.assertIn("locks.sqlite, the file of locks, is damaged", said)

    def test_a_newer_file_is_told_at_the_start(self):
        self.start().stop()
        database = sqlite3.connect(os.path.join(self.state, "locks.sqlite"))
        database.execute("PRAGMA user_version = 1000")
        database.close()
        self.assertIn("newer weftdav", self.refusal("--state", self.state))


class PropertiesTest(StateTest):
    def check_life(self, *options):
        """PROPPATCH, COPY, MOVE and PUT, then SIGKILL: each file has what it had."""
        served = self.start(*options)
        served.request("MKCOL", "/c")
        served.request("PUT", "/c/f", b"1")
        self.assertEqual(set_property(served, "/c/f", "one").status, MULTI_STATUS)
        self.assertEqual(set_property(served, "/c", "folder").status, MULTI_STATUS)
        served.request("COPY", "/c", Destination=served.url + "d")
        served.request("MOVE", "/c/f", Destination=served.url + "moved")
        served.request("PUT", "/moved", b"again")
        served.request("PUT", "/c/f", b"another")
        served.kill()
        served = self.start(*options)
        self.assertEqual(read_property(served, "/moved"), "one")
        self.assertEqual(read_property(served, "/d/f"), "one")
        self.assertEqual(read_property(served, "/d"), "folder")
        self.assertEqual(read_property(served, "/c/f"), "")
        served.request("DELETE", "/d")
        served.request("MKCOL", "/d")
        self.assertEqual(read_property(served, "/d"), "")

    def test_they_outlive_a_kill_where_files_have_attributes(self):
        self.check_life()

    def test_they_outlive_a_kill_in_sqlite(self):
        self.check_life("--properties", "sqlite")
        self.assertTrue(os.path.exists(os.path.join(self.state, "properties.sqlite")))

    def test_sqlite_without_a_state_folder_is_told_at_the_start(self):
        self.assertIn("--state", self.refusal("--properties", "sqlite"))

    def test_a_folder_that_allows_neither_is_told_and_served_unless_one_was_asked_for(self):
        folder = "/proc/self"
        self.assertIn("no user extended attributes",
                      self.refusal("--properties", "xattr", "--read-only", folder=folder))
        served = self.serve(folder, "--read-only")
        self.assertIn("cannot keep dead properties in /proc/self", served.log())
        served.stop()


class QuotingTest(StateTest):
    def test_locks_on_names_of_any_kind_outlive_a_restart(self):
        names = ["/ü", "/a b", "/a'b", '/a"b', "/%", "/a%00b", "/日本"]
        served = self.start()
        tokens = {}
        for name in names:
            path = urllib.parse.quote(name, safe="/")
            answer, tokens[path] = lock(served, path)
            self.assertEqual(answer.status, 201, name)
        served.kill()
        served = self.start()
        for path, token in tokens.items():
            self.assertEqual(served.request("DELETE", path).status, 423, path)
            self.assertEqual(unlock(served, path, token), 204, path)


if __name__ == "__main__":
    serving.main()
