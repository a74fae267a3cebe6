#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""curl, as people and scripts use it: up, down, part of a file, odd names, conditions."""

import os
import re
import urllib.parse

import desktop
import serving

ODD_NAMES = ["with space.txt", "größe.txt", "a#b.txt", "100%.txt", "a%20b.txt", "漢字.txt", "q?x=1.txt",
             "a&b<c>'\"d.txt", "plus+and;semi,comma.txt", "[brackets].txt", "tilde~.txt", "🧵.txt"]
LOCK = ('<lockinfo xmlns="DAV:"><lockscope><%s/></lockscope><locktype><write/></locktype>'
        '<owner><href>mailto:anna@example.org</href></owner></lockinfo>')
PROPFIND = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'


@desktop.each_test_is_a_step
class CurlTest(desktop.DesktopTest):
    PROGRAMS = ("curl",)

    def curl(self, *arguments, **settings):
        return self.run_here("curl", "-sS", "--fail-with-body", "--path-as-is", *arguments, **settings)

    def status(self, *arguments):
        return self.run_here("curl", "-sS", "-o", os.devnull, "-w", "%{http_code}", *arguments)

    def url(self, name):
        return self.served.url + urllib.parse.quote(name)

    def test_upload_and_download_give_the_same_bytes(self):
        source = os.path.join(self.local, "source")
        copy = os.path.join(self.local, "copy")
        for size in (0, 1, 1024, 65536, 3 * serving.MIB + 17):
            serving.write_file(source, os.urandom(size))
            self.curl("-T", source, self.url("file.bin"))
            self.curl("-o", copy, self.url("file.bin"))
            self.assertEqual(serving.read_file(source), serving.read_file(copy), "%d bytes" % size)

    def test_upload_from_a_pipe_is_chunked(self):
        text = "line\n" * 50000
        self.run_here("sh", "-c", "cat | curl -sS --fail-with-body -T - \"$1\"", "sh", self.url("piped.txt"),
                      text_in=text)
        self.assert_stored("piped.txt", text.encode())

    def test_a_chunked_upload_replaces_a_file_as_a_whole(self):
        serving.write_file(self.stored("file"), b"longer than what comes")
        self.curl("-T", "-", self.url("file"), text_in="short")
        self.assert_stored("file", b"short")
        self.curl("-T", "-", self.url("file"), text_in="")
        self.assert_stored("file", b"")

    def test_an_upload_waits_for_the_go_ahead(self):
        source = os.path.join(self.local, "source")
        serving.write_file(source, os.urandom(3 * serving.MIB))
        wait = ("-H", "Expect: 100-continue", "--expect100-timeout", str(2 * desktop.STEP_S))
        self.curl(*wait, "-T", source, self.url("file"))
        self.assert_stored("file", serving.read_file(source))
        self.curl(*wait, "-X", "PROPFIND", "-H", "Depth: 0", "-d", PROPFIND, self.url("file"))

    def test_an_upload_that_is_refused_is_not_sent(self):
        source = os.path.join(self.local, "source")
        serving.write_file(source, os.urandom(3 * serving.MIB))
        wait = ("-H", "Expect: 100-continue", "--expect100-timeout", str(2 * desktop.STEP_S))
        serving.write_file(self.stored("file"), b"old")
        answer = self.run_here("curl", "-sS", "-o", os.devnull, "-w", "%{http_code} %{size_upload}", *wait,
                               "-H", "If-None-Match: *", "-T", source, self.url("file"))
        self.assertEqual(answer, "412 0")
        self.assertEqual(self.status(*wait, "-T", source, self.url("absent/file")), "409")
        self.assert_stored("file", b"old")

    def lock(self, name, scope="exclusive", *more):
        """Returns the token."""
        answer = self.curl("-i", "-X", "LOCK", "-H", "Timeout: Second-600", "-d", LOCK % scope, *more,
                           self.url(name))
        return re.search(r"(?mi)^Lock-Token: <(.*)>\s*$", answer)[1]

    def test_a_locked_file_is_written_with_its_token_only(self):
        serving.write_file(self.stored("file"), b"old")
        token = self.lock("file")
        self.assertEqual(self.status("-T", "-", self.url("file")), "423")
        self.assertEqual(self.status("-X", "DELETE", self.url("file")), "423")
        self.assertEqual(self.status("-X", "LOCK", "-d", LOCK % "exclusive", self.url("file")), "423")
        self.curl("-T", "-", "-H", "If: (<%s>)" % token, self.url("file"), text_in="new, in chunks")
        self.assert_stored("file", b"new, in chunks")
        self.curl("-X", "LOCK", "-H", "If: (<%s>)" % token, "-H", "Timeout: Second-60", self.url("file"))
        self.assertEqual(self.status("-X", "UNLOCK", "-H", "Lock-Token: <urn:uuid:0>", self.url("file")),
                         "409")
        self.curl("-X", "UNLOCK", "-H", "Lock-Token: <%s>" % token, self.url("file"))
        self.curl("-T", "-", self.url("file"), text_in="free")
        self.assert_stored("file", b"free")

    def test_a_lock_on_nothing_makes_an_empty_file(self):
        token = self.lock("new file", "exclusive", "-H", "Expect: 100-continue", "--expect100-timeout",
                          str(2 * desktop.STEP_S))
        self.assert_stored("new file", b"")
        self.curl("-X", "UNLOCK", "-H", "Lock-Token: <%s>" % token, self.url("new file"))

    def test_a_lock_on_a_folder_is_one_on_all_in_it(self):
        self.curl("-X", "MKCOL", self.url("folder"))
        token = self.lock("folder", "exclusive", "-H", "Depth: infinity")
        self.assertEqual(self.status("-X", "PUT", "-d", "x", self.url("folder/new")), "423")
        self.assertEqual(self.status("-X", "MKCOL", self.url("folder/sub")), "423")
        with_token = "If: <%s> (<%s>)" % (self.url("folder"), token)
        self.curl("-X", "PUT", "-d", "x", "-H", with_token, self.url("folder/new"))
        self.curl("-X", "DELETE", "-H", with_token, self.url("folder"))
        self.assert_names()

    def test_shared_locks_stand_together(self):
        serving.write_file(self.stored("file"), b"old")
        first, second = self.lock("file", "shared"), self.lock("file", "shared")
        self.assertNotEqual(first, second)
        self.assertEqual(self.status("-X", "LOCK", "-d", LOCK % "exclusive", self.url("file")), "423")
        self.curl("-X", "UNLOCK", "-H", "Lock-Token: <%s>" % first, self.url("file"))
        self.assertEqual(self.status("-X", "PUT", "-d", "x", self.url("file")), "423")
        self.curl("-X", "PUT", "-d", "mine", "-H", "If: (<%s>)" % second, self.url("file"))
        self.assert_stored("file", b"mine")

    def test_files_go_up_side_by_side(self):
        names = ["part %d" % i for i in range(20)]
        arguments = []
        for name in names:
            serving.write_file(os.path.join(self.local, name), name.encode() * 5000)
            arguments += ["-T", os.path.join(self.local, name), self.url(name)]
        self.curl("--parallel", "--parallel-max", "8", *arguments)
        for name in names:
            self.assert_stored(name, name.encode() * 5000)

    def test_a_client_of_http_1_0_is_served(self):
        source = os.path.join(self.local, "source")
        serving.write_file(source, b"old times")
        self.curl("--http1.0", "-T", source, self.url("file"))
        self.assertEqual(self.curl("--http1.0", self.url("file")), "old times")

    def test_part_of_a_file(self):
        serving.write_file(os.path.join(self.folder, "digits"), b"0123456789")
        self.assertEqual(self.curl("-r", "2-4", self.url("digits")), "234")
        self.assertEqual(self.curl("-r", "-3", self.url("digits")), "789")
        self.assertEqual(self.curl("-r", "7-", self.url("digits")), "789")
        self.assertEqual(self.status("-r", "10-", self.url("digits")), "416")

    def test_parts_far_from_each_other(self):
        serving.write_file(os.path.join(self.folder, "digits"), b"0123456789" * 10000)
        parts = self.curl("-r", "0-0,99998-99998", self.url("digits"))
        self.assertIn("Content-Range: bytes 0-0/100000", parts)
        self.assertIn("Content-Range: bytes 99998-99998/100000", parts)

    def test_an_interrupted_download_is_resumed(self):
        content = os.urandom(100000)
        serving.write_file(os.path.join(self.folder, "whole"), content)
        part = os.path.join(self.local, "part")
        serving.write_file(part, content[:40000])
        self.curl("-C", "-", "-o", part, self.url("whole"))
        self.assertEqual(serving.read_file(part), content)

    def test_odd_names_come_back_as_they_were_sent(self):
        for name in ODD_NAMES:
            with self.subTest(name):
                self.curl("-X", "PUT", "--data-binary", name, self.url(name))
                self.assertEqual(serving.read_file(os.path.join(self.folder, name)), name.encode())
                self.assertEqual(self.curl(self.url(name)), name)
                moved = self.url("moved " + name)
                self.curl("-X", "MOVE", "-H", "Destination: " + moved, self.url(name))
                self.assertEqual(self.curl(moved), name)
        self.assertEqual(serving.all_names(self.folder), sorted("moved " + name for name in ODD_NAMES))

    def test_listed_names_lead_to_their_files(self):
        for name in ODD_NAMES:
            serving.write_file(os.path.join(self.folder, name), name.encode())
        answer = self.served.request("PROPFIND", "/", depth="1").body.decode()
        hrefs = [piece.split("</D:href>")[0] for piece in answer.split("<D:href>")[1:]]
        self.assertEqual(len(hrefs), len(ODD_NAMES) + 1)
        fetched = {self.curl(self.served.url.rstrip("/") + href.replace("&amp;", "&"))
                   for href in hrefs if href != "/"}
        self.assertEqual(fetched, set(ODD_NAMES))

    def test_create_only_and_compare_and_swap(self):
        self.assertEqual(self.status("-X", "PUT", "-d", "1", "-H", "If-None-Match: *", self.url("c")), "201")
        self.assertEqual(self.status("-X", "PUT", "-d", "2", "-H", "If-None-Match: *", self.url("c")), "412")
        etag = self.served.request("HEAD", "/c").fields["ETag"]
        self.assertEqual(self.status("-X", "PUT", "-d", "3", "-H", "If-Match: " + etag, self.url("c")), "204")
        self.assertEqual(self.status("-X", "PUT", "-d", "4", "-H", "If-Match: " + etag, self.url("c")), "412")
        self.assertEqual(self.curl(self.url("c")), "3")

    def test_an_unchanged_file_is_not_sent_again(self):
        serving.write_file(os.path.join(self.folder, "page"), b"content")
        etag = self.served.request("GET", "/page").fields["ETag"]
        self.assertEqual(self.status("-H", "If-None-Match: " + etag, self.url("page")), "304")

    def test_paths_do_not_lead_out_of_the_folder(self):
        outside = os.path.join(self.local, "secret")
        serving.write_file(outside, b"secret")
        os.symlink(outside, os.path.join(self.folder, "link"))
        os.symlink(self.local, os.path.join(self.folder, "door"))
        for path in ("../" + os.path.basename(self.local) + "/secret", "link", "door/secret",
                     "%2e%2e/" + os.path.basename(self.local) + "/secret", "..%2fsecret"):
            status = self.status("--path-as-is", self.served.url + path)
            self.assertIn(status, ("400", "403", "404"), path)
        self.assertIn(self.status("-X", "PUT", "-d", "x", self.url("door/new")), ("403", "404", "409"))
        self.assertEqual(sorted(os.listdir(self.local)), ["secret"])

    def test_trees_are_made_copied_moved_and_removed(self):
        for path in ("tree", "tree/deep"):
            self.assertEqual(self.status("-X", "MKCOL", self.url(path)), "201")
        self.curl("-X", "PUT", "-d", "leaf", self.url("tree/deep/leaf"))
        self.curl("-X", "COPY", "-H", "Destination: " + self.url("copy"), self.url("tree"))
        self.curl("-X", "MOVE", "-H", "Destination: " + self.url("moved"), self.url("tree"))
        self.assertEqual(serving.all_names(self.folder),
                         ["copy", "copy/deep", "copy/deep/leaf", "moved", "moved/deep", "moved/deep/leaf"])
        self.assertEqual(self.status("-X", "DELETE", self.url("copy")), "204")
        self.assertEqual(self.status("-X", "DELETE", self.url("moved")), "204")
        self.assertEqual(serving.all_names(self.folder), [])


if __name__ == "__main__":
    desktop.main("curl")
