"""Each kind of channel against a real other end, well-behaved and not: `spate notify-test`, and events
whose every field is an attack."""
import email
import email.policy
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.environ["SPATE_SOURCE_DIR"], "tests", "app"))
from answers import (closed, drip, half, huge, huge_headers, over_and_over, raw, reset, slow, status,
                     trickle)
from certificates import Authority, certificate_for
from receivers import Http, Journal, free_port, wait_until
from smtp_sink import Smtp
from spate_run import Folder, run

DRIVER = os.path.join(os.environ["SPATE_TEST_PROGRAMS"], "notify_driver")
PAYLOADS = 16


def notify_test(folder, channel, **more):
    """`spate notify-test ops` with that channel: (exit code, what it said)."""
    config = folder.file("spate.yaml", json.dumps({"notify": [{"name": "ops", **channel}]}))
    code, out, err = run("notify-test", "ops", "--config", config, **more)
    assert out == b"", out
    return code, err


def drive(*args, cwd=None, **environment):
    """All payloads to one channel: how many stayed unsent."""
    done = subprocess.run([DRIVER, *args], capture_output=True, timeout=100, cwd=cwd,
                          env={**os.environ, **environment})
    assert done.returncode == 0, done
    return int(done.stdout)


class Named(unittest.TestCase):
    def test_one_channel_is_named_and_files_of_the_configuration_are_no_names(self):
        with Folder() as f:
            config = f.file("named.yaml", json.dumps({"files": ["/var/log/x.log"], "notify": [
                {"name": "a", "kind": "journal"}, {"name": "b", "kind": "journal"}]}))
            for args, says in (((), "notify-test needs the NAME of one channel; the configuration has a, b"),
                               (("a", "b"), "notify-test needs the NAME of one channel"),
                               (("c",), "there is no channel `c'; the configuration has a, b")):
                code, _, err = run("notify-test", *args, "--config", config)
                self.assertEqual(code, 2)
                self.assertIn(says, err)


