#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weftdav over TLS: versions, resumption, certificates that change, the way there; and what the
process has given up before it serves."""

import http.client
import os
import pwd
import re
import signal
import ssl
import stat
import subprocess
import time
import unittest

import serving

NOBODY = pwd.getpwnam("nobody")


@serving.needs_program("openssl")
class TlsCase(serving.ServingTest):
    def make_certificate(self, folder):
        """A certificate and its key for localhost, by another program than ours."""
        certificate, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
        self.run_client("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", key, "-out", certificate)
        return certificate, key

    def serve_tls(self, *options, folder=None):
        self.place = self.scratch()
        self.certificate, self.key = self.make_certificate(self.place)
        self.folder = folder or self.scratch()
        return self.serve(self.folder, "--tls-certificate", self.certificate, "--tls-key", self.key, *options,
                          certificate=self.certificate)

    def s_client(self, served, *options, text_in="", check=True):
        """What openssl s_client tells of a connection."""
        return self.run_client("openssl", "s_client", "-connect", served.address, "-servername",
                               "localhost", "-CAfile", self.certificate, *options, text_in=text_in,
                               check=check)

    def fingerprint(self, served):
        """Of the certificate that new connections get."""
        der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(serving.host_and_port(served.address)))
        text = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-fingerprint", "-sha256"],
                              input=der, capture_output=True, check=True).stdout.decode()
        return text.strip().split("=")[1]


class TlsTest(TlsCase):
    def test_versions_and_protocols(self):
        served = self.serve_tls()
        for version, name in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
            text = self.s_client(served, version, "-alpn", "h2,http/1.1")
            self.assertIn("Protocol  : " + name if version == "-tls1_2" else "New, " + name, text)
            self.assertIn("ALPN protocol: http/1.1", text)
            self.assertIn("Verify return code: 0 (ok)", text)
        for version in ("-tls1_1", "-tls1"):
            self.assertRegex(self.s_client(served, version, "-cipher", "ALL@SECLEVEL=0", check=False),
                             "alert protocol version|unsupported protocol|no protocols available")
        self.assertIn("alert no application protocol", self.s_client(served, "-alpn", "h2", check=False))
        self.assertIn("handshake failure",
                      self.s_client(served, "-tls1_2", "-cipher", "AES128-SHA", check=False))

    def test_sessions_are_resumed_by_all_workers_and_behind_a_reload(self):
        served = self.serve_tls("--workers", "4")
        session = os.path.join(self.place, "session")
        request = "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        for version in ("-tls1_2", "-tls1_3"):
            self.assertIn("New, ", self.s_client(served, version, "-ign_eof", "-sess_out", session,
                                                 text_in=request))
            for _ in range(8):
                self.assertIn("Reused, ", self.s_client(served, version, "-ign_eof", "-sess_in", session,
                                                        text_in=request))
            served.process.send_signal(signal.SIGHUP)
            served.wait_until_it_logs("reload: done")
            self.assertIn("Reused, ", self.s_client(served, version, "-ign_eof", "-sess_in", session,
                                                    text_in=request))

    def test_large_files_go_up_and_down(self):
        served = self.serve_tls()
        content = os.urandom(16 * serving.MIB + 4711)
        source, back = (os.path.join(self.place, name) for name in ("source", "back"))
        serving.write_file(source, content)
        for more in (("--tls-max", "1.2"), (), ("-H", "Expect: 100-continue")):
            self.run_client("curl", "-sS", "--fail-with-body", "--cacert", self.certificate, *more, "-T", source,
                            served.url + "large")
            self.run_client("curl", "-sS", "--fail-with-body", "--cacert", self.certificate, *more, "-o", back,
                            served.url + "large")
            self.assertEqual(serving.read_file(back), content)
        self.run_client("curl", "-sS", "--cacert", self.certificate, "-r", "1000-2000000", "-o", back,
                        served.url + "large")
        self.assertEqual(serving.read_file(back), content[1000:2000001])

    def test_a_new_certificate_is_for_new_connections(self):
        served = self.serve_tls()
        trust = ssl.create_default_context(cafile=self.certificate)
        old = http.client.HTTPSConnection(served.address, timeout=serving.END_S, context=trust)
        self.addCleanup(old.close)
        old.request("OPTIONS", "/")
        old.getresponse().read()
        before = self.fingerprint(served)

        self.make_certificate(self.place)
        served.process.send_signal(signal.SIGHUP)
        served.wait_until_it_logs("reload: done")
        self.assertNotEqual(self.fingerprint(served), before)
        old.request("OPTIONS", "/")
        self.assertEqual(old.getresponse().status, 200)

        serving.write_file(self.key, b"no key at all\n")
        after = self.fingerprint(served)
        served.process.send_signal(signal.SIGHUP)
        served.wait_until_it_logs("reload: refused")
        self.assertIn(self.key + " holds no PEM key", served.log())
        self.assertEqual(self.fingerprint(served), after)

    def test_what_cannot_be_used_is_said_at_the_start(self):
        folder = self.scratch()
        certificate, _ = self.make_certificate(self.scratch())
        _, key = self.make_certificate(self.scratch())
        address = serving.free_address()
        for options, words in (
                (("--tls-certificate", certificate, "--tls-key", key), "does not belong to the certificate"),
                (("--tls-certificate", certificate), "holds no PEM key"),
                (("--tls-certificate", certificate + "x"), "cannot read the certificate"),
                (("--tls-key", key), "needs tls-certificate"),
                (("--tls-certificate", certificate, "--tls-self-signed"), "one or the other"),
                (("--redirect-to-tls",), "redirect-to-tls needs")):
            text = self.run_client(serving.weftdav_program(), "--listen", address, *options, folder,
                                   check=False)
            self.assertIn(words, text)
            self.assertEqual(text.count("\n"), 1, text)
        self.assertIn("https:// needs", self.run_client(serving.weftdav_program(), "--listen",
                                                        "https://" + address, folder, check=False))

    def named_certificate(self, name):
        folder = self.scratch()
        paths = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
        self.run_client("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", "/CN=" + name, "-addext",
                        "subjectAltName=IP:127.0.0.1,DNS:" + name, "-keyout", paths[1], "-out", paths[0])
        return paths

    def name_shown(self, served, called):
        """The subject of the certificate that who calls the server so is shown."""
        text = self.run_client("openssl", "s_client", "-connect", served.address, "-servername", called,
                               check=False)
        return re.search(r"^subject=CN = (.*)$", text, re.M).group(1)

    def test_the_name_that_is_called_chooses_the_certificate(self):
        other, other_key = self.named_certificate("other.example")
        served = self.serve_tls("--tls-certificate", other, "--tls-key", other_key)
        self.assertEqual(self.name_shown(served, "localhost"), "localhost")
        self.assertEqual(self.name_shown(served, "other.example"), "other.example")
        self.assertEqual(self.name_shown(served, "nobody.example"), "localhost")
        self.assertIn("each tls-certificate needs its tls-key", self.run_client(
            serving.weftdav_program(), "--tls-certificate", other, "--tls-certificate", self.certificate,
            "--tls-key", other_key, self.folder, check=False))

    def test_a_reload_takes_certificates_of_other_names(self):
        self.place, self.folder = self.scratch(), self.scratch()
        first, second = (self.named_certificate(name) for name in ("first.example", "second.example"))
        path = os.path.join(self.place, "weftdav.conf")

        def configure(*pairs):
            serving.write_file(path, ("[weftdav]\ndirectory = %s\ntls-certificate = %s\ntls-key = %s\n" % (
                self.folder, "; ".join(one for one, _ in pairs), "; ".join(key for _, key in pairs)))
                .encode())

        configure(first)
        served = self.serve(self.folder, "--config", path, "--no-confine", certificate=first[0])
        self.assertEqual(self.name_shown(served, "second.example"), "first.example")
        configure(first, second)
        served.process.send_signal(signal.SIGHUP)
        served.wait_until_it_logs("reload: done")
        self.assertEqual(self.name_shown(served, "second.example"), "second.example")
        self.assertNotIn("waits for the next start", served.log())
        configure(first, ("/none", "/none"))
        served.process.send_signal(signal.SIGHUP)
        served.wait_until_it_logs("cannot read the certificate /none")
        self.assertEqual(self.name_shown(served, "second.example"), "second.example")
        serving.write_file(path, ("[weftdav]\ndirectory = %s\n" % self.folder).encode())
        served.process.send_signal(signal.SIGHUP)
        served.wait_until_it_logs("TLS begins or ends with tls-certificate: that waits for the next start")
        self.assertEqual(self.name_shown(served, "first.example"), "first.example")

    def test_a_certificate_of_its_own(self):
        served = self.serve(self.scratch(), "--tls-self-signed")
        self.assertIn(self.fingerprint(served), served.log())
        self.assertIn("https://%s/" % served.address, served.log())
        self.assertIn("davs://%s/" % served.address, served.log())
        trusted = os.path.join(self.scratch(), "certificate.pem")
        serving.write_file(trusted, ssl.get_server_certificate(
            serving.host_and_port(served.address)).encode())
        served.certificate = trusted
        self.assertEqual(served.request("OPTIONS", "/").status, 200)

    def test_who_speaks_plainly_is_told(self):
        served = self.serve_tls()
        served.certificate = None
        answer = served.request("GET", "/")
        self.assertEqual(answer.status, 400)
        self.assertIn(b"https://", answer.body)

    def test_plain_and_secure_addresses_beside_each_other(self):
        plain = serving.free_address()
        served = self.serve_tls("--listen", "http://" + plain)
        self.assertEqual(served.request("PUT", "/a", b"a").status, 201)
        served.address, served.certificate = plain, None
        self.assertEqual(served.request("GET", "/a").body, b"a")

    def test_the_way_to_tls(self):
        plain = serving.free_address()
        served = self.serve_tls("--listen", "http://" + plain, "--redirect-to-tls")
        secure = served.address
        self.assertEqual(served.request("PUT", "/a%20b", b"a").status, 201)
        served.address, served.certificate = plain, None
        for method, status in (("GET", 301), ("HEAD", 301), ("PROPFIND", 308), ("PUT", 308)):
            answer = served.request(method, "/a%20b?x=1")
            self.assertEqual(answer.status, status, method)
            self.assertEqual(answer.fields["Location"], "https://%s/a%%20b?x=1" % secure)
        self.assertEqual(served.request("OPTIONS", "/").status, 200)
        self.assertEqual(served.request("OPTIONS", "/a%20b").status, 308)
        self.assertEqual(self.run_client("curl", "-sSL", "--cacert", self.certificate,
                                         "http://%s/a%%20b" % plain), "a")


class LimitsTest(TlsCase):
    def test_requests_of_an_address(self):
        served = self.serve(self.scratch(), "--max-requests-per-address", "2")
        give_up = time.monotonic() + serving.END_S
        answers = {}
        while set(answers) != {404, 429}:
            self.assertLess(time.monotonic(), give_up, answers)
            answer = served.request("GET", "/nothing")
            answers[answer.status] = answer
        self.assertEqual(answers[429].fields["Retry-After"], "1")

    def test_requests_of_all(self):
        served = self.serve(self.scratch(), "--max-requests", "2")
        give_up = time.monotonic() + serving.END_S
        answers = {}
        while set(answers) != {404, 503}:
            self.assertLess(time.monotonic(), give_up, answers)
            answer = served.request("GET", "/nothing")
            answers[answer.status] = answer
        self.assertEqual(answers[503].fields["Retry-After"], "1")

    def test_connections_of_an_address(self):
        # With one worker the connection that asked whether the server answers has gone before the first
        # of ours is answered.
        served = self.serve(self.scratch(), "--max-connections-per-address", "3", "--workers", "1")
        for _ in range(3):
            connection = served.connect()
            self.addCleanup(connection.close)
            connection.sendall(b"OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b" 200 ", connection.recv(4096))
        with served.connect() as another:
            self.assertIn(b" 503 ", another.recv(4096))


class ConfinementTest(TlsCase):
    def status_of(self, served, field):
        text = serving.read_file("/proc/%d/status" % served.process.pid).decode()
        return re.search(r"^%s:\s*(.*)$" % field, text, re.M).group(1).split()

    def test_it_can_gain_no_rights_and_says_what_it_reaches(self):
        served = self.serve(self.scratch())
        self.assertEqual(self.status_of(served, "NoNewPrivs"), ["1"])
        self.assertRegex(served.log(), "info confined by")
        served = self.serve(self.scratch(), "--no-confine")
        self.assertEqual(self.status_of(served, "NoNewPrivs"), ["1"])
        self.assertIn("confined by file rights alone, as asked", served.log())

    def test_a_certificate_out_of_reach_of_others_is_reloaded(self):
        """Behind links, as certbot leaves them: the folder that they lead to stays in reach."""
        served = self.serve_tls()
        real = self.scratch()
        self.make_certificate(real)
        self.assertEqual(served.stop(), 0)
        for path in (self.certificate, self.key):
            os.unlink(path)
            os.symlink(os.path.join(real, os.path.basename(path)), path)
        served = self.serve(self.folder, "--tls-certificate", self.certificate, "--tls-key", self.key,
                            certificate=self.certificate)
        before = self.fingerprint(served)
        self.make_certificate(real)
        served.process.send_signal(signal.SIGHUP)
        served.wait_until_it_logs("reload: done")
        self.assertNotEqual(self.fingerprint(served), before)

    def test_what_lies_elsewhere_cannot_be_opened(self):
        """A link that is moved after the start leads to a file that everybody else can read."""
        served = self.serve_tls()
        if "confined by Landlock" not in served.log():
            self.skipTest("the kernel has no Landlock")
        elsewhere, _ = self.make_certificate(self.scratch())
        os.unlink(self.certificate)
        os.symlink(elsewhere, self.certificate)
        served.process.send_signal(signal.SIGHUP)
        served.wait_until_it_logs("reload: refused")
        self.assertIn("cannot read the certificate %s: Permission denied" % self.certificate, served.log())

    @unittest.skipUnless(os.getuid() == 0, "changing the user needs root")
    def test_root_is_given_up_behind_what_needs_it(self):
        folder, state, logs = self.scratch(), self.scratch(), self.scratch()
        for path in (folder, state, logs):
            os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)
        secret = self.scratch()
        certificate, key = self.make_certificate(secret)
        os.chmod(key, stat.S_IRUSR)
        public = os.path.join(self.scratch(), "certificate.pem")
        serving.write_file(public, serving.read_file(certificate))
        served = self.serve(folder, "--user", "nobody", "--tls-certificate", certificate, "--tls-key", key,
                            "--state", os.path.join(state, "kept"), "--workers", "3", "--access-log",
                            os.path.join(logs, "access"), certificate=public)
        self.assertEqual(self.status_of(served, "Uid"), [str(NOBODY.pw_uid)] * 4)
        self.assertEqual(self.status_of(served, "Gid"), [str(NOBODY.pw_gid)] * 4)
        self.assertEqual(self.status_of(served, "CapEff"), ["0" * 16])
        self.assertEqual(served.request("PUT", "/a", b"a").status, 201)
        self.assertEqual(os.stat(os.path.join(folder, "a")).st_uid, NOBODY.pw_uid)
        self.assertEqual(served.request("MKCOL", "/b").status, 201)
        self.assertEqual(served.request("MOVE", "/a", destination="/b/a").status, 201)
        self.assertEqual(served.request("GET", "/b/a").body, b"a")

    @unittest.skipIf(os.getuid() == 0, "root may become anybody")
    def test_an_ordinary_user_becomes_nobody_else(self):
        self.assertIn("only root can become", self.run_client(
            serving.weftdav_program(), "--listen", serving.free_address(), "--user", "root", self.scratch(),
            check=False))


if __name__ == "__main__":
    serving.main()
