#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What weft reads in .thrift files against what the reference compiler does: `thrift --gen xml`.

Usage: oracle_test.py IDL_DUMP FOLDER.  Every file of Debian's source package of Thrift (kept in FOLDER)
and our own.  Prints a file that differs with the first difference; exit 77 if there is no compiler.

Differences that are accepted, all of them in what XML carries:
- typedefs of typedefs lead to what is behind them: so they do in the dump;
- doubles have 15 digits: so they have in the dump;
- the line breaks, blanks and asterisks of comments are compared as one blank: attributes of XML have
  none, and the reference keeps asterisks where a comment's lines disagree about them;
- tabs in annotations are compared as blanks, for the same reason;
- what is empty is compared without its kind: `{}` is a good set;
- of two included files of one name the reference has the first only: the others are not compared;
- annotations of a const: the reference has no place for them;
- whether an exception behind throws is optional: in a result it always is.
"""

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import apache_source  # pylint: disable=wrong-import-position

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE_S = 120
SKIPPED = 77

# What only one of the two takes: a part of the path, and why.
ONLY_WEFT = {
    "/keyword-samples/": "words that other languages reserve are no matter in C",
    "/py/explicit_module/test3.thrift": "a name that Python reserves",
}
ONLY_REFERENCE = {
    "/test/EnumTest.thrift": "MyEnum1.ME2_2 is said where a MyEnum2 is due: the reference looks behind the dot only",
    "/lib/go/test/DuplicateImportsTest.thrift": "two files of Go packages define A: in C they need a namespace",
    "/lib/go/test/IncludesTest.thrift": "two files of Go packages define THREE: in C they need a namespace",
    "/test_recursive/src/maintenance/": "two modules of Rust define Route: in C they need a namespace",
    "/test_recursive/src/transit/Transporters.thrift": "the same",
}


def text_of(comment):
    return " ".join(re.sub(r"[*\s]+", " ", comment or "").split())


def blank_tabs(annotations):
    return {name: value.replace("\t", " ") for name, value in annotations.items()}


def type_of(element):
    kind = element.get("type")
    if kind == "id":
        return "%s.%s" % (element.get("type-module"), element.get("type-id"))
    parts = [type_of(element.find(name)) for name in ("keyType", "elemType", "valueType")
             if element.find(name) is not None]
    return [kind] + parts if parts else kind


def value_of(element):
    if element.tag in ("int", "double"):
        return number(element.text)
    if element.tag == "string":
        return element.text or ""
    if element.tag == "list":
        return [value_of(entry[0]) for entry in element]
    if element.tag == "map" and len(element) == 0:
        return []
    if element.tag == "map":
        return {"map": sorted(([value_of(entry.find("key")[0]), value_of(entry.find("value")[0])]
                               for entry in element), key=repr)}
    raise AssertionError("a value of XML of a new kind: " + element.tag)


def number(text):
    try:
        return int(text)
    except ValueError:
        return float(text) if float(text) != int(float(text)) else int(float(text))


VALUES = ("int", "double", "string", "list", "map")


def shared(element):
    return {"name": element.get("name"), "doc": text_of(element.get("doc")),
            "annotations": blank_tabs({one.get("key"): one.get("value") for one in element.findall("annotation")})}


def field_of(element):
    field = shared(element)
    field.update(id=int(element.get("field-id")), type=type_of(element), required=element.get("required", ""))
    if element.find("default") is not None:
        field["default"] = value_of(element.find("default")[0])
    return field


def exception_of(element):
    return {"name": element.get("name"), "id": int(element.get("field-id")), "type": type_of(element)}


def function_of(element):
    function = shared(element)
    function.update(oneway=element.get("oneway") == "true", result=type_of(element.find("returns")),
                    arguments=[field_of(one) for one in element.findall("arg")],
                    exceptions=[exception_of(one) for one in element.findall("throws")])
    return function


def definition_of(element):
    one = shared(element)
    one["what"] = element.tag
    if element.tag in ("typedef", "const"):
        one["type"] = type_of(element)
    if element.tag == "const":
        one["value"] = value_of(next(child for child in element if child.tag in VALUES))
    elif element.tag == "enum":
        one["values"] = [dict(shared(value), value=int(value.get("value"))) for value in element.findall("member")]
    elif element.tag == "service":
        one["functions"] = [function_of(function) for function in element.findall("method")]
        if element.get("parent-id"):
            one["base"] = "%s.%s" % (element.get("parent-module"), element.get("parent-id"))
    elif element.tag in ("struct", "union", "exception"):
        one["fields"] = [field_of(field) for field in element.findall("field")]
    return one


def sorted_definitions(definitions):
    return sorted(definitions, key=lambda one: (one["what"], one["name"]))


def read_xml(path):
    """{document: what it defines}, of a file that the reference compiler wrote."""
    documents = {}
    for document in xml.etree.ElementTree.parse(path).getroot().iter("document"):
        documents[document.get("name")] = {
            "doc": text_of(document.get("doc")),
            "namespaces": {one.get("name"): one.get("value") for one in document.findall("namespace")},
            "includes": [one.get("name") for one in document.findall("include")],
            "definitions": sorted_definitions(
                definition_of(one) for one in document if one.tag not in ("namespace", "include")),
        }
    return documents


def simplify(value):
    """The dump's values as the XML's: numbers by value, maps without an order, comments as words."""
    if isinstance(value, list):
        return [simplify(one) for one in value]
    if isinstance(value, float):
        return number(repr(value))
    if not isinstance(value, dict):
        return value
    if value == {"map": []}:
        return []
    if list(value) == ["map"]:
        return {"map": sorted(simplify(value["map"]), key=repr)}
    simple = {name: simplify(one) for name, one in value.items()}
    if "doc" in simple:
        simple["doc"] = text_of(simple["doc"])
    if "annotations" in simple:
        simple["annotations"] = {} if simple.get("what") == "const" else blank_tabs(simple["annotations"])
    return simple


def read_dump(text):
    documents = {}
    for program in reversed(json.loads(text)):
        documents.setdefault(program["name"], []).append({
            "doc": text_of(program["doc"]), "namespaces": program["namespaces"],
            "includes": program["includes"],
            "definitions": sorted_definitions(simplify(program["definitions"]))})
    return documents


def first_difference(left, right, where=""):
    if isinstance(left, dict) and isinstance(right, dict):
        for name in sorted(set(left) | set(right)):
            if left.get(name) != right.get(name):
                return first_difference(left.get(name), right.get(name), "%s.%s" % (where, name))
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for i, pair in enumerate(zip(left, right)):
            if pair[0] != pair[1]:
                name = pair[0].get("name", "") if isinstance(pair[0], dict) else ""
                return first_difference(pair[0], pair[1], "%s[%d %s]" % (where, i, name))
    return "%s: reference %s, weft %s" % (where, json.dumps(left)[:300], json.dumps(right)[:300])


def run(command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False,
                          encoding="utf-8", errors="surrogateescape")


def reason(table, path):
    return next((why for part, why in table.items() if part in path), None)


def compare(dump, path, folders):
    """Returns: what was compared ("same", "both refuse", "known"), or a difference."""
    includes = [word for folder in folders for word in ("-I", folder)]
    ours = run([dump] + includes + [path])
    with tempfile.TemporaryDirectory(prefix="weft-oracle-") as out:
        theirs = run(["thrift", "-out", out, "--gen", "xml:merge,no_namespaces"] + includes + [path])
        written = os.path.join(out, os.path.basename(path).rsplit(".", 1)[0] + ".xml")
        if ours.returncode not in (0, 1):
            return "weft ended with %d: %s" % (ours.returncode, ours.stderr)
        if ours.returncode and theirs.returncode:
            return "both refuse"
        if ours.returncode:
            return "known" if reason(ONLY_REFERENCE, path) else "weft refuses it: " + ours.stderr
        if theirs.returncode:
            return "known" if reason(ONLY_WEFT, path) else "weft takes it, but not the reference: " + theirs.stdout + theirs.stderr
        expected = read_xml(written)
    found = read_dump(ours.stdout)
    for name, document in expected.items():
        if document not in found.get(name, []):
            return first_difference(document, found.get(name, [None])[0], name)
    return "same"


def main():
    dump, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    if shutil.which("thrift") is None:
        print("thrift-compiler is not installed")
        return SKIPPED
    own = sorted(apache_source.thrift_files(os.path.join(SOURCE, "tests/codegen/idl")))
    source, why_not = apache_source.provide(folder)
    files = own + (apache_source.thrift_files(source) if source else [])
    folders = apache_source.include_folders(source) if source else []
    counts = {}
    n_bad = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, outcome in zip(files, pool.map(lambda path: compare(dump, path, folders), files)):
            if outcome in ("same", "both refuse", "known"):
                counts[outcome] = counts.get(outcome, 0) + 1
            else:
                n_bad += 1
                print("%s: %s" % (path, outcome))
    print(", ".join("%d %s" % (count, outcome) for outcome, count in sorted(counts.items())), "and %d differ" % n_bad)
    if source is None:
        print(why_not)
    return 1 if n_bad else 0 if source else SKIPPED


sys.exit(main())
