"""live.py - the live table of tools/bench/run: what following costs, how soon a line is counted, and
whether a flood is kept up with.

CPU is that of spate's threads, as the scheduler counts it; who writes the log is another process. The
logs lie in a directory of their own inside one of their own, so that nothing else wakes spate."""
import fcntl
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import tempfile
import termios
import time

RATE, FLOOD = 10_000, 2_000_000
LINE = '10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET /x HTTP/1.1" 200 5 "-" "-"\n'
ROOM = 10 << 30  # a flood's log, rotated every two seconds and kept five times, takes half of it


def drain(fd, seconds):
    """Reads what the console draws, for that long or until it has gone."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([fd], [], [], left)[0]:
            try:
                if not os.read(fd, 65536):
                    return
            except OSError:
                return


def cpu(pid):
    """CPU seconds of each of its threads, by name, to the nanosecond."""
    found = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/comm") as name, \
                open(f"/proc/{pid}/task/{thread}/schedstat") as used:
            name = name.read().strip()
            found[name] = found.get(name, 0) + int(used.read().split()[0]) / 1e9
    return found


def io(pid):
    """Bytes read, bytes written, calls that read."""
    with open(f"/proc/{pid}/io") as f:
        words = f.read()
    return [int(re.search(rf"{key}: (\d+)", words).group(1)) for key in ("rchar", "wchar", "syscr")]


def come_to_rest(pid):
    """Waits until it reads no more than what a look each second takes; or a minute."""
    for _ in range(30):
        before = io(pid)[0]
        time.sleep(2)
        if io(pid)[0] - before < 4096:
            return


class Backlog:
    """How much was written and not yet read, sampled. What spate reads besides (the bytes before its
    place, events) is the same with each call: it is known when all has been read."""

    def __init__(self, pid):
        self.pid, self.samples = pid, []
        self.begun = io(pid)

    def sample(self, written):
        read, _, calls = io(self.pid)
        self.samples.append((written, read - self.begun[0], calls - self.begun[2]))

    def bytes(self, written):
        """Of each sample; `written` is all that has been written, and by now read."""
        read, _, calls = io(self.pid)
        besides = (read - self.begun[0] - written) / max(1, calls - self.begun[2])
        return [was - (bytes_read - besides * made) for was, bytes_read, made in self.samples]


class Live:
    def __init__(self, spate, loggen, folder, seconds):
        self.spate, self.loggen, self.seconds = spate, loggen, seconds
        self.log = os.path.join(folder, "live", "logs", "access.log")
        os.makedirs(os.path.dirname(self.log), exist_ok=True)

    def generator(self, rate, seconds, path, *more, **streams):
        return subprocess.Popen([self.loggen, "--rate", str(rate), "--duration", f"{seconds}s", "--path", path,
                                 *more], stderr=subprocess.PIPE, text=True, **streams)

    def headless(self, path, **streams):
        return subprocess.Popen([self.spate, "--headless", "-o", "json", "-F", "combined", path],
                                stderr=subprocess.DEVNULL, **streams)

    # ---- following ----------------------------------------------------------------------------
    def on_terminal(self, rate):
        """Share of one core that the console at 120x40 takes while its log grows at that rate."""
        open(self.log, "w").close()
        pid, fd = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(self.spate, [self.spate, self.log])
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        drain(fd, 2)
        writer = self.generator(rate, self.seconds + 10, self.log) if rate else None
        drain(fd, 5)
        before, start = sum(cpu(pid).values()), time.monotonic()
        drain(fd, self.seconds)
        share = (sum(cpu(pid).values()) - before) / (time.monotonic() - start)
        os.kill(pid, signal.SIGTERM)
        drain(fd, 5)
        os.waitpid(pid, 0)
        if writer:
            writer.kill()
            writer.communicate()
        return share

    def delay(self):
        """Seconds from an append to a quiet log until spate has read it: the median of 50."""
        open(self.log, "w").close()
        child = self.headless(self.log, stdout=subprocess.DEVNULL)
        time.sleep(1)
        found = []
        for _ in range(50):
            before = io(child.pid)[0]
            with open(self.log, "a") as out:
                out.write(LINE)
            start = time.monotonic()
            while io(child.pid)[0] < before + len(LINE) and time.monotonic() - start < 2:
                pass
            found.append(time.monotonic() - start)
            time.sleep(0.05)
        child.terminate()
        child.wait()
        return statistics.median(found)

    def wait(self, seconds):
        """The same while the log is busy: a line waits, in the mean (which is the median: lines come
        evenly), as long as it takes to write what has not been read yet."""
        open(self.log, "w").close()
        child = self.headless(self.log, stdout=subprocess.DEVNULL)
        time.sleep(1)
        backlog = Backlog(child.pid)
        writer = self.generator(RATE, seconds, self.log)
        end = time.monotonic() + seconds - 0.5
        time.sleep(1)
        while time.monotonic() < end:
            time.sleep(random.random() / 50)
            backlog.sample(os.stat(self.log).st_size)
        writer.communicate()
        come_to_rest(child.pid)
        size = os.stat(self.log).st_size
        mean = statistics.mean(backlog.bytes(size)) / (size / seconds)
        child.terminate()
        child.wait()
        return mean

    # ---- the flood ----------------------------------------------------------------------------
    def flood(self, how, start):
        """Rows of the table: FLOOD lines a second for a while. `start` gives the writer and spate."""
        writer, child, finish = start()
        backlog, written, used, begun = Backlog(child.pid), 0, {}, time.monotonic()
        while writer.poll() is None:
            time.sleep(0.02)
            try:
                written = io(writer.pid)[1]
            except (OSError, AttributeError):
                break  # it has just ended
            backlog.sample(written)
            now = cpu(child.pid)
            used = now if "spate-parser" in now else used  # it ends with a pipe
        took = time.monotonic() - begun
        lines = int(re.search(r"wrote (\d+) lines", writer.communicate()[1]).group(1))
        come_to_rest(child.pid)
        behind = max(backlog.bytes(written)) / (written / lines) if backlog.samples else 0
        hits = finish(child)
        costs = [used.get(f"spate-{thread}", 0) / lines * 1e9 for thread in ("parser", "monitor")]
        return [[f"flood through a {how}, {took:.0f} s", f"{lines / took / 1e6:.2f} million lines/s", ">= 2"],
                ["... counted of those written", f"{hits} of {lines}", "all"],
                ["... furthest behind", f"{behind / FLOOD * 1e3:.0f} ms", "no growth"],
                ["... CPU a line: parser, monitor", f"{costs[0]:.0f}, {costs[1]:.0f} ns",
                 f"<= {1e9 / FLOOD:.0f} each"]]

    def pipe(self):
        def start():
            writer = self.generator(FLOOD, self.seconds, "-", stdout=subprocess.PIPE)
            fcntl.fcntl(writer.stdout, getattr(fcntl, "F_SETPIPE_SZ", 1031), 1 << 20)
            out = tempfile.TemporaryFile()
            child = self.headless("-", stdin=writer.stdout, stdout=out)
            child.out = out
            writer.stdout.close()
            writer.stdout = None
            return writer, child, self.hits
        return self.flood("pipe", start)

    def growing(self, path):
        def start():
            open(path, "w").close()
            out = tempfile.TemporaryFile()
            child = self.headless(path, stdout=out)
            child.out = out
            time.sleep(1)
            writer = self.generator(FLOOD, self.seconds, path, "--rotate", "rename@2s")
            return writer, child, self.stop
        return self.flood("file, rotated every 2 s", start)

    @staticmethod
    def hits(child):
        child.wait()
        child.out.seek(0)
        return json.loads(child.out.read().splitlines()[-1])["hits"]

    def stop(self, child):
        child.terminate()
        return self.hits(child)

    def flooded_file(self):
        """Where there is room in memory for the log: a disk would be what is measured."""
        memory = "/dev/shm"
        room = os.path.isdir(memory) and shutil.disk_usage(memory).free > ROOM
        folder = tempfile.mkdtemp(prefix="spate-bench-", dir=memory if room else os.path.dirname(self.log))
        try:
            logs = os.path.join(folder, "logs")
            os.mkdir(logs)
            return self.growing(os.path.join(logs, "access.log"))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def rows(self):
        yield ["CPU at 10,000 lines/s, console 120x40", f"{self.on_terminal(RATE) * 100:.2f} %", "<= 1 %"]
        yield ["CPU idle, console 120x40", f"{self.on_terminal(0) * 100:.3f} %", "<= 0.05 %"]
        yield ["append to read, quiet log (median of 50)", f"{self.delay() * 1000:.2f} ms", "<= 10 ms"]
        yield ["append to read, 10,000 lines/s", f"{self.wait(self.seconds / 3) * 1000:.2f} ms", "<= 10 ms"]
        yield from self.pipe()
        yield from self.flooded_file()
