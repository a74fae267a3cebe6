#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weftdav behind the proxies of docs/proxies.md, with the very configurations that stand there."""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

import serving

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UNPACKED = os.path.join(TREE, "build", "peers")
TIMEOUT_S = 280


def find_program(name, *folders):
    """A proxy's program: installed, or unpacked by ./dev (which starts no daemons)."""
    for folder in folders:
        for path in (os.path.join("/", folder, name), os.path.join(UNPACKED, folder, name)):
            if os.access(path, os.X_OK):
                return path
    return None


NGINX = find_program("nginx", "usr/sbin")
CADDY = find_program("caddy", "usr/bin")


def documented(name):
    """The configuration in docs/proxies.md that is marked as tested."""
    with open(os.path.join(TREE, "docs", "proxies.md"), encoding="utf-8") as file:
        return re.search(r"<!-- tested: %s -->\n```\w+\n(.*?)```" % name, file.read(), re.S).group(1)


def free_port():
    return serving.free_address().rsplit(":", 1)[1]


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class ProxyTest(serving.ServingTest):
    def setUp(self):
        self.folder = self.scratch()
        self.served = self.serve(self.folder)
        # A proxy started by root gives up its rights, and must reach its files all the same.
        self.place = self.scratch()
        os.chmod(self.place, 0o755)
        self.certificate = os.path.join(self.place, "certificate.pem")
        self.key = os.path.join(self.place, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.key, "-out",
                        self.certificate, "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self, port, *command):
        """A proxy, until it accepts on @port."""
        log_path = os.path.join(self.place, "log")
        with open(log_path, "wb") as log:
            # pylint: disable=consider-using-with
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=subprocess.STDOUT, env=dict(os.environ, HOME=self.place))
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        give_up = time.monotonic() + serving.START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", int(port)), 10).close()
                return
            except OSError:
                if process.poll() is not None or time.monotonic() > give_up:
                    self.fail("the proxy does not start:\n" + serving.read_file(log_path).decode())
                time.sleep(0.01)

    def start_nginx(self, changes=()):
        """With some pieces of its configuration changed; returns the ports of TLS and of plain HTTP."""
        secure, plain = free_port(), free_port()
        server = documented("nginx")
        for old, new in changes:
            self.assertIn(old, server)
            server = server.replace(old, new)
        self.assertIn("listen 443 ssl;", server)
        server = server.replace("listen 443 ssl;", "listen 127.0.0.1:%s ssl;\n    listen 127.0.0.1:%s;"
                                % (secure, plain))
        server = server.replace("listen [::]:443 ssl;", "")
        server = server.replace("127.0.0.1:8080", self.served.address)
        server = server.replace("/etc/ssl/dav.example.org.pem", self.certificate)
        server = server.replace("/etc/ssl/dav.example.org.key", self.key)
        folders = "\n".join("%s %s/%s;" % (name, self.place, name) for name in
                            ("client_body_temp_path", "proxy_temp_path", "fastcgi_temp_path",
                             "uwsgi_temp_path", "scgi_temp_path"))
        path = os.path.join(self.place, "nginx.conf")
        serving.write_file(path, ("daemon off;\npid %s/pid;\nerror_log stderr;\nworker_processes 1;\n"
                                  "events {}\nhttp {\naccess_log off;\n%s\n%s}\n"
                                  % (self.place, folders, server)).encode())
        self.start(secure, NGINX, "-c", path, "-p", self.place, "-e", "stderr")
        return secure, plain

    def start_caddy(self):
        secure = free_port()
        site = documented("caddy").replace("127.0.0.1:8080", self.served.address)
        site = site.replace("dav.example.org {", "https://localhost:%s {\n    tls %s %s"
                            % (secure, self.certificate, self.key))
        path = os.path.join(self.place, "Caddyfile")
        serving.write_file(path, ("{\n    admin off\n    auto_https disable_redirects\n    storage file_system "
                                  "%s/caddy\n}\n%s" % (self.place, site)).encode())
        self.start(secure, CADDY, "run", "--config", path, "--adapter", "caddyfile")
        return secure

    def curl(self, *arguments):
        """Its output; the status code is the last line."""
        return self.run_client("curl", "-sS", "--cacert", self.certificate, "-w", "\n%{http_code}",
                               *arguments)

    def status(self, *arguments):
        return int(self.curl(*arguments).rsplit("\n", 1)[1])

    def use_with_tls(self, port):
        """What goes wrong first behind a proxy that ends TLS: targets of MOVE and COPY, large bodies,
        conditions, names that must not be decoded twice."""
        url = "https://localhost:%s" % port
        small = os.path.join(self.place, "small")
        serving.write_file(small, b"content")
        self.assertEqual(self.status("-T", small, url + "/a"), 201)
        self.assertEqual(self.status("-X", "MOVE", "-H", "Destination: %s/b" % url, url + "/a"), 201)
        self.assertEqual(self.status("-X", "COPY", "-H", "Destination: %s/c%%20d" % url, url + "/b"), 201)
        self.assertEqual(self.status("-X", "MKCOL", url + "/folder/"), 201)
        self.assertEqual(self.status("-X", "MOVE", "-H", "Destination: %s/moved/" % url,
                                     url + "/folder/"), 201)
        self.assertEqual(self.status("-T", small, url + "/100%25"), 201)
        self.assertEqual(serving.all_names(self.folder), ["100%", "b", "c d", "moved"])
        listing = self.curl("-X", "PROPFIND", "-H", "Depth: 1", url + "/")
        self.assertIn("/c%20d<", listing)
        self.assertTrue(listing.endswith("\n207"))

        large = os.path.join(self.place, "large")
        content = os.urandom(serving.MIB) * 64
        serving.write_file(large, content)
        self.assertEqual(self.status("-T", large, url + "/large"), 201)
        self.run_client("curl", "-sS", "--cacert", self.certificate, "-o", large + ".back",
                        url + "/large")
        self.assertEqual(hashlib.sha256(serving.read_file(large + ".back")).digest(),
                         hashlib.sha256(content).digest())
        self.assertEqual(self.status("-H", "If-Match: \"none\"", "-T", small, url + "/large"), 412)
        # Nothing was stored on the way.
        stored = [name for where, _, files in os.walk(self.place) for name in files
                  if "temp_path" in where]
        self.assertEqual(stored, [])

    @unittest.skipUnless(NGINX, "nginx is not there")
    @serving.needs_program("curl")
    def test_nginx_with_tls(self):
        secure, _ = self.start_nginx()
        self.use_with_tls(secure)

    @unittest.skipUnless(NGINX, "nginx is not there")
    @serving.needs_program("litmus")
    def test_nginx_passes_litmus(self):
        _, plain = self.start_nginx()
        with tempfile.TemporaryDirectory() as place:
            output = self.run_client("litmus", "-k", "http://127.0.0.1:%s/" % plain, cwd=place)
        summaries = re.findall(r"summary for `(\w+)': of \d+ tests run: \d+ passed, (\d+) failed", output)
        self.assertEqual(len(summaries), 5, output)
        self.assertEqual({n_failed for _, n_failed in summaries}, {"0"}, output)
        self.assertNotIn("WARNING", output)

    def use_below(self, url):
        small = os.path.join(self.place, "small")
        serving.write_file(small, b"content")
        self.assertEqual(self.status("-T", small, url + "/a"), 201)
        self.assertEqual(self.status("-X", "MOVE", "-H", "Destination: %s/b" % url, url + "/a"), 201)
        listing = self.curl("-X", "PROPFIND", "-H", "Depth: 1", url + "/")
        self.assertIn("href>/dav/b<", listing)
        self.assertEqual(self.status(url + "/b"), 200)

    @unittest.skipUnless(NGINX, "nginx is not there")
    @serving.needs_program("curl")
    def test_below_a_path_that_nginx_leaves(self):
        self.served = self.serve(self.folder, "--prefix", "/dav")
        secure, _ = self.start_nginx([("location / {", "location /dav/ {")])
        self.use_below("https://localhost:%s/dav" % secure)

    @unittest.skipUnless(NGINX, "nginx is not there")
    @serving.needs_program("curl")
    def test_below_a_path_that_nginx_takes_away(self):
        self.served = self.serve(self.folder, "--base-url", "https://localhost/dav")
        secure, _ = self.start_nginx([("location / {", "location /dav/ {"),
                                      ("127.0.0.1:8080;", "127.0.0.1:8080/;")])
        self.use_below("https://localhost:%s/dav" % secure)

    @unittest.skipUnless(CADDY, "caddy is not there")
    @serving.needs_program("curl")
    def test_caddy_with_tls(self):
        self.use_with_tls(self.start_caddy())


if __name__ == "__main__":
    serving.main()
