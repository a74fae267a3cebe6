#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""webdavclient3, the module that scripts in Python use: every operation it has."""

import io
import os

import desktop
import serving

NAME = "größe 1 #%&.bin"


class WebdavclientTest(desktop.DesktopTest):
    def setUp(self):
        try:
            import webdav3.client  # pylint: disable=import-outside-toplevel
        except ImportError:
            self.fail("python3-webdavclient is not installed: ./dev deps")
        super().setUp()
        self.errors = webdav3.exceptions
        self.client = webdav3.client.Client({"webdav_hostname": self.served.url.rstrip("/"),
                                             "webdav_timeout": desktop.STEP_S})
        self.addCleanup(self.client.session.close)

    def local_file(self, name, content):
        path = os.path.join(self.local, name)
        serving.write_file(path, content)
        return path

    def test_files_and_folders(self):
        client = self.client
        source = self.local_file("source", os.urandom(300000))
        with self.step("check that the share is there"):
            self.assertTrue(client.check())
            self.assertEqual(client.list(), [])
        with self.step("free"):
            self.assertGreater(client.free(), 0)
        with self.step("mkdir"):
            self.assertTrue(client.mkdir("ordner ä"))
            self.assertTrue(os.path.isdir(self.stored("ordner ä")))
        with self.step("mkdir of what is there"):
            self.assertTrue(client.mkdir("ordner ä"))
        with self.step("mkdir below what is not there"):
            with self.assertRaises(self.errors.RemoteParentNotFound):
                client.mkdir("absent/below")
        with self.step("upload_sync a file"):
            client.upload_sync("ordner ä/" + NAME, source)
            self.assert_stored("ordner ä/" + NAME, serving.read_file(source))
        with self.step("upload a file in chunks of unknown number"):
            seen = []
            client.upload_file("ordner ä/chunked", source, progress=lambda *now: seen.append(now))
            self.assertEqual(seen[-1][1], 300000)
            self.assert_stored("ordner ä/chunked", serving.read_file(source))
        with self.step("list"):
            self.assertEqual(sorted(client.list("ordner ä")), ["chunked", NAME])
        with self.step("list with what is known of each"):
            infos = {info["name"]: info for info in client.list("/", get_info=True)}
            self.assertTrue(infos["ordner ä"]["isdir"])
            infos = {info["name"]: info for info in client.list("ordner ä", get_info=True)}
            self.assertEqual(infos[NAME]["size"], "300000")
            self.assertFalse(infos[NAME]["isdir"])
        with self.step("info"):
            info = client.info("ordner ä/" + NAME)
            self.assertEqual(info["size"], "300000")
            self.assertTrue(info["etag"].startswith('"'))
            self.assertTrue(info["modified"].endswith(" GMT"))
        with self.step("is_dir"):
            self.assertTrue(client.is_dir("ordner ä"))
            self.assertFalse(client.is_dir("ordner ä/" + NAME))
        with self.step("copy a file"):
            client.copy("ordner ä/" + NAME, "copy.bin")
            self.assert_stored("copy.bin", serving.read_file(source))
        with self.step("copy a folder"):
            client.copy("ordner ä", "folder 2", depth="infinity")
            self.assert_stored("folder 2/" + NAME, serving.read_file(source))
        with self.step("move a file"):
            client.move("copy.bin", "folder 2/moved.bin")
            self.assert_stored("folder 2/moved.bin", serving.read_file(source))
        with self.step("refuse to move onto another file"):
            with self.assertRaises(self.errors.ResponseErrorCode) as refused:
                client.move("folder 2/moved.bin", "folder 2/chunked")
            self.assertEqual(refused.exception.code, 412)
        with self.step("move onto another file when told to"):
            client.move("folder 2/moved.bin", "folder 2/chunked", overwrite=True)
            self.assertEqual(sorted(client.list("folder 2")), ["chunked", NAME])
        with self.step("move a folder"):
            client.move("folder 2", "ordner ä/in")
            self.assert_stored("ordner ä/in/chunked", serving.read_file(source))
        with self.step("download_sync a file"):
            back = os.path.join(self.local, "back")
            client.download_sync("ordner ä/" + NAME, back)
            self.assertEqual(serving.read_file(back), serving.read_file(source))
        with self.step("download a file into memory"):
            memory = io.BytesIO()
            client.download_from(memory, "ordner ä/chunked")
            self.assertEqual(memory.getvalue(), serving.read_file(source))
        with self.step("clean a file"):
            client.clean("ordner ä/chunked")
            self.assertFalse(client.check("ordner ä/chunked"))
        with self.step("clean a folder with what is in it"):
            client.clean("ordner ä")
            self.assert_names()
        with self.step("info of what is not there"):
            with self.assertRaises(self.errors.RemoteResourceNotFound):
                client.info("ordner ä")

    def test_trees(self):
        tree = os.path.join(self.local, "tree")
        for where in ("a", os.path.join("a", "b"), "empty"):
            os.makedirs(os.path.join(tree, where))
        for name in ("one", os.path.join("a", "two"), os.path.join("a", "b", "three")):
            serving.write_file(os.path.join(tree, name), name.encode())
        with self.step("upload_sync a folder"):
            self.client.upload_sync("tree", tree)
            self.assertEqual(serving.all_names(self.stored("tree")), serving.all_names(tree))
        with self.step("upload_sync a folder over the one that is there"):
            self.client.upload_sync("tree", tree)
            self.assertEqual(serving.all_names(self.stored("tree")), serving.all_names(tree))
        with self.step("download_sync a folder"):
            back = os.path.join(self.local, "back")
            self.client.download_sync("tree", back)
            self.assertEqual(serving.all_names(back), serving.all_names(tree))
        with self.step("pull what is newer"):
            self.served.request("PUT", "/tree/new", b"new")
            self.client.pull("tree", back)
            self.assertEqual(serving.read_file(os.path.join(back, "new")), b"new")

    def test_properties(self):
        serving.write_file(self.stored("a.txt"), b"a")
        colour = {"namespace": "urn:example:test", "name": "colour"}
        with self.step("set_property"):
            self.client.set_property("a.txt", dict(colour, value="grün <&>"))
        with self.step("get_property"):
            self.assertEqual(self.client.get_property("a.txt", colour), "grün <&>")
        with self.step("set several properties at once"):
            self.client.set_property_batch("a.txt", [dict(colour, value="blau"),
                                                     dict(colour, name="shape", value="rund")])
            self.assertEqual(self.client.get_property("a.txt", colour), "blau")
            self.assertEqual(self.client.get_property("a.txt", dict(colour, name="shape")), "rund")


if __name__ == "__main__":
    desktop.main("webdavclient")
