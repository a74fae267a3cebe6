#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gvfs, which Nautilus, Nemo, Caja and Thunar use: the share by gio, and as files through its FUSE."""

import functools
import os
import re
import urllib.parse

import desktop
import serving

NAME = "größe 1 #%.bin"


class GvfsTest(desktop.DesktopTest):
    PROGRAMS = ("gio", "dbus-daemon", "fusermount3")

    def setUp(self):
        super().setUp()
        self.start_session_bus()
        self.root = "dav://%s/" % self.served.address
        with self.step("mount"):
            self.gio("mount", self.root)

    def gio(self, *arguments, **settings):
        return self.run_here("gio", *arguments, **settings)

    def url(self, name=""):
        return self.root + urllib.parse.quote(name)

    def names(self, name=""):
        return sorted(self.gio("list", "-h", self.url(name)).splitlines())

    def local_file(self, name, content):
        path = os.path.join(self.local, name)
        serving.write_file(path, content)
        return path

    def test_by_gio(self):
        source = self.local_file("source", os.urandom(300000))
        with self.step("list an empty share"):
            self.assertEqual(self.names(), [])
        with self.step("ask for free space"):
            text = self.gio("info", "-f", self.root)
            self.assertGreater(int(re.search(r"filesystem::size: (\d+)", text)[1]), 0)
            self.assertGreater(int(re.search(r"filesystem::free: (\d+)", text)[1]), 0)
            self.assertIn("filesystem::remote: TRUE", text)
        with self.step("copy a file up"):
            self.gio("copy", source, self.url(NAME))
            self.assert_stored(NAME, serving.read_file(source))
        with self.step("list it"):
            self.assertEqual(self.names(), [NAME])
        with self.step("see its size, type and time"):
            text = self.gio("info", self.url(NAME))
            self.assertIn("size: 300000", text)
            self.assertIn("type: regular", text)
            self.assertIn("time::modified: %d" % os.stat(self.stored(NAME)).st_mtime, text)
            self.assertRegex(text, "etag::value: .+")
        with self.step("read it"):
            back = os.path.join(self.local, "back")
            self.gio("copy", self.url(NAME), back)
            self.assertEqual(serving.read_file(back), serving.read_file(source))
        with self.step("replace it by a copy"):
            other = self.local_file("other", b"other")
            self.gio("copy", other, self.url(NAME))
            self.assert_stored(NAME, b"other")
        with self.step("save text from a pipe"):
            self.gio("save", self.url("notes.txt"), text_in="first ü\n")
            self.assert_stored("notes.txt", "first ü\n".encode())
        with self.step("save it again"):
            self.gio("save", self.url("notes.txt"), text_in="second\n")
            self.assertEqual(self.gio("cat", self.url("notes.txt")), "second\n")
        with self.step("refuse to save over a change that was not seen"):
            text = self.gio("save", "-e", '"stale"', self.url("notes.txt"), text_in="x", check=False)
            self.assertIn("externally modified", text)
            self.assert_stored("notes.txt", b"second\n")
        with self.step("make a folder"):
            self.gio("mkdir", self.url("ordner ä"))
            self.assertTrue(os.path.isdir(self.stored("ordner ä")))
        with self.step("refuse to make it again"):
            self.assertIn("exist", self.gio("mkdir", self.url("ordner ä"), check=False))
        with self.step("make folders in the folder"):
            self.gio("mkdir", self.url("ordner ä/one"), self.url("ordner ä/one/two"))
            self.assertTrue(os.path.isdir(self.stored("ordner ä", "one", "two")))
        with self.step("rename a file"):
            self.gio("rename", self.url("notes.txt"), "with space é.txt")
            self.assertEqual(self.names(), sorted([NAME, "ordner ä", "with space é.txt"]))
        with self.step("rename a folder"):
            self.gio("rename", self.url("ordner ä/one"), "eins")
            self.assertEqual(self.names("ordner ä"), ["eins"])
        with self.step("refuse to rename onto another file"):
            text = self.gio("rename", self.url("with space é.txt"), NAME, check=False)
            self.assertIn("exist", text)
            self.assert_stored(NAME, b"other")
        with self.step("move a file into a folder"):
            self.gio("move", self.url("with space é.txt"), self.url("ordner ä/eins/moved.txt"))
            self.assert_stored("ordner ä/eins/moved.txt", b"second\n")
        with self.step("move a folder"):
            self.gio("move", self.url("ordner ä/eins"), self.url("eins"))
            self.assert_stored("eins/moved.txt", b"second\n")
        with self.step("copy a file on the server"):
            self.gio("copy", self.url("eins/moved.txt"), self.url("copied.txt"))
            self.assert_stored("copied.txt", b"second\n")
        with self.step("show the tree"):
            text = self.gio("tree", self.root)
            for name in (NAME, "copied.txt", "eins", "moved.txt", "two", "ordner ä"):
                self.assertIn(name, text)
        with self.step("refuse to remove a folder with something in it"):
            self.assertIn("not empty", self.gio("remove", self.url("eins"), check=False))
        with self.step("remove files"):
            self.gio("remove", self.url("eins/moved.txt"), self.url("copied.txt"), self.url(NAME))
        with self.step("remove empty folders"):
            self.gio("remove", self.url("eins/two"), self.url("eins"), self.url("ordner ä"))
            self.assert_names()
        with self.step("list a folder that is not there"):
            self.assertIn("Not Found", self.gio("list", self.url("absent"), check=False))
        with self.step("unmount"):
            self.gio("mount", "-u", self.root)

    def test_by_files(self):
        mounted = self.find_files()
        path = functools.partial(os.path.join, mounted)
        source = self.local_file("source", os.urandom(300000))
        with self.step("files: ls of an empty share"):
            self.assertEqual(self.run_here("ls", "-A", mounted), "")
        with self.step("files: cp a file up"):
            self.run_here("cp", source, path(NAME))
            self.wait_until_stored(NAME, serving.read_file(source))
        with self.step("files: ls -l"):
            self.assertRegex(self.run_here("ls", "-l", mounted), r" 300000 .* %s\n" % re.escape(NAME))
        with self.step("files: cmp with what was copied"):
            self.run_here("cmp", source, path(NAME))
        with self.step("files: mkdir"):
            self.run_here("mkdir", path("ordner ä"))
            self.assertTrue(os.path.isdir(self.stored("ordner ä")))
        with self.step("files: mv a file into the folder"):
            self.run_here("mv", path(NAME), path("ordner ä", "renamed ß.bin"))
            self.assert_stored("ordner ä/renamed ß.bin", serving.read_file(source))
        with self.step("files: mv the folder"):
            self.run_here("mv", path("ordner ä"), path("folder 2"))
            self.assert_names("folder 2", "folder 2/renamed ß.bin")
        with self.step("files: ls of the folder"):
            self.assertEqual(self.run_here("ls", path("folder 2")), "renamed ß.bin\n")
        with self.step("files: cp -r a folder"):
            self.run_here("cp", "-r", path("folder 2"), path("folder 3"))
            self.wait_until_stored("folder 3/renamed ß.bin", serving.read_file(source))
            self.run_here("cmp", source, path("folder 3", "renamed ß.bin"))
        with self.step("files: write, then write over it"):
            for text in ("first version, long\n", "second\n"):
                self.run_here("sh", "-c", "cat > \"$1\"", "sh", path("text"), text_in=text)
                self.wait_until_stored("text", text.encode())
            self.assertEqual(self.run_here("cat", path("text")), "second\n")
        with self.step("files: mv over another file"):
            self.run_here("mv", "-f", path("text"), path("folder 3", "renamed ß.bin"))
            self.assert_stored("folder 3/renamed ß.bin", b"second\n")
        with self.step("files: what others put there is seen"):
            self.served.request("PUT", "/theirs", b"theirs")
            self.assertEqual(self.run_here("cat", path("theirs")), "theirs")
        with self.step("files: find"):
            found = self.run_here("find", mounted, "-type", "f", "-printf", "%P\\n").splitlines()
            self.assertEqual(sorted(found), ["folder 2/renamed ß.bin", "folder 3/renamed ß.bin", "theirs"])
        with self.step("files: df"):
            self.assertGreater(os.statvfs(mounted).f_bavail, 0)
        with self.step("files: rm"):
            self.run_here("rm", path("theirs"), path("folder 2", "renamed ß.bin"))
        with self.step("files: rmdir"):
            self.run_here("rmdir", path("folder 2"))
        with self.step("files: rm -r"):
            self.run_here("rm", "-r", path("folder 3"))
            self.assert_names()

    def find_files(self):
        """The folder where gvfs shows the share as files, which it does soon after mounting."""
        where = os.path.join(self.environment["XDG_RUNTIME_DIR"], "gvfs")
        self.addCleanup(self.run_client, "fusermount3", "-uz", where, check=False)
        self.wait_until(lambda: os.path.isdir(where) and os.listdir(where), "gvfs shows files")
        return os.path.join(where, os.listdir(where)[0])


if __name__ == "__main__":
    desktop.main("gvfs")
