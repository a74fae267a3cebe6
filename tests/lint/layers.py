#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that a program can check: layers, names, marks.

Usage: layers.py [TREE].  Prints `file:line: rule`, one line a finding; exit 1 if there is any.
"""

import os
import re
import sys

# Lowest first.  A layer may include itself and what is below.
LAYERS = ["base", "fiber", "sync", "io", "server", "http", "thrift"]
SIDE_LAYERS = {"debug_locks": {"base", "fiber", "debug_locks"},
               "cooperative": {"base", "fiber", "sync", "io", "cooperative"},
               "gio": {"base", "fiber", "gio"}}

# Which layer a public header <weft/NAME> belongs to.
PUBLIC_HEADERS = {
    "base": "arena base buffer clock date error random scan log statistics",
    "fiber": "completion deadline debug_locks dispatch family fiber group local offload periodic scheduler stack_census task "
             "watchdog",
    "sync": "broadcast barrier channel condition event fiber_pool future mailbox mutex once pool queue rw_lock "
            "select semaphore serial_queue thread_channel wait_group",
    "io": "address file listener reader resolver stream stream_fd sys/stream tls",
    "server": "server service metrics",
    "http": "http http_auth http_metrics http_statistics http_target",
    "thrift": "thrift thrift_binary thrift_client thrift_codec thrift_compact thrift_c_glib thrift_error "
              "thrift_http thrift_service thrift_type thrift_wire",
    "dav": "dav dav_store",
    "gio": "gio",
    "cooperative": "cooperative",
    "user": "control",
}
HEADER_LAYER = {name + ".h": layer for layer, names in PUBLIC_HEADERS.items() for name in names.split()}

# Who may include a foreign header: (pattern, allowed files, rule).
FOREIGN = [
    (re.compile(r"^(event2/|event\.h|evutil\.h|evdns\.h)"), re.compile(r"^(framework/fiber/reactor\.c|bench/models/events\.c)$"),
     "libevent is included by framework/fiber/reactor.c only"),
    (re.compile(r"^(glib-object\.h|gobject/|gio/)"),
     re.compile(r"^framework/(thrift/|gio/|include/weft/gio\.h)"),
     "GObject is included by framework/thrift/ and framework/gio/ only"),
    (re.compile(r"^sanitizer/"), re.compile(r"^framework/fiber/sanitizer\.h$"),
     "sanitizers are known to framework/fiber/sanitizer.h only"),
]

SANITIZER_TEST = re.compile(r"__SANITIZE_|_sanitizer\s*\)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
FORBIDDEN_STEMS = {"util", "utils", "common", "misc", "helper", "helpers"}
SOURCE_ENDINGS = (".c", ".h", ".cc", ".S", ".l", ".y", ".def", ".py", ".sh", ".cmake", ".in")
SPDX = "SPDX-License-Identifier: Apache-2.0"
OPEN_ENDED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\s*\(?#\d+)")
SKIPPED_FOLDERS = {".git", "build", "__pycache__", "golden", "corpus"}

LINKED_NAME = re.compile(r"\[`(\w+)[^`]*`\]\(([^)#:]+)\)")

FUNCTION = re.compile(r"\b(weft_\w+)\s*\(")
# Verbs with one meaning in all of weft: a header need not explain them again.
SELF_TELLING = re.compile(r"_(new|free|ref|unref|init|clear|quark|default|end)$")


def layer_of(path):
    """The layer that the file at @path belongs to: "fiber", "dav", "user"; None: free."""
    parts = path.split("/")
    if parts[0] == "framework" and len(parts) > 2:
        if parts[1] == "include":
            return HEADER_LAYER.get("/".join(parts[3:]))
        return parts[1]
    if parts[0] == "webdav":
        return "dav"
    if parts[0] in ("examples", "idl"):
        return "user"
    if parts[:2] == ["codegen", "weftcall"]:
        return "weftcall"  # a user that reads IDL by codegen's library
    if parts[0] == "codegen":
        return "codegen"
    return None


def may_include(layer, wanted):
    """Whether code of @layer may see something of @wanted."""
    if layer == wanted or layer in ("user", "weftcall"):
        return True
    if layer == "dav":
        return wanted != "thrift"
    if layer == "codegen":
        return wanted == "base"
    if layer in SIDE_LAYERS:
        return wanted in SIDE_LAYERS[layer]
    if layer not in LAYERS or wanted not in LAYERS:
        return False
    return LAYERS.index(wanted) < LAYERS.index(layer)


def check_private_include(path, name, tree):
    """The rule that `#include "name"` in @path breaks, or None."""
    layer = layer_of(path)
    first = name.split("/")[0]
    if name.startswith("weft/"):
        return "public headers are included as <%s>" % name
    if first in LAYERS or first in SIDE_LAYERS:
        if layer in ("dav", "user", "weftcall"):
            return "%s includes <weft/...> only, not the private header \"%s\"" % (path.split("/")[0], name)
        if not may_include(layer, first):
            return "layer %s must not include \"%s\": %s is not below it" % (layer, name, first)
    elif ".." in name.split("/"):
        return "no \"..\" in an include: \"%s\"" % name
    elif (layer == "user" and not name.endswith(".weft.h")  # made when it is built
          and not os.path.exists(os.path.join(tree, os.path.dirname(path), name))):
        return "examples include <weft/...> and their own headers only, not \"%s\"" % name
    return None


def check_public_include(path, name):
    """The rule that `#include <name>` in @path breaks, or None."""
    for pattern, allowed, rule in FOREIGN:
        if pattern.match(name) and not allowed.match(path):
            return rule
    if not name.startswith("weft/"):
        return None
    wanted = HEADER_LAYER.get(name[len("weft/"):])
    if wanted is None:
        return "<%s> has no layer: name it in PUBLIC_HEADERS of tests/lint/layers.py" % name
    layer = layer_of(path)
    if layer is not None and not may_include(layer, wanted):
        return "layer %s must not include <%s>: %s is not below it" % (layer, name, wanted)
    return None


def check_include(path, line, tree):
    match = INCLUDE.match(line)
    if match is None or layer_of(path) is None and not FOREIGN[0][0].match(match.group(2)):
        return None
    if match.group(1) == '"':
        return check_private_include(path, match.group(2), tree)
    return check_public_include(path, match.group(2))


def is_source(path):
    name = os.path.basename(path)
    return name.endswith(SOURCE_ENDINGS) or name in ("dev", "run", "CMakeLists.txt")


def check_lines(path, lines, tree):
    """Findings (line, rule) of the rules that look at one line."""
    is_c = path.endswith((".c", ".h", ".cc"))
    in_lint = path.startswith("tests/lint/")
    for number, line in enumerate(lines, 1):
        if not in_lint and OPEN_ENDED.search(line):
            yield number, "%s needs an issue number: TODO (#12)" % OPEN_ENDED.search(line).group(1)
        if not is_c:
            continue
        rule = check_include(path, line, tree)
        if rule:
            yield number, rule
        if (line.lstrip().startswith("#") and SANITIZER_TEST.search(line)
                and path != "framework/fiber/sanitizer.h"):
            yield number, "sanitizer #ifdefs stand in framework/fiber/sanitizer.h only"


def check_head(path, lines):
    """The SPDX line is the first; behind the #! line of a program."""
    number = 1 if lines and lines[0].startswith("#!") else 0
    if len(lines) <= number or SPDX not in lines[number]:
        yield number + 1, "the first line is missing: " + SPDX


