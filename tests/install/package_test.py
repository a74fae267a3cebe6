#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian package: what is in it, and that the words of docs/mounting.md lead from it to a mounted
share.

They are run in a copy-on-write copy of this machine (an overlay in a mount namespace) with a network of
its own, so that nothing of it stays.  systemd is played by a script that starts what the unit says.

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

# Starts the unit's program as its user, with what the unit grants it, until it says READY.
SYSTEMCTL = r"""#!/usr/bin/python3
import os, pwd, re, signal, socket, subprocess, sys
unit = open("/usr/lib/systemd/system/weftdav.service").read()
def key(name):
    return re.search("^%s=(.*)$" % name, unit, re.M).group(1)
if sys.argv[1:] == ["enable", "--now", "weftdav"]:
    if os.fork() > 0:
        os.wait()
        sys.exit(0 if os.path.exists("/run/weftdav.pid") else 1)
    path = "/run/weftdav.notify"
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind(path)
    os.chmod(path, 0o777)
    notices.settimeout(120)
    process = subprocess.Popen(
        ["setpriv", "--reuid", key("User"), "--regid", key("Group"), "--init-groups",
         "--inh-caps", "-all,+net_bind_service", "--ambient-caps", "+net_bind_service",
         "--bounding-set", "-all,+net_bind_service", "--no-new-privs", *key("ExecStart").split()],
        stdin=subprocess.DEVNULL, stdout=open("/run/weftdav.log", "w"), stderr=subprocess.STDOUT,
        env={"NOTIFY_SOCKET": path, "PATH": "/usr/bin"}, start_new_session=True)
    try:
        assert notices.recv(100) == b"READY=1"
        open("/run/weftdav.pid", "w").write(str(process.pid))
    except (AssertionError, TimeoutError):
        process.kill()
        print(open("/run/weftdav.log").read(), file=sys.stderr)
elif sys.argv[1:] == ["reload", "weftdav"]:
    os.kill(int(open("/run/weftdav.pid").read()), signal.SIGHUP)
elif sys.argv[1:] == ["stop", "weftdav"]:
    os.kill(int(open("/run/weftdav.pid").read()), signal.SIGTERM)
"""

# In namespaces of its own: a copy of the machine, and the script in it.
ENTER = """set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --rbind /dev "$1/root/dev"
mount -t proc proc "$1/root/proc"
mount -t tmpfs tmpfs "$1/root/run"
mount -t tmpfs tmpfs "$1/root/tmp"
ip link set lo up
# Programs look up names only where there is an address that is no loopback (AI_ADDRCONFIG).
ip address add 192.0.2.1/32 dev lo
cp "$2"/* "$1/root/tmp/"
cd "$1/root"
exec chroot . /bin/bash -c 'cd /tmp && exec bash -ex script'
"""


def run(*command, **settings):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False, **settings)
    if result.returncode != 0:
        raise AssertionError("%s: exit %d\n%s" % (command[0], result.returncode, result.stdout))
    return result.stdout


def documented(*names):
    """The lines of docs/mounting.md that are marked as tested, by name, in their order."""
    with open(os.path.join(SOURCE, "docs", "mounting.md"), encoding="utf-8") as file:
        blocks = re.findall(r"<!-- tested: ([\w-]+) -->\n```sh\n(.*?)```", file.read(), re.S)
    found = [text for name, text in blocks if name in names]
    assert {name for name, _ in blocks} >= set(names), names
    return "\n".join(found)


def on_gnome():
    """Lines that run the words for GNOME on a session bus, with a home of their own; what they have
    uploaded must be there."""
    if not shutil.which("dbus-run-session") or not shutil.which("/usr/lib/gvfs/gvfsd-dav"):
        return []
    # The password is typed, where gio asks for it.
    gio = ('gio() { if [ "$1 $#" = "mount 2" ]; then echo "correct horse" | command gio "$@";'
           ' else command gio "$@"; fi; }')
    return ["mkdir -p -m 700 /tmp/home /tmp/runtime",
            "cat > gnome.sh <<'END'\n%s\n%s\nEND" % (gio, documented("gnome")),
            "env HOME=/tmp/home XDG_RUNTIME_DIR=/tmp/runtime timeout 300 dbus-run-session --"
            " bash -ex gnome.sh >gnome.out 2>&1 || { cat gnome.out; exit 1; }",
            "cmp /etc/hostname /srv/weftdav/from-gnome"]


