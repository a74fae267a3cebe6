# SPDX-License-Identifier: Apache-2.0
"""The backtrace in a handler is the architecture diagram: here it is compared with request_path.txt.

request_path_test.py WEFTDAV [--update]: runs the program under gdb, stops it in the handler of a GET
and of a PUT, and writes down who called whom.  --update rewrites the file; the reviewer reads the diff.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.request

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "request_path.txt")
REQUESTS = [("GET", "weft_dav_get"), ("PUT", "weft_dav_put")]
SKIPPED = 77


def ask(url, method):
    request = urllib.request.Request(url + "letter.txt", method=method,
                                     data=b"dear" if method == "PUT" else None)
    try:
        urllib.request.urlopen(request, timeout=60).read()
    except OSError:
        pass  # gdb ends the server in the middle of its answer


def backtrace(program, folder, method, handler):
    """The functions on the stack when @handler is called, innermost first."""
    words = ["gdb", "-q", "-nx", "-batch", "-ex", "set debuginfod enabled off",
             "-ex", "set breakpoint pending on", "-ex", "handle SIGPIPE nostop",
             "-ex", "break " + handler, "-ex", "run", "-ex", "bt", "-ex", "kill",
             "--args", program, "--listen", "127.0.0.1:0", "--workers", "1", folder]
    server = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    functions = []
    for line in server.stdout:
        url = re.search(r"^  (http://\S+/)$", line)
        frame = re.match(r"#\d+ +(?:0x[0-9a-f]+ in )?(\w+) \(", line)
        if url:
            threading.Thread(target=ask, args=(url.group(1), method), daemon=True).start()
        if frame:
            functions.append(frame.group(1))
    server.wait(60)
    return functions


def main():
    if not shutil.which("gdb"):
        print("gdb is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "letter.txt"), "w", encoding="utf-8") as letter:
            letter.write("dear\n")
        text = ""
        for method, handler in REQUESTS:
            text += method + "\n"
            text += "".join("    %s\n" % name for name in
                            backtrace(os.path.abspath(sys.argv[1]), folder, method, handler))

    if "--update" in sys.argv:
        with open(GOLDEN, "w", encoding="utf-8") as golden:
            golden.write(text)
        return 0
    with open(GOLDEN, encoding="utf-8") as golden:
        expected = golden.read()
    if text == expected:
        return 0
    print("The way of a request has changed; if it should, run with --update.\n"
          "--- expected\n%s--- found\n%s" % (expected, text))
    return 1


sys.exit(main())
