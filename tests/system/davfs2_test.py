#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""davfs2: the share mounted as a file system, and worked on by ordinary calls."""

import ctypes
import hashlib
import os
import platform
import shutil
import struct
import subprocess
import unittest

import serving

GETDENTS64 = {"x86_64": 217, "aarch64": 61}
LIST_BYTES = 16 * 1024


def list_folder(path):
    """Names in @path, read in pieces of 16 KiB: davfs2 1.6 refuses larger ones (EINVAL), and newer
    kernels pass the size that ls and os.listdir() ask for on to it."""
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(LIST_BYTES)
    names = []
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        while True:
            size = libc.syscall(GETDENTS64[platform.machine()], folder, buffer, LIST_BYTES)
            if size < 0:
                raise OSError(ctypes.get_errno(), "getdents64 " + path)
            if size == 0:
                return sorted(name for name in names if name not in (".", ".."))
            at = 0
            while at < size:
                entry_size = struct.unpack_from("=H", buffer, at + 16)[0]
                names.append(buffer.raw[at + 19:at + entry_size].split(b"\0")[0].decode())
                at += entry_size
    finally:
        os.close(folder)


@serving.needs_program("mount.davfs")
@unittest.skipUnless(os.getuid() == 0, "mounting needs root")
@unittest.skipUnless(os.path.exists("/dev/fuse"), "mounting needs /dev/fuse")
@unittest.skipUnless(os.path.exists("/etc/mtab"), "mount.davfs needs /etc/mtab")
@unittest.skipUnless(platform.machine() in GETDENTS64, "the number of getdents64 is not known here")
class Davfs2Test(serving.ServingTest):
    def setUp(self):
        self.folder = self.scratch()
        self.served = self.serve(self.folder)
        self.mounted = self.mount()

    def mount(self):
        where = self.scratch()
        mounted = os.path.join(where, "mounted")
        os.mkdir(mounted)
        os.mkdir(os.path.join(where, "cache"))
        os.chmod(where, 0o755)
        # As /var/cache/davfs2: the daemon gives up root, and keeps its group.
        shutil.chown(os.path.join(where, "cache"), "root", "davfs2")
        os.chmod(os.path.join(where, "cache"), 0o775)
        settings = os.path.join(where, "davfs2.conf")
        serving.write_file(settings, ("use_locks 1\nask_auth 0\ndelay_upload 0\ncache_dir %s/cache\n"
                                      % where).encode())
        os.chmod(settings, 0o600)
        result = subprocess.run(["mount", "-t", "davfs", "-o", "conf=%s,uid=0" % settings,
                                 self.served.url, mounted], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if result.returncode != 0 and "fuse" in result.stdout.lower():
            self.skipTest("no FUSE here: " + result.stdout)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.addCleanup(self.unmount, mounted)
        return mounted

    def unmount(self, mounted):
        """umount.davfs returns when everything is uploaded and its daemon has ended."""
        if os.path.ismount(mounted):
            self.run_client("umount", mounted)

    def finish(self):
        """Unmount, so that all is written; then the folder tells."""
        self.unmount(self.mounted)

    def path(self, *names):
        return os.path.join(self.mounted, *names)

    def test_create_edit_rename_and_delete(self):
        serving.write_file(self.path("a.txt"), b"first\n")
        with open(self.path("a.txt"), "ab") as file:
            file.write(b"second\n")
        os.mkdir(self.path("sub folder"))
        os.rename(self.path("a.txt"), self.path("sub folder", "größe #1.txt"))
        serving.write_file(self.path("gone.txt"), b"gone")
        os.unlink(self.path("gone.txt"))
        self.assertEqual(list_folder(self.mounted), ["lost+found", "sub folder"])
        self.assertEqual(list_folder(self.path("sub folder")), ["größe #1.txt"])
        self.finish()
        self.assertEqual(serving.all_names(self.folder), ["sub folder", "sub folder/größe #1.txt"])
        self.assertEqual(serving.read_file(os.path.join(self.folder, "sub folder", "größe #1.txt")),
                         b"first\nsecond\n")

    def test_folders_are_renamed_and_removed(self):
        os.makedirs(self.path("one", "two"))
        serving.write_file(self.path("one", "two", "leaf"), b"leaf")
        os.rename(self.path("one"), self.path("other"))
        self.assertEqual(serving.read_file(self.path("other", "two", "leaf")), b"leaf")
        os.unlink(self.path("other", "two", "leaf"))
        os.rmdir(self.path("other", "two"))
        os.rmdir(self.path("other"))
        self.finish()
        self.assertEqual(serving.all_names(self.folder), [])

    def test_what_is_open_for_writing_is_locked(self):
        with open(self.path("letter.txt"), "wb") as file:
            file.write(b"Dear")
            self.assertEqual(self.served.request("PUT", "/letter.txt", b"intruder").status, 423)
            file.write(b" reader\n")
        self.finish()
        self.assertEqual(serving.read_file(os.path.join(self.folder, "letter.txt")), b"Dear reader\n")
        self.assertEqual(self.served.request("PUT", "/letter.txt", b"x").status, 204)

    def test_what_others_have_locked_is_not_written(self):
        self.served.request("PUT", "/letter.txt", b"theirs")
        locked = self.served.request(
            "LOCK", "/letter.txt", b"<lockinfo xmlns='DAV:'><lockscope><exclusive/></lockscope>"
            b"<locktype><write/></locktype></lockinfo>", Depth="0")
        self.assertEqual(locked.status, 200)
        with self.assertRaises(OSError):
            with open(self.path("letter.txt"), "ab") as file:
                file.write(b" and mine")
        self.finish()
        self.assertEqual(serving.read_file(os.path.join(self.folder, "letter.txt")), b"theirs")

    def test_a_hundred_mebibytes_there_and_back(self):
        piece = os.urandom(serving.MIB)
        local = os.path.join(self.scratch(), "large")
        with open(local, "wb") as file:
            for i in range(100):
                file.write(struct.pack("=I", i) + piece[4:])
        shutil.copyfile(local, self.path("large"))
        self.finish()
        with open(local, "rb") as sent, open(os.path.join(self.folder, "large"), "rb") as stored:
            self.assertEqual(hashlib.file_digest(sent, "sha256").digest(),
                             hashlib.file_digest(stored, "sha256").digest())
        self.mounted = self.mount()
        back = os.path.join(self.scratch(), "back")
        shutil.copyfile(self.path("large"), back)
        with open(local, "rb") as sent, open(back, "rb") as fetched:
            self.assertEqual(hashlib.file_digest(sent, "sha256").digest(),
                             hashlib.file_digest(fetched, "sha256").digest())

    def test_what_others_put_there_is_seen(self):
        self.finish()
        self.served.request("PUT", "/theirs.txt", b"theirs")
        self.mounted = self.mount()
        self.assertIn("theirs.txt", list_folder(self.mounted))
        self.assertEqual(serving.read_file(self.path("theirs.txt")), b"theirs")
        self.assertGreater(os.statvfs(self.mounted).f_blocks, 0)


if __name__ == "__main__":
    serving.main()
