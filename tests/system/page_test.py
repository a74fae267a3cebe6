#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page in a browser, used as people use it."""

import io
import os
import urllib.parse
import zipfile

import browser
import serving

PICTURE = (b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200">'
           b'<rect width="300" height="200" fill="teal"/></svg>')


@browser.needs_browser
class PageTest(serving.ServingTest):
    @classmethod
    def setUpClass(cls):
        cls.downloads = serving.tempfile.mkdtemp(prefix="weft-test-")
        cls.addClassCleanup(serving.shutil.rmtree, cls.downloads, ignore_errors=True)
        cls.page = browser.Browser(cls.downloads)
        cls.addClassCleanup(cls.page.quit)

    def setUp(self):
        self.folder = self.scratch()
        self.local = self.scratch()
        self.page.look()

    def put(self, path, content=b"text\n"):
        """A file of the share, with the folders that it needs."""
        where = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        serving.write_file(where, content)

    def get(self, path):
        return serving.read_file(os.path.join(self.folder, path))

    def has(self, path):
        return os.path.exists(os.path.join(self.folder, path))

    def prepare_local(self, path, content=b"mine\n"):
        """A file on the person's own disk."""
        where = os.path.join(self.local, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        serving.write_file(where, content)
        return where

    def open(self, path="", *options):
        self.served = self.serve(self.folder, *options)
        self.page.open(self.served.url + path)

    def choose(self, path, whole_folder=False):
        """Choose in the dialog of the system: that is what an input of type file gets."""
        kind = "[webkitdirectory]" if whole_folder else "[multiple]"
        self.page.find("input[type=file]" + kind).send_keys(path)

    # ---- looking ----

    def test_folders_come_first_and_columns_sort(self):
        self.put("B/inside")
        self.put("a10.txt", b"1")
        self.put("a9.txt", b"22")
        self.put("C.txt", b"333")
        for n, name in enumerate(("C.txt", "a9.txt", "a10.txt")):
            os.utime(os.path.join(self.folder, name), (n * 100, n * 100))
        self.open()

        self.page.see_names("B", "a9.txt", "a10.txt", "C.txt")
        self.page.press("Name")
        self.page.see_names("B", "C.txt", "a10.txt", "a9.txt")
        self.page.press("Size")
        self.page.see_names("B", "a10.txt", "a9.txt", "C.txt")
        self.page.press("Changed")
        self.page.see_names("B", "C.txt", "a9.txt", "a10.txt")
        self.assertEqual(self.page.find("th.changed").get_attribute("aria-sort"), "ascending")
        self.assertEqual(self.page.complaints(), [])

    def test_one_walks_into_folders_and_back(self):
        self.put("Große Größe/a#b%/deep.txt")
        self.open()
        self.page.follow("Große Größe")
        self.page.see_names("a#b%")
        self.page.follow("a#b%")
        self.page.see_names("deep.txt")
        self.assertEqual(self.page.driver.current_url,
                         self.served.url + urllib.parse.quote("Große Größe/a#b%/"))
        self.assertEqual(self.page.driver.title, "a#b%")
        self.page.driver.back()
        self.page.see_names("a#b%")
        self.page.follow("Home")
        self.page.see_names("Große Größe")
        self.page.driver.back()
        self.page.driver.refresh()
        self.page.see_names("a#b%")

    def test_it_stays_below_a_prefix(self):
        self.put("a/b.txt")
        self.open("some/files/a", "--prefix", "/some/files")
        self.page.see_names("b.txt")
        self.page.select("b.txt")
        self.page.press("Rename")
        self.page.fill("#name", "c.txt")
        self.page.press("Rename", "dialog")
        self.page.see_names("c.txt")
        self.page.follow("Home")
        self.page.see_names("a")
        self.assertEqual(self.page.driver.current_url, self.served.url + "some/files/")
        self.assertEqual(serving.all_names(self.folder), ["a", "a/c.txt"])
        self.page.press("Download as ZIP")
        names = zipfile.ZipFile(io.BytesIO(self.page.saved("files.zip"))).namelist()
        self.assertEqual(sorted(names), ["files/a/", "files/a/c.txt"])

    def test_the_filter_leaves_what_has_the_text(self):
        for name in ("one.txt", "two.txt", "three.png"):
            self.put(name)
        self.open()
        self.page.fill("#filter", "TXT")
        self.page.see_names("one.txt", "two.txt")
        self.page.see("[role=status]", "2 found")
        self.page.fill("#filter", "w")
        self.page.see_names("two.txt")

    def test_names_are_never_markup(self):
        name = "<img src=x onerror=alert(1)>&amp;.txt"
        self.put(name)
        self.open()
        self.page.see_names(name)
        self.page.select(name)
        self.page.press("Delete")
        self.page.see("dialog", name)
        self.assertEqual(self.page.find_all("img"), [])

    def test_a_large_folder_shows_its_first_rows(self):
        for n in range(1200):
            self.put("%04d" % n, b"")
        self.open()
        self.assertEqual(len(self.page.names()), 1000)
        self.page.press("Show all 1200")
        self.page.wait(lambda: len(self.page.names()) == 1200, "all rows")

    # ---- changing ----

    def test_a_new_folder(self):
        self.open()
        self.page.see(".empty", "This folder is empty.")
        self.page.press("New folder")
        self.page.fill("#name", "Briefe & Ämter")
        self.page.press("Create", "dialog")
        self.page.see_names("Briefe & Ämter")
        self.assertTrue(os.path.isdir(os.path.join(self.folder, "Briefe & Ämter")))

        self.page.press("New folder")
        self.page.fill("#name", "Briefe & Ämter")
        self.page.press("Create", "dialog")
        self.page.see("[role=alert]", "There is already something named “Briefe & Ämter”.")
        self.page.press("New folder")
        self.page.fill("#name", "a/b")
        self.page.press("Create", "dialog")
        self.assertEqual(self.page.find("#name").get_property("validationMessage"),
                         "A name cannot have a slash.")

    def test_renaming(self):
        self.put("old.txt")
        self.put("other.txt")
        self.open()
        self.page.select("old.txt")
        self.page.press("Rename")
        self.page.fill("#name", "new #1.txt")
        self.page.press("Rename", "dialog")
        self.page.see_names("new #1.txt", "other.txt")
        self.assertEqual(serving.all_names(self.folder), ["new #1.txt", "other.txt"])

        self.page.select("new #1.txt")
        self.page.press("Rename")
        self.page.fill("#name", "other.txt")
        self.page.press("Rename", "dialog")
        self.page.see("[role=alert]", "There is already something named “other.txt”.")
        self.assertEqual(serving.all_names(self.folder), ["new #1.txt", "other.txt"])

    def test_moving(self):
        self.put("a.txt")
        self.put("b.txt")
        self.put("Target/Inner/c.txt")
        self.open()
        self.page.select("a.txt", "b.txt")
        self.page.press("Move")
        self.page.press("Target", "dialog")
        self.page.press("Inner", "dialog")
        self.page.see("dialog [role=status]", "In Inner")
        self.page.press("Move here", "dialog")
        self.page.see_names("Target")
        self.assertEqual(serving.all_names(os.path.join(self.folder, "Target/Inner")),
                         ["a.txt", "b.txt", "c.txt"])

    def test_deleting_asks_first(self):
        self.put("a.txt")
        self.put("B/c.txt")
        self.open()
        self.page.select("a.txt", "B")
        self.page.press("Delete")
        self.page.see("dialog", "Delete 2 entries?")
        self.page.see("dialog", "B and all in it")
        self.page.press("Cancel", "dialog")
        self.page.see_gone("dialog")
        self.assertTrue(self.has("a.txt"))
        self.page.press("Delete")
        self.page.press("Delete", "dialog")
        self.page.see(".empty")
        self.assertEqual(serving.all_names(self.folder), [])

    def test_what_is_gone_meanwhile_is_said(self):
        self.put("a.txt")
        self.open()
        os.unlink(os.path.join(self.folder, "a.txt"))
        self.page.select("a.txt")
        self.page.press("Delete")
        self.page.press("Delete", "dialog")
        self.page.see("[role=alert]", "“a.txt” is not there any more.")
        self.page.see(".empty")

    def test_a_read_only_share_has_nothing_to_change_it(self):
        self.put("a.txt")
        self.open("", "--read-only")
        self.page.select("a.txt")
        shown = [one.text for one in self.page.find_all("button") if one.is_displayed()]
        self.assertEqual(shown, ["Download", "Clear", "Name", "Size", "Changed"])

    def test_who_has_signed_in_is_shown_and_sees_what_he_may_do(self):
        self.put("a.txt")
        users = os.path.join(self.local, "users")
        for name in ("ann", "bob"):
            self.run_client(serving.weftdav_program(), "passwd", users, name, text_in="secret\n")
        self.served = self.serve(self.folder, "--users", users, "--insecure-basic", "--rule", "/ write ann",
                                 "--rule", "/ read bob")
        for name, buttons in (("ann", ["Upload files", "Upload folder", "New folder", "Download", "Rename",
                                       "Move", "Delete", "Clear", "Name", "Size", "Changed"]),
                              ("bob", ["Download", "Clear", "Name", "Size", "Changed"])):
            self.page.sign_in_as(name, "secret")
            self.page.open(self.served.url)
            self.page.see(".user", "Signed in as " + name)
            self.page.select("a.txt")
            shown = [one.text for one in self.page.find_all("button") if one.is_displayed()]
            self.assertEqual(shown, buttons)
        self.page.sign_in_as("", "")

    def test_a_lock_is_shown_and_holds(self):
        self.put("a.txt")
        self.served = self.serve(self.folder)
        lock = self.served.request(
            "LOCK", "/a.txt", '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/>'
            "</locktype><owner>Ada</owner></lockinfo>", timeout="Second-600")
        self.assertEqual(lock.status, 200)
        self.page.open(self.served.url)
        self.assertEqual(self.page.find(".lock").get_attribute("textContent"), "Locked by Ada")
        self.page.select("a.txt")
        self.page.press("Delete")
        self.page.press("Delete", "dialog")
        self.page.see("[role=alert]", "“a.txt” is locked by somebody else.")

    # ---- uploading ----

    def test_files_by_the_button(self):
        one = self.prepare_local("one.txt", b"1")
        two = self.prepare_local("zwei ü#.bin", os.urandom(300000))
        os.utime(one, (1000000000, 1000000000))
        self.open()
        self.choose(one + "\n" + two)
        self.page.see(".uploads [role=status]", "Uploaded 2 files")
        self.page.see_names("one.txt", "zwei ü#.bin")
        self.assertEqual(self.get("zwei ü#.bin"), serving.read_file(two))
        self.assertEqual(int(os.stat(os.path.join(self.folder, "one.txt")).st_mtime), 1000000000)
        self.page.press("Close", ".uploads")
        self.page.see_gone(".uploads")

    def test_a_folder_by_the_button(self):
        for path in ("Trip/a.txt", "Trip/day 1/b.txt", "Trip/day 1/c/d.txt"):
            self.prepare_local(path, path.encode())
        self.put("Trip/old.txt")
        self.open()
        self.choose(os.path.join(self.local, "Trip"), whole_folder=True)
        self.page.see(".uploads [role=status]", "Uploaded 3 files")
        self.assertEqual(serving.all_names(self.folder),
                         ["Trip", "Trip/a.txt", "Trip/day 1", "Trip/day 1/b.txt", "Trip/day 1/c",
                          "Trip/day 1/c/d.txt", "Trip/old.txt"])
        self.assertEqual(self.get("Trip/day 1/c/d.txt"), b"Trip/day 1/c/d.txt")

    def test_files_and_folders_by_drag_and_drop(self):
        self.prepare_local("Trip/day 1/b.txt", b"b")
        os.makedirs(os.path.join(self.local, "Trip/empty"))
        single = self.prepare_local("single.txt", b"s")
        self.open()
        self.page.drop(os.path.join(self.local, "Trip"), single)
        self.page.see(".uploads [role=status]", "Uploaded 2 files")
        self.page.see_names("Trip", "single.txt")
        self.assertEqual(serving.all_names(self.folder),
                         ["Trip", "Trip/day 1", "Trip/day 1/b.txt", "Trip/empty", "single.txt"])

    def test_what_is_there_is_replaced_only_when_told(self):
        self.put("a.txt", b"theirs")
        mine = self.prepare_local("a.txt", b"mine")
        other = self.prepare_local("b.txt", b"other")
        self.open()
        self.choose(mine + "\n" + other)
        self.page.see("dialog", "Replace the file?")
        self.page.press("Skip", "dialog")
        self.page.see_names("a.txt", "b.txt")
        self.assertEqual(self.get("a.txt"), b"theirs")
        self.choose(mine)
        self.page.press("Replace", "dialog")
        self.page.see(".uploads [role=status]", "Uploaded 2 files")
        self.assertEqual(self.get("a.txt"), b"mine")

    def test_progress_is_seen_and_an_upload_can_be_cancelled_and_begun_again(self):
        small = self.prepare_local("small.bin", os.urandom(3 * serving.MIB))
        self.open()
        self.page.upload_slowly(serving.MIB)
        self.addCleanup(self.page.upload_slowly, -1)
        self.choose(small)
        bar = self.page.see(".uploads progress")
        self.page.wait(lambda: 0 < float(bar.get_property("value")) < 3 * serving.MIB, "progress")
        self.page.see(".uploads [role=status]", "Uploading: 0 of 1 done")
        self.page.picture("upload")
        self.page.press("Cancel", ".uploads")
        self.page.see(".uploads .note", "cancelled")
        self.assertEqual(serving.all_names(self.folder), [])

        self.page.upload_slowly(-1)
        self.page.press("Try again", ".uploads")
        self.page.see(".uploads [role=status]", "Uploaded one file")
        self.page.see_names("small.bin")
        self.assertEqual(self.get("small.bin"), serving.read_file(small))

    def interrupt_a_large_upload(self):
        """Cancelled in its second part; the file on the person's disk, and the name of the part."""
        large = self.prepare_local("large.bin", os.urandom(10 * serving.MIB))
        os.utime(large, (1000000000, 1000000000))
        part = ".large.bin.%d-1000000000000.part" % (10 * serving.MIB)
        self.open()
        self.page.upload_slowly(2 * serving.MIB)
        self.addCleanup(self.page.upload_slowly, -1)
        self.choose(large)
        bar = self.page.see(".uploads progress")
        self.page.wait(lambda: float(bar.get_property("value")) > 4.5 * serving.MIB, "the second part")
        self.page.press("Cancel", ".uploads")
        self.page.see(".uploads .note", "cancelled")
        self.page.upload_slowly(-1)
        self.assertEqual(serving.all_names(self.folder), [part])
        self.assertEqual(len(self.get(part)), 4 * serving.MIB)
        return large, part

    def see_the_large_upload_whole(self, large):
        self.page.see(".uploads [role=status]", "Uploaded one file")
        self.page.see_names("large.bin")
        self.assertEqual(serving.all_names(self.folder), ["large.bin"])
        self.assertEqual(self.get("large.bin"), serving.read_file(large))
        self.assertEqual(int(os.stat(os.path.join(self.folder, "large.bin")).st_mtime), 1000000000)

    def test_a_large_upload_goes_on_where_it_was(self):
        large, _ = self.interrupt_a_large_upload()
        self.page.press("Resume", ".uploads")
        self.see_the_large_upload_whole(large)

    def test_a_large_upload_goes_on_another_day(self):
        large, _ = self.interrupt_a_large_upload()
        self.page.open(self.served.url)
        self.choose(large)
        self.see_the_large_upload_whole(large)

    def test_a_large_upload_that_is_given_up_leaves_nothing(self):
        _, part = self.interrupt_a_large_upload()
        self.page.press("Close", ".uploads")
        self.page.see_gone(".uploads")
        self.page.wait(lambda: not self.has(part), "the part to go")

    def test_an_upload_goes_on_while_one_walks_about(self):
        self.put("Elsewhere/a.txt")
        large = self.prepare_local("large.bin", os.urandom(2 * serving.MIB))
        self.open()
        self.page.upload_slowly(serving.MIB)
        self.addCleanup(self.page.upload_slowly, -1)
        self.choose(large)
        self.page.see(".uploads progress")
        self.page.follow("Elsewhere")
        self.page.see_names("a.txt")
        self.page.upload_slowly(-1)
        self.page.see(".uploads [role=status]", "Uploaded one file")
        self.page.see_names("a.txt")
        self.assertEqual(self.get("large.bin"), serving.read_file(large))

    # ---- taking away, and looking into ----

    def test_a_file_is_downloaded(self):
        self.put("a b.odt", b"content")
        self.open()
        self.page.select("a b.odt")
        self.page.press("Download")
        self.assertEqual(self.page.saved("a b.odt"), b"content")

    def test_folders_are_downloaded_as_zip(self):
        self.put("Bücher/a.txt", b"a")
        self.put("Bücher/b/c.txt", b"c")
        self.open()
        self.page.select("Bücher")
        self.page.press("Download")
        names = zipfile.ZipFile(io.BytesIO(self.page.saved("Bücher.zip"))).namelist()
        self.assertEqual(sorted(names), ["Bücher/a.txt", "Bücher/b/", "Bücher/b/c.txt"])
        self.page.follow("Bücher")
        self.page.see_names("b", "a.txt")
        self.page.press("Download as ZIP")
        names = zipfile.ZipFile(io.BytesIO(self.page.saved("Bücher (1).zip"))).namelist()
        self.assertEqual(len(names), 3)

    def test_previews(self):
        self.put("1.svg", PICTURE)
        self.put("2.txt", "größe <b>".encode())
        self.put("3.mp3", b"")
        self.put("4.webm", b"")
        self.put("5.pdf", b"%PDF-1.4")
        self.put("6.bin", b"\0")
        self.open()
        self.page.follow("1.svg")
        self.page.wait(lambda: self.page.find("dialog img").get_property("naturalWidth") == 300, "the image")
        self.page.picture("preview")
        self.page.press("Next", "dialog")
        self.page.see("dialog pre", "größe <b>")
        for kind in ("audio", "video", "iframe"):
            self.page.type("\ue014")  # the right arrow
            self.page.see("dialog " + kind)
        self.assertFalse(self.page.find_all("dialog button")[1].is_enabled())
        self.page.press("Close", "dialog")
        self.page.see_gone("dialog")

    def test_active_files_run_nothing_against_the_page(self):
        evil = b"<title>harmless</title><script>document.title = 'ran'</script>"
        self.put("evil.html", evil)
        self.put("evil.svg", PICTURE.replace(b"</svg>", b"<script>document.documentElement.id = 'ran'</script></svg>"))
        self.open()
        self.page.driver.get(self.served.url + "evil.html")
        self.assertEqual(self.page.driver.title, "harmless")
        self.page.driver.get(self.served.url + "evil.svg")
        self.assertEqual(self.page.find_all("#ran"), [])

    # ---- for everybody ----

    def test_everything_goes_by_keyboard(self):
        for name in ("a.txt", "b.txt", "c.txt"):
            self.put(name)
        self.open()
        down, space, tab, enter, escape = "\ue015", "\ue00d", "\ue004", "\ue007", "\ue00c"
        focused = lambda: self.page.driver.switch_to.active_element

        self.page.type("/", "b")
        self.page.see_names("b.txt")
        self.page.type("\ue003")  # backspace
        self.page.see_names("a.txt", "b.txt", "c.txt")
        while focused().text != "a.txt":
            self.page.type(tab)
        self.page.type(down, space, down, space)
        self.page.see(".selection", "2 selected")
        self.page.type("\ue017")  # delete
        self.page.see("dialog", "Delete 2 entries?")
        self.page.type(tab, enter) if focused().text == "Cancel" else self.page.type(enter)
        self.page.see_names("a.txt")
        self.page.type("\ue032")  # F2
        self.page.see("dialog", "Rename a.txt")
        self.page.type("z", enter)
        self.page.see_names("z.txt")
        self.page.wait(lambda: focused().text == "z.txt", "the focus on what was renamed")
        self.page.type(enter)
        self.page.see("dialog pre")
        self.page.type(escape)
        self.page.see_gone("dialog")
        self.page.wait(lambda: focused().text == "z.txt", "the focus back where it was")

    def fill_with_examples(self):
        self.put("Letters to the editor/1.txt")
        self.put("Photos/2024/1.jpg")
        self.put("a very long name of a file that does not want to end before the line does.odt", b"x" * 123456)
        self.put("picture.svg", PICTURE)
        self.put("readme.txt", b"hello\n" * 100)

    def test_pictures_of_how_it_looks(self):
        self.fill_with_examples()
        self.open("Photos/")
        self.page.see_names("2024")
        self.page.follow("Home")
        self.page.select("readme.txt")
        for name, settings in (("light", {}), ("dark", {"scheme": "dark"}),
                               ("phone", {"width": 390, "height": 800}),
                               ("phone-dark", {"scheme": "dark", "width": 390, "height": 800})):
            self.page.look(**settings)
            self.page.picture(name)
            width = self.page.driver.execute_script("return document.documentElement.scrollWidth")
            self.assertLessEqual(width, settings.get("width", 1100), "it scrolls sideways")
        paper = "return getComputedStyle(document.body).backgroundColor"
        self.assertEqual(self.page.driver.execute_script(paper), "rgb(20, 23, 27)")
        self.page.look()
        self.assertEqual(self.page.driver.execute_script(paper), "rgb(255, 255, 255)")

    @browser.needs_axe
    def test_axe_finds_no_fault(self):
        self.fill_with_examples()
        large = self.prepare_local("large.bin", bytes(serving.MIB))
        self.open()
        self.page.upload_slowly(serving.MIB)
        self.addCleanup(self.page.upload_slowly, -1)
        self.choose(large)
        self.page.see(".uploads progress")
        self.page.select("readme.txt")
        for scheme in ("light", "dark"):
            for width in (1100, 390):
                self.page.look(scheme, width)
                self.assertEqual(self.page.accessibility_problems(), [], "%s, %d wide" % (scheme, width))
        self.page.upload_slowly(-1)
        self.page.press("Close", ".uploads")
        for button in ("New folder", "Rename", "Move", "Delete"):
            self.page.press(button)
            self.page.see("dialog")
            self.assertEqual(self.page.accessibility_problems(), [], button)
            self.page.press("Cancel", "dialog")
            self.page.see_gone("dialog")
        self.page.follow("readme.txt")
        self.page.see("dialog pre", "hello")
        self.assertEqual(self.page.accessibility_problems(), [], "preview")

    def test_without_script_there_is_the_plain_listing(self):
        self.fill_with_examples()
        self.served = self.serve(self.folder)
        self.page.command("Emulation.setScriptExecutionDisabled", value=True)
        self.addCleanup(self.page.command, "Emulation.setScriptExecutionDisabled", value=False)
        self.page.driver.get(self.served.url + "Photos/")
        self.page.follow("Home")
        self.page.follow("Letters to the editor/")
        self.page.follow("1.txt")
        self.page.wait(lambda: "text" in self.page.driver.page_source, "the file")
        self.page.driver.get(self.served.url)
        self.page.picture("without-script")
        self.page.look("dark", 390)
        self.page.picture("without-script-phone-dark")


if __name__ == "__main__":
    serving.main()
