"""Whatever strangers write, no output of spate carries a control, a hidden character or a forged record."""
import csv
import fcntl
import io
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from attacks import MARK, PAYLOADS, bunches, dangerous, marked, what_is_wrong, what_is_wrong_on_screen
from spate_run import DEADLINE_S, SPATE, Folder, run

RECORD = re.compile(rb"\d+ - - \[") # a payload that holds one: where a line begins it would be its record
FIELDS = ("host", "user", "method", "path", "protocol", "referrer", "agent")


def combined(when, vhost=None, **fields):
    f = {"host": b"10.0.0.1", "user": b"-", "method": b"GET", "path": b"/atk/x", "protocol": b"HTTP/1.1", "referrer": b"-",
         "agent": b"-", **fields}
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(when)).encode()
    line = b'%s - %s [%s] "%s %s %s" 200 10 "%s" "%s"\n' % (f["host"], f["user"], stamp, f["method"], f["path"],
                                                           f["protocol"], f["referrer"], f["agent"])
    return (vhost + b" " if vhost is not None else b"") + line


def field_value(field, payload):
    if field == "user":  # not between quotes: every server escapes a quote in it
        payload = payload.replace(b'"', b"\\x22")
    return b"/atk/" + marked(payload) if field == "path" else marked(payload)


def hostile_lines(when, vhost=None):
    """Every payload in every field, as a section, and as a line that is none."""
    out = [combined(when, vhost, **{f: field_value(f, p)}) for p in PAYLOADS for f in FIELDS
           if f != "host" or not RECORD.search(p)]
    out += [combined(when, vhost, path=b"/" + marked(p)) for p in PAYLOADS]
    out += [marked(p) + b"\n" for p in PAYLOADS if not RECORD.search(p)]
    if vhost is not None:
        out += [combined(when, marked(p)) for p in PAYLOADS if not RECORD.search(p)]
    return out


def hostile_json(when):
    """The same behind JSON's own escapes, and raw."""
    out = []
    for p in PAYLOADS:
        escaped = "".join(f"\\u{b:04x}" if b < 32 or b in (34, 92, 127) else chr(b) for b in marked(p)).encode("latin-1")
        uri = b"/atk/" + escaped
        out.append(b'{"ts":%d,"request":{"remote_ip":"%s","method":"GET","host":"%s","uri":"%s","headers":{"User-Agent":["%s"],'
                   b'"Referer":["%s"]}},"duration":0.1,"size":1,"status":200}\n' % (when, escaped, escaped, uri, escaped, escaped))
    return out


class Attacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.__exit__)
        cls.folder.__enter__()
        now = int(time.time())
        cls.logs = {}
        for name, lines in (("combined", hostile_lines(now)), ("vhost_combined", hostile_lines(now, b"www.example.com")),
                            ("caddy", hostile_json(now))):
            cls.one_line = cls.folder.file("one.log", combined(now))
            cls.logs[name] = (cls.folder.file(name + ".log", b"".join(lines)), len(lines))

    def clean(self, out, about, **how):
        wrong = what_is_wrong(out, **how)
        self.assertIsNone(wrong, about)

    def test_reports(self):
        for form, (log, count) in self.logs.items():
            for output in ("text", "json"):
                with self.subTest(format=form, output=output):
                    code, out, err = run("report", "--top", "0", "-F", form, "-o", output, log)
                    self.assertEqual(code, 0, err)
                    self.clean(out, "stdout", json=output == "json")
                    self.clean(err.encode("utf-8", "surrogateescape"), "stderr")
                    if output == "json":
                        read = json.loads(out)
                        self.assertEqual(read["lines"]["read"], count)
                        self.assertEqual(read["hits"], read["lines"]["parsed"])
                        self.assertNotIn("/forged", [s["name"] for s in read["sections"]])
                        self.assertNotIn("6.6.6.6", [a["name"] for a in read["addresses"]])

    def test_parse_gives_each_line_its_own_record(self):
        for form, (log, count) in self.logs.items():
            with self.subTest(format=form):
                code, out, _ = run("parse", "-F", form, log)
                self.assertEqual(code, 0)
                self.clean(out, "stdout", json=True)
                read = [json.loads(one) for one in out.splitlines()]
                self.assertEqual([r["line"] for r in read], list(range(1, count + 1)))
                self.assertFalse([r for r in read if "forged" in r or r.get("section") == "/forged"])

    def test_parse_gives_back_what_was_sent(self):
        log = self.logs["combined"][0]
        read = [json.loads(one) for one in run("parse", "-F", "combined", log)[1].splitlines()]
        fold = lambda text: re.sub("\ufffd+", "\ufffd", text)
        agents = {fold(r["agent"]) for r in read if r.get("agent")}
        checked = 0
        for p in PAYLOADS:
            if b'"' in p or b"\\" in p: # this log's writer did not escape them
                continue
            self.assertIn(fold(marked(p).decode("utf-8", "replace")), agents)
            checked += 1
        self.assertGreater(checked, 100)

    def test_headless(self):
        for form, (log, count) in self.logs.items():
            for output in ("text", "json"):
                with self.subTest(format=form, output=output), open(log, "rb") as lines:
                    done = subprocess.run([SPATE, "watch", "--headless", "-F", form, "-o", output, "--top", "0", "-"], stdin=lines,
                                          capture_output=True, timeout=DEADLINE_S)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.clean(done.stdout, "stdout", json=output == "json")
                    self.clean(done.stderr, "stderr")
                    if output == "json":
                        events = [json.loads(one) for one in done.stdout.splitlines()]
                        self.assertEqual(events[-1]["type"], "summary")
                        self.assertEqual(events[-1]["lines"]["read"], count)

    def test_history(self):
        if not re.search(rb"^ +spate history ", run("--help")[1], re.M):
            self.skipTest("this build keeps no history")
        log = self.logs["combined"][0]
        state = self.folder.file("state")
        process = subprocess.Popen([SPATE, "watch", "--headless", "-o", "json", "-u", "1", "--from", "start", "--state", state, log],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(2.5) # two saves
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=DEADLINE_S)
        for output in ("text", "json", "csv"):
            with self.subTest(output=output):
                code, out, err = run("history", "--state", state, "-o", output)
                self.assertEqual(code, 0, err)
                self.clean(out, "stdout", json=output == "json")
                if output == "csv":
                    rows = list(csv.reader(io.StringIO(out.decode())))
                    self.assertEqual(len({len(r) for r in rows}), 1, rows[:3])
                    self.assertFalse([c for r in rows for c in r if c.startswith(("=", "@"))], "a formula")

    def test_alerts(self):
        """One alert after the other, each caused by texts of its own, over the input, its end, the state, report."""
        texts = list(bunches(120, b'"/'))
        begin = int(time.time()) // 60 * 60 - 200 * len(texts)
        lines = []
        for i, text in enumerate(texts):
            lines += [combined(begin + 200 * i + second, agent=text, path=b"/" + text.replace(b" ", b"+") + b"/x", referrer=text,
                               user=text.replace(b" ", b"+")) for second in range(5) for _ in range(8)]
        log, state = self.folder.file("alerts.log", b"".join(lines)), self.folder.file("alerts-state")
        for output in ("json", "text"):
            with open(log, "rb") as stdin:
                done = subprocess.run([SPATE, "watch", "--headless", "-o", output, "-F", "combined", "-f", "1", "-r", "20s",
                                       "--state", state + output, "-"], stdin=stdin, capture_output=True, timeout=DEADLINE_S)
            runs = [("watch", done), ("report", self.run_briefly([SPATE, "report", "-o", output, "-F", "combined", "-f", "1", "-r",
                                                                  "20s", log])),
                    ("alerts", self.run_briefly([SPATE, "alerts", "-o", output, "--state", state + output])),
                    ("ack", self.run_briefly([SPATE, "alerts", "--state", state + output, "ack", "1"]))]
            for name, done in runs:
                with self.subTest(command=name, output=output):
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.clean(done.stdout, "stdout", json=output == "json" and name != "ack")
                    self.clean(done.stderr, "stderr")
                    if name in ("watch", "alerts"):
                        self.assertGreaterEqual(done.stdout.count(b"triggered"), len(texts))
                        self.assertGreater(done.stdout.count(MARK), len(texts) // 2, "what caused them is told")

    def test_error_messages_of_states(self):
        for name in bunches(80, b"\0"):
            for args in (["history", "--state"], ["alerts", "--state"], ["watch", "--headless", "--state"]):
                path = b"/nonexistent/" + name if args[0] != "watch" else os.path.join(self.one_line.encode(), name)
                with self.subTest(args=args, name=name):
                    done = self.run_briefly([SPATE.encode(), *(a.encode() for a in args), path])
                    self.assertEqual(done.returncode, 1, done)
                    self.clean(done.stdout + done.stderr, "stderr")
                    self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)

    def test_error_messages(self):
        for name in bunches(80, b"\0"): # messages show so much of a name, escaped
            for args in ([b"report", b"/nonexistent/" + name], [b"watch", b"--headless", b"--" + name], [b"report", b"-F", name],
                         [b"report", b"-F", b"regex:(" + name], [b"watch", b"-u", name], [b"parse", name]):
                with self.subTest(args=args):
                    done = subprocess.run([SPATE.encode(), *args], stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE_S)
                    self.assertTrue(done.returncode in (1, 2) or b"-F" in args, done)
                    self.clean(done.stderr, "stderr")
                    said = done.stderr.splitlines()
                    self.assertTrue(len(said) == 1 or b"-F" in args, said)
                    self.assertTrue(all(one.startswith(b"spate: ") for one in said), said)
                    self.assertTrue(MARK in done.stderr or b"-F" in args, done.stderr) # some of it makes a format

    def test_error_messages_of_files_read_for_options(self):
        for i, text in enumerate(bunches(80)):
            config = self.folder.file("bad.yaml", [text + b": 1\n", b'update: "' + text + b'"\n'][i % 2])
            nginx = self.folder.file("bad.conf", b"http { log_format " + text + b" '$status $" + text + b"'; access_log /x " + text + b"; }")
            apache = self.folder.file("bad2.conf", b'LogFormat "%{' + text + b'" x' + text + b"\nInclude /nonexistent/" + text + b"\n")
            for args in (["report", "--config", config], ["report", "-F", "nginx:" + nginx], ["report", "-F", "apache:" + apache]):
                with self.subTest(text=text, args=args):
                    done = subprocess.run([SPATE, *args, self.one_line], stdin=subprocess.DEVNULL, capture_output=True,
                                          timeout=DEADLINE_S)
                    self.clean(done.stderr, "stderr")
                    self.clean(done.stdout, "stdout")

    def test_file_names(self):
        for i, text in enumerate(bunches(200, b"/\0")):
            folder = self.folder.file(f"names-{i}").encode()
            os.mkdir(folder)
            name = os.path.join(folder, text + b".log")
            with open(name, "wb") as out:
                out.write(combined(1000, agent=b"x") + b"nonsense\n")
            for args in ([b"report"], [b"report", b"-o", b"json"], [b"watch", b"--headless", b"-o", b"json", b"-F", b"squid"]):
                with self.subTest(name=name, args=args):
                    done = self.run_briefly([SPATE.encode(), *args, name])
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.clean(done.stdout, "stdout", json=b"json" in args)
                    self.clean(done.stderr, "stderr")

    def run_briefly(self, argv):
        """To its end; what follows a log is told to end."""
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if b"watch" in argv:
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=DEADLINE_S)
        return subprocess.CompletedProcess(argv, process.returncode, out, err)

    def test_no_record_is_forged_by_length(self):
        fake = b'6.6.6.6 - - [10/Oct/2000:13:55:36 +0000] "GET /forged HTTP/1.1" 200 666 "-" "-"'
        for field in ("path", "referrer", "agent"):
            lines = []
            for at in (4095, 4096, 8191, 65535, 65536, 65537, 131072, 1 << 20):
                head = len(combined(1000, **{field: b""})) - 60
                lines.append(combined(1000, **{field: b"/atk/" + b"x" * (at - head) + b"\r" + fake}))
                lines.append(combined(1000, **{field: b"/atk/" + b"\0" * at + fake}))
            log = self.folder.file("long.log", b"".join(lines))
            for command in (["report", "-o", "json", "-F", "combined"], ["watch", "--headless", "-o", "json", "-F", "combined"]):
                with self.subTest(field=field, command=command):
                    with open(log, "rb") as stdin:
                        done = subprocess.run([SPATE, *command, "-"], stdin=stdin, capture_output=True, timeout=DEADLINE_S)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    read = json.loads(done.stdout.splitlines()[-1])
                    self.assertEqual(read["lines"]["read"], len(lines))
                    self.assertEqual([a["name"] for a in read["addresses"]], ["10.0.0.1"])
                    self.assertNotIn("/forged", [s["name"] for s in read["sections"]])


