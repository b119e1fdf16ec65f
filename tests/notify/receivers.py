"""receivers.py - the other ends of notifications: an HTTP server that behaves as badly as it is told, a
mail server, the journal's socket. All on loopback, each in threads of its own."""
import json
import os
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Request:
    def __init__(self, handler, body):
        self.path = handler.path
        self.headers = dict(handler.headers.items())
        self.body = body
        self.when = time.monotonic()

    def json(self):
        return json.loads(self.body)

    def alerts(self):
        return self.json()["alerts"]


def well(handler):
    """200 and a few bytes."""
    handler.send_response(200)
    handler.send_header("Content-Length", "2")
    handler.end_headers()
    handler.wfile.write(b"ok")
    return True


def status(code, **headers):
    def answer(handler):
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
    return answer


def closed(handler):
    """Reads the request and says nothing."""
    handler.close_connection = True


def slow(seconds):
    def answer(handler):
        time.sleep(seconds)
        handler.close_connection = True
    return answer


def huge(handler):
    """200 and an answer without an end, until the other side has had enough."""
    handler.send_response(200)
    handler.end_headers()
    handler.server.sent = 0
    try:
        while handler.server.sent < 1 << 30:
            handler.server.sent += handler.wfile.write(b"x" * 65536)
    except OSError:
        pass
    handler.close_connection = True
    return True


def huge_headers(handler):
    """200 and headers without an end."""
    handler.server.sent = 0
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    try:
        while handler.server.sent < 1 << 28:
            handler.server.sent += handler.wfile.write(b"X-More: " + b"y" * 1000 + b"\r\n")
    except OSError:
        pass
    handler.close_connection = True
    return True


def trickle(handler):
    """200 at once, then a byte now and then for a long time."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(1000):
            handler.wfile.write(b"x")
            time.sleep(0.1)
    except OSError:
        pass
    handler.close_connection = True
    return True


def half(handler):
    """Says that much comes, and goes away."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x")
    handler.close_connection = True
    return True


def raw(answer, then=None):
    """These bytes, and the end; or what then() does."""
    def write(handler):
        try:
            handler.wfile.write(answer)
            if then:
                then(handler)
        except OSError:
            pass
        handler.close_connection = True
    return write


def drip(answer):
    """A byte of it now and then, over and over."""
    def go(handler):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for byte in answer:
                handler.wfile.write(bytes([byte]))
                time.sleep(0.02)
    return go


def over_and_over(answer):
    def go(handler):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            handler.wfile.write(answer)
    return go


def reset(handler):
    """The connection is not closed but torn down."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self, body)
        with self.server.guard:
            self.server.requests.append(request)
            answers = self.server.answers
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer(self):
            with self.server.guard:
                self.server.taken.append(request)

    do_GET = do_PUT = do_POST

    def log_message(self, *_):
        pass


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


class Http:
    """Answers the first request as the first of `answers` says, and so on; the last one stays."""

    def __init__(self, *answers, port=0, certificate=None):
        self.server = Quiet(("127.0.0.1", port), Handler)
        self.server.answers = list(answers) or [well]
        self.server.requests, self.server.taken = [], []
        self.server.guard = threading.Lock()
        if certificate:
            context = tls_context(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def requests(self):
        with self.server.guard:
            return list(self.server.requests)

    @property
    def taken(self):
        with self.server.guard:
            return list(self.server.taken)


def certificate_for(folder, name):
    """A self-signed one: (certificate, key), or None without openssl."""
    paths = folder.file("cert.pem"), folder.file("key.pem")
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return paths


class Authority:
    """A certificate authority of the test's own: `file` is what trusts it, sign() gives (certificate, key)."""

    def __init__(self, folder):
        self.folder, self.file = folder, folder.file("ca.pem")
        self.key = folder.file("ca.key")
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test CA",
                     "-addext", "keyUsage=critical,keyCertSign", "-out", self.file, "-keyout", self.key)

    @staticmethod
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True)

    def sign(self, names):
        request, certificate, key = (self.folder.file(f"server.{end}") for end in ("csr", "pem", "key"))
        extensions = self.folder.file("extensions", f"subjectAltName={names}\n")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-out", request,
                     "-keyout", key)
        self.openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key,
                     "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate)
        return certificate, key


