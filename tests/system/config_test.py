#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Options are one table: --help, both manual pages, the shipped configuration and the environment
must know the same ones."""

import os
import re
import shutil
import subprocess

import serving

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLE = os.path.join(TREE, "webdav", "weftdav", "packaging", "weftdav.conf")

# What --help shows and no manual page need repeat: GLib's own.
OF_GLIB = {"help"}


def read_text(*path):
    with open(os.path.join(TREE, *path), encoding="utf-8") as file:
        return file.read()


def section(page, name):
    """A section of a manual page."""
    return re.search(r"^\.SH %s\n(.*?)(?=^\.SH |\Z)" % re.escape(name), page, re.M | re.S).group(1)


def tags(text, pattern):
    """What the paragraphs of a manual page are about: their first lines."""
    heads = re.findall(r"^\.TP\n(\..*)$", text, re.M)
    plain = [head.replace("\\-", "-") for head in heads]
    return {name for head in plain for name in re.findall(pattern, head)}


def example_keys(text, group):
    """{key: value} of a group of the example, commented or not."""
    body = re.search(r"^#?\[%s\]\n(.*?)(?=^#?\[|\Z)" % re.escape(group), text, re.M | re.S).group(1)
    return dict(re.findall(r"^#?([a-z][a-z0-9-]*) = (.*)$", body, re.M))


class ConfigTest(serving.ServingTest):
    def setUp(self):
        self.help = self.run_client(serving.weftdav_program(), "--help")
        self.options = set(re.findall(r"^  (?:-\w, )?--([a-z0-9-]+)", self.help, re.M)) - OF_GLIB

    def check(self, text, **variables):
        """What --check-config says to a configuration, and its exit status."""
        path = os.path.join(self.scratch(), "weftdav.conf")
        serving.write_file(path, text.encode())
        result = subprocess.run([serving.weftdav_program(), "--config", path, "--check-config"],
                                check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env=dict(os.environ, **variables), timeout=serving.START_S)
        return result.stdout, result.returncode

    def keys(self):
        """Options that may stand in the file, by the program's own word."""
        text, _ = self.check("[weftdav]\n" + "".join(name + " =\n" for name in sorted(self.options)))
        return {name for name in self.options if 'no key "%s"' % name not in text} | {"directory"}

    def test_the_manual_page_has_every_option_and_no_other(self):
        page = read_text("docs", "weftdav.1")
        self.assertEqual(tags(section(page, "OPTIONS"), r"--([a-z0-9-]+)") - OF_GLIB, self.options)

    def test_the_page_of_the_file_has_every_key_and_no_other(self):
        page = read_text("docs", "weftdav.conf.5")
        self.assertEqual(tags(section(page, "[weftdav]"), r"^\.BR? ([a-z0-9-]+)"), self.keys())

    def test_the_example_has_every_key_with_its_default(self):
        example = example_keys(read_text(EXAMPLE), "weftdav")
        self.assertEqual(set(example), self.keys())
        for name, value in re.findall(r"--([a-z0-9-]+).*\(default: (.*)\)$", self.help, re.M):
            if name in {"no", "yes"} or name not in example:
                continue
            self.assertEqual(example[name], value, name)

    def place_example(self, text):
        """The example with its folders moved to where this test may write."""
        place = self.scratch()
        for path in ("/etc/weftdav", "/srv/weftdav", "/var/lib/weftdav", "/var/log/weftdav"):
            os.makedirs(place + path)
            text = text.replace(path, place + path)
        for name in ("users", "digests", "groups"):
            serving.write_file(place + "/etc/weftdav/" + name, b"")
        if shutil.which("openssl"):
            self.run_client("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-keyout",
                            place + "/etc/weftdav/key.pem", "-out", place + "/etc/weftdav/certificate.pem")
        return text

    def test_the_example_is_accepted(self):
        text, status = self.check(self.place_example(read_text(EXAMPLE)))
        self.assertEqual(status, 0, text)

    @serving.needs_program("openssl")
    def test_the_example_is_accepted_with_all_its_comments_removed(self):
        example = re.sub(r"^#(?=[a-z0-9-]+ = |\[)", "", read_text(EXAMPLE), flags=re.M)
        text, status = self.check(self.place_example(example))
        self.assertEqual(status, 0, text)
        self.assertEqual(text, "weftdav: the configuration is good\n")

    def test_check_config_reads_certificates_and_users(self):
        place = self.scratch()
        text, status = self.check("[weftdav]\ndirectory = %s\ntls-certificate = %s/none.pem\n"
                                  "users = %s/nobody\n" % (place, place, place))
        self.assertEqual(status, 1)
        self.assertIn(place + "/none.pem", text)
        self.assertIn(place + "/nobody", text)

    def test_check_config_tells_all_that_is_wrong(self):
        folder = self.scratch()
        text, status = self.check("[weftdav]\ndirectory = %s/missing\nworkers = many\n"
                                  "[sahre music]\n" % folder, WEFTDAV_LOG_LEVEL="loud")
        self.assertEqual(status, 1)
        self.assertEqual(text.count("\n"), 4, text)
        for part in (folder + "/missing: no such folder", "line 3: workers is 0 to 256",
                     "line 4: no group [sahre music]", "WEFTDAV_LOG_LEVEL is error"):
            self.assertIn(part, text)

    def test_a_server_takes_its_options_from_the_environment(self):
        folder = self.scratch()
        address = serving.free_address()
        environment = {"WEFTDAV_DIRECTORY": folder, "WEFTDAV_LISTEN": address,
                       "WEFTDAV_READ_ONLY": "true"}
        served = self.launch(["env", *("%s=%s" % pair for pair in environment.items()),
                              serving.weftdav_program()], address, folder)
        self.assertEqual(served.request("PUT", "/a", b"a").status, 403)
        self.assertIn(folder + " (read-only)", served.log())


if __name__ == "__main__":
    serving.main()
