#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every client again with a password, by Basic over TLS and by Digest over plain HTTP: it gets in, it
works, and it does not get in without.
"""

import os
import shutil
import urllib.parse

import davfs2_test
import desktop
import libreoffice_test
import serving

NAME = "größe 1 #%.bin"
USER, PASSWORD = "anna", "geheim & s3cret"


class BasicTest(desktop.DesktopTest):
    """Over TLS."""

    PROGRAMS = ("cadaver", "curl", "rclone", "gio", "dbus-daemon", "kioclient5", "soffice", "mount.davfs",
                "openssl")

    def serve(self, folder, *options, has_users=True, **settings):
        self.certificate, key = self.make_certificate()
        if has_users:
            users = os.path.join(self.scratch(), "users")
            hashed = self.run_client("openssl", "passwd", "-6", PASSWORD).strip()
            serving.write_file(users, ("%s:%s\n" % (USER, hashed)).encode())
            options = ("--users", users, *options)
        return super().serve(folder, "--tls-certificate", self.certificate, "--tls-key", key, *options,
                             certificate=self.certificate, **settings)

    def local_file(self, name, content):
        path = os.path.join(self.local, name)
        serving.write_file(path, content)
        return path

    def url(self, scheme, name="", user=""):
        return "%s://%s%s/%s" % (scheme, user, self.served.address, urllib.parse.quote(name))

    def test_curl(self):
        source = self.local_file("source", os.urandom(3 * serving.MIB))
        known = ("--cacert", self.certificate)

        def status(*arguments):
            return self.run_here("curl", "-sS", "-o", os.devnull, "-w", "%{http_code}", *arguments)

        with self.step("curl: no password, and a wrong one: 401"):
            self.assertEqual(status(*known, self.served.url), "401")
            self.assertEqual(status(*known, "-u", USER + ":wrong", self.served.url), "401")
            self.assertEqual(status(*known, "-u", "nobody:" + PASSWORD, self.served.url), "401")
        with self.step("curl: OPTIONS needs no password, and does not tell what is there"):
            serving.write_file(self.stored("there"), b"")
            there, absent = (self.served.request("OPTIONS", path) for path in ("/there", "/absent"))
            self.assertEqual((there.status, absent.status), (200, 200))
            self.assertEqual(there.fields["Allow"], absent.fields["Allow"])
            self.assertIn("2", there.fields["DAV"].split(", "))
        with self.step("curl: an unknown certificate is refused"):
            self.assertIn("certificate", self.run_here("curl", "-sS", self.served.url, check=False))
        for signed_in in (("--basic", "-u", USER + ":" + PASSWORD),
                          ("--anyauth", "-u", USER + ":" + PASSWORD),
                          ("--tls-max", "1.2", "-u", USER + ":" + PASSWORD)):
            with self.step("curl: up and down, " + " ".join(signed_in[:-2])):
                url, back = self.url("https", NAME), os.path.join(self.local, "back")
                self.run_here("curl", "-sS", "--fail-with-body", *known, *signed_in, "-T", source, url)
                self.run_here("curl", "-sS", "--fail-with-body", *known, *signed_in, "-o", back, url)
                self.assertEqual(serving.read_file(back), serving.read_file(source))
        with self.step("curl: chunked upload from a pipe"):
            self.run_here("curl", "-sS", "--fail-with-body", *known, "-u", USER + ":" + PASSWORD, "-T", "-",
                          self.url("https", "piped"), text_in="line\n" * 50000)
            self.assert_stored("piped", b"line\n" * 50000)

    def test_rclone(self):
        source = self.local_file("source", os.urandom(300000))
        hidden = self.run_here("rclone", "obscure", PASSWORD).strip()
        self.environment.update(
            SSL_CERT_FILE=self.certificate, RCLONE_CONFIG=os.path.join(self.scratch(), "rclone.conf"),
            RCLONE_CONFIG_DAV_TYPE="webdav", RCLONE_CONFIG_DAV_URL=self.served.url,
            RCLONE_CONFIG_DAV_VENDOR="other", RCLONE_CONFIG_DAV_USER=USER, RCLONE_CONFIG_DAV_PASS=hidden)
        with self.step("rclone: sync and check"):
            self.run_here("rclone", "-q", "sync", self.local, "dav:tree")
            self.run_here("rclone", "-q", "check", self.local, "dav:tree", "--download")
        with self.step("rclone: moveto and cat"):
            self.run_here("rclone", "-q", "moveto", "dav:tree/source", "dav:" + NAME)
            self.assert_stored(NAME, serving.read_file(source))
        with self.step("rclone: mount, and copy a file"):
            mounted = self.scratch()
            self.addCleanup(self.run_client, "fusermount3", "-uz", mounted, check=False)
            self.run_here("rclone", "-q", "mount", "--daemon", "--vfs-cache-mode", "writes",
                          "--vfs-write-back", "0s", "dav:", mounted)
            self.run_here("cp", source, os.path.join(mounted, "copied"))
            self.wait_until_stored("copied", serving.read_file(source))
            self.run_here("fusermount3", "-u", mounted)
        with self.step("rclone: a wrong password is refused"):
            self.environment["RCLONE_CONFIG_DAV_PASS"] = self.run_here("rclone", "obscure", "wrong").strip()
            self.assertIn("401", self.run_here("rclone", "lsf", "dav:", check=False))

    def test_cadaver(self):
        self.trust(self.certificate)
        netrc = os.path.join(self.environment["HOME"], ".netrc")
        serving.write_file(netrc, ('machine 127.0.0.1 login %s password "%s"\n' % (USER, PASSWORD)).encode())
        os.chmod(netrc, 0o600)
        source = self.local_file("source", os.urandom(300000))
        with self.step("cadaver: put, lock, move, ls"):
            text = self.run_here("cadaver", self.served.url, text_in=(
                "put %s a.bin\nlock a.bin\nmove a.bin b.bin\nls\nquit\n" % source))
            self.assertNotIn("failed", text)
            self.assertIn("b.bin", text)
            self.assert_stored("b.bin", serving.read_file(source))

    def test_gvfs(self):
        self.trust(self.certificate)
        self.start_session_bus()
        source = self.local_file("source", os.urandom(300000))
        with self.step("gvfs: mount with a password"):
            self.run_here("gio", "mount", self.url("davs"), text_in="%s\n%s\n" % (USER, PASSWORD))
        with self.step("gvfs: copy, rename and list"):
            self.run_here("gio", "copy", source, self.url("davs", NAME))
            self.assert_stored(NAME, serving.read_file(source))
            self.run_here("gio", "rename", self.url("davs", NAME), "other ä")
            self.assertEqual(self.run_here("gio", "list", self.url("davs")), "other ä\n")
        with self.step("gvfs: remove"):
            self.run_here("gio", "remove", self.url("davs", "other ä"))
            self.assert_names()

    def kio(self, *arguments):
        return self.run_here("kioclient5", "--noninteractive", *arguments)

    def start_kio(self):
        self.trust(self.certificate)
        self.environment["QT_QPA_PLATFORM"] = "offscreen"
        self.start_session_bus()

    def test_kio(self):
        """It asks for the password again when it uploads, which needs a display: no upload here."""
        self.start_kio()
        user = "%s:%s@" % (USER, urllib.parse.quote(PASSWORD))
        serving.write_file(self.stored(NAME), b"content")
        with self.step("kio: ls and stat"):
            self.assertIn(NAME, self.kio("ls", self.url("webdavs", "", user)))
            self.assertRegex(self.kio("stat", self.url("webdavs", NAME, user)), r"SIZE +7\n")
        with self.step("kio: copy down"):
            self.kio("copy", self.url("webdavs", NAME, user), os.path.join(self.local, "back"))
            self.assertEqual(serving.read_file(os.path.join(self.local, "back")), b"content")
        with self.step("kio: move and remove"):
            self.kio("move", self.url("webdavs", NAME, user), self.url("webdavs", "other ä", user))
            self.assert_names("other ä")
            self.kio("remove", self.url("webdavs", "other ä", user))
            self.assert_names()

    def test_kio_without_a_password(self):
        self.served = self.serve(self.scratch(), has_users=False)
        self.start_kio()
        source = self.local_file("source", os.urandom(300000))
        with self.step("kio: up and down over TLS"):
            self.kio("copy", source, self.url("webdavs", NAME))
            self.kio("copy", self.url("webdavs", NAME), os.path.join(self.local, "back"))
            self.assertEqual(serving.read_file(os.path.join(self.local, "back")), serving.read_file(source))

    def test_libreoffice(self):
        self.trust(self.certificate)
        with self.step("libreoffice: start"):
            office = libreoffice_test.Office(self)
            asks = office.settings(InteractionHandler=libreoffice_test.sign_in_as(USER, PASSWORD))
        with self.step("libreoffice: save a new document"):
            document = office.new()
            document.Text.String = "first words"
            document.storeAsURL(self.url("https", NAME + ".odt"), asks)
            self.assertIn("first words", libreoffice_test.text_of(self.stored(NAME + ".odt")))
        with self.step("libreoffice: change, save and close it"):
            document.Text.String = "second words"
            document.store()
            document.close(True)
        with self.step("libreoffice: open it"):
            document = office.open(self.url("https", NAME + ".odt"), asks)
            self.assertEqual(document.Text.String, "second words")
            self.assertFalse(document.isReadonly())
            document.close(True)

    def test_webdavclient(self):
        import webdav3.client  # pylint: disable=import-outside-toplevel
        source = self.local_file("source", os.urandom(300000))
        client = webdav3.client.Client({
            "webdav_hostname": self.served.url.rstrip("/"), "webdav_timeout": desktop.STEP_S,
            "webdav_login": USER, "webdav_password": PASSWORD})
        self.prepare_session(client)
        self.addCleanup(client.session.close)
        with self.step("webdavclient: upload, list, download, clean"):
            client.upload_sync(NAME, source)
            self.assertEqual(client.list(), [NAME])
            client.download_sync(NAME, os.path.join(self.local, "back"))
            self.assertEqual(serving.read_file(os.path.join(self.local, "back")), serving.read_file(source))
            client.clean(NAME)
            self.assert_names()

    def prepare_session(self, client):
        client.verify = self.certificate

    def test_davfs2(self):
        where = self.scratch()
        mounted, cache = os.path.join(where, "mounted"), os.path.join(where, "cache")
        os.mkdir(mounted)
        os.mkdir(cache)
        os.chmod(where, 0o755)
        try:
            shutil.chown(cache, "root", "davfs2")
        except OSError:
            self.skipTest("mounting davfs2 needs root")
        os.chmod(cache, 0o775)
        settings, secrets = os.path.join(where, "davfs2.conf"), os.path.join(where, "secrets")
        serving.write_file(secrets, ('%s %s "%s"\n' % (mounted, USER, PASSWORD)).encode())
        serving.write_file(settings, (
            "use_locks 1\nask_auth 0\ndelay_upload 0\ncache_dir %s\nsecrets %s\n" % (cache, secrets)
        ).encode())
        if self.certificate:
            with open(settings, "a", encoding="ascii") as file:
                file.write("trust_ca_cert %s\n" % self.certificate)
        os.chmod(settings, 0o600)
        os.chmod(secrets, 0o600)
        with self.step("davfs2: mount"):
            self.run_here("mount", "-t", "davfs", "-o", "conf=%s,uid=0" % settings, self.served.url, mounted)
            self.addCleanup(self.run_client, "umount", "-l", mounted, check=False)
        with self.step("davfs2: write, rename, list, read"):
            serving.write_file(os.path.join(mounted, "a.txt"), b"first")
            os.rename(os.path.join(mounted, "a.txt"), os.path.join(mounted, NAME))
            self.assertIn(NAME, davfs2_test.list_folder(mounted))
            self.assertEqual(serving.read_file(os.path.join(mounted, NAME)), b"first")
        with self.step("davfs2: unmount"):
            self.run_here("umount", mounted)
            self.assert_stored(NAME, b"first")


class DigestTest(BasicTest):
    """Over plain HTTP.  rclone does not know Digest."""

    SCHEMES = {"davs": "dav", "webdavs": "webdav", "https": "http"}

    test_curl = test_rclone = test_kio_without_a_password = None
    certificate = None

    def serve(self, folder, *options, **settings):
        digests = os.path.join(self.scratch(), "digests")
        self.run_client(serving.weftdav_program(), "passwd", "--digest", digests, USER,
                        text_in=PASSWORD + "\n")
        return serving.ServingTest.serve(self, folder, "--digest-users", digests, *options, **settings)

    def step(self, what):
        return super().step("digest, " + what)

    def url(self, scheme, name="", user=""):
        return super().url(self.SCHEMES[scheme], name, user)

    def trust(self, certificate):
        pass

    def prepare_session(self, client):
        import requests.auth  # pylint: disable=import-outside-toplevel
        client.session.auth = requests.auth.HTTPDigestAuth(USER, PASSWORD)


if __name__ == "__main__":
    desktop.main("secure")