def tls_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


class Mail:
    def __init__(self, sender, to, data):
        self.sender, self.to, self.data = sender, to, data


class SmtpHandler(socketserver.StreamRequestHandler):
    """Commands are noted as (line, it came over TLS)."""

    def setup(self):
        self.secure = self.server.tls == "smtps"
        if self.secure:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        super().finish()
        self.request.close()

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def dawdle(self, stage):
        if self.server.dawdles == stage:
            self.server.over.wait(60)

    def start_tls(self):
        self.say("220 go on")
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()
        self.secure = True

    def greet(self):
        self.say("250-sink")
        if self.server.tls == "starttls" and not self.secure:
            self.say("250-STARTTLS")
        self.say("250-AUTH PLAIN")
        self.say("250 8BITMIME")

    def take(self):
        self.say("354 go on")
        data = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            data += line[1:] if line.startswith(b"..") else line
        self.dawdle("data")
        if self.server.verdict.startswith("250"):
            self.server.mails.append(Mail(self.sender, self.to, data))
        self.say(self.server.verdict)

    def handle(self):
        self.dawdle("greeting")
        self.say("220 sink")
        while raw := self.rfile.readline():
            self.server.commands.append((raw, self.secure))
            word = raw.strip().upper()
            if word.startswith(b"EHLO"):
                self.greet()
            elif word == b"STARTTLS":
                self.start_tls()
            elif word.startswith(b"AUTH PLAIN"):
                self.say("235 ok" if b" " in word[5:] else "334 ")
            elif word.startswith(b"MAIL FROM:"):
                self.sender, self.to = raw.strip()[10:], []
                self.say("250 ok")
            elif word.startswith(b"RCPT TO:"):
                bad = self.server.refused and self.server.refused in raw
                if not bad:
                    self.to.append(raw.strip()[8:])
                self.say("550 no such user" if bad else "250 ok")
            elif word == b"DATA":
                self.take()
            elif word == b"QUIT":
                self.dawdle("quit")
                self.say("221 bye")
                return
            else:
                self.say("235 ok" if raw.strip() else "250 ok")


class QuietSmtp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        pass


class Smtp:
    """dawdles: says nothing for a minute at the "greeting", behind the "data" or at "quit"."""

    def __init__(self, refused=None, dawdles=None, verdict="250 taken", tls=None, certificate=None):
        self.server = QuietSmtp(("127.0.0.1", 0), SmtpHandler)
        self.server.mails, self.server.commands, self.server.refused = [], [], refused
        self.server.dawdles, self.server.verdict, self.server.tls = dawdles, verdict, tls
        self.server.over = threading.Event()
        self.server.context = certificate and tls_context(certificate)
        scheme = "smtps" if tls == "smtps" else "smtp"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.over.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def mails(self):
        return list(self.server.mails)

    def said(self, word):
        """The commands with that word, each with whether it came over TLS."""
        return [(line, secure) for line, secure in self.server.commands if word in line.upper()]


class Journal:
    """The journal's socket; its entries as dictionaries of bytes."""

    def __init__(self, folder):
        self.path = folder.file("journal")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(30)

    def entry(self):
        data, fields = self.socket.recv(1 << 20), {}
        while data:
            name, _, data = data.partition(b"\n")
            size = int.from_bytes(data[:8], "little")
            assert name not in fields, name
            fields[name.decode()] = data[8:8 + size]
            assert data[8 + size:9 + size] == b"\n", data
            data = data[9 + size:]
        return fields

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(good, what, seconds=60):
    end = time.monotonic() + seconds
    while not good():
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.02)


def find_program(name):
    for folder in os.environ.get("PATH", "").split(":") + ["/usr/sbin", "/usr/bin"]:
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK):
            return path
    return None
