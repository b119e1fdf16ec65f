"""served.py - odd requests sent to a real web server, and its logs compared with them.

A request is sent on a connection of its own; the next follows when the server has written its
line. The server also writes each request to a reference log that Python decodes without spate."""
import base64
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))
from spate_run import DEADLINE_S, Folder, run  # noqa: E402,F401

SKIPPED = 77
REFUSED = (None, 400, 408, 413, 414, 431, 501, 505)
DIFFERENCES_SHOWN = 12

# What strangers put where a path, a referrer, an agent, a user or a host belongs.
PAYLOADS = [
    b'"', b'""', b'"""', b"'", b"\\", b"\\\\", b'\\"', b'a\\" b', b"\\x22", b"\\n", b"a\\",
    b'" 200 5 "-" "-', b'"] "GET /forged HTTP/1.1" 200 1 "-" "-"',
    b'x [01/Jan/2020:00:00:00 +0000] "GET /forged HTTP/1.0" 200 1',
    b"[10/Oct/2000:13:55:36 -0700]", b"] - [", b"a  b", b"a b c", b"- -", b"-", b"%00%0a%22",
    b"\x01\x02\x1b[31m", b"\x7f", b"a\tb", b"\x08\x0b\x0c", b"\xff\xfe", b"\xc3\xa9\xe2\x82\xac",
    b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xf0\x9f\x92\xa9", b"\xc2\x9b31m", b"\xe2\x82",
    b"${jndi:ldap://x/a}", b"{\"a\": \"b\"}", b"\\u0022", b"\\xzz", b"a,b;c|d", b"#", b"?", b"<script>",
    b"../../etc/passwd", b"x" * 4000, b'"' * 1023, b"200 404", b"$status", b"%>s", b"-,-", b" : ",
]


class Request:
    """Bytes to send, and the fields that spate must find in their line; None: the server says `-`."""

    def __init__(self, raw, name="", family=socket.AF_INET, half=False, **fields):
        self.raw, self.name, self.family, self.half, self.fields = raw, name, family, half, fields
        self.answer = b""
        self.whole_answer = False

    def status(self):
        match = re.match(rb"HTTP/1\.[01] (\d{3}) ", self.answer)
        return int(match[1]) if match else None

    def body(self):
        """How many bytes of body came; None when that cannot be told."""
        head, end, body = self.answer.partition(b"\r\n\r\n")
        if not self.whole_answer or not end or b"ransfer-Encoding" in head:
            return None
        return len(body)


def http(path=b"/", method=b"GET", protocol=b"HTTP/1.1", host=b"www.example.com", referrer=None, agent=None,
         user=None, more=b"", **extra):
    """A request and what it shall be read as."""
    lines = [method + b" " + path + b" " + protocol, b"Host: " + host]
    for key, value in ((b"Referer", referrer), (b"User-Agent", agent)):
        if value is not None:
            lines.append(key + b": " + value)
    if user is not None:
        lines.append(b"Authorization: Basic " + base64.b64encode(user + b":secret"))
    raw = b"\r\n".join(lines) + b"\r\n" + more + b"\r\n"
    fields = {"request": lines[0], "method": method, "path": path, "protocol": protocol,
              "referrer": referrer, "agent": agent, **extra}
    if user is not None:
        fields["user"] = user
    return Request(raw, **{k: v for k, v in fields.items() if v != b"-"})


def fits_header(value):
    """What a server takes off or refuses in a header would not be in the log as it was sent."""
    return value == value.strip() and not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value)


