#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian package on a bare machine that has really been booted: systemd is process 1.

`./dev booted` runs it.  It takes minutes and a network, so it runs only where WEFT_BOOTED names the
folder in which the bare machine is kept for the next time; in QEMU, with a processor of its own making, for
virtual machines cannot be had everywhere.

Usage: booted_test.py BUILD_FOLDER [unittest arguments]
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zlib

from package_test import SOURCE, documented, run

SKIPPED = 77  # an exit status
BUILD = ""
RELEASE = "bookworm"
# What a usual installation of Debian has beyond the least that boots (umount.davfs asks ps); and curl, with
# which the test looks.
PACKAGES = ("systemd,systemd-sysv,udev,dbus,linux-image-cloud-amd64,iproute2,procps,ca-certificates,openssl,"
            "curl")
BOOTED_S = 1800  # bounds what hangs: such a machine is slow
TOOLS = ("debootstrap", "qemu-system-x86_64", "mke2fs", "cpack", "dpkg-deb")
DONE = "all is well"
TAIL = 5000  # of what the machine says, for who reads a failure

# A processor that is played gets no turn now and then: its timer is not to be judged by that.  And nobody
# is to log in on the console: that hangs up on who writes there.
KERNEL_ARGUMENTS = ("root=/dev/vda", "rw", "console=ttyS0", "quiet", "panic=1", "no_timer_check", "systemd.show_status=0",
                    "systemd.mask=serial-getty@ttyS0.service")

# Runs what lies on the second disk once the machine is up, and ends the machine.
UNIT = """[Unit]
Description=what is to be tried
[Service]
Type=simple
ExecStart=/bin/sh -c 'mount -o ro /dev/vdb /media; bash -ex /media/script; systemctl poweroff'
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
[Install]
WantedBy=multi-user.target
"""

BEGIN = r"""
# Programs look up names only where there is an address that is no loopback (AI_ADDRCONFIG).
ip link set lo up
ip address add 192.0.2.1/32 dev lo
echo 192.0.2.1 dav.example.org >> /etc/hosts
cp /media/weftdav_*.deb /root
cd /root
export DEBIAN_FRONTEND=noninteractive
step() { echo "== $*"; }
main_pid() { systemctl show -p MainPID --value weftdav; }
sign_of_life() { systemctl show -p WatchdogTimestampMonotonic --value weftdav; }
n_restarts() { systemctl show -p NRestarts --value weftdav; }
status_of() { sed -n "s/^$1:\s*//p" "/proc/$(main_pid)/status"; }
in_unit() { nsenter -t "$(main_pid)" -m "$@"; }
told() { journalctl -u weftdav -o cat | grep -e "$1"; }
dav() { curl -sS --cacert /etc/weftdav/certificate.pem -u 'ann:correct horse' "$@"; }
code() { dav -o /dev/null -w '%{http_code}' "$@"; }
# What systemd does by itself, in its own time; the test as a whole has a limit.
# "set -e" does not look at what stands behind an exclamation mark.
fails() { if "$@"; then return 1; fi; }
await() { until "$@"; do sleep 0.2; done; }
"""

INSTALL = r"""
step process 1 is systemd, and the package is not there
[ "$(cat /proc/1/comm)" = systemd ]
[ ! -e /usr/bin/weftdav ]
step the words of the manual: package, certificate, user, configuration, start
%s
systemctl is-active weftdav
systemctl is-enabled weftdav
told 'info confined by Landlock'
stat -c '%%U %%a' /srv/weftdav /var/lib/weftdav /var/log/weftdav
step the words of the manual: davfs2
%s
echo 'from davfs2' > /mnt/dav/letter
mkdir /mnt/dav/folder
umount /mnt/dav
[ "$(cat /srv/weftdav/letter)" = 'from davfs2' ]
[ "$(stat -c %%U /srv/weftdav/letter /srv/weftdav/folder | sort -u)" = weftdav ]
"""

HARDENING = r"""
step what the unit promises is in force
[ "$(status_of Uid | cut -f1)" = "$(id -u weftdav)" ]
[ "$(status_of NoNewPrivs)" = 1 ]
[ "$(status_of Seccomp)" = 2 ]
[ "$(status_of CapBnd)" = 0000000000000400 ]
in_unit touch /srv/weftdav/touched
rm /srv/weftdav/touched
fails in_unit touch /etc/new
fails in_unit touch /usr/bin/new
fails in_unit touch /var/new
fails in_unit ls /home/anybody
fails in_unit test -e /dev/vda
fails in_unit test -e /root/.profile
systemd-analyze security weftdav --no-pager | tail -1
"""

