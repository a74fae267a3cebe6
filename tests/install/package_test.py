#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian package: what is in it.

Usage: package_test.py BUILD_FOLDER [unittest arguments]
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGING = os.path.join(SOURCE, "webdav", "weftdav", "packaging")
BUILD = ""


def run(*command, **settings):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False, **settings)
    if result.returncode != 0:
        raise AssertionError("%s: exit %d\n%s" % (command[0], result.returncode, result.stdout))
    return result.stdout


@unittest.skipUnless(shutil.which("dpkg-shlibdeps") and shutil.which("cpack"), "no dpkg-dev, or no CPack")
class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="weft-package-")
        cls.addClassCleanup(cls.scratch.cleanup)
        run("cpack", "-G", "DEB", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B",
            cls.scratch.name, cwd=BUILD)
        cls.package = glob.glob(os.path.join(cls.scratch.name, "weftdav_*.deb"))[0]

    def test_it_has_what_a_service_needs(self):
        names = {line.split()[-1] for line in run("dpkg-deb", "-c", self.package).splitlines()}
        for name in ("./usr/bin/weftdav", "./etc/weftdav/weftdav.conf", "./etc/logrotate.d/weftdav",
                     "./usr/lib/systemd/system/weftdav.service",
                     "./usr/lib/systemd/system/weftdav.socket", "./usr/share/man/man1/weftdav.1",
                     "./usr/share/man/man5/weftdav.conf.5", "./usr/share/doc/weftdav/copyright",
                     "./usr/share/doc/weftdav/proxies.md"):
            self.assertIn(name, names)
        self.assertFalse([name for name in names if "/include/" in name or name.endswith(".a")])
        control = run("dpkg-deb", "-f", self.package, "Depends")
        for library in ("libc6", "libglib2.0-0", "libevent-core", "libxml2", "libssl3", "libsqlite3-0"):
            self.assertIn(library, control)
        conffiles = run("dpkg-deb", "-I", self.package, "conffiles").split()
        self.assertEqual({"." + name for name in conffiles},
                         {name for name in names if name.startswith("./etc/") and name[-1] != "/"})

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_systemd_understands_the_units(self):
        with tempfile.TemporaryDirectory() as place:
            for name in ("weftdav.service", "weftdav.socket"):
                with open(os.path.join(PACKAGING, name), encoding="utf-8") as file:
                    text = file.read().replace("/usr/bin/weftdav", "/bin/true")
                with open(os.path.join(place, name), "w", encoding="utf-8") as file:
                    file.write(text)
            output = subprocess.run(
                ["systemd-analyze", "verify", "--man=no", os.path.join(place, "weftdav.service"),
                 os.path.join(place, "weftdav.socket")], check=False, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True)
        ours = [line for line in output.stdout.splitlines() if "weftdav" in line]
        self.assertEqual(ours, [])

    def test_the_container_is_built_of_what_dev_installs(self):
        with open(os.path.join(SOURCE, "dev"), encoding="utf-8") as file:
            needed = re.search(r"BUILD_PACKAGES=\((.*?)\)", file.read(), re.S).group(1).split()
        with open(os.path.join(PACKAGING, "Dockerfile"), encoding="utf-8") as file:
            installed = file.read().split("\n\n")[0].split()
        self.assertEqual([name for name in needed if name not in installed], [])



if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
