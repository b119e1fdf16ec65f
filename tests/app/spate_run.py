"""spate_run.py - starts the programs for the end-to-end tests and reads what they print."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

SPATE = os.environ["SPATE_BIN"]
LOGGEN = os.environ["SPATE_LOGGEN_BIN"]
SHARED = os.environ.get("SPATE_SHARED_DATA", "")
# Sanitizers make a program several times slower; nothing below depends on how much.
DEADLINE_S = 60


class Folder:
    """A directory of its own for a test, gone afterwards."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="spate-test-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def file(self, name, content=None):
        path = os.path.join(self.path, name)
        if content is not None:
            with open(path, "wb") as out:
                out.write(content if isinstance(content, bytes) else content.encode())
        return path


def run(*args, stdin=b"", program=SPATE, **more):
    """Runs to the end: (exit code, stdout, stderr)."""
    done = subprocess.run([program, *args], input=stdin, capture_output=True, timeout=DEADLINE_S, **more)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def report(*args, stdin=b""):
    code, out, err = run("report", "-o", "json", *args, stdin=stdin)
    assert code == 0, (code, err)
    return json.loads(out)


def line(second, path="/a", status=200, size=10, host="10.0.0.1"):
    """A combined line; second since 1970 UTC."""
    when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(second))
    return f'{host} - - [{when}] "GET {path} HTTP/1.1" {status} {size} "-" "test"\n'


class Watch:
    """`spate watch --headless -o json`, its events read as they come."""

    def __init__(self, *args, stdin=None, env=None, ready=False):
        """With `ready` it is settled where each log begins, and signals are heard."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind("")  # the kernel finds a name that is in no file system
            told.settimeout(DEADLINE_S)
            name = "@" + told.getsockname()[1:].decode()
            self.process = subprocess.Popen([SPATE, "watch", "--headless", "-o", "json", *args],
                                            env={**(os.environ if env is None else env), "NOTIFY_SOCKET": name},
                                            stdin=stdin if stdin is not None else subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if ready:
                said = told.recv(100)
                assert said == b"READY=1", said
        os.set_blocking(self.process.stdout.fileno(), False)
        self.rest = self.said = b""
        self.events = []

    def poll(self):
        try:
            data = self.process.stdout.read() or b""
        except BlockingIOError:
            data = b""
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.events += [json.loads(one) for one in lines]

    def until(self, good, what):
        """Reads on until good(events); fails loudly after the deadline."""
        end = time.monotonic() + DEADLINE_S
        while True:
            self.poll()
            if good(self.events):
                return
            assert time.monotonic() < end, f"waited for {what}; got {self.events[-5:]}"
            assert self.process.poll() is None, f"ended while waiting for {what}: {self.process.stderr.read()}"
            time.sleep(0.02)

    def notes(self):
        """All that it has said on standard error."""
        os.set_blocking(self.process.stderr.fileno(), False)
        self.said += self.process.stderr.read() or b""
        return self.said.decode(errors="replace")

    def expect(self, words, since=0):
        """Reads on until these words are among its notes."""
        self.until(lambda _: words in self.notes()[since:], words)

    def updates(self):
        return [e for e in self.events if e["type"] == "update"]

    def alerts(self):
        return [e for e in self.events if e["type"] == "alert"]

    def stop(self, sig=signal.SIGTERM):
        """Ends it and gives the summary."""
        if self.process.poll() is None:
            self.process.send_signal(sig)
        end = time.monotonic() + DEADLINE_S
        while self.process.poll() is None and time.monotonic() < end:
            self.poll()
            time.sleep(0.02)
        self.poll()
        assert self.process.wait(5) == 0, (self.process.returncode, self.process.stderr.read())
        assert self.rest == b"", self.rest
        assert self.events and self.events[-1]["type"] == "summary", self.events[-3:]
        return self.events[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()
