#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""KIO, which Dolphin, Kate and all of KDE use: its command line at work on the share."""

import os
import re
import time
import urllib.parse

import desktop
import serving

NAME = "größe 1 #%.bin"


class KioTest(desktop.DesktopTest):
    PROGRAMS = ("kioclient5", "dbus-daemon")

    def setUp(self):
        super().setUp()
        self.environment["QT_QPA_PLATFORM"] = "offscreen"
        self.start_session_bus()
        self.root = "webdav://%s/" % self.served.address

    def kio(self, *arguments, **settings):
        return self.run_here("kioclient5", "--noninteractive", *arguments, **settings)

    def url(self, name=""):
        return self.root + urllib.parse.quote(name)

    def names(self, name=""):
        listed = self.kio("ls", self.url(name)).splitlines()
        return sorted(name for name in listed if name not in ("", ".", ".."))

    def local_file(self, name, content):
        path = os.path.join(self.local, name)
        serving.write_file(path, content)
        return path

    def test_files_and_folders(self):
        source = self.local_file("source", os.urandom(300000))
        with self.step("ls of an empty share"):
            self.assertEqual(self.names(), [])
        with self.step("copy a file up"):
            self.kio("copy", source, self.url(NAME))
            self.assert_stored(NAME, serving.read_file(source))
        with self.step("ls"):
            self.assertEqual(self.names(), [NAME])
        with self.step("stat a file"):
            text = self.kio("stat", self.url(NAME))
            self.assertRegex(text, r"NAME +%s\n" % re.escape(NAME))
            self.assertRegex(text, r"SIZE +300000\n")
            changed = time.strftime("%a %b %e %H:%M:%S %Y", time.gmtime(os.stat(self.stored(NAME)).st_mtime))
            self.assertRegex(text, r"MODIFICATION_TIME +" + changed)
        with self.step("cat"):
            notes = self.local_file("notes.txt", "first ü\n".encode())
            self.kio("copy", notes, self.url("notes.txt"))
            self.assertEqual(self.kio("cat", self.url("notes.txt")), "first ü\n")
        with self.step("copy a file down"):
            self.kio("copy", self.url(NAME), os.path.join(self.local, "back"))
            self.assertEqual(serving.read_file(os.path.join(self.local, "back")), serving.read_file(source))
        with self.step("refuse to copy over a file"):
            self.assertIn("already exists", self.kio("copy", source, self.url("notes.txt"), check=False))
            self.assert_stored("notes.txt", "first ü\n".encode())
        with self.step("copy over a file when told to"):
            serving.write_file(notes, b"second")
            self.kio("--overwrite", "copy", notes, self.url("notes.txt"))
            self.assert_stored("notes.txt", b"second")
        with self.step("copy a folder up"):
            os.makedirs(os.path.join(self.local, "ordner ä", "one", "empty"))
            serving.write_file(os.path.join(self.local, "ordner ä", "one", "leaf #"), b"leaf")
            self.kio("copy", os.path.join(self.local, "ordner ä"), self.root)
            self.assert_stored("ordner ä/one/leaf #", b"leaf")
            self.assertTrue(os.path.isdir(self.stored("ordner ä", "one", "empty")))
        with self.step("ls of a folder, without and with a slash"):
            self.assertEqual(self.names("ordner ä/one"), ["empty", "leaf #"])
            self.assertEqual(self.names("ordner ä/one/"), ["empty", "leaf #"])
        with self.step("stat a folder"):
            self.assertRegex(self.kio("stat", self.url("ordner ä")), r"FILE_TYPE +0040000\n")
        with self.step("copy a folder on the server"):
            self.kio("copy", self.url("ordner ä"), self.url("folder 2"))
            self.assert_stored("folder 2/one/leaf #", b"leaf")
        with self.step("move a file into a folder"):
            self.kio("move", self.url("notes.txt"), self.url("folder 2/moved é.txt"))
            self.assert_stored("folder 2/moved é.txt", b"second")
            self.assertFalse(os.path.exists(self.stored("notes.txt")))
        with self.step("rename a folder"):
            self.kio("move", self.url("folder 2"), self.url("folder 3"))
            self.assert_stored("folder 3/one/leaf #", b"leaf")
            self.assertFalse(os.path.exists(self.stored("folder 2")))
        with self.step("refuse to move over a file"):
            text = self.kio("move", self.url("folder 3/moved é.txt"), self.url(NAME), check=False)
            self.assertIn("not overwritten", text)
            self.assert_stored(NAME, serving.read_file(source))
        with self.step("copy a folder down"):
            self.kio("copy", self.url("folder 3"), self.local)
            self.assertEqual(serving.all_names(os.path.join(self.local, "folder 3")),
                             serving.all_names(self.stored("folder 3")))
        with self.step("remove a file"):
            self.kio("remove", self.url(NAME))
            self.assertFalse(os.path.exists(self.stored(NAME)))
        with self.step("remove a folder, without a slash"):
            self.kio("remove", self.url("folder 3"))
            self.assertFalse(os.path.exists(self.stored("folder 3")))
        with self.step("remove a folder, with a slash"):
            self.kio("remove", self.url("ordner ä/"))
            self.assert_names()
        with self.step("ls of what is not there"):
            self.assertIn("does not exist", self.kio("ls", self.url("absent"), check=False))


if __name__ == "__main__":
    desktop.main("kio")
