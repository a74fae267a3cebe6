#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Users, rules and shares of the program as a whole, with curl and by hand."""

import base64
import os
import re
import shutil
import signal
import time
import unittest

import serving

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

ANN = ("-u", "ann:secret")
BOB = ("-u", "bob:geheim")


def basic(user, password):
    return "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()


@serving.needs_program("curl")
class UsersCase(serving.ServingTest):
    def setUp(self):
        self.place = self.scratch()
        self.folder = os.path.join(self.place, "folder")
        os.mkdir(self.folder)
        serving.write_file(os.path.join(self.folder, "file"), b"text")
        self.users = os.path.join(self.place, "users")
        self.digests = os.path.join(self.place, "digests")
        self.passwd("ann", "secret")
        self.passwd("bob", "geheim")

    def passwd(self, user, password, *options, path=None):
        self.run_client(serving.weftdav_program(), "passwd", *options, path or self.users, user,
                        text_in=password + "\n")

    def status(self, served, path, *options):
        return int(self.run_client("curl", "-sS", "-o", os.devnull, "-w", "%{http_code}", *options,
                                   served.url.rstrip("/") + path))

    def await_status(self, wanted, served, path, *options):
        give_up = time.monotonic() + serving.END_S
        while self.status(served, path, *options) != wanted:
            self.assertLess(time.monotonic(), give_up, served.log())
            time.sleep(0.05)


class SignInTest(UsersCase):
    def test_a_password_lets_in(self):
        served = self.serve(self.folder, "--users", self.users, "--access-log", "-")
        self.assertEqual(self.status(served, "/file"), 401)
        self.assertEqual(self.status(served, "/file", *ANN), 200)
        self.assertEqual(self.status(served, "/file", *BOB), 200)
        self.assertEqual(self.status(served, "/file", "-u", "ann:geheim"), 401)
        self.assertEqual(self.status(served, "/file", "-u", "eve:secret"), 401)
        self.assertEqual(self.status(served, "/file", "-u", "HOME\\ann:secret"), 200)
        self.assertEqual(self.status(served, "/new", *ANN, "-T", os.path.join(self.folder, "file")), 201)
        served.wait_until_it_logs(" - ann [")
        self.assertIn('auth: 127.0.0.1 is refused as "eve"', served.log())

    def test_whether_there_is_a_server_is_no_secret(self):
        served = self.serve(self.folder, "--users", self.users)
        answer = served.request("OPTIONS", "/")
        self.assertEqual(answer.status, 200)
        self.assertIn("1", answer.fields["DAV"])

    def test_digest_lets_in(self):
        self.passwd("ann", "secret", "--digest", path=self.digests)
        served = self.serve(self.folder, "--digest-users", self.digests)
        self.assertNotIn("Basic", str(served.request("GET", "/file").fields))
        for _ in range(3):
            self.assertEqual(self.status(served, "/file", "--digest", *ANN), 200)
        self.assertEqual(self.status(served, "/file", "--digest", "-u", "ann:geheim"), 401)
        self.assertEqual(self.status(served, "/file", "--anyauth", *ANN), 200)
        self.assertEqual(self.status(served, "/up%20load", "--digest", *ANN, "-T",
                                     os.path.join(self.folder, "file")), 201)
        self.assertEqual(self.status(served, "/file", "--basic", *ANN), 401)

    def test_a_file_that_changes_is_read_again(self):
        served = self.serve(self.folder, "--users", self.users)
        self.assertEqual(self.status(served, "/file", *ANN), 200)
        self.passwd("ann", "other")
        self.await_status(401, served, "/file", *ANN)
        self.assertEqual(self.status(served, "/file", "-u", "ann:other"), 200)
        self.passwd("bob", "", "--delete")
        served.process.send_signal(signal.SIGHUP)
        self.await_status(401, served, "/file", *BOB)

    def test_who_guesses_is_slowed_down(self):
        served = self.serve(self.folder, "--users", self.users)
        self.assertEqual(self.status(served, "/file", *ANN), 200)
        for number in range(5):
            self.status(served, "/file", "-u", "ann:%d" % number)
        begun = time.monotonic()
        self.assertEqual(self.status(served, "/file", "-u", "ann:x"), 401)
        self.assertGreaterEqual(time.monotonic() - begun, 0.4)
        self.assertEqual(self.status(served, "/file", *ANN), 200)

    def test_the_address_behind_a_proxy_counts(self):
        served = self.serve(self.folder, "--users", self.users, "--behind-proxy")
        answer = served.request("GET", "/file", authorization=basic("ann", "x"),
                                x_forwarded_for="203.0.113.9, 198.51.100.7")
        self.assertEqual(answer.status, 401)
        self.assertIn('auth: 198.51.100.7 is refused as "ann"', served.log())

    def test_others_may_come_where_passwords_are_safe(self):
        address = serving.free_address().replace("127.0.0.1", "0.0.0.0")
        command = [serving.weftdav_program(), "--check-config", "--listen", address, self.folder]
        self.passwd("ann", "secret", "--digest", path=self.digests)

        self.assertIn("asks nobody for a password", self.run_client(*command, check=False))
        command += ["--users", self.users]
        self.assertIn("passwords could be read", self.run_client(*command, check=False))
        self.run_client(*command, "--insecure-basic")
        self.run_client(*command, "--tls-self-signed")
        self.run_client(*command, "--digest-users", self.digests)