SIGNALS = r"""
step reload
before=$(main_pid)
systemctl reload weftdav
await told 'reload: done'
[ "$(main_pid)" = "$before" ]
[ "$(code https://dav.example.org/letter)" = 200 ]

step a lock outlives SIGKILL, and the service is started anew
token=$(dav -X LOCK -H 'Timeout: Second-3600' -D - -o /dev/null https://dav.example.org/letter --data \
    '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>' |
    tr -d '\r' | sed -n 's/^Lock-Token: //p')
[ -n "$token" ]
kill -KILL "$before"
await eval '[ "$(n_restarts)" != 0 ]'
await systemctl is-active weftdav
[ "$(main_pid)" != "$before" ]
[ "$(code -T /etc/hostname https://dav.example.org/letter)" = 423 ]
[ "$(code -X UNLOCK -H "Lock-Token: $token" https://dav.example.org/letter)" = 204 ]

step a server that is stuck is found by the watchdog
mkdir -p /etc/systemd/system/weftdav.service.d
printf '[Service]\nWatchdogSec=10\n' > /etc/systemd/system/weftdav.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart weftdav
before=$(main_pid)
for n in 1 2; do
    sign=$(sign_of_life)
    await eval '[ "$(sign_of_life)" != "$sign" ]'
done
[ "$(main_pid)" = "$before" ]
kill -STOP "$before"
await [ ! -e "/proc/$before" ]
await systemctl is-active weftdav
told 'Watchdog timeout'
rm -r /etc/systemd/system/weftdav.service.d
systemctl daemon-reload
systemctl restart weftdav

step a stop lets what is under way finish
head -c 20000000 /dev/zero > /srv/weftdav/large
dav --limit-rate 5M -o /root/large https://dav.example.org/large &
await test -s /root/large
systemctl stop weftdav
wait $!
[ "$(stat -c %s /root/large)" = 20000000 ]
[ "$(systemctl show -p Result --value weftdav)" = success ]
rm /root/large
"""

SOCKET = r"""
step socket activation
cp /etc/weftdav/weftdav.conf /root/weftdav.conf
sed -i -e '/^listen/d' -e '/^tls-/d' /etc/weftdav/weftdav.conf
systemctl disable weftdav
systemctl enable --now weftdav.socket
fails systemctl is-active weftdav
[ "$(curl -s -o /dev/null -w '%{http_code}' -u 'ann:correct horse' http://127.0.0.1:8080/letter)" = 200 ]
systemctl is-active weftdav
step nobody is turned away while it starts anew
(for n in $(seq 100); do
    curl -s -o /dev/null -w '%{http_code}\n' -u 'ann:correct horse' http://127.0.0.1:8080/letter
done) > /root/codes &
asking=$!
for n in 1 2 3; do systemctl restart weftdav; done
wait $asking
[ "$(sort /root/codes | uniq -c | tr -s ' ')" = ' 100 200' ]
systemctl disable --now weftdav.socket
systemctl stop weftdav
cp /root/weftdav.conf /etc/weftdav/weftdav.conf
systemctl enable --now weftdav
"""

UPGRADE = r"""
step an upgrade keeps the configuration and starts the new one
before=$(main_pid)
apt install -y /media/newer/weftdav_*.deb
dpkg-query -W -f '${Version}\n' weftdav | grep -e '+booted$'
cmp /root/weftdav.conf /etc/weftdav/weftdav.conf
systemctl is-active weftdav
systemctl is-enabled weftdav
[ "$(main_pid)" != "$before" ]
[ "$(code https://dav.example.org/letter)" = 200 ]

step removed: the service has ended, what people own has stayed
before=$(main_pid)
apt-get remove -y weftdav
[ ! -e "/proc/$before" ]
fails systemctl is-active weftdav
fails systemctl cat weftdav
[ -e /etc/weftdav/weftdav.conf ]
apt-get purge -y weftdav
[ ! -e /etc/weftdav/weftdav.conf ]
[ ! -e /var/lib/weftdav ]
[ "$(cat /srv/weftdav/letter)" = 'from davfs2' ]
[ -z "$(systemctl --failed --no-legend)" ]
"""


