#!/usr/bin/env python3
"""test_kill.py - spate is killed again and again while a log is written and rotated; in the end its state
holds every line exactly once.

A writer of its own process numbers its lines and rotates all the while: renames with a chain of old
generations, the oldest of which is deleted, some of them compressed. Line n says so thrice: its bytes
are n; its section, referrer and agent are the three bytes of n. So the totals of the state tell count
and sum, and the parities of the lists tell the xor of all numbers, byte by byte.

SPATE_LONG=1: 200 kills instead of 10. SPATE_SEED: the same run again.
"""
import glob
import gzip
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))
from spate_run import SPATE, Folder, Watch  # noqa: E402

KILLS = 200 if os.environ.get("SPATE_LONG") == "1" else 10
GENERATIONS = 100  # none is deleted before a life of spate was long enough to let go of it
RESUME_S = 1.0


def numbered(n):
    when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
    return (f'10.0.{n >> 8 & 3}.{n & 255} - - [{when}] "GET /s{n & 255}/x HTTP/1.1" 200 {n} '
            f'"r{n >> 8 & 255}" "a{n >> 16 & 255}"\n')


def rotate(path, compress):
    """As logrotate does: the oldest goes, the others move one on, the newest may be compressed later."""
    for ending in ("", ".gz"):
        oldest = f"{path}.{GENERATIONS}{ending}"
        if os.path.exists(oldest):
            os.unlink(oldest)
        for i in range(GENERATIONS - 1, 0, -1):
            if os.path.exists(f"{path}.{i}{ending}"):
                os.rename(f"{path}.{i}{ending}", f"{path}.{i + 1}{ending}")
    os.rename(path, f"{path}.1")
    if compress and os.path.exists(f"{path}.3"):
        with open(f"{path}.3", "rb") as plain, gzip.open(f"{path}.3.tmp", "wb") as packed:
            packed.write(plain.read())
        os.rename(f"{path}.3.tmp", f"{path}.3.gz")
        os.unlink(f"{path}.3")


def write_forever(path, seed):
    """The writer's process: until SIGTERM; then it prints how many lines it wrote."""
    chance = random.Random(seed)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    out = open(path, "ab", buffering=0)
    n, rotate_at = 0, time.monotonic() + 0.5
    while not stop:
        lines = "".join(numbered(n + i) for i in range(chance.randrange(1, 40)))
        n += lines.count("\n")
        data = lines.encode()
        cut = chance.randrange(len(data))
        out.write(data[:cut])  # a line may be half there when spate looks, or dies
        if chance.random() < 0.2:
            time.sleep(0.002)
        out.write(data[cut:])
        time.sleep(0.01)
        if time.monotonic() >= rotate_at:
            rotate(path, chance.random() < 0.3)
            if chance.random() < 0.5:  # the server notices later: it goes on in the old file
                time.sleep(0.03)
                out.write(numbered(n).encode())
                n += 1
            out.close()
            out = open(path, "ab", buffering=0)
            rotate_at = time.monotonic() + chance.uniform(0.15, 0.9)
    print(n, flush=True)


def watch(folder, log):
    return Watch("--state", folder.file("state"), "--from", "start", "-u", "100ms", "--top", "0", log)


def run_and_kill(folder, log, chance, number):
    """One life. Returns how long it took to say anything, or None when it was killed before."""
    begun = time.monotonic()
    life = chance.choice([0.02, 0.1, 0.5, 1.2, 2.2]) * chance.uniform(0.5, 1.5)
    if number % 12 == 11:  # long enough to let go of what was rotated away
        life = 9
    with watch(folder, log) as spate:
        resumed = None
        while time.monotonic() - begun < life:
            spate.poll()
            if resumed is None and spate.updates():
                resumed = time.monotonic() - begun
            assert spate.process.poll() is None, spate.process.stderr.read()
            time.sleep(0.005)
        spate.process.send_signal(signal.SIGKILL)
        spate.process.wait()
    return resumed


def begin(folder, log):
    """The first life lasts until something is kept: before that there is nothing to go on from."""
    with watch(folder, log) as spate:
        spate.until(lambda events: places(folder) > 0, "a place to be kept")
        spate.process.send_signal(signal.SIGKILL)
        spate.process.wait()


def places(folder):
    path = folder.file("state") + "/state.db"
    if not os.path.exists(path):
        return 0
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return db.execute("SELECT count(*) FROM places").fetchone()[0]
    except sqlite3.OperationalError:  # not made yet
        return 0
    finally:
        db.close()


def parity_xor(rows, prefix):
    """The xor of the bytes that the names of a list spell, each as often as it was counted."""
    total = 0
    for row in rows:
        if row["hits"] % 2:
            total ^= int(row["name"].removeprefix(prefix))
    return total


def check(summary, count, what):
    total, xor = sum(range(count)), 0
    for n in range(count):
        xor ^= n
    assert summary["hits"] == count, f"{what}: {summary['hits']} lines counted, {count} written"
    assert summary["bytes"] == total, f"{what}: sum {summary['bytes']}, not {total}"
    got = (parity_xor(summary["sections"], "/s") | parity_xor(summary["referrers"], "r") << 8 |
           parity_xor(summary["agents"], "a") << 16)
    assert got == xor, f"{what}: xor {got:#x}, not {xor:#x}"
    assert summary["lines"]["rejected"] == 0, summary["lines"]
    assert not summary.get("suspected_losses"), summary


def rolled_up(folder):
    db = sqlite3.connect(f"file:{folder.file('state')}/state.db?mode=ro", uri=True)
    sums = [db.execute(f"SELECT coalesce(sum(hits), 0), coalesce(sum(bytes), 0) FROM {span}").fetchone()
            for span in ("minutes", "hours", "days")]
    db.close()
    return sum(one[0] for one in sums), sum(one[1] for one in sums)


def main():
    seed = int(os.environ.get("SPATE_SEED", random.randrange(1 << 30)))
    chance = random.Random(seed)
    print(f"SPATE_SEED={seed}, {KILLS} kills")
    with Folder() as folder:
        log = folder.file("access.log", b"")
        writer = subprocess.Popen([sys.executable, os.path.abspath(__file__), "write", log, str(seed)],
                                  stdout=subprocess.PIPE)
        resumed = []
        try:
            begin(folder, log)
            for number in range(KILLS):
                resumed.append(run_and_kill(folder, log, chance, number))
                time.sleep(chance.choice([0, 0, 0.1, 0.6, 1.5]))  # rotations happen meanwhile
        finally:
            writer.send_signal(signal.SIGTERM)
            count = int(writer.communicate(timeout=20)[0])
        with watch(folder, log) as spate:
            spate.until(lambda events: any(e["type"] == "update" for e in events), "an update")
            summary = spate.stop()
        check(summary, count, "after the kills")
        assert rolled_up(folder) == (count, sum(range(count))), (rolled_up(folder), count)
        with watch(folder, log) as spate:  # and nothing changes when there is nothing new
            spate.until(lambda events: any(e["type"] == "update" for e in events), "an update")
            check(spate.stop(), count, "once more")
        resumed = sorted(one for one in resumed if one is not None)
        usual = resumed[len(resumed) // 2]  # others may have the machine at a time
        assert usual < RESUME_S, f"it took {usual:.2f} s to go on"
        generations = len(glob.glob(log + ".*"))
        print(f"{count} lines, {generations} generations left; starts took {usual:.2f} s, at most {resumed[-1]:.2f} s")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "write":
        write_forever(sys.argv[2], int(sys.argv[3]))
    else:
        assert os.path.exists(SPATE), SPATE
        main()
