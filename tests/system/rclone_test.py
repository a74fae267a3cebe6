#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rclone: trees copied, checked, synchronised, moved and purged; and the share mounted by it."""

import filecmp
import functools
import json
import os
import random

import desktop
import serving

NAME = "größe 1 #%.bin"


def compare_trees(left, right):
    """What differs between two trees: names on one side only, and content."""
    differences = []
    stack = [filecmp.dircmp(left, right)]
    while stack:
        here = stack.pop()
        differences += here.left_only + here.right_only + here.funny_files
        differences += filecmp.cmpfiles(here.left, here.right, here.common_files, shallow=False)[1]
        stack += here.subdirs.values()
    return differences


class RcloneTest(desktop.DesktopTest):
    PROGRAMS = ("rclone", "fusermount3")

    def setUp(self):
        super().setUp()
        self.environment.update(
            RCLONE_CONFIG=os.path.join(self.scratch(), "rclone.conf"), RCLONE_CONFIG_DAV_TYPE="webdav",
            RCLONE_CONFIG_DAV_URL=self.served.url, RCLONE_CONFIG_DAV_VENDOR="other",
            # The vendor whose servers take times with an upload (X-OC-Mtime).
            RCLONE_CONFIG_TIMES_TYPE="webdav", RCLONE_CONFIG_TIMES_URL=self.served.url,
            RCLONE_CONFIG_TIMES_VENDOR="owncloud")

    def rclone(self, *arguments, **settings):
        return self.run_here("rclone", "-q", *arguments, **settings)

    def make_tree(self):
        """Not large: rclone of Debian 12 waits 10 ms between requests, whatever the server."""
        chance = random.Random(4918)
        for i in range(40):
            where = os.path.join(self.local, *["folder %d" % chance.randrange(4) for _ in range(i % 4)])
            os.makedirs(where, exist_ok=True)
            serving.write_file(os.path.join(where, "file %d ü#%%.bin" % i),
                               chance.randbytes(chance.choice((0, 100, 5000, 300000))))

    def change_tree(self):
        names = [name for name in serving.all_names(self.local) if name.endswith(".bin")]
        for name in names[::5]:
            os.unlink(os.path.join(self.local, name))
        for name in names[1::5]:
            serving.write_file(os.path.join(self.local, name), b"changed " + name.encode())
        serving.write_file(os.path.join(self.local, "new"), b"new")

    def test_trees(self):
        self.make_tree()
        with self.step("copy a tree up"):
            self.rclone("copy", self.local, "dav:tree")
            self.assertEqual(compare_trees(self.local, self.stored("tree")), [])
        with self.step("check it"):
            self.rclone("check", self.local, "dav:tree", "--download")
        with self.step("copy it again, which sends nothing"):
            before = os.stat(self.stored("tree", "file 0 ü#%.bin")).st_ino
            self.rclone("copy", "--size-only", self.local, "dav:tree")
            self.assertEqual(os.stat(self.stored("tree", "file 0 ü#%.bin")).st_ino, before)
        with self.step("sync what has changed, and remove what is gone"):
            self.change_tree()
            self.rclone("sync", "--create-empty-src-dirs", self.local, "dav:tree")
            self.assertEqual(compare_trees(self.local, self.stored("tree")), [])
        with self.step("check sees a difference"):
            serving.write_file(self.stored("tree", "new"), b"longer")
            text = self.run_here("rclone", "check", self.local, "dav:tree", check=False)
            self.assertIn("sizes differ", text)
            serving.write_file(self.stored("tree", "new"), b"new")
        with self.step("copy a tree down"):
            back = self.scratch()
            self.rclone("copy", "--create-empty-src-dirs", "dav:tree", back)
            self.assertEqual(compare_trees(self.local, back), [])
        with self.step("count it"):
            self.assertIn("Total objects: %d " % sum(len(files) for _, _, files in os.walk(self.local)),
                          self.rclone("size", "dav:tree"))
        with self.step("moveto: rename a tree"):
            self.rclone("moveto", "dav:tree", "dav:other")
            self.assertEqual(compare_trees(self.local, self.stored("other")), [])
        with self.step("copy a tree on the server"):
            self.rclone("copy", "--create-empty-src-dirs", "dav:other", "dav:third")
            self.assertEqual(compare_trees(self.local, self.stored("third")), [])
        with self.step("purge trees"):
            self.rclone("purge", "dav:other")
            self.rclone("purge", "dav:third")
            self.assert_names()

    def test_files(self):
        source = os.path.join(self.local, "source")
        serving.write_file(source, os.urandom(300000))
        with self.step("mkdir"):
            self.rclone("mkdir", "dav:ordner ä/one")
            self.assertTrue(os.path.isdir(self.stored("ordner ä", "one")))
        with self.step("about"):
            about = json.loads(self.rclone("about", "--json", "dav:"))
            self.assertGreater(about["free"], 0)
        with self.step("copyto: a file up under another name"):
            self.rclone("copyto", source, "dav:ordner ä/" + NAME)
            self.assert_stored("ordner ä/" + NAME, serving.read_file(source))
        with self.step("rcat: a file of a length nobody knows"):
            text = "line\n" * 100000
            self.rclone("rcat", "dav:piped", text_in=text)
            self.assert_stored("piped", text.encode())
        with self.step("cat a part of a file"):
            self.assertEqual(self.rclone("cat", "--offset", "5", "--count", "7", "dav:piped"), "line\nli")
        with self.step("lsf"):
            self.assertEqual(sorted(self.rclone("lsf", "-R", "dav:").splitlines()),
                             ["ordner ä/", "ordner ä/" + NAME, "ordner ä/one/", "piped"])
        with self.step("moveto: a file into a folder"):
            self.rclone("moveto", "dav:piped", "dav:ordner ä/one/moved é")
            self.assert_stored("ordner ä/one/moved é", text.encode())
        with self.step("copyto: a file on the server"):
            self.rclone("copyto", "dav:ordner ä/" + NAME, "dav:copied")
            self.assert_stored("copied", serving.read_file(source))
        with self.step("copyto: over a file"):
            serving.write_file(source, b"changed")
            self.rclone("copyto", source, "dav:copied")
            self.assert_stored("copied", b"changed")
        with self.step("deletefile"):
            self.rclone("deletefile", "dav:copied")
            self.rclone("deletefile", "dav:ordner ä/one/moved é")
        with self.step("rmdir"):
            self.rclone("rmdir", "dav:ordner ä/one")
        with self.step("refuse to rmdir a folder with something in it"):
            self.assertIn("not empty", self.run_here("rclone", "rmdir", "dav:ordner ä", check=False))
        with self.step("delete, then rmdirs"):
            self.rclone("delete", "dav:")
            self.rclone("rmdirs", "dav:", "--leave-root")
            self.assert_names()

    def test_times(self):
        source = os.path.join(self.local, "source")
        serving.write_file(source, b"old")
        os.utime(source, (981173106, 981173106))
        with self.step("copy keeps the time of a file"):
            self.rclone("copy", source, "times:")
            self.assertEqual(int(os.stat(self.stored("source")).st_mtime), 981173106)
        with self.step("sync sends nothing when times are the same"):
            before = os.stat(self.stored("source")).st_ino
            self.rclone("sync", self.local, "times:")
            self.assertEqual(os.stat(self.stored("source")).st_ino, before)
        with self.step("sync sends a file of the same size and another time"):
            serving.write_file(source, b"new")
            self.rclone("sync", self.local, "times:")
            self.assert_stored("source", b"new")
        with self.step("copy down keeps the time"):
            os.utime(self.stored("source"), (1000000000, 1000000000))
            self.rclone("copyto", "times:source", os.path.join(self.local, "back"))
            self.assertEqual(os.stat(os.path.join(self.local, "back")).st_mtime, 1000000000)

    def test_mounted(self):
        mounted = os.path.join(self.scratch(), "mounted")
        path = functools.partial(os.path.join, mounted)
        source = os.path.join(self.local, "source")
        serving.write_file(source, os.urandom(3 * serving.MIB))
        with self.step("mount"):
            self.mount(mounted)
        with self.step("mounted: cp a file"):
            self.run_here("cp", source, path(NAME))
            self.wait_until_stored(NAME, serving.read_file(source))
        with self.step("mounted: cmp"):
            self.run_here("cmp", source, path(NAME))
        with self.step("mounted: append"):
            self.run_here("sh", "-c", "cat >> \"$1\"", "sh", path(NAME), text_in="end")
            self.wait_until_stored(NAME, serving.read_file(source) + b"end")
        with self.step("mounted: mkdir, mv into the folder, mv the folder"):
            self.run_here("mkdir", path("ordner ä"))
            self.run_here("mv", path(NAME), path("ordner ä", "moved é"))
            self.run_here("mv", path("ordner ä"), path("folder 2"))
            self.assert_names("folder 2", "folder 2/moved é")
        with self.step("mounted: ls"):
            self.assertEqual(self.run_here("ls", path("folder 2")), "moved é\n")
        with self.step("mounted: cp -r"):
            self.run_here("cp", "-r", path("folder 2"), path("folder 3"))
            self.wait_until_stored("folder 3/moved é", serving.read_file(source) + b"end")
        with self.step("mounted: df"):
            self.assertGreater(os.statvfs(mounted).f_bavail, 0)
        with self.step("mounted: rm, rmdir, rm -r"):
            self.run_here("rm", path("folder 2", "moved é"))
            self.run_here("rmdir", path("folder 2"))
            self.run_here("rm", "-r", path("folder 3"))
            self.assert_names()
        with self.step("unmount"):
            self.run_here("fusermount3", "-u", mounted)

    def mount(self, mounted):
        os.mkdir(mounted)
        self.addCleanup(self.run_client, "fusermount3", "-uz", mounted, check=False)
        self.rclone("mount", "--daemon", "--vfs-cache-mode", "writes", "--vfs-write-back", "0s",
                    "--dir-cache-time", "0s", "dav:", mounted)
        self.assertTrue(os.path.ismount(mounted))


if __name__ == "__main__":
    desktop.main("rclone")
