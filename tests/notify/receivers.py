"""receivers.py - the other ends of notifications on loopback, each in threads of its own: an HTTP server that
behaves as badly as it is told (answers.py), the journal's socket; a mail server is in smtp_sink.py."""
import json
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from answers import status, well  # pylint: disable=unused-import
from certificates import tls_context


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
