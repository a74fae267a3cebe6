#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weftgen's command line: what it writes, what it leaves alone, what it says.

Usage: weftgen_test.py WEFTGEN [unittest arguments]
"""

import html.parser
import os
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
PATIENCE_S = 120

GREETER = """/** Greets people.

 - kindly
 - <b>quickly</b> & often
 */
namespace weft shop
include "words.thrift"

/** How. */
enum Tone { WARM, COLD = 5 }

struct Greeting {
    /** What is said. */
    1: required string text
    2: optional words.Word word
    3: Tone tone = Tone.COLD
}

exception Refused { 1: string why }

/** The service. */
service Greeter extends words.Base {
    /** Say it. */
    Greeting greet(1: string name, 2: Greeting like) throws (1: Refused refused)
    oneway void whisper(1: list<string> names)
}
"""
WORDS = "typedef string Word\nservice Base { i64 version() }\n"


def weftgen(*words, expect=0, folder=None):
    result = subprocess.run([PROGRAM, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=PATIENCE_S, check=False)
    if result.returncode != expect:
        raise AssertionError("weftgen %s: exit %d\n%s%s" % (words, result.returncode, result.stdout, result.stderr))
    return result


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def write(text, *parts):
    os.makedirs(os.path.dirname(os.path.join(*parts)), exist_ok=True)
    with open(os.path.join(*parts), "w", encoding="utf-8") as file:
        file.write(text)


def tree(folder):
    """{path: text} of all files below @folder."""
    return {os.path.relpath(os.path.join(where, name), folder): read(where, name)
            for where, _, names in os.walk(folder) for name in names}


class Page(html.parser.HTMLParser):
    """What a page's elements are, and whether they are closed in order."""

    VOID = {"meta"}

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.links, self.ids, self.tags = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.links += [attributes["href"]] if tag == "a" else []
        self.ids += [attributes["id"]] if "id" in attributes else []

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, "</%s> closes %s" % (tag, self.open)
        self.open.pop()


class WeftgenTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="weftgen-")
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        write(GREETER, self.folder, "in", "greeter.thrift")
        write(WORDS, self.folder, "common", "words.thrift")
        self.idl = os.path.join(self.folder, "in", "greeter.thrift")
        self.search = ("-I", os.path.join(self.folder, "common"))

    def test_says_its_version_and_its_commands(self):
        self.assertRegex(weftgen("--version").stdout, r"^weftgen \d+\.\d+\.\d+\n$")
        usage = weftgen("--help").stdout
        for word in ("check", "new", "doc", "--depfile", "--include", "--output"):
            self.assertIn(word, usage)

    def test_refuses_what_it_does_not_understand(self):
        for words in ((), ("--unknown",), ("frobnicate", "x.thrift"), ("a", "b", "c"), ("new", self.folder)):
            self.assertIn("weftgen: ", weftgen(*words, expect=2).stderr)

    def test_writes_both_files_and_what_they_depend_on(self):
        out = os.path.join(self.folder, "out dir")
        depfile = os.path.join(self.folder, "greeter.d")
        weftgen(*self.search, "-o", out, "--depfile", depfile, self.idl)
        self.assertEqual(sorted(os.listdir(out)), ["greeter.weft.c", "greeter.weft.h"])
        target, _, sources = read(depfile).partition(":")
        self.assertEqual(target, " ".join(os.path.join(out, "greeter.weft." + ending).replace(" ", "\\ ")
                                          for ending in "ch"))
        self.assertEqual(sources.split(), ["\\", os.path.join(self.folder, "common/words.thrift"), "\\", self.idl])

    def test_check_writes_nothing(self):
        weftgen("check", *self.search, self.idl, folder=self.folder)
        self.assertEqual(sorted(os.listdir(self.folder)), ["common", "in"])

    def test_a_file_that_is_not_there_is_an_error(self):
        self.assertIn("No such file", weftgen("check", "nowhere.thrift", expect=1, folder=self.folder).stderr)
        self.assertIn("is no file", weftgen("check", self.folder, expect=1).stderr)
        self.assertIn("words.thrift", weftgen("check", self.idl, expect=1).stderr)

    def test_doc_is_a_page_whose_links_lead_somewhere(self):
        weftgen("doc", *self.search, "-o", self.folder, self.idl)
        text = read(self.folder, "greeter.html")
        page = Page(text)
        self.assertEqual(page.open, [])
        self.assertEqual(len(page.ids), len(set(page.ids)))
        for link in page.links:
            self.assertIn(link.lstrip("#"), page.ids)
        for before, after in zip(page.headings, page.headings[1:]):
            self.assertLessEqual(after, before + 1)
        self.assertEqual(page.headings[0], 1)
        for tag in ("nav", "main", "header", "title"):
            self.assertEqual(page.tags.count(tag), 1)
        self.assertNotIn("script", page.tags)
        self.assertIn("&lt;b&gt;quickly&lt;/b&gt; &amp; often", text)
        self.assertIn("<li>kindly", text)
        self.assertIn('<html lang="en">', text)
        for name in ("Greeter", "Greeter.greet", "Greeting", "Tone", "words.Word", "words.Base"):
            self.assertIn(name, page.ids)

    def project(self, *words, expect=0):
        return weftgen("new", os.path.join(self.folder, "shop"), *words, expect=expect)

    def test_new_makes_a_project(self):
        said = self.project(*self.search, "--idl", self.idl).stdout
        made = tree(os.path.join(self.folder, "shop"))
        self.assertEqual(sorted(made), [
            "CMakeLists.txt", "client.c", "handlers/base.c", "handlers/handlers.c", "handlers/handlers.h",
            "handlers/shop_greeter.c", "idl/greeter.thrift", "idl/words.thrift", "server.c",
            "tests/base_test.cc", "tests/shop_greeter_test.cc"])
        for path in made:
            self.assertIn("made %s\n" % path, said)
        self.assertEqual(made["idl/greeter.thrift"], GREETER)
        self.assertIn("handle_shop_greeter_greet(", made["handlers/shop_greeter.c"])
        self.assertIn(".base.version = handle_base_version", made["handlers/handlers.c"])

    def test_new_again_changes_nothing(self):
        self.project(*self.search, "--idl", self.idl)
        before = tree(self.folder)
        self.assertEqual(self.project("--idl", os.path.join(self.folder, "shop/idl/greeter.thrift")).stdout, "")
        self.assertEqual(self.project(*self.search, "--idl", self.idl).stdout, "")
        self.assertEqual(tree(self.folder), before)

    def test_new_again_puts_what_is_new_behind_what_is_written(self):
        self.project(*self.search, "--idl", self.idl)
        shop = os.path.join(self.folder, "shop")
        for name in ("handlers/shop_greeter.c", "CMakeLists.txt", "server.c", "client.c"):
            write(read(shop, name).replace("return TRUE;", "return 42;") + "\n/* mine */\n", shop, name)
        write(GREETER.replace("    oneway", "    i32 count(1: Tone tone)\n    oneway"), shop, "idl/greeter.thrift")
        before = tree(shop)
        said = self.project("--idl", os.path.join(shop, "idl/greeter.thrift")).stdout
        after = tree(shop)
        self.assertEqual(said, "added 1 handler to handlers/shop_greeter.c\nadded 1 test to tests/shop_greeter_test.cc\n"
                               "renewed handlers/handlers.h\nrenewed handlers/handlers.c\n")
        changed = {name for name in after if after[name] != before[name]}
        self.assertEqual(changed, {"handlers/shop_greeter.c", "tests/shop_greeter_test.cc", "handlers/handlers.h",
                                   "handlers/handlers.c"})
        for name in ("handlers/shop_greeter.c", "tests/shop_greeter_test.cc"):
            self.assertTrue(after[name].startswith(before[name]))
        self.assertIn("handle_shop_greeter_count(WeftCall *call, ShopTone tone, int32_t *result, GError **error)",
                      " ".join(after["handlers/shop_greeter.c"][len(before["handlers/shop_greeter.c"]):].split()))

    def test_new_does_not_overwrite_an_idl_file(self):
        self.project(*self.search, "--idl", self.idl)
        write(GREETER + "struct Mine {}\n", self.folder, "shop/idl/greeter.thrift")
        before = tree(self.folder)
        self.assertIn("differs", self.project(*self.search, "--idl", self.idl, expect=1).stderr)
        self.assertEqual(tree(self.folder), before)

    def test_new_takes_the_only_file_of_a_project(self):
        write("service Alone { void go() }\n", self.folder, "alone.thrift")
        self.project("--idl", os.path.join(self.folder, "alone.thrift"))
        self.assertEqual(self.project().stdout, "")

    def test_new_wants_a_service(self):
        write("struct S {}\n", self.folder, "none.thrift")
        self.assertIn("no service", self.project("--idl", os.path.join(self.folder, "none.thrift"), expect=1).stderr)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=1)