def odd_requests(auth_path, no_status_paths=()):
    """A few hundred. auth_path: where the server asks for a user."""
    odd = [http(b"/" + w) for w in (b"", b"page.html", b"page.html?a=1&b=2", b"missing", b"a/b/c?x=/y", b"%41%20",
                                    b"page.html#frag", b"//twice", b"..%2f", b";v=1")]
    odd += [http(method=m) for m in (b"HEAD", b"POST", b"DELETE", b"OPTIONS", b"TRACE", b"PROPFIND", b"M-SEARCH")]
    odd += [http(b"/page.html", method=b"POST", more=b"Content-Length: 5\r\n")]
    odd[-1].raw += b"hello"
    odd += [http(b"/page.html", protocol=b"HTTP/1.0"), http(b"/p", protocol=b"HTTP/1.9")]
    odd += [http(b"http://www.example.com/page.html"), http(b"http://other.example/abs/x?y=1"),
            http(b"*", method=b"OPTIONS"), http(b"www.example.com:443", method=b"CONNECT")]
    for p in PAYLOADS:
        inside = b"/in/" + p
        # A blank or a control byte in a target: what method, path and protocol are, the server must not say.
        plain = not re.search(rb"[\x00-\x20\x7f]", p)
        odd.append(http(inside) if plain else Request(http(inside).raw, request=http(inside).fields["request"]))
        odd.append(http(b"/q?" + p) if plain else Request(http(b"/q?" + p).raw))
        for key in ("referrer", "agent"):
            one = http(**{key: p})
            if not fits_header(p):
                del one.fields[key]
            odd.append(one)
        odd.append(http(referrer=p, agent=p) if fits_header(p) else Request(http(referrer=p, agent=p).raw))
        if len(p) < 3000 and not re.search(rb"[\x00-\x1f\x7f:]", p):
            odd.append(http(auth_path, user=p, agent=b'x"y'))
        odd.append(Request(http(host=p).raw))
        odd.append(Request(p + b" /odd/method HTTP/1.1\r\nHost: a\r\n\r\n"))
    odd += [http(auth_path, user=u) for u in (b"John Smith", b"frank", b"a [b] c", b'say "hi"', b"\xc3\xbcml\xc3\xa4ut",
                                              b"back\\slash", b"x - y")]
    odd += [Request(http(auth_path, user=b"").raw)]
    odd += [http(b"/" + b"p" * n) for n in (255, 256, 1000, 1024, 4000, 8000)]
    odd += [Request(http(b"/" + b"p" * n).raw) for n in (8192, 20000, 70000)]
    odd += [http(agent=b"a" * n) for n in (255, 1023, 1024, 4096, 8000)]
    odd += [Request(http(agent=b"a" * 20000).raw), Request(http(b"/big", more=b"X-A: " + b"b" * 7000 + b"\r\n").raw)]
    odd += [http(b"/six", agent=b"v6") for _ in range(3)]
    for one in odd[-3:]:
        one.family = socket.AF_INET6
        one.fields["host"] = b"::1"
    odd += [Request(raw, name) for name, raw in (
        ("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(128, 200)) + b'"\\' * 4 + b"\r\n\r\n"),
        ("TLS hello with a line end", b"\x16\x03\x01\x00\n\x01\r\n\r\n"),
        ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("HTTP/0.9", b"GET /page.html\r\n"), ("HTTP/0.9 nowhere", b"GET /missing-09\r\n"),
        ("no method", b"/page.html HTTP/1.1\r\n\r\n"), ("only a method", b"GET\r\n\r\n"),
        ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), ("RDP cookie", b"\x03\x00\x00/*\xe0\x00\x00\x00\x00\x00Cookie: mstshash=Adm\r\n\r\n"),
        ("SMB", b"\x00\x00\x00T\xffSMBr\x00\x00\x00\r\n\r\n"), ("SOCKS", b"\x05\x01\x00\r\n\r\n"),
        ("high version", b"GET / HTTP/9.9\r\n\r\n"), ("bad version", b"GET / HTTP/x\r\n\r\n"),
        ("RTSP", b"OPTIONS / RTSP/1.0\r\n\r\n"), ("JSON RPC", b'{"id": 1, "method": "mining.subscribe"}\r\n\r\n'),
        ("lower case", b"get /page.html http/1.1\r\nHost: a\r\n\r\n"), ("no host", b"GET / HTTP/1.1\r\n\r\n"),
        ("spaces around", b"GET   /page.html   HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("tab", b"GET\t/page.html\tHTTP/1.1\r\nHost: a\r\n\r\n"), ("spaces in the target", b"GET /a b c d HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("line ends alone", b"GET /lf HTTP/1.1\nHost: a\n\n"), ("CR inside", b"GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("NUL in the target", b"GET /a\x00b HTTP/1.1\r\nHost: a\r\n\r\n"), ("NUL in a header", b"GET /h HTTP/1.1\r\nHost: a\r\nUser-Agent: a\x00b\r\n\r\n"),
        ("two agents", b"GET /two HTTP/1.1\r\nHost: a\r\nUser-Agent: one\r\nUser-Agent: two\r\n\r\n"),
        ("empty agent", b"GET /empty HTTP/1.1\r\nHost: a\r\nUser-Agent:\r\nReferer:\r\n\r\n"),
        ("header without a colon", b"GET /c HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n"),
        ("folded header", b"GET /f HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n"),
        ("forwarded", b"GET /f HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4, 5.6.7.8\r\n\r\n"),
        ("forged forwarded", b'GET /f HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4" "forged\r\n\r\n'),
        ("range", b"GET /page.html HTTP/1.1\r\nHost: a\r\nRange: bytes=1-2\r\n\r\n"),
        ("bad length", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"))]
    odd += [Request(b"GET /half HTTP/1.1\r\nHos", "half a head", half=True), Request(b"GET /hal", "half a line", half=True)]
    return odd


# ---- Sending -----------------------------------------------------------------------------------

def free_port():
    with socket.socket(socket.AF_INET6 if socket.has_ipv6 else socket.AF_INET) as s:
        s.bind(("", 0))
        return s.getsockname()[1]


def loopback_6():
    """Whether this machine has ::1."""
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def send(request, port):
    there = ("::1", port) if request.family == socket.AF_INET6 else ("127.0.0.1", port)
    with socket.socket(request.family) as s:
        s.settimeout(10)
        s.connect(there)
        try:
            s.sendall(request.raw)
            if request.half:
                return
            while select.select([s], [], [], 10)[0]:
                data = s.recv(65536)
                if not data:
                    request.whole_answer = True
                    return
                request.answer += data
        except (ConnectionError, TimeoutError):
            pass # it had heard enough; what it logged of that is compared all the same


class Server:
    """A private server process; gone when the block ends, with what it had started."""

    def __init__(self, folder, argv, ports):
        self.out = open(folder.file("server.out"), "wb+")
        self.process = subprocess.Popen(argv, stdout=self.out, stderr=self.out, stdin=subprocess.DEVNULL,
                                        start_new_session=True)
        self.ports = ports

    def __enter__(self):
        try:
            self.wait_until_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def wait_until_up(self):
        end = time.monotonic() + DEADLINE_S
        for port in self.ports:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 5).close()
                    break
                except OSError:
                    assert self.process.poll() is None and time.monotonic() < end, self.said()
                    time.sleep(0.02)

    def said(self):
        self.out.seek(0)
        return "the server ended or does not answer: " + self.out.read().decode(errors="replace")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.out.close()


class Lines:
    """How many lines a growing log has; it is there already."""

    def __init__(self, path):
        self.file = open(path, "rb", buffering=0)
        self.count = 0

    def now(self):
        while data := self.file.read(1 << 20):
            self.count += data.count(b"\n")
        return self.count


def send_all(requests, port, logs):
    """Sends each and waits until every log has its line; gives those that were logged."""
    logged, logs = [], [Lines(path) for path in logs]
    for request in requests:
        send(request, port)
        want = len(logged) + 1
        end = time.monotonic() + (5 if request.half else DEADLINE_S)
        while min(log.now() for log in logs) < want and time.monotonic() < end:
            time.sleep(0.001)
        counts = {log.now() for log in logs}
        if counts == {want - 1} and request.half:
            continue # a server need not tell of one who left in the middle of a word
        assert counts == {want}, (request.name, request.raw[:200], counts)
        logged.append(request)
    for log in logs:
        log.file.close()
    return logged


# ---- Comparing ---------------------------------------------------------------------------------

def shown(value):
    """Bytes as JSON shows them, however many U+FFFD one bad sequence makes."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return re.sub("\ufffd+", "\ufffd", value) if isinstance(value, str) else value


def parse_log(log, *formats):
    args = [a for f in formats for a in ("-F", f)]
    code, out, err = run("parse", *args, log)
    assert code == 0, (code, err)
    return [json.loads(one) for one in out.decode("utf-8").splitlines()]


def split_request(request):
    """METHOD TARGET PROTOCOL, when it is nothing else."""
    match = re.fullmatch(rb"([A-Za-z][A-Za-z0-9_-]*) ([^\x00-\x20]+)(?: ([A-Z]{2,}/\d[\d.]*))?", request)
    return {"method": match[1], "path": match[2], "protocol": match[3]} if match else None


def section_of(path):
    """The contract's words, in Python: None when there is none."""
    match = re.match(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*(.*)", path, re.S) if path[:1] != b"/" else None
    path = match[1] if match else path
    return re.match(rb"/[^/?#]*", path)[0] if path[:1] == b"/" else None


class LogTest(unittest.TestCase):
    """One log, read by spate and compared with what was sent and with the reference."""

    def compare_text(self, got, key, want, about):
        # Servers write - for what is missing; a client that sends - cannot be told from it.
        value = got.get(key)
        if want in (None, b"-", b""):
            self.assertIn(value, (None, "", want and want.decode()), (key, about))
        else:
            self.assertEqual(shown(value), shown(want), (key, about))

    def compare_sent(self, got, request, has, about):
        # What was refused on the way is logged as far as the server had come: the reference tells.
        if request.status() in REFUSED:
            return
        for key, want in request.fields.items():
            if key in has and key != "path": # the servers' variables for it are not as it was sent
                self.compare_text(got, key, want, about)
        if "request" in has and "path" in request.fields:
            for key in ("method", "path", "protocol"):
                self.compare_text(got, key, request.fields[key], about)
            self.compare_text(got, "section", section_of(request.fields["path"]), about)

    def compare_reference(self, got, reference, has, about):
        for key, name in has.items():
            want = name(reference) if callable(name) else reference[name]
            if isinstance(want, bytes) or want is None:
                self.compare_text(got, key, want, about)
            elif isinstance(want, float):
                self.assertAlmostEqual(got[key], want, delta=1e-9, msg=(key, about))
            else:
                self.assertEqual(got.get(key), want, (key, about))
        if "request" in has:
            parts = split_request(reference[has["request"]])
            for key, want in (parts or {}).items():
                self.compare_text(got, key, want, about)

    def compare_log(self, read, requests, references, has, log, unclear=()):
        """unclear: keys of the reference and patterns in them of which this format does not tell the end."""
        self.assertEqual(len(read), len(requests))
        with open(log, "rb") as f:
            lines = f.read().split(b"\n")
        differences = []
        for got, request, reference, text in zip(read, requests, references, lines):
            if any(re.search(pattern, reference[key]) for key, pattern in unclear):
                continue
            about = f"{os.path.basename(log)} {request.name}: {text[:600]!r} read as {str(got)[:900]}"
            try:
                self.compare_line(got, request, reference, has, about)
            except AssertionError as difference:
                differences.append(str(difference))
        if differences:
            self.fail(f"{len(differences)} lines\n" + "\n".join(differences[:DIFFERENCES_SHOWN]))

    def compare_line(self, got, request, reference, has, about):
        self.assertTrue(got["ok"], about)
        self.compare_reference(got, reference, has, about)
        self.compare_sent(got, request, has, about)
        if "status" in has and request.status():
            self.assertEqual(got.get("status"), request.status(), about)
        wire = has.get("bytes") is has.get("bytes_sent") # a format that has only those
        if "bytes" in has and not wire and request.body() is not None:
            self.assertEqual(got.get("bytes") or 0, request.body(), about)


def need(program, what):
    if not os.path.exists(program):
        print(f"skipped: {what} is not installed ({program})")
        sys.exit(SKIPPED)
