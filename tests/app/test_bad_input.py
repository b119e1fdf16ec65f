"""Bad input gets one clear line on stderr and the right exit code."""
import json
import os
import shutil
import subprocess
import unittest

from spate_run import SPATE, Folder, line, run


class BadInput(unittest.TestCase):
    def check(self, args, code, *words, stdin=b""):
        got, out, err = run(*args, stdin=stdin)
        self.assertEqual(got, code, (args, err))
        self.assertEqual(err.count("\n"), 1, (args, err))
        self.assertTrue(err.startswith("spate: "), err)
        for word in words:
            self.assertIn(word, err)
        return out

    def test_usage_names_the_option_the_value_and_what_is_accepted(self):
        rows = [
            (["--nonsense"], "--nonsense"),
            (["-x"], "-x"),
            (["-f", "abc"], "-f", "abc", "requests"),
            (["-f", "0"], "-f", "0"),
            (["-f", "-1"], "-f", "-1"),
            (["-f", "nan"], "-f", "nan"),
            (["-f"], "-f", "requests"),
            (["-u", "0"], "-u", "0", "10s"),
            (["-u", "10x"], "-u", "10x"),
            (["-u", "1e3"], "-u"),
            (["--update="], "--update"),
            (["-r", "1500ms"], "-r", "1500ms", "whole seconds"),
            (["-r", "99d"], "-r", "99d"),
            (["--from", "10x"], "--from", "10x", "window"),
            (["-o", "xml"], "-o", "xml", "json"),
            (["--headless=yes"], "--headless"),
            (["--color", "blue"], "--color", "blue", "never"),
            (["-F", "nosuchformat"], "nosuchformat"),
            (["--from", "now"], "--from: bad value `now'; accepted: window, end, start, or a duration such as 10m\n"),
            (["--from", "2015-05-17T10:05:03Z"], "accepted: window, end, start, or a duration such as 10m\n"),
            (["report", "--from", "now"], "--from: bad value `now'; accepted: start, a time such as "),
            (["-F", "regex:(?<host>"], "regex"),
            (["-F", "regex:^abc$"], "regex"),
            (["-F", "%{Referer"], "%{"),
            ([""], "empty"),
            (["report", "--only", "sections,foo"], "--only", "sections,foo"),
            (["report", "--jobs", "0"], "--jobs", "0"),
            (["report", "--top", "-1"], "--top", "-1"),
            (["report", "-u", "10s"], "-u", "report"),
            (["parse", "--headless"], "--headless", "parse"),
        ]
        for args, *words in rows:
            with self.subTest(args=args):
                self.check(args, 2, *words)

    def test_a_format_that_nobody_knows_is_named_once(self):
        _, _, err = run("report", "-F", "nosuchformat", "x")
        self.assertEqual(err.count("nosuchformat"), 1, err)

    def test_a_pattern_in_a_directory_that_cannot_be_read(self):
        with Folder() as f:
            loop = f.file("loop")
            os.symlink("loop", loop)  # root can read everything else
            for command in ("report", "parse"):
                self.check([command, os.path.join(loop, "*.log")], 1, f"{loop} cannot be read: Too many levels")

    def test_a_pattern_of_which_one_directory_cannot_be_read(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root, to become another user")
        with Folder() as f:
            for name, mode in ((".", 0o755), ("open", 0o755), ("shut", 0o700)):
                os.makedirs(f.file(name), exist_ok=True)
                os.chmod(f.file(name), mode)
                f.file(os.path.join(name, "a.log"), line(0))
            args = ["--reuid", "65534", "--regid", "65534", "--clear-groups", SPATE, "report", "-o", "json"]
            code, out, err = run(*args, os.path.join(f.path, "*", "*.log"), program="setpriv", env={**os.environ, "HOME": "/"})
            self.assertEqual((code, json.loads(out)["hits"]), (0, 1), err)
            self.assertIn("shut cannot be read: Permission denied", err)

    def test_a_file_that_cannot_be_read(self):
        with Folder() as f:
            missing = f.file("missing.log")
            for command in ("report", "parse"):
                self.check([command, missing], 1, "missing.log", "No such file")
                self.check([command, f.path], 1, "directory")
                self.check([command, os.path.join(f.path, "*.nothing")], 1, "no file matches")
            self.check(["watch", "--headless", f.path], 1, "directory")
            fifo = f.file("fifo")
            os.mkfifo(fifo)
            self.check(["watch", "--headless", fifo], 1, "fifo")

    def test_a_file_that_must_not_be_read(self):
        if os.geteuid() == 0:
            self.skipTest("root may read everything")
        with Folder() as f:
            secret = f.file("secret.log", line(0))
            os.chmod(secret, 0)
            self.check(["report", secret], 1, "secret.log", "ermission")

    def test_file_names_are_made_safe(self):
        _, _, err = run("report", "/nonexistent/\x1b[31mred\n.log")
        self.assertNotIn("\x1b", err)
        self.assertEqual(err.count("\n"), 1)

    def test_a_full_device_and_a_closed_pipe(self):
        with Folder() as f:
            log = f.file("a.log", line(0) * 1000)
            for args in (["report", log], ["report", "-o", "json", log], ["parse", log], ["formats"],
                         ["--help"], ["--version"], ["watch", "--headless", "-o", "json", "-"]):
                with self.subTest(args=args, to="/dev/full"), open("/dev/full", "wb") as full:
                    done = subprocess.run([SPATE, *args], stdin=subprocess.DEVNULL, stdout=full,
                                          stderr=subprocess.PIPE, timeout=60)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertIn(b"No space left", done.stderr)
                    self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
            with self.subTest(to="closed pipe"):
                here, there = os.pipe()
                os.close(here)
                done = subprocess.run([SPATE, "parse", log], stdout=there, stderr=subprocess.PIPE, timeout=60)
                os.close(there)
                self.assertEqual(done.returncode, 1)
                self.assertIn(b"roken pipe", done.stderr)

    def test_a_closed_standard_output_becomes_no_other_file(self):
        with Folder() as f:
            log = f.file("a.log", line(0) * 10)
            for args in (["report", log], ["parse", log], ["--help"],
                         ["watch", "--headless", "-o", "json", "-u", "100ms", log]):
                with self.subTest(args=args):
                    done = subprocess.run([SPATE, *args], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                          timeout=60, preexec_fn=lambda: os.close(1))
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(b"standard output: Bad file descriptor", done.stderr)

    def test_help_and_version(self):
        for args in (["--help"], ["-h"], ["watch", "--help"], ["report", "--help"], ["parse", "-h"],
                     ["formats", "--help"]):
            code, out, err = run(*args)
            self.assertEqual((code, err), (0, ""), args)
            self.assertTrue(out.startswith(b"Usage:\n  spate "), out[:40])
        code, out, _ = run("--version")
        self.assertEqual(code, 0)
        self.assertRegex(out.decode(), r"^spate \d+\.\d+\.\d+\n$")

    def test_a_terminal_that_is_unknown_is_said(self):
        # Without a terminal `watch` is headless; the console's own failure is in the console tests.
        code, out, err = run("watch", "-", env={**os.environ, "TERM": "no-such-terminal"})
        self.assertEqual(code, 0, err)


if __name__ == "__main__":
    unittest.main()
