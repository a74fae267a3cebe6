#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/cached: a real MariaDB, a real memcached, asked by HTTP and by Thrift."""

import http.client
import json
import os
import subprocess
import threading
import time
import unittest

from example import EXAMPLES, PATIENCE_S, Serving, free_address, main, program, start_servers

IDL = os.path.join(EXAMPLES, "cached", "cached.thrift")
N_CLIENTS = 50
N_KEYS = 10


class CachedTest(unittest.TestCase):
    """They share the servers, and each has keys of its own."""

    @classmethod
    def setUpClass(cls):
        program("cached")
        cls.database, cls.cache = start_servers(cls.addClassCleanup, "MariaDb", "Memcached")

    def setUp(self):
        self.address, self.thrift_address = free_address(), free_address()
        self.server = Serving(self, self.address, "cached", self.address, self.thrift_address,
                              self.database.address, self.cache.address)

    def ask(self, method, path, body=None, connection=None):
        asked = connection or http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
        asked.request(method, path, body.encode() if body is not None else None)
        answer = asked.getresponse()
        result = answer.status, answer.read().decode()
        if connection is None:
            asked.close()
        return result

    def get(self, key):
        return self.ask("GET", "/values/" + key)

    def put(self, key, value):
        return self.ask("PUT", "/values/" + key, value)[0]

    def call(self, method, *words, status=0):
        """By Thrift; the result, or the exception, as weftcall prints it."""
        result = subprocess.run([program("weftcall"), self.thrift_address, IDL, "Values." + method,
                                 json.dumps(words)], stdout=subprocess.PIPE, check=False, timeout=PATIENCE_S)
        self.assertEqual(result.returncode, status, result.stdout)
        return json.loads(result.stdout) if result.stdout.strip() else None

    def expect_counts(self, **expected):
        counts = json.loads(self.ask("GET", "/counts")[1])
        self.assertEqual({name: counts[name] for name in expected}, expected)

    def test_the_first_asks_the_database_and_the_second_the_cache(self):
        self.assertEqual(self.put("quoted", "one ' \\ \" ü"), 204)
        self.assertEqual(self.get("quoted"), (200, "one ' \\ \" ü"))
        self.expect_counts(hits=0, misses=1)
        self.assertEqual(self.get("quoted"), (200, "one ' \\ \" ü"))
        self.expect_counts(hits=1, misses=1)
        self.assertEqual(self.call("get", "quoted"), "one ' \\ \" ü")
        self.expect_counts(hits=2, misses=1)
        self.call("put", "quoted", "two")  # the cache forgets it
        self.assertEqual(self.call("get", "quoted"), "two")
        self.assertEqual(self.get("quoted"), (200, "two"))
        self.expect_counts(hits=3, misses=2, cache_failures=0)

    def test_what_is_not_there_or_no_key_is_told(self):
        self.assertEqual(self.get("no'ne"), (404, 'there is no value "no\'ne"\n'))
        self.assertEqual(self.get("two%20words"), (400, 'bad key "two words"\n'))
        self.assertEqual(self.get("x" * 201)[0], 400)
        self.assertIn('"none"', json.dumps(self.call("get", "none", status=1)))
        self.call("get", "", status=1)
        self.assertEqual(self.server.stop(), "")

    def test_fifty_clients_at_once(self):
        def work(number):
            connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
            for turn in range(2 * N_KEYS):
                key = "key%d" % ((number + turn) % N_KEYS)
                answers.append(self.ask("GET", "/values/" + key, connection=connection) == (200, key))
            connection.close()

        answers = []
        for number in range(N_KEYS):
            self.put("key%d" % number, "key%d" % number)
        clients = [threading.Thread(target=work, args=[number], daemon=True) for number in range(N_CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join(PATIENCE_S)
        self.assertEqual(answers, [True] * N_CLIENTS * 2 * N_KEYS)
        counts = json.loads(self.ask("GET", "/counts")[1])
        self.assertEqual(counts["hits"] + counts["misses"], N_CLIENTS * 2 * N_KEYS)
        self.assertGreaterEqual(counts["misses"], N_KEYS)
        self.assertLessEqual(counts["misses"], N_CLIENTS * N_KEYS)
        self.assertEqual(counts["cache_failures"], 0)

    def test_without_the_database_hits_are_answered_and_misses_refused_until_it_is_back(self):
        self.put("known", "value")
        self.get("known")
        self.database.stop()
        self.assertEqual(self.get("known"), (200, "value"))
        self.assertEqual(self.call("get", "known"), "value")
        self.assertEqual(self.get("unknown")[0], 503)
        self.assertIn("the database does not answer", json.dumps(self.call("get", "unknown", status=1)))
        self.assertEqual(self.put("known", "other"), 503)
        self.database.begin().wait_until_it_answers()  # another one, and empty
        give_up = time.monotonic() + PATIENCE_S
        while self.put("unknown", "now there") != 204:
            self.assertLess(time.monotonic(), give_up)
        self.assertEqual(self.get("unknown"), (200, "now there"))
        self.assertIn("warning database: ", self.server.stop())

    def test_without_the_cache_the_database_is_asked(self):
        self.put("kept", "value")
        self.get("kept")
        self.cache.stop()
        self.addCleanup(lambda: self.cache.begin().wait_until_it_answers())
        self.assertEqual(self.get("kept"), (200, "value"))
        self.assertEqual(self.get("kept"), (200, "value"))
        self.expect_counts(hits=0, misses=3)


if __name__ == "__main__":
    main()
