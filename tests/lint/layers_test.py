#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule of layers.py finds what it is there for, in the line where it stands."""

import os
import tempfile
import unittest

import layers

SPDX_C = "/* " + layers.SPDX + " */\n"


class LayersTest(unittest.TestCase):
    def findings(self, path, text):
        return self.findings_of({path: text})

    def findings_of(self, files):
        with tempfile.TemporaryDirectory() as tree:
            for path, text in files.items():
                full = os.path.join(tree, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8") as file:
                    file.write(text)
            return layers.check_tree(tree)

    def refused(self, path, line, words):
        found = self.findings(path, SPDX_C + line + "\n")
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(path + ":2: "), found)
        self.assertIn(words, found[0])

    def accepted(self, path, line):
        self.assertEqual(self.findings(path, SPDX_C + line + "\n"), [])

    def test_layers_include_downwards_only(self):
        self.accepted("framework/sync/channel.c", '#include "fiber/wait.h"')
        self.accepted("framework/io/tcp.c", "#include <weft/fiber.h>")
        self.refused("framework/base/scan.c", '#include "fiber/wait.h"', "not below")
        self.refused("framework/fiber/group.c", "#include <weft/channel.h>", "not below")
        self.refused("framework/include/weft/stream.h", "#include <weft/http.h>", "not below")

    def test_http_does_not_know_thrift_above_it(self):
        self.refused("framework/http/service.c", '#include "thrift/frame.h"', "not below")

    def test_cooperative_sees_fibers_and_io_but_no_protocol(self):
        self.accepted("framework/cooperative/poll.c", '#include "io/descriptor.h"')
        self.refused("framework/cooperative/poll.c", '#include "http/parser.h"', "not below")

    def test_users_include_public_headers_only(self):
        self.accepted("webdav/service.c", "#include <weft/http.h>")
        self.accepted("webdav/service.c", '#include "xml/reader.h"')
        self.refused("webdav/service.c", '#include "fiber/wait.h"', "private header")
        self.refused("examples/hello/main.c", '#include "io/tcp.h"', "private header")
        self.refused("examples/hello/main.c", '#include "service.h"', "their own headers")

    def test_weftcall_is_a_user_that_reads_idl(self):
        self.accepted("codegen/weftcall/main.c", "#include <weft/thrift.h>")
        self.accepted("codegen/weftcall/main.c", '#include "codegen/tree.h"')
        self.refused("codegen/weftcall/main.c", '#include "thrift/message.h"', "private header")
        self.refused("codegen/tree.c", "#include <weft/thrift.h>", "not below")

    def test_public_headers_are_included_with_angle_brackets(self):
        self.refused("framework/io/tcp.c", '#include "weft/fiber.h"', "<weft/fiber.h>")

    def test_an_unknown_public_header_wants_a_layer(self):
        self.refused("framework/io/tcp.c", "#include <weft/surprise.h>", "PUBLIC_HEADERS")

    def test_libevent_stays_in_the_reactor(self):
        self.accepted("framework/fiber/reactor.c", "#include <event2/event.h>")
        self.refused("framework/fiber/scheduler.c", "#include <event2/event.h>", "reactor.c only")
        self.refused("tests/fiber/x.cc", "#include <event2/event.h>", "reactor.c only")

    def test_gobject_stays_in_thrift(self):
        self.accepted("framework/thrift/transport.c", "#include <glib-object.h>")
        self.refused("webdav/types.c", "#include <gio/gio.h>", "framework/gio/ only")

    def test_sanitizers_stay_in_their_header(self):
        self.accepted("framework/fiber/sanitizer.h", "#ifdef __SANITIZE_ADDRESS__")
        self.refused("framework/fiber/stack.c", "#ifdef __SANITIZE_ADDRESS__", "sanitizer.h only")
        self.refused("webdav/service.c", "#if __has_feature(thread_sanitizer)", "sanitizer.h only")

    def test_open_ends_need_an_issue(self):
        self.accepted("webdav/service.c", "/* TO" "DO (#12): locks */")
        self.refused("webdav/service.c", "/* TO" "DO: locks */", "issue number")

    def test_names_that_say_nothing_are_refused(self):
        for name in ("utils.c", "common.h", "misc.py", "helpers.cc"):
            comment = "# " if name.endswith(".py") else "/* "
            found = self.findings("framework/base/" + name, comment + layers.SPDX + "\n")
            self.assertEqual(len(found), 1, found)
            self.assertIn("says nothing", found[0])

    def test_the_licence_is_the_first_line(self):
        self.assertIn("webdav/a.c:1: ", self.findings("webdav/a.c", "int a;\n")[0])
        self.assertEqual(self.findings("dev", "#!/bin/sh\n# " + layers.SPDX + "\n"), [])
        self.assertIn("dev:2: ", self.findings("dev", "#!/bin/sh\nexit\n")[0])

    def test_texts_link_names_that_are_there(self):
        self.assertEqual(self.findings("docs/a.md", "[`lint`](a.md) and [`open`](a.md), [b](c.md)\n"), [])
        self.assertIn("docs/a.md:1: links ../b.c", self.findings("docs/a.md", "[`x`](../b.c)\n")[0])
        found = self.findings_of({"docs/a.md": "words\n[`weft_open`](b.txt)\n", "docs/b.txt": "weft_opened"})
        self.assertEqual(found, ["docs/a.md:2: there is no weft_open in b.txt"])

    def test_public_functions_have_a_comment(self):
        path = "framework/include/weft/fiber.h"
        self.accepted(path, "/** Yields. */\nvoid weft_fiber_yield(void);")
        self.accepted(path, "/** Ends. */\nvoid weft_a_x(void);\nvoid weft_a_y(void);")
        self.accepted(path, "WeftGroup *weft_group_new(void);")
        found = self.findings(path, SPDX_C + "\nvoid weft_fiber_yield(void);\n")
        self.assertEqual(found, [path + ":3: weft_fiber_yield() has no comment for its caller"])


if __name__ == "__main__":
    unittest.main()