def check_comments(path, lines):
    """Public functions have a comment, their own or that of the block they stand in."""
    documented = False
    depth = 0
    in_comment = False
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if in_comment or text.startswith("/*"):
            in_comment = "*/" not in text
            documented = True
            continue
        if not text:
            documented = False
        match = FUNCTION.search(line) if depth == 0 and not text.startswith(("#", "G_DEFINE")) else None
        if match and not documented and not SELF_TELLING.search(match.group(1)):
            yield number, "%s() has no comment for its caller" % match.group(1)
        if match:
            documented = True
        depth += line.count("{") - line.count("}")


def check_links(path, lines, tree):
    """A text that links `name` to a file is right about it: the file is there and has that name."""
    for number, line in enumerate(lines, 1):
        for name, target in LINKED_NAME.findall(line):
            file_path = os.path.join(tree, os.path.dirname(path), target)
            if not os.path.isfile(file_path):
                yield number, "links %s, which is not there" % target
                continue
            with open(file_path, encoding="utf-8") as file:
                if not re.search(r"\b%s\b" % name, file.read()):
                    yield number, "there is no %s in %s" % (name, target)


def check_file(path, tree):
    stem = os.path.basename(path).split(".")[0]
    if stem in FORBIDDEN_STEMS:
        yield 1, "a file called \"%s\" says nothing about what is in it" % stem
    if not is_source(path) and not path.endswith(".md"):
        return
    with open(os.path.join(tree, path), encoding="utf-8", errors="replace") as file:
        lines = file.read().split("\n")
    if path.endswith(".md"):
        yield from check_links(path, lines, tree)
        return
    yield from check_head(path, lines)
    yield from check_lines(path, lines, tree)
    if path.endswith(".h") and "/include/weft/" in path:
        yield from check_comments(path, lines)


def find_files(tree):
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
        for name in sorted(names):
            yield os.path.relpath(os.path.join(folder, name), tree)


def check_tree(tree):
    """All findings, as `file:line: rule`."""
    return ["%s:%d: %s" % (path, number, rule)
            for path in find_files(tree) for number, rule in check_file(path, tree)]


def main():
    findings = check_tree(sys.argv[1] if len(sys.argv) > 1 else ".")
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