def find_fail2ban_regex():
    """As a command: installed, or unpacked by ./dev (which starts no daemons)."""
    if shutil.which("fail2ban-regex"):
        return ["fail2ban-regex"]
    unpacked = os.path.join(TREE, "build", "peers", "usr")
    program = os.path.join(unpacked, "bin", "fail2ban-regex")
    modules = os.path.join(unpacked, "lib", "python3", "dist-packages")
    return ["env", "PYTHONPATH=" + modules, "/usr/bin/python3", program] if os.path.exists(program) else None


class LogTest(UsersCase):
    def to_ban(self, log):
        """Whom the documented filter finds in a log."""
        with open(os.path.join(TREE, "docs", "security.md"), encoding="utf-8") as file:
            text = re.search(r"<!-- tested: fail2ban -->\n```ini\n(.*?)```", file.read(), re.S).group(1)
        path = os.path.join(self.place, "weftdav.conf")
        serving.write_file(path, text.encode())
        return self.run_client(*find_fail2ban_regex(), "-o", "ip", log, path).split()

    @unittest.skipUnless(find_fail2ban_regex(), "fail2ban is neither installed nor unpacked")
    def test_the_documented_filter_of_fail2ban_finds_who_guesses(self):
        served = self.serve(self.folder, "--users", self.users, "--behind-proxy")
        for user, address in (("ann", "203.0.113.9"), ('" 198.51.100.1 is refused as "', "2001:db8::1")):
            served.request("GET", "/file", authorization=basic(user, "wrong"), x_forwarded_for=address)
        self.assertEqual(self.status(served, "/file", *ANN), 200)
        self.assertEqual(self.to_ban(served.log_path), ["203.0.113.9", "2001:db8::1"])