def can_copy_machine():
    """Whether there may be overlays and namespaces here."""
    if os.getuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as place:
        script = ("mount -t tmpfs t %s && mkdir %s/u %s/w %s/r && "
                  "mount -t overlay o -o lowerdir=/,upperdir=%s/u,workdir=%s/w %s/r"
                  % ((place,) * 7))
        return subprocess.run(["unshare", "-mn", "sh", "-c", script], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


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
                     "./usr/share/doc/weftdav/mounting.md"):
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
            # Ten times its "exposure": 2.0 of 10 is what systemd calls OK.
            run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20",
                os.path.join(place, "weftdav.service"))
        ours = [line for line in output.stdout.splitlines() if "weftdav" in line]
        self.assertEqual(ours, [])

    def test_the_container_is_built_of_what_dev_installs(self):
        with open(os.path.join(SOURCE, "dev"), encoding="utf-8") as file:
            needed = re.search(r"BUILD_PACKAGES=\((.*?)\)", file.read(), re.S).group(1).split()
        with open(os.path.join(PACKAGING, "Dockerfile"), encoding="utf-8") as file:
            installed = file.read().split("\n\n")[0].split()
        self.assertEqual([name for name in needed if name not in installed], [])

    def in_copy_of_machine(self, script):
        """Run @script (bash -ex) in a copy of this machine, beside the package; its output."""
        with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as files:
            shutil.copy(self.package, files)
            with open(os.path.join(files, "script"), "w", encoding="utf-8") as file:
                file.write(script)
            with open(os.path.join(files, "systemctl"), "w", encoding="utf-8") as file:
                file.write(SYSTEMCTL)
            # All processes end with the first one, all mounts with the last.
            return run("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation",
                       "private", "bash", "-c", ENTER, "enter", place, files, timeout=600)

    @unittest.skipUnless(can_copy_machine(), "no overlays, or no namespaces")
    @unittest.skipUnless(os.path.exists("/dev/fuse"), "mounting needs /dev/fuse")
    @unittest.skipUnless(shutil.which("mount.davfs") and shutil.which("rclone"), "no davfs2, or no rclone")
    def test_the_words_of_the_manual_lead_to_a_mounted_share(self):
        output = self.in_copy_of_machine("\n".join([
            "install -m 755 systemctl /usr/local/bin/systemctl",
            # There is no network: what is recommended beside it cannot be had.
            "echo 'APT::Install-Recommends false;' > /etc/apt/apt.conf.d/no-recommends",
            "[ -e /etc/mtab ] || ln -s /proc/self/mounts /etc/mtab",
            "echo 192.0.2.1 dav.example.org >> /etc/hosts",
            documented("server"),
            "stat -c '%U %a' /srv/weftdav /var/lib/weftdav",
            documented("davfs2"),
            "echo 'from davfs2' > /mnt/dav/letter",
            "mkdir /mnt/dav/folder",
            "umount /mnt/dav",
            "cat /srv/weftdav/letter",
            "stat -c '%U %F' /srv/weftdav/letter /srv/weftdav/folder",
            "code=$(curl -s -o /dev/null -w '%{http_code}' --cacert /etc/weftdav/certificate.pem"
            " https://dav.example.org/letter); [ $code = 401 ]",
            documented("curl"),
            "export SSL_CERT_FILE=/etc/weftdav/certificate.pem RCLONE_CONFIG=/tmp/rclone.conf",
            documented("rclone"),
            documented("trust"),
            *on_gnome(),
            "grep -c ' ann ' /var/log/weftdav/access.log",
            "systemctl reload weftdav",
            "systemctl stop weftdav",
            "while [ -e /proc/$(cat /run/weftdav.pid)/root ]; do :; done",
            "cat /run/weftdav.log",
            "apt-get purge -y weftdav",
            "[ ! -e /etc/weftdav/weftdav.conf ] && [ ! -e /var/lib/weftdav ]",
            "cat /srv/weftdav/letter",
            "echo all is well",
        ]))
        self.assertIn("the configuration is good", output)
        self.assertIn("weftdav regular file", output)
        self.assertIn("weftdav directory", output)
        self.assertIn("reload: done", output)
        self.assertTrue(output.endswith("all is well\n"), output)


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
