#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rclone: copy a tree up, check it, sync changes, bring it back, move, purge."""

import filecmp
import os
import random

import serving


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


@serving.needs_program("rclone")
class RcloneTest(serving.ServingTest):
    def setUp(self):
        self.folder = self.scratch()
        self.local = self.scratch()
        self.served = self.serve(self.folder)
        self.environment = dict(
            os.environ, HOME=self.scratch(), RCLONE_CONFIG=os.path.join(self.scratch(), "rclone.conf"),
            RCLONE_CONFIG_DAV_TYPE="webdav", RCLONE_CONFIG_DAV_URL=self.served.url,
            RCLONE_CONFIG_DAV_VENDOR="other")

    def rclone(self, *arguments, check=True):
        return self.run_client("rclone", "-q", *arguments, env=self.environment, check=check)

    def make_tree(self):
        chance = random.Random(4918)
        for i in range(120):
            where = os.path.join(self.local, *["folder %d" % chance.randrange(4) for _ in range(i % 4)])
            os.makedirs(where, exist_ok=True)
            serving.write_file(os.path.join(where, "file %d ü#%%.bin" % i),
                               chance.randbytes(chance.choice((0, 100, 5000, 300000))))

    def test_copy_check_and_sync(self):
        self.make_tree()
        self.rclone("copy", self.local, "dav:tree")
        self.rclone("check", self.local, "dav:tree", "--download")
        self.assertEqual(compare_trees(self.local, os.path.join(self.folder, "tree")), [])

        names = [name for name in serving.all_names(self.local) if name.endswith(".bin")]
        for name in names[::5]:
            os.unlink(os.path.join(self.local, name))
        for name in names[1::5]:
            serving.write_file(os.path.join(self.local, name), b"changed " + name.encode())
        serving.write_file(os.path.join(self.local, "new"), b"new")
        self.rclone("sync", "--create-empty-src-dirs", self.local, "dav:tree")
        self.rclone("check", self.local, "dav:tree", "--download")
        self.assertEqual(compare_trees(self.local, os.path.join(self.folder, "tree")), [])

        back = self.scratch()
        self.rclone("copy", "--create-empty-src-dirs", "dav:tree", back)
        self.assertEqual(compare_trees(self.local, back), [])

    def test_check_sees_a_difference(self):
        serving.write_file(os.path.join(self.local, "a"), b"one")
        self.rclone("copy", self.local, "dav:")
        serving.write_file(os.path.join(self.folder, "a"), b"two, longer")
        self.assertIn("sizes differ", self.run_client("rclone", "check", self.local, "dav:",
                                                      env=self.environment, check=False))

    def test_move_rename_and_purge(self):
        self.make_tree()
        self.rclone("copy", self.local, "dav:tree")
        self.rclone("moveto", "dav:tree", "dav:other")
        self.assertEqual(compare_trees(self.local, os.path.join(self.folder, "other")), [])
        self.rclone("copyto", "dav:other", "dav:third")
        self.assertEqual(compare_trees(self.local, os.path.join(self.folder, "third")), [])
        self.rclone("purge", "dav:other")
        self.rclone("purge", "dav:third")
        self.assertEqual(serving.all_names(self.folder), [])


if __name__ == "__main__":
    serving.main()