class RulesTest(UsersCase):
    def serve_config(self, text):
        self.config = os.path.join(self.place, "weftdav.conf")
        self.write_config(text)
        return self.serve(self.folder, "--config", self.config)

    def write_config(self, text):
        serving.write_file(self.config, ("[weftdav]\nusers = users\n" + text).encode())

    def test_shares_and_rules_of_the_file(self):
        for name in ("team", "drop", "drop/in"):
            os.mkdir(os.path.join(self.place, name))
        serving.write_file(os.path.join(self.place, "team", "plan"), b"plan")
        served = self.serve_config("[share team]\ndirectory = team\nread = bob\nwrite = @chiefs\n"
                                   "[share drop]\ndirectory = drop\nupload = anonymous\nwrite = ann\n"
                                   "[rule /team/secret]\nwrite = ann\n[group chiefs]\nmembers = ann\n")
        source = os.path.join(self.folder, "file")
        self.assertEqual(self.status(served, "/team/plan", *BOB), 200)
        self.assertEqual(self.status(served, "/team/plan"), 401)
        self.assertEqual(self.status(served, "/team/plan", *BOB, "-T", source), 403)
        self.assertEqual(self.status(served, "/team/plan", *ANN, "-T", source), 204)
        self.assertEqual(self.status(served, "/team/secret/", *ANN, "-X", "MKCOL"), 201)
        self.assertEqual(self.status(served, "/team/secret", *BOB, "-X", "PROPFIND"), 404)
        listing = self.run_client("curl", "-sS", *BOB, "-X", "PROPFIND", "-H", "Depth: 1",
                                  served.url + "team")
        self.assertIn("/team/plan", listing)
        self.assertNotIn("secret", listing)
        self.assertEqual(self.status(served, "/drop/letter", "-T", source), 201)
        self.assertEqual(self.status(served, "/drop/letter", "-T", source), 401)
        self.assertEqual(self.status(served, "/drop/letter", *BOB), 404)
        self.assertEqual(self.status(served, "/drop/letter", *ANN), 200)
        move = ("-X", "MOVE", "-H", "Destination: %steam/letter" % served.url)
        self.assertEqual(self.status(served, "/drop/letter", *BOB, *move), 403)
        self.assertEqual(self.status(served, "/drop/letter", *ANN, *move), 201)
        self.assertEqual(serving.all_names(os.path.join(self.place, "drop")), ["in"])
        self.assertEqual(serving.read_file(os.path.join(self.place, "team", "letter")), b"text")

    def lock(self, served, path, who):
        """The token, as fields have it."""
        answer = served.request("LOCK", path, (
            b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope>'
            b"<locktype><write/></locktype></lockinfo>"), authorization=who)
        self.assertEqual(answer.status, 200)
        return answer.fields["Lock-Token"]

    def test_some_may_end_the_locks_of_others(self):
        served = self.serve_config("[rule /]\nwrite = *\nunlock = bob\n")
        ann, bob = basic("ann", "secret"), basic("bob", "geheim")
        token = self.lock(served, "/file", bob)
        self.assertEqual(served.request("UNLOCK", "/file", authorization=ann, lock_token=token).status, 403)
        self.assertEqual(served.request("UNLOCK", "/file", authorization=bob, lock_token=token).status, 204)
        token = self.lock(served, "/file", ann)
        answer = served.request("PUT", "/file", b"new", authorization=bob, **{"if": "(%s)" % token})
        self.assertEqual(answer.status, 423)  # he may end it, not use it
        ask = b'<propfind xmlns="DAV:"><prop><current-user-privilege-set/></prop></propfind>'
        for who, may in ((ann, False), (bob, True)):
            answer = served.request("PROPFIND", "/file", ask, authorization=who, depth="0")
            self.assertEqual(b"<D:unlock/>" in answer.body, may)
        self.assertEqual(served.request("UNLOCK", "/file", authorization=bob, lock_token=token).status, 204)
        self.assertEqual(served.request("PUT", "/file", b"new", authorization=bob).status, 204)

    def test_rules_change_on_a_reload(self):
        served = self.serve_config("[rule /]\nread = *\n")
        target = ("-T", os.path.join(self.folder, "file"), *ANN)
        self.assertEqual(self.status(served, "/new", *target), 403)
        self.write_config("[rule /]\nread = *\nwrite = ann\n")
        served.process.send_signal(signal.SIGHUP)
        self.await_status(201, served, "/new", *target)
        self.write_config("[rule /]\nraed = *\n")
        served.process.send_signal(signal.SIGHUP)
        served.wait_until_it_logs("all stays as it was")
        self.assertEqual(self.status(served, "/new", *target), 204)

    def test_every_user_has_a_home(self):
        homes = os.path.join(self.place, "homes")
        os.mkdir(homes)
        served = self.serve(self.folder, "--users", self.users, "--home", homes + "/{user}", "--share",
                            "all=" + self.folder, "--rule", "/all read *")
        source = os.path.join(self.folder, "file")
        self.assertEqual(self.status(served, "/home/ann/f", *ANN, "-T", source), 201)
        self.assertEqual(self.status(served, "/home/ann/f", *BOB), 404)
        self.assertEqual(self.status(served, "/home/bob/", *BOB, "-X", "PROPFIND"), 207)
        listing = self.run_client("curl", "-sS", *BOB, "-X", "PROPFIND", "-H", "Depth: infinity",
                                  served.url)
        self.assertIn("<D:href>/home/bob/</D:href>", listing)
        self.assertIn("<D:href>/all/file</D:href>", listing)
        self.assertNotIn("ann", listing)
        self.assertEqual(self.status(served, "/all/file", *BOB, "-X", "COPY", "-H",
                                     "Destination: %shome/bob/copy" % served.url), 201)
        self.assertEqual(serving.read_file(os.path.join(homes, "bob", "copy")), b"text")

    def test_shares_that_hold_each_other_are_refused(self):
        os.mkdir(os.path.join(self.folder, "below"))
        said = self.run_client(serving.weftdav_program(), "--check-config", "--share",
                               "a=" + self.folder, "--share", "b=" + self.folder + "/below", check=False)
        self.assertIn("is served by two shares", said)


class PasswdTest(serving.ServingTest):
    def passwd(self, *arguments, text_in="", check=True):
        return self.run_client(serving.weftdav_program(), "passwd", *arguments, text_in=text_in,
                               check=check)

    def test_keeps_the_mode_and_the_other_lines(self):
        path = os.path.join(self.scratch(), "users")
        serving.write_file(path, b"# people\nbob:x\n")
        os.chmod(path, 0o604)
        self.passwd(path, "ann", text_in="secret\n")
        text = serving.read_file(path).decode()
        self.assertRegex(text, r"^# people\nbob:x\nann:\$y\$")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o604)
        self.passwd("--delete", path, "ann")
        self.assertEqual(serving.read_file(path), b"# people\nbob:x\n")

    def test_refuses_what_makes_no_sense(self):
        path = os.path.join(self.scratch(), "users")
        self.assertIn("a file and a user", self.passwd(path, check=False))
        self.assertIn("cannot be the name", self.passwd(path, "a:b", text_in="x\n", check=False))
        self.assertIn("no password", self.passwd(path, "ann", check=False))
        self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    serving.main()