class Webhook(unittest.TestCase):
    def test_posts_json_under_a_key_and_signs_it(self):
        with Folder() as f, Http() as server:
            secret = f.file("secret", "s3cret\n")
            code, err = notify_test(f, {"kind": "webhook", "url": server.url + "/hook?x=1",
                                        "secret_file": secret})
            self.assertEqual(code, 0, err)
            self.assertNotIn("s3cret", err)
            (request,) = server.requests
            self.assertEqual(request.path, "/hook?x=1")
            self.assertEqual(request.headers["Content-Type"], "application/json")
            self.assertEqual(request.headers["Idempotency-Key"], request.json()["key"])
            signed = request.headers["X-Spate-Timestamp"].encode() + b"." + request.body
            self.assertEqual(request.headers["X-Spate-Signature"],
                             "sha256=" + hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest())
            (alert,) = request.alerts()
            self.assertEqual((alert["state"], alert["rule"]), ("test", "notify-test"))

    def test_secrets_are_read_at_the_time_and_never_said(self):
        with Folder() as f, Http() as server:
            channel = {"kind": "webhook", "url_env": "HOOK"}
            url = server.url + "/T000/hidden"
            self.assertEqual(notify_test(f, channel, env={**os.environ, "HOOK": url})[0], 0)
            for bad in ("ftp://127.0.0.1/hidden", "hidden", server.url + "/hidden\nX: y",
                        "http://user:hidden@127.0.0.1/", "file:///etc/hidden", ""):
                code, err = notify_test(f, channel, env={**os.environ, "HOOK": bad})
                self.assertEqual(code, 1, bad)
                self.assertIn("HOOK", err)
                self.assertNotIn("hidden", err)
            code, err = notify_test(f, {"kind": "webhook", "url": server.url + "/hidden",
                                        "secret_file": f.path})
            self.assertEqual(code, 1)
            self.assertNotIn("hidden", err)
            self.assertEqual(len(server.requests), 1)

    def test_a_bad_answer_is_said_and_a_status_counts_more_than_the_rest(self):
        rows = [(status(302, Location="http://127.0.0.1:1/x"), 1, "redirects are not followed"),
                (status(500), 1, "HTTP status 500"), (status(404), 1, "HTTP status 404"),
                (closed, 1, ""), (slow(3), 1, ""), (status(204), 0, ""), (huge, 0, ""),
                (huge_headers, 0, ""), (half, 0, ""), (trickle, 0, "")]
        for answer, expected, words in rows:
            with self.subTest(answer=answer), Folder() as f, Http(answer) as server:
                start = time.monotonic()
                code, err = notify_test(f, {"kind": "webhook", "url": server.url + "/",
                                            "timeout": "1s"})
                self.assertEqual(code, expected, err)
                self.assertIn(words, err)
                self.assertLess(time.monotonic() - start, 20)
                self.assertEqual(len(server.requests), 1)

    def test_an_answer_that_is_none_is_survived(self):
        """What says 2xx has taken it, however broken the rest is; what does not has not."""
        ok, info = b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 103 Early\r\n"
        rows = [(1, raw(b"what is this\r\n\r\n")), (1, raw(b"\0" * 5000)), (1, raw(b"\r\n" * 200)),
                (1, raw(b"HTTP/1.1 99999 X\r\n\r\n")), (1, raw(b"HTTP/9.9 200 OK\r\n\r\n")),
                (1, raw(b"HTTP/1.1 100 Continue\r\n\r\n")), (1, raw(info + b"Link: x\r\n\r\n")),
                (1, raw(b"", over_and_over(info + b"\r\n"))), (1, raw(b"", drip(b"HTTP/1.1 "))),
                (1, raw(b"", over_and_over(b"HTTP/1.1 200 "))), (1, raw(b"", reset)),
                (1, raw(b"HTTP/1.1 302 F\r\nLocation: file:///etc/passwd\r\n\r\n")),
                (1, raw(b"HTTP/1.1 429 X\r\nRetry-After: -5\r\n\r\n")),
                (1, raw(b"HTTP/1.1 503 X\r\nRetry-After: 99999999999999999999\r\n\r\n")),
                (0, raw(info + b"\r\n" + ok + b"\r\n")), (0, raw(ok + b"\r\n", reset)),
                (0, raw(ok + b"X: ", drip(b"y"))), (0, raw(ok + b"Content-Length: -5\r\n\r\n")),
                (0, raw(ok + b"Content-Length: 5\r\n\r\n0123456789")),
                (0, raw(ok + b"Content-Length: 99999999999999999999999\r\n\r\nx")),
                (0, raw(ok + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")),
                (0, raw(ok + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx")),
                (0, raw(ok + b"Content-Encoding: gzip\r\n\r\nno gzip")), (0, raw(b"HTTP/1.0 200\n\n"))]

        def one(row):
            expected, answer = row
            with Folder() as f, Http(answer) as server:
                code, err = notify_test(f, {"kind": "webhook", "url": server.url, "timeout": "2s"})
                return code, expected, len(server.requests), err
        with ThreadPoolExecutor(4) as pool:
            for i, (code, expected, requests, err) in enumerate(pool.map(one, rows)):
                with self.subTest(row=i):
                    self.assertEqual((code, requests), (expected, 1), err)

    def test_an_answer_is_cut(self):
        for answer in (huge, huge_headers):
            with Folder() as f, Http(answer) as server:
                notify_test(f, {"kind": "webhook", "url": server.url})
                # what the kernel's buffers take in is sent, but not read
                self.assertLess(server.server.sent, 16 << 20)

    def test_a_redirect_reaches_nobody(self):
        with Folder() as f, Http() as other, Http(status(307, Location=other.url)) as server:
            self.assertEqual(notify_test(f, {"kind": "webhook", "url": server.url})[0], 1)
            self.assertEqual(other.requests, [])

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        with Folder() as f:
            with Http(certificate=certificate_for(f, "localhost")) as server:
                code, err = notify_test(f, {"kind": "webhook", "url": server.url + "/hidden"})
                self.assertEqual(code, 1)
                self.assertIn("certificate", err)
                self.assertNotIn("hidden", err)
                self.assertEqual(server.requests, [])

    def test_an_authority_of_its_own_vouches_for_a_receiver(self):
        with Folder() as f:
            authority = Authority(f)
            for names, expected in (("IP:127.0.0.1", 0), ("DNS:localhost", 1)):
                with Http(certificate=authority.sign(names)) as server:
                    code, err = notify_test(f, {"kind": "webhook", "url": server.url,
                                                "ca_file": authority.file})
                    self.assertEqual((code, len(server.requests)), (expected, 1 - expected), err)

    def test_the_proxy_of_the_environment_is_ignored(self):
        with Folder() as f, Http() as server, Http() as proxy:
            names = {name: proxy.url for name in ("http_proxy", "HTTP_PROXY", "https_proxy",
                                                  "all_proxy", "ALL_PROXY")}
            code, err = notify_test(f, {"kind": "webhook", "url": server.url},
                                    env={**os.environ, **names})
            self.assertEqual(code, 0, err)
            self.assertEqual((len(server.requests), len(proxy.requests)), (1, 0))

    def test_nobody_listens(self):
        with Folder() as f:
            code, err = notify_test(f, {"kind": "webhook", "url": f"http://127.0.0.1:{free_port()}"})
            self.assertEqual(code, 1)
            self.assertIn("onnect", err)

    def test_every_payload_is_a_string_and_nothing_more(self):
        with Http() as server:
            self.assertEqual(drive("webhook", server.url), 0)
            alerts = [a for r in server.requests for a in r.alerts()]
            self.assertEqual(len(alerts), PAYLOADS)
            self.assertEqual({a["state"] for a in alerts}, {"firing"})
            self.assertEqual(alerts[0]["of"], "$(touch canary)")
            self.assertEqual(alerts[4]["of"], "a\r\nBcc: victim@example.com\r\n\r\nforged")


class Slack(unittest.TestCase):
    def test_a_payload_is_code_in_one_text(self):
        with Http() as server:
            self.assertEqual(drive("slack", server.url), 0)
            text = "".join(r.json()["text"] for r in server.requests)
            self.assertIn("`&lt;!channel&gt;", text)
            self.assertNotIn("<", text)
            self.assertEqual(text.count("`"), 6 * PAYLOADS)


class Mail(unittest.TestCase):
    def test_a_mail_arrives_and_can_be_read(self):
        with Folder() as f, Smtp() as server:
            code, err = notify_test(f, {"kind": "mail", "url": server.url, "from": "s@example.com",
                                        "to": ["a@example.com", "b@example.com"]})
            self.assertEqual(code, 0, err)
            (mail,) = server.mails
            self.assertEqual(mail.to, [b"<a@example.com>", b"<b@example.com>"])
            read = email.message_from_bytes(mail.data, policy=email.policy.default)
            self.assertIn("test: notify-test", read["Subject"])
            self.assertIn("all is well", read.get_content())

    def test_no_payload_makes_a_header_a_recipient_or_a_second_mail(self):
        with Smtp() as server:
            self.assertEqual(drive("mail", server.url), 0)
            for mail in server.mails:
                self.assertEqual(mail.sender, b"<spate@example.com>")
                self.assertEqual(mail.to, [b"<ops@example.com>", b"<b@example.com>"])
                read = email.message_from_bytes(mail.data, policy=email.policy.default)
                self.assertEqual(sorted(read.keys()), sorted(
                    ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
                     "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]))
                self.assertEqual(read.defects, [])
            text = "".join(email.message_from_bytes(m.data, policy=email.policy.default)
                           .get_content().replace("\r\n", "\n") for m in server.mails)
            self.assertIn("`touch canary`", text)
            for bad in "\x1b\x07\r\u202e\u200b":
                self.assertNotIn(bad, text)
            self.assertEqual(server.said(b"EVIL") + server.said(b"VICTIM"), [])

    def test_a_password_never_goes_over_an_open_line(self):
        with Folder() as f, Smtp() as server:
            port = server.url.rpartition(":")[2]
            secret = f.file("secret", "pa55word")
            # a host that is not known as this machine, though it is
            code, err = notify_test(f, {"kind": "mail", "url": f"smtp://0.0.0.0:{port}", "user": "u",
                                        "secret_file": secret, "from": "s@example.com",
                                        "to": "a@example.com"})
            self.assertEqual(code, 1)
            self.assertNotIn("pa55word", err)
            self.assertEqual(server.said(b"AUTH"), [])

    def mail(self, folder, server, **more):
        return notify_test(folder, {"kind": "mail", "url": server.url, "from": "s@example.com",
                                    "to": "a@example.com", **more})

    def test_tls_is_spoken_to_whom_the_named_authority_vouches_for(self):
        with Folder() as f:
            authority = Authority(f)
            certificate = authority.sign("IP:127.0.0.1")
            user = {"user": "u", "secret_file": f.file("secret", "pa55word")}
            for tls in ("smtps", "starttls"):
                with self.subTest(tls=tls), Smtp(tls=tls, certificate=certificate) as server:
                    code, err = self.mail(f, server, ca_file=authority.file, **user)
                    self.assertEqual((code, len(server.mails)), (0, 1), err)
                    for word in (b"AUTH", b"MAIL", b"RCPT", b"DATA"):
                        self.assertEqual([secure for _, secure in server.said(word)], [True], word)

    def test_a_bad_certificate_gets_neither_password_nor_mail(self):
        with Folder() as f:
            authority = Authority(f)
            user = {"user": "u", "secret_file": f.file("secret", "pa55word")}
            other = authority.sign("DNS:other.example.com")
            for tls in ("smtps", "starttls"):
                with self.subTest(tls=tls, bad="name"), Smtp(tls=tls, certificate=other) as server:
                    code, err = self.mail(f, server, ca_file=authority.file, **user)
                    self.assertEqual((code, server.mails, server.said(b"AUTH")), (1, [], []), err)
                    self.assertNotIn("pa55word", err)
            stranger = certificate_for(f, "localhost")
            for tls in ("smtps", "starttls"):
                with self.subTest(tls=tls, bad="authority"), Smtp(tls=tls, certificate=stranger) as server:
                    code, err = self.mail(f, server, ca_file=authority.file, **user)
                    self.assertEqual((code, server.mails, server.said(b"AUTH")), (1, [], []), err)
            with Smtp(tls="smtps", certificate=stranger) as server:
                code, err = self.mail(f, server)
                self.assertEqual((code, server.mails), (1, []), err)
                self.assertIn("certificate", err)
            with Smtp() as server: # offers no TLS, though an authority is named
                code, err = self.mail(f, server, ca_file=authority.file)
                self.assertEqual((code, server.mails), (1, []), err)

    def test_what_counts_is_the_answer_to_the_whole_mail(self):
        with Folder() as f, Smtp(dawdles="quit") as server:
            start = time.monotonic()
            code, err = self.mail(f, server, timeout="60s")
            self.assertEqual((code, len(server.mails)), (0, 1), err)
            self.assertEqual(len(server.said(b"QUIT")), 1)
            self.assertLess(time.monotonic() - start, 30)
        for verdict in ("554 no", "451 later"):
            with Folder() as f, Smtp(dawdles="quit", verdict=verdict) as server:
                code, err = self.mail(f, server, timeout="60s")
                self.assertEqual(code, 1, err)
                self.assertIn("SMTP status " + verdict[:3], err)


class Journald(unittest.TestCase):
    def test_an_entry_has_the_fields_that_it_should_and_no_other(self):
        with Folder() as f, Journal(f) as journal:
            with ThreadPoolExecutor() as pool: # the socket holds but a few
                reading = pool.submit(lambda: [journal.entry() for _ in range(PAYLOADS)])
                self.assertEqual(drive("journal", "-", SPATE_JOURNAL_SOCKET=journal.path), 0)
            for i, entry in enumerate(reading.result()):
                self.assertEqual(entry["SYSLOG_IDENTIFIER"], b"spate")
                self.assertEqual(entry["PRIORITY"], b"4")
                self.assertTrue(all(n.startswith("SPATE_") or n in ("MESSAGE", "PRIORITY",
                                                                    "SYSLOG_IDENTIFIER")
                                    for n in entry))
                if i == 5:
                    self.assertEqual(entry["SPATE_OF"], b"a\nPRIORITY=0\nMESSAGE=forged")

    def test_without_a_journal_it_says_so(self):
        with Folder() as f:
            code, err = notify_test(f, {"kind": "journal"},
                                    env={**os.environ, "SPATE_JOURNAL_SOCKET": f.file("none")})
            self.assertEqual(code, 1)
            self.assertIn("journal", err)


def read(path):
    with open(path) as file:
        return file.read()


class Exec(unittest.TestCase):
    def script(self, folder, body):
        path = folder.file("program", "#!/bin/sh\n" + body)
        os.chmod(path, 0o755)
        return path

    def test_a_program_reads_json_in_a_clean_place(self):
        with Folder() as f:
            out = f.file("out")
            program = self.script(f, f"cat > {out}\nenv > {out}.env\npwd > {out}.pwd\n"
                                     f"ls /proc/self/fd > {out}.fds\necho \"$@\" > {out}.args\n")
            code, err = notify_test(f, {"kind": "exec", "command": [program, "$(id)", "-oX", "a b"]},
                                    env={**os.environ, "SECRET_TOKEN": "hidden"})
            self.assertEqual(code, 0, err)
            self.assertEqual(json.loads(read(out))["alerts"][0]["state"], "test")
            names = {line.split("=")[0] for line in read(out + ".env").splitlines()}
            self.assertLessEqual(names, {"PATH", "LANG", "PWD", "_", "SHLVL", "OLDPWD"})
            self.assertEqual(read(out + ".pwd"), "/\n")
            self.assertLessEqual(set(read(out + ".fds").split()), {"0", "1", "2", "3"})
            self.assertEqual(read(out + ".args"), "$(id) -oX a b\n")

    def test_payloads_are_never_run(self):
        with Folder() as f:
            out = f.file("out")
            program = self.script(f, f"cat >> {out}\n")
            self.assertEqual(drive("exec", program, cwd=f.path), 0)
            alerts = [a for one in read(out).splitlines() for a in json.loads(one)["alerts"]]
            self.assertEqual(len(alerts), PAYLOADS)
            for place in (f.path, "/", os.getcwd()):
                self.assertFalse(os.path.exists(os.path.join(place, "canary")))

    def test_a_program_that_fails_or_is_not_there_is_said(self):
        with Folder() as f:
            code, err = notify_test(f, {"kind": "exec", "command": [self.script(f, "exit 3\n")]})
            self.assertEqual((code, "exit code 3" in err), (1, True), err)
            code, err = notify_test(f, {"kind": "exec", "command": ["/no/such/program"]})
            self.assertEqual((code, "No such file" in err), (1, True), err)
            code, err = notify_test(f, {"kind": "exec", "command": [f.path]})
            self.assertEqual((code, "denied" in err), (1, True), err)

    def test_one_that_takes_too_long_is_killed_with_all_it_started(self):
        with Folder() as f:
            pids = f.file("pids")
            program = self.script(f, f"sleep 1000 & echo $! > {pids}; echo $$ >> {pids}\n"
                                     "trap '' TERM; sleep 1000\n")
            start = time.monotonic()
            code, err = notify_test(f, {"kind": "exec", "command": [program], "timeout": "500ms"})
            self.assertEqual((code, "killed" in err), (1, True), err)
            self.assertLess(time.monotonic() - start, 60)  # what it started sleeps for 1000

            def gone(pid):
                try:
                    return read(f"/proc/{pid}/stat").split()[2] == "Z"
                except FileNotFoundError:
                    return True
            wait_until(lambda: all(map(gone, read(pids).split())), "all to be killed")


class Command(unittest.TestCase):
    def test_check_config_tells_of_secrets_all_but_what_they_are(self):
        with Folder() as f:
            secret = f.file("secret", "hidden")
            channel = {"kind": "webhook", "url": "http://h/hidden?hidden", "name": "n"}
            for mode, where, words in ((0o600, {"secret_file": secret}, secret + ";"),
                                       (0o644, {"secret_file": secret}, "(everybody can read it)"),
                                       (0o600, {"secret_file": f.file("none")}, "(No such file"),
                                       (0o600, {"secret_env": "HOOK"}, "HOOK;"),
                                       (0o600, {"secret_env": "NO_HOOK"}, "NO_HOOK (not set here)")):
                os.chmod(secret, mode)
                config = f.file("c.yaml", json.dumps({"notify": [{**channel, **where}]}))
                code, out, err = run("check-config", "--config", config,
                                     env={**os.environ, "HOOK": "hidden"})
                self.assertEqual((code, err), (0, ""))
                self.assertIn(words, out.decode())
                self.assertNotIn("hidden", out.decode())

    def test_says_what_is_wrong_with_its_use(self):
        with Folder() as f:
            config = f.file("c.yaml", '{"notify": [{"name": "a", "kind": "journal"}]}')
            for args, words in ((["b"], "the configuration has a"), ([], "needs the NAME"),
                                (["a", "b"], "needs the NAME")):
                code, _, err = run("notify-test", *args, "--config", config)
                self.assertEqual(code, 2)
                self.assertIn(words, err)


if __name__ == "__main__":
    unittest.main()