def why_not():
    """None, or why this cannot run here."""
    if not os.environ.get("WEFT_BOOTED"):
        return "it takes minutes and a network: ./dev booted"
    if os.getuid() != 0:
        return "debootstrap needs root"
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    return "not installed: " + ", ".join(missing) if missing else None


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def make_machine(folder):
    """The folder of a bare machine's root, made where it is not there yet."""
    root = os.path.join(folder, "root-%08x" % zlib.crc32((RELEASE + PACKAGES + UNIT).encode()))
    if os.path.isdir(root):
        return root
    shutil.rmtree(root + ".new", ignore_errors=True)
    run("debootstrap", "--variant=minbase", "--include=" + PACKAGES, RELEASE, root + ".new")
    write(os.path.join(root + ".new", "etc/systemd/system/try.service"), UNIT)
    write(os.path.join(root + ".new", "etc/hostname"), "bare\n")
    run("chroot", root + ".new", "systemctl", "enable", "try.service")
    os.rename(root + ".new", root)
    return root


def provide_packages(root, package):
    """What apt would fetch for @package and for davfs2: the machine itself has no network."""
    shutil.copy("/etc/resolv.conf", os.path.join(root, "etc/resolv.conf"))
    shutil.copy(package, os.path.join(root, "tmp/weftdav.deb"))
    run("chroot", root, "apt-get", "update")
    run("chroot", root, "apt-get", "install", "-y", "--download-only", "/tmp/weftdav.deb", "davfs2")
    os.unlink(os.path.join(root, "tmp/weftdav.deb"))


def make_newer(package, into):
    """The same package, by its number a newer one."""
    with tempfile.TemporaryDirectory() as place:
        tree = os.path.join(place, "tree")
        run("dpkg-deb", "-R", package, tree)
        control = os.path.join(tree, "DEBIAN", "control")
        with open(control, encoding="utf-8") as file:
            text = re.sub(r"^(Version: .*)$", r"\1+booted", file.read(), flags=re.M)
        write(control, text)
        os.mkdir(into)
        run("dpkg-deb", "--root-owner-group", "-b", tree, os.path.join(into, "weftdav_newer.deb"))


def boot(root, disks, log_path):
    """Boot the machine; what it says until it has ended, or hangs."""
    kernel, = glob.glob(os.path.join(root, "boot/vmlinuz-*"))
    initrd, = glob.glob(os.path.join(root, "boot/initrd.img-*"))
    command = ["qemu-system-x86_64", "-accel", "tcg", "-m", "1024",
               "-display", "none", "-serial", "file:" + log_path, "-monitor", "none", "-nic", "none",
               "-no-reboot",
               "-kernel", kernel, "-initrd", initrd,
               "-append", " ".join(KERNEL_ARGUMENTS)]
    for disk in disks:
        command += ["-drive", "file=%s,format=raw,if=virtio,snapshot=on" % disk]
    try:
        run(*command, timeout=BOOTED_S)
    except subprocess.TimeoutExpired:
        pass
    with open(log_path, encoding="utf-8", errors="replace") as file:
        return file.read()


@unittest.skipIf(why_not(), why_not())
class BootedTest(unittest.TestCase):
    def test_the_package_from_its_installation_to_its_end(self):
        with tempfile.TemporaryDirectory(prefix="weft-booted-") as scratch:
            run("cpack", "-G", "DEB", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", scratch,
                cwd=BUILD)
            package, = glob.glob(os.path.join(scratch, "weftdav_*.deb"))
            root = make_machine(os.path.abspath(os.environ["WEFT_BOOTED"]))
            provide_packages(root, package)
            payload = os.path.join(scratch, "payload")
            os.mkdir(payload)
            shutil.copy(package, payload)
            make_newer(package, os.path.join(payload, "newer"))
            install = INSTALL % (documented("server"), documented("davfs2-install", "davfs2"))
            write(os.path.join(payload, "script"), "\n".join(
                ["set -o pipefail", BEGIN, install, HARDENING, SIGNALS, SOCKET, UPGRADE, "echo " + DONE]))
            disks = [os.path.join(scratch, name) for name in ("machine", "tried")]
            run("mke2fs", "-q", "-t", "ext4", "-d", root, disks[0], "3G")
            run("mke2fs", "-q", "-t", "ext4", "-d", payload, disks[1], "64M")
            said = boot(root, disks, os.path.join(scratch, "serial"))
        for line in re.findall(r"^== .*$", said, re.M):
            print(line.rstrip())
        for line in re.findall(r"^(?!\+).*(?:Overall exposure|confined by).*$", said, re.M):
            print("  " + line.strip())
        self.assertRegex(said[-TAIL:], r"(?m)^%s\r?$" % DONE)


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv.pop(1))
    RESULT = unittest.main(verbosity=2, exit=False).result
    sys.exit(1 if not RESULT.wasSuccessful() else SKIPPED if RESULT.skipped else 0)
