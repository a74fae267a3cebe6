#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pages_test.py ROOT: what pages of docs/ name exists.  No row of a table has an empty cell; each
weft_..., Weft... and WEFT_... is in a public header; each link leads to a file."""

import os
import re
import sys
import unittest

ROOT = sys.argv[1] if len(sys.argv) > 1 else "."
PAGES = ["docs/from-concurrence.md", "docs/why-fibers.md"]
INCLUDES = ["framework/include", "webdav/include"]
NAME = re.compile(r"\b(weft_[a-z0-9_]+|Weft[A-Z][A-Za-z0-9]*|WEFT_[A-Z0-9_]+)\b")
GENERATED = {"WEFT_COOPERATIVE", "weft_gdb"}  # of the environment, and a file's
LINK = re.compile(r"\]\(([^)#]+)\)")
HEADER = re.compile(r"`(weft/[a-z_0-9/]+\.h)`")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def known_names():
    names = set(GENERATED)
    for folder in INCLUDES:
        for where, _, files in os.walk(os.path.join(ROOT, folder)):
            for name in files:
                names.update(NAME.findall(read(os.path.relpath(os.path.join(where, name), ROOT))))
    return names


def empty_cells(text):
    """Rows of tables with a cell that says nothing; the first cell of a head may be empty."""
    lines = text.splitlines()
    bad = []
    for number, line in enumerate(lines):
        if not line.startswith("|"):
            continue
        is_head = number + 1 < len(lines) and lines[number + 1].startswith("|---")
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not all(cells[1:] if is_head else cells):
            bad.append("%d: %s" % (number + 1, line))
    return bad


class PagesTest(unittest.TestCase):
    def test_no_row_has_an_empty_cell(self):
        for page in PAGES:
            self.assertEqual(empty_cells(read(page)), [], page)

    def test_names_are_in_public_headers(self):
        known = known_names()
        for page in PAGES:
            wrong = sorted(set(NAME.findall(read(page))) - known)
            self.assertEqual(wrong, [], page)

    def test_links_lead_somewhere(self):
        for page in PAGES:
            for link in LINK.findall(read(page)):
                if "://" not in link:
                    path = os.path.join(ROOT, os.path.dirname(page), link)
                    self.assertTrue(os.path.exists(path), "%s: %s" % (page, link))

    def test_headers_exist(self):
        for page in PAGES:
            for header in HEADER.findall(read(page)):
                self.assertTrue(any(os.path.exists(os.path.join(ROOT, folder, header))
                                    for folder in INCLUDES), "%s: %s" % (page, header))

    def test_an_empty_cell_is_found(self):
        self.assertEqual(empty_cells("| | b |\n|---|---|\n| c | d |\n"), [])
        self.assertEqual(empty_cells("| a | b |\n|---|---|\n| c | |\n"), ["3: | c | |"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
