"""answers.py - how an HTTP server can answer, well and as badly as can be: each a function of the handler,
true when the request was taken."""
import socket
import struct
import time


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
