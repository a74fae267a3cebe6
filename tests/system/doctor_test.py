#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weftdav doctor: finds nothing here, and at another server what is known of that one."""

import os
import subprocess
import unittest

import serving
from proxy_test import NGINX

NGINX_CONFIGURATION = """daemon off; pid %(place)s/pid; error_log stderr; worker_processes 1; events {}
http {
    access_log off;
    client_body_temp_path %(place)s/body; proxy_temp_path %(place)s/proxy; fastcgi_temp_path %(place)s/fastcgi;
    uwsgi_temp_path %(place)s/uwsgi; scgi_temp_path %(place)s/scgi;
    server { listen %(address)s; root %(place)s/root; dav_methods PUT DELETE MKCOL COPY MOVE; }
}
"""


class DoctorTest(serving.ServingTest):
    def examine(self, *arguments, text_in=""):
        """The exit status, and what it says."""
        result = subprocess.run([serving.weftdav_program(), "doctor", *arguments], input=text_in, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=serving.CLIENT_S)
        return result.returncode, result.stdout

    def test_there_is_nothing_to_stumble_over_here(self):
        folder = self.scratch()
        os.mkdir(os.path.join(folder, "below"))
        served = self.serve(folder)
        for path in ("", "below", "below/"):
            status, said = self.examine(served.url + path)
            self.assertNotIn("FAULT", said)
            self.assertEqual(status, 0, said)
            self.assertIn("Nothing to stumble over.", said)
        self.assertEqual(serving.all_names(folder), ["below"])

    def test_a_share_that_cannot_be_written_is_said(self):
        status, said = self.examine(self.serve(self.scratch(), "--read-only").url)
        self.assertEqual(status, 1)
        self.assertRegex(said, "cannot make the folder /weftdav-doctor-[0-9a-f]+/: 403 Forbidden")

    @serving.needs_program("openssl")
    def test_with_a_password_and_tls(self):
        place = self.scratch()
        users, certificate = os.path.join(place, "users"), os.path.join(place, "certificate.pem")
        subprocess.run([serving.weftdav_program(), "passwd", users, "ann"], input="secret\n", text=True, check=True)
        key = os.path.join(place, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
        served = self.serve(self.scratch(), "--users", users, "--tls-certificate", certificate, "--tls-key", key,
                            certificate=certificate)
        where = served.url.replace("https://", "")

        status, said = self.examine("--ca", certificate, "https://ann:secret@" + where)
        self.assertEqual(status, 0, said)
        status, said = self.examine("--ca", certificate, "https://ann@" + where, text_in="secret\n")
        self.assertEqual(status, 0, said)
        status, said = self.examine("--ca", certificate, "https://ann:wrong@" + where)
        self.assertEqual(status, 1)
        self.assertIn("the server asks for a user and a password", said)
        status, said = self.examine("https://ann:secret@" + where)
        self.assertEqual(status, 1)
        self.assertIn("certificate", said)

    def test_addresses_that_are_none(self):
        for address in ("", "letter.txt", "ftp://127.0.0.1/", "http://"):
            status, said = self.examine(address)
            self.assertEqual(status, 2, said)
            self.assertIn("is not the address of a web server", said)
        status, said = self.examine("http://%s/" % serving.free_address())
        self.assertEqual(status, 1)
        self.assertIn("refused", said)

    @unittest.skipUnless(NGINX, "nginx is neither installed nor unpacked by ./dev")
    def test_what_is_known_of_plain_nginx_is_found(self):
        place = self.scratch()
        os.chmod(place, 0o755)
        os.mkdir(os.path.join(place, "root"))
        os.chmod(os.path.join(place, "root"), 0o777)
        address = serving.free_address()
        configuration = os.path.join(place, "nginx.conf")
        serving.write_file(configuration, (NGINX_CONFIGURATION % {"place": place, "address": address}).encode())
        served = self.launch([NGINX, "-c", configuration, "-p", place, "-e", "stderr"], address)
        status, said = self.examine(served.url)

        self.assertEqual(status, 1)
        for fault in ("asks the folder what it can do: OPTIONS is answered with 405",
                      "looks at the folder without a slash at its end: PROPFIND is answered with 405",
                      "locks it, without saying how deep: LOCK is answered with 405",
                      "makes a folder, without a slash at its end: MKCOL is answered with 409",
                      "asks for the room that is left: PROPFIND is answered with 405",
                      "is somebody else, who saves over it: PUT is answered with 204"):
            self.assertIn("FAULT  " + fault, said)
        for good in ("good   writes a document", "good   reads the file again"):
            self.assertIn(good, said)
        self.assertIn("writes its content under the lock: not tried, there is no lock", said)
        self.assertEqual(os.listdir(os.path.join(place, "root")), [], "its folder is removed")


if __name__ == "__main__":
    serving.main()
