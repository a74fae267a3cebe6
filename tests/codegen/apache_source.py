# SPDX-License-Identifier: Apache-2.0
"""What Debian's source package of Thrift has for tests: its .thrift files, and the tutorial's clients.  Brought by
apt through lists of its own: the system's stay as they are."""

import fcntl
import glob
import os
import re
import subprocess
import tarfile

PATIENCE_S = 300  # bounds what hangs, not what is slow
WANTED = re.compile(r"\.thrift$|/tutorial/(py/PythonClient\.py|nodejs/NodeClient\.js|c_glib/c_glib_client\.c|"
                    r"cpp/CppClient\.cpp)$")


def source_lists():
    """The system's package lists, asking for sources: (one-line form, deb822 form)."""
    lines, stanzas = [], []
    for path in ["/etc/apt/sources.list"] + sorted(glob.glob("/etc/apt/sources.list.d/*.list")):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                lines += [re.sub(r"^deb(-src)? ", "deb-src ", line)
                          for line in file if re.match(r"deb(-src)? .*debian", line)]
    for path in sorted(glob.glob("/etc/apt/sources.list.d/*.sources")):
        with open(path, encoding="utf-8") as file:
            stanzas.append(re.sub(r"(?m)^Types:.*$", "Types: deb-src", file.read()))
    return "".join(lines), "\n".join(stanzas)


def apt(folder, *words):
    own = os.path.join(folder, "apt")
    options = {"Dir::Etc::sourcelist": "/dev/null", "Dir::Etc::sourceparts": own + "/sources",
               "Dir::State::lists": own + "/lists", "Dir::Cache": own + "/cache",
               "APT::Sandbox::User": "", "Acquire::Retries": "2"}
    command = ["apt-get", "-qq"]
    for name, value in options.items():
        command += ["-o", "%s=%s" % (name, value)]
    subprocess.run(command + list(words), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S, check=True)


def bring(folder):
    one_line, deb822 = source_lists()
    for part in ("sources", "lists/partial", "cache/archives/partial"):
        os.makedirs(os.path.join(folder, "apt", part), exist_ok=True)
    for name, text in (("all.list", one_line), ("all.sources", deb822)):
        with open(os.path.join(folder, "apt/sources", name), "w", encoding="utf-8") as file:
            file.write(text)
    apt(folder, "update")
    apt(folder, "--download-only", "source", "thrift")
    archive = glob.glob(os.path.join(folder, "thrift_*.orig.tar.*"))[0]
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and WANTED.search(member.name) and ".." not in member.name.split("/"):
                tar.extract(member, os.path.join(folder, "source"), set_attrs=False)


def provide(folder):
    """The folder with the unpacked files, kept in @folder for the next test.

    Returns: (path, None), or (None, why it cannot be had)
    """
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = os.path.join(folder, "done")
        try:
            if not os.path.exists(done):
                bring(folder)
                with open(done, "w", encoding="utf-8"):
                    pass
            return glob.glob(os.path.join(folder, "source/*"))[0], None
        except (subprocess.SubprocessError, OSError, IndexError) as problem:
            output = (getattr(problem, "output", None) or "").strip().split("\n")[-1]
            return None, "Thrift's source package cannot be had: %s %s" % (problem, output)


def include_folders(source):
    """Where its files look for those they include: every folder that has any."""
    folders = {os.path.dirname(path) for path in thrift_files(source)}
    return sorted(folder for folder in folders if "/test_recursive/" in folder or
                  os.path.basename(folder) in ("test", "tutorial"))


def thrift_files(source):
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(source)
                  for name in names if name.endswith(".thrift"))
