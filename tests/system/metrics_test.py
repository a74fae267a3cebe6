#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What weftdav tells who watches it: metrics in the text format of Prometheus, health, readiness."""

import http.client
import math
import os
import re
import unittest

import serving

try:
    from prometheus_client import parser as prometheus_parser
except ImportError:
    prometheus_parser = None

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(r"(%s)(?:\{((?:%s)(?:,%s)*)\})? ([-+0-9.e]+|[+-]Inf|NaN)" % (NAME, LABEL, LABEL))


def parse(text):
    """The samples, {(name, labels): value}; AssertionError for what the format does not allow:
    each family once, HELP and TYPE before its samples, no sample twice, a line feed at the end."""
    assert text.endswith("\n")
    samples, types, helped, current = {}, {}, set(), None
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            assert name not in helped, line
            helped.add(name)
        elif line.startswith("# TYPE "):
            name, kind = line.split(" ")[2:]
            assert name in helped and name not in types, line
            assert kind in ("counter", "gauge", "histogram"), line
            types[name] = kind
            current = name
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            name, labels, value = match.groups()
            family = re.sub(r"_(bucket|sum|count)$", "", name) if types[current] == "histogram" else name
            assert family == current, line
            assert types[current] != "counter" or name.endswith("_total"), line
            assert (name, labels) not in samples, line
            samples[name, labels] = float(value)
    return samples


class MetricsTest(serving.ServingTest):
    def setUp(self):
        self.folder = self.scratch()
        self.metrics_address = serving.free_address()
        # With one worker: a request is counted behind its answer, and another would not wait for that.
        self.served = self.serve(self.folder, "--metrics", self.metrics_address, "--workers", "1")
        self.watch = serving.Served(self.served.process, self.metrics_address, self.served.log_path)

    def samples(self):
        answer = self.watch.request("GET", "/metrics")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.fields["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        return parse(answer.body.decode())

    def n_requests(self, method, status_class):
        return self.samples().get(
            ("weftdav_http_requests_total", 'method="%s",status="%s"' % (method, status_class)), 0)

    def test_requests_are_counted_by_method_and_status(self):
        before = self.n_requests("GET", "4xx")
        for _ in range(3):
            self.served.request("GET", "/nothing")
        self.served.request("PUT", "/file", b"x" * 1000)
        self.served.request("GET", "/file")
        self.served.request("BREW", "/file")
        self.assertEqual(self.n_requests("GET", "4xx"), before + 3)
        self.assertEqual(self.n_requests("PUT", "2xx"), 1)
        self.assertEqual(self.n_requests("GET", "2xx"), 1)
        self.assertEqual(self.n_requests("other", "4xx") + self.n_requests("other", "5xx"), 1)
        samples = self.samples()
        self.assertEqual(samples["weftdav_http_received_bytes_total", None], 1000)
        self.assertGreaterEqual(samples["weftdav_http_sent_bytes_total", None], 1000)

    def test_the_histogram_is_one(self):
        for _ in range(5):
            self.served.request("OPTIONS", "/")
        samples = self.samples()
        name = "weftdav_http_request_duration_seconds"
        buckets = [(float(labels[4:-1]), value) for (sample, labels), value in samples.items()
                   if sample == name + "_bucket"]
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual([value for _, value in buckets], sorted(value for _, value in buckets))
        self.assertEqual(buckets[-1], (math.inf, samples[name + "_count", None]))
        self.assertEqual(samples[name + "_count", None],
                         sum(value for (sample, _), value in samples.items()
                             if sample == "weftdav_http_requests_total"))
        self.assertGreater(samples[name + "_sum", None], 0)

    def test_connections_and_pools_are_there(self):
        connection = self.served.connect()
        self.addCleanup(connection.close)
        connection.sendall(b"OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.recv(4096)
        samples = self.samples()
        self.assertGreaterEqual(samples["weftdav_connections_accepted_total", None], 1)
        for name in ("connections_refused", "tls_handshakes", "tls_failed_handshakes"):
            self.assertEqual(samples["weftdav_%s_total" % name, None], 0)
        self.assertGreaterEqual(samples["weftdav_fibers", None], 2)
        self.assertEqual(samples["weftdav_locks", None], 0)
        for state in ("active", "parked"):
            self.assertIn(("weftdav_connections", 'state="%s"' % state), samples)
        for lane in ("disk", "network"):
            self.assertIn(("weftdav_offload_jobs", 'lane="%s",state="queued"' % lane), samples)

    def test_locks_are_counted(self):
        self.served.request("PUT", "/file", b"x")
        answer = self.served.request("LOCK", "/file", (
            b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope>'
            b"<locktype><write/></locktype></lockinfo>"), Depth="0")
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.samples()["weftdav_locks", None], 1)
        token = answer.fields["Lock-Token"]
        self.assertEqual(self.served.request("UNLOCK", "/file", Lock_Token=token).status, 204)
        self.assertEqual(self.samples()["weftdav_locks", None], 0)

    def test_looking_does_not_count(self):
        self.samples()
        before = self.n_requests("GET", "2xx")
        self.samples()
        self.assertEqual(self.n_requests("GET", "2xx"), before)

    def test_a_log_that_nobody_takes_holds_up_nobody(self):
        pipe = os.path.join(self.scratch(), "pipe")
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        address = serving.free_address()
        served = self.serve(self.scratch(), "--metrics", address, "--access-log", pipe)
        watch = serving.Served(served.process, address, served.log_path)
        connection = http.client.HTTPConnection(served.address, timeout=serving.END_S)
        self.addCleanup(connection.close)
        # 400 KiB: the pipe is full, then the ring behind it.
        for _ in range(100):
            connection.request("GET", "/?" + "x" * 4096)
            self.assertEqual(connection.getresponse().read()[:1], b"<")
        samples = parse(watch.request("GET", "/metrics").body.decode())
        self.assertGreater(samples["weftdav_access_log_dropped_lines_total", None], 0)

    @unittest.skipUnless(prometheus_parser, "python3-prometheus-client is not installed")
    def test_the_client_library_reads_it(self):
        self.served.request("GET", "/")
        text = self.watch.request("GET", "/metrics").body.decode()
        families = {family.name: family for family in
                    prometheus_parser.text_string_to_metric_families(text)}
        self.assertEqual(families["weftdav_http_request_duration_seconds"].type, "histogram")
        self.assertEqual(families["weftdav_http_requests"].type, "counter")

    def test_health_and_readiness(self):
        self.assertEqual(self.watch.request("GET", "/healthz").status, 200)
        self.assertEqual(self.watch.request("GET", "/readyz").status, 200)
        moved = self.folder + ".moved"
        os.rename(self.folder, moved)
        try:
            answer = self.watch.request("GET", "/readyz")
            self.assertEqual(answer.status, 503)
            self.assertIn(b"No such file", answer.body)
            self.assertEqual(self.watch.request("GET", "/healthz").status, 200)
        finally:
            os.rename(moved, self.folder)

    def test_files_are_not_served_there_nor_metrics_here(self):
        self.assertEqual(self.watch.request("PROPFIND", "/").status, 404)
        self.assertEqual(self.served.request("GET", "/metrics").status, 404)
        self.assertIn("http://%s/metrics" % self.metrics_address, self.served.log())


if __name__ == "__main__":
    serving.main()