class Screen:
    """The console in a pseudo-terminal; what it writes is kept."""

    def __init__(self, argv, rows, columns):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", TZ="UTC")
            os.execv(argv[0], argv)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        self.out = b""

    def read(self, quiet_s):
        """Until nothing has come for so long. False: it has ended."""
        while select.select([self.fd], [], [], quiet_s)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError: # the other side is closed
                return False
            if not data:
                return False
            self.out += data
        return True

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.1)

    def until(self, text):
        end = time.monotonic() + DEADLINE_S
        while text not in self.out:
            assert time.monotonic() < end, (text, self.out[-2000:])
            self.read(0.05)

    def press(self, keys):
        os.write(self.fd, keys)
        self.read(0.03)

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        end = time.monotonic() + DEADLINE_S
        while self.read(0.2):
            assert time.monotonic() < end, "it does not end"
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


class Console(unittest.TestCase):
    LISTS = 8

    def look_everywhere(self, screen):
        """All lists from top to bottom, details of many rows, all panels, all spans, the help."""
        for _ in range(self.LISTS):
            for _ in range(8):
                screen.press(b"\r")
                screen.press(b"\x1b")
                screen.press(b"\x1b[6~")
            screen.press(b"d")
        for _ in range(8):
            screen.press(b"\t")
            screen.press(b"\x1b[6~")
            screen.press(b"\r")
            screen.press(b"\x1b")
        for key in (b"w", b"w", b"w", b"s", b"?", b"\x1b", b"\x0c"):
            screen.press(key)

    def check(self, rows, columns, name):
        with Folder() as f:
            now = int(time.time())
            # A name that most screens have room for: payloads that cannot be in one are in the lines.
            path = os.path.join(f.path, name.decode("utf-8", "surrogateescape"))
            with open(path, "wb") as out:
                out.write(b"".join(hostile_lines(now)))
            screen = Screen([SPATE, "watch", "-u", "1", "--from", "start", "--top", "2000", "-F", "combined", path], rows, columns)
            screen.until(b"/atk")
            self.look_everywhere(screen)
            with open(path, "ab") as out:
                out.write(b"".join(hostile_lines(int(time.time()))))
            screen.watch(1.5)
            self.assertEqual(screen.end(), 0)
            self.assertIsNone(what_is_wrong_on_screen(screen.out))
            self.assertGreater(screen.out.count(MARK), 100) # the payloads were on the screen, made safe
            self.assertIn(b"\\x1b", screen.out)

    def test_80_by_24(self):
        self.check(24, 80, b"\x1b]0;PWNED\x07\xc2\x9b31m\xe2\x80\xae.log")

    def test_200_by_50(self):
        self.check(50, 200, b"a\rb\x9b\x7f\x1b[38;5;201m.log")


class TheseTests(unittest.TestCase):
    """What these tests look for is found when it is there."""

    def test_a_raw_payload_is_seen(self):
        for p in PAYLOADS:
            if dangerous(p):
                self.assertIsNotNone(what_is_wrong(b"a " + marked(p) + b" b"), p)
                self.assertIsNotNone(what_is_wrong_on_screen(b"\x1b[1m a " + marked(p) + b" b\r\n"), p)

    def test_what_is_safe_is_let_through(self):
        self.assertIsNone(what_is_wrong("gr\u00fc\u00df dich \\x1b[31m \U0001f4a9\n".encode()))
        self.assertIsNone(what_is_wrong_on_screen("\x1b[?1049h\x1b[22;0;0t\x1b[1;24r\x1b(B\x1b[m\u2581\u2588\r\n".encode()))


if __name__ == "__main__":
    unittest.main()
