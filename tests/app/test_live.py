"""`spate watch --headless`: following, counting, alerting, live."""
import os
import random
import signal
import subprocess
import time
import unittest

from spate_run import LOGGEN, SPATE, Folder, Watch, line, report, run


def totals(events):
    return sum(e["hits"] for e in events if e["type"] == "update")


def generate(path, *args):
    """Runs the generator to its end: lines written."""
    done = subprocess.run([LOGGEN, "--path", path, *args], stderr=subprocess.PIPE, timeout=120)
    said = done.stderr.decode()
    return int(said.split("wrote ")[1].split()[0])


def count_lines(path):
    with open(path, "rb") as f:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: f.read(1 << 20), b""))


class Following(unittest.TestCase):
    def test_standard_input_is_live_and_ends_with_a_summary(self):
        log = "".join(line(1_500_000_000 + i) for i in range(100)).encode()
        code, out, err = run("watch", "--headless", "-o", "json", "-", stdin=log)
        self.assertEqual((code, err), (0, ""))
        import json
        events = [json.loads(one) for one in out.splitlines()]
        self.assertEqual(events[-1]["type"], "summary")
        self.assertEqual(events[-1]["hits"], 100)
        self.assertEqual(events[-1]["lines"]["backfilled"], 0)
        self.assertEqual(totals(events), 100)

    def test_who_leaves_does_not_wait_for_the_next_beat(self):
        took = []
        for _ in range(10):
            start = time.monotonic()
            self.assertEqual(run("watch", "--headless", "-o", "json", "-", stdin=b"")[0], 0)
            took.append(time.monotonic() - start)
        self.assertLess(min(took), 0.45)  # a beat is half a second: each run would take as long

    def test_what_stood_in_the_file_is_backfilled_and_in_no_update(self):
        with Folder() as f:
            now = int(time.time())
            log = f.file("a.log", "".join(line(now - 300 + i) for i in range(300)))
            with Watch("-u", "200ms", "-r", "60s", "-f", "1000", log) as w:
                w.until(lambda e: len(w.updates()) >= 2, "two updates")
                with open(log, "a") as out:
                    out.write(line(int(time.time())) * 5)
                w.until(lambda e: totals(e) == 5, "the five live lines")
                summary = w.stop()
            self.assertEqual(summary["lines"]["backfilled"], 60)
            self.assertEqual(summary["hits"], 65)

    def test_an_old_file_opens_quiet(self):
        with Folder() as f:
            old = int(time.time()) - 86400
            log = f.file("a.log", "".join(line(old + i // 100) for i in range(20_000)))
            os.utime(log, (old + 200, old + 200))
            with Watch("-u", "200ms", log) as w:
                w.until(lambda e: len(w.updates()) >= 2, "two updates")
                self.assertEqual(w.updates()[0]["window"]["hits"], 0)
                summary = w.stop()
            self.assertEqual(w.alerts(), [])
            self.assertEqual(summary["alerts"], [])

    def test_a_busy_file_keeps_its_alert_over_a_restart(self):
        with Folder() as f:
            now = int(time.time())
            log = f.file("a.log", "".join(line(now - 100 + i // 50) for i in range(100 * 50)))
            for _ in range(2):
                with Watch("-u", "200ms", log) as w:
                    w.until(lambda e: w.alerts() and w.updates(), "the alert")
                    self.assertEqual([a["state"] for a in w.alerts()], ["firing"])
                    w.stop()

    def test_from_start_end_and_duration(self):
        with Folder() as f:
            now = int(time.time())
            log = f.file("a.log", "".join(line(now - 1000 + i) for i in range(1000)))
            for start, hits in (("start", 1000), ("end", 0), ("5m", 300), ("window", 120)):
                with self.subTest(start=start), Watch("--from", start, "-u", "100ms", "-f", "9999", log) as w:
                    w.until(lambda e: len(w.updates()) >= 3, "updates")
                    summary = w.stop()
                    self.assertEqual(summary["hits"], hits)
                    self.assertEqual(summary["lines"]["backfilled"], hits)
                    self.assertEqual(totals(w.events), 0)

    def test_a_missing_file_is_waited_for_and_read_from_its_start(self):
        with Folder() as f:
            log = f.file("later.log")
            with Watch("-u", "200ms", log) as w:
                w.until(lambda e: w.updates(), "an update")
                with open(log, "w") as out:
                    out.write(line(int(time.time())) * 7)
                w.until(lambda e: totals(e) == 7, "the lines")
                w.stop()

    def test_half_a_line_is_held_until_it_is_whole(self):
        with Folder() as f:
            log = f.file("a.log", "")
            whole = line(int(time.time()))
            with Watch("-u", "100ms", log) as w, open(log, "a", buffering=1) as out:
                w.until(lambda e: w.updates(), "an update")
                out.write(whole[:40])
                out.flush()
                seen = len(w.updates())
                w.until(lambda e: len(w.updates()) >= seen + 3, "three more updates")
                self.assertEqual(sum(u["lines"]["read"] for u in w.updates()), 0)
                out.write(whole[40:])
                out.flush()
                w.until(lambda e: totals(e) == 1, "the line")
                self.assertEqual(w.stop()["lines"]["rejected"], 0)

    def test_rotations_lose_nothing(self):
        for how in ("rename", "copytruncate"):
            with self.subTest(how=how), Folder() as f:
                log = f.file("a.log", "")
                with Watch("-u", "200ms", "-f", "1000000", log) as w:
                    w.until(lambda e: w.updates(), "an update")
                    wrote = generate(log, "--rate", "3000", "--duration", "4s", "--rotate", f"{how}@700ms")
                    if how == "rename":
                        w.until(lambda e: totals(e) >= wrote, f"{wrote} lines")
                    summary = w.stop()
                if how == "rename":
                    self.assertEqual(summary["hits"], wrote)
                else:  # what copytruncate itself destroys nobody can read; nothing comes twice
                    self.assertLessEqual(summary["hits"], wrote)
                    self.assertGreater(summary["hits"], wrote * 0.9)

    def test_several_files_and_a_glob(self):
        with Folder() as f:
            names = [f.file(f"{n}.log", "") for n in "abc"]
            with Watch("-u", "200ms", f.file("*.log")) as w:
                w.until(lambda e: w.updates(), "an update")
                for n, name in enumerate(names):
                    with open(name, "a") as out:
                        out.write(line(int(time.time())) * (n + 1))
                with open(f.file("new.log"), "w") as out:
                    out.write(line(int(time.time())) * 10)
                w.until(lambda e: totals(e) == 16, "16 lines")
                w.stop()


class Past(unittest.TestCase):
    def backfill(self, options, logs):
        """What a run tells of files that are there, and what a report does, up to the last second."""
        now = int(time.time()) - 30
        with Folder() as folder:
            paths = [folder.file(f"{i}.log", "".join(line(now + at) for at in log)) for i, log in enumerate(logs)]
            right = report(*options, *paths)
            with Watch(*options, "--from", "start", "-u", "500ms", *paths) as watch:
                watch.until(lambda events: watch.updates(), "the first interval")
                summary = watch.stop()
        last = right["time"]["last"]
        self.assertEqual((summary["hits"], summary["lines"]["late"]), (right["hits"], 0))
        wanted = [("firing", a["triggered_at"], a["hits"]) for a in right["alerts"]]
        wanted += [("recovered", a["recovered_at"], None) for a in right["alerts"] if a["recovered_at"]]
        got = [(a["state"], a["time"], a["hits"] if a["state"] == "firing" else None) for a in watch.alerts()]
        return sorted(e for e in got if e[1] < last), sorted((e for e in wanted if e[1] < last))

    def test_a_file_that_begins_later_is_in_its_place(self):
        whole = [at for at in range(-1000, 0) for _ in range(5)]
        logs = [[at for at in whole if at >= -150], whole]
        got, wanted = self.backfill(["-r", "20", "-f", "3"], logs)
        self.assertEqual(got, wanted)
        self.assertEqual([e[0] for e in got], ["firing"], "it never falls below")

    def test_several_files_are_judged_as_in_a_report(self):
        told = 0
        for seed in range(5):
            dice = random.Random(seed)
            logs = [sorted(dice.randrange(-(500 * (i + 1)), 0) for _ in range(dice.choice([3, 300, 1500])))
                    for i in range(3)]
            got, wanted = self.backfill(["-r", "10", "-f", "1.5"], logs)
            self.assertEqual(got, wanted, seed)
            told += len(got)
        self.assertGreater(told, 20)


class Alerting(unittest.TestCase):
    def test_fires_on_traffic_and_recovers_when_it_stops_altogether(self):
        with Folder() as f:
            log = f.file("a.log", "")
            with Watch("-u", "1s", "-r", "3s", "-f", "20", log) as w:
                w.until(lambda e: w.updates(), "an update")
                wrote = generate(log, "--rate", "200", "--duration", "5s")
                w.until(lambda e: len(w.alerts()) >= 2, "firing and recovery")
                summary = w.stop()
            self.assertEqual([a["state"] for a in w.alerts()], ["firing", "recovered"])
            firing, recovered = w.alerts()
            self.assertEqual(firing["message"], "High traffic generated an alert - hits = "
                             f"{firing['hits']}, triggered at {firing['time']}")
            self.assertEqual(recovered["message"], f"High traffic alert recovered at {recovered['time']}")
            self.assertGreater(firing["rate"], 20)
            self.assertLess(recovered["rate"], 20)
            self.assertEqual(summary["hits"], wrote)
            self.assertEqual(totals(w.events), wrote)
            self.assertEqual([(a["triggered_at"], a["recovered_at"]) for a in summary["alerts"]],
                             [(firing["time"], recovered["time"])])

    def test_one_line_from_the_year_2999_moves_nothing(self):
        with Folder() as f:
            log = f.file("a.log", "")
            with Watch("-u", "200ms", "-r", "10s", "-f", "1000", log) as w, open(log, "a", buffering=1) as out:
                w.until(lambda e: w.updates(), "an update")
                out.write(line(32_472_144_000) + line(int(time.time())) * 3)
                w.until(lambda e: totals(e) == 4, "four lines")
                last = w.updates()[-1]
                self.assertTrue(last["time"].startswith("20"), last)
                self.assertEqual(last["window"]["hits"], 3)
                w.stop()


class Ending(unittest.TestCase):
    def test_interrupt_and_termination_end_it_cleanly(self):
        for sig in (signal.SIGINT, signal.SIGTERM):
            with Folder() as f, Watch("-u", "200ms", f.file("a.log", "")) as w:
                w.until(lambda e: w.updates(), "an update")
                w.stop(sig)

    def test_a_blocked_reader_does_not_make_it_deaf(self):
        with Folder() as f:
            log = f.file("a.log", "")
            p = subprocess.Popen([SPATE, "watch", "--headless", "-o", "json", "-u", "100ms", log],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.5)
            generate(log, "--rate", "0", "--count", "2000", "--duration", "10s")
            # Nobody reads the pipe: it is full after a while.
            end = time.monotonic() + 20
            while time.monotonic() < end and not blocked(p.pid):
                time.sleep(0.1)
            p.send_signal(signal.SIGTERM)
            p.wait(15)
            p.stdout.close()
            p.stderr.close()


def blocked(pid):
    """Whether the pipe on its standard output is full."""
    import fcntl
    import struct
    import termios
    try:
        fd = os.open(f"/proc/{pid}/fd/1", os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return True
    try:
        queued = struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0\0\0\0"))[0]
    finally:
        os.close(fd)
    return queued > 60_000


class Speed(unittest.TestCase):
    """Not how fast, but that nothing is lost at these rates (under sanitizers: a part of them)."""

    def check(self, rate, seconds):
        with Folder() as f:
            log = f.file("a.log", "")
            with Watch("-u", "1s", "-r", "3s", "-f", "100", log) as w:
                w.until(lambda e: w.updates(), "an update")
                wrote = generate(log, "--rate", str(rate), "--duration", f"{seconds}s")
                self.assertEqual(wrote, count_lines(log))
                w.until(lambda e: totals(e) >= wrote and len(w.alerts()) >= 2, f"{wrote} lines, two alerts")
                summary = w.stop()
            self.assertEqual(summary["hits"], wrote)
            self.assertEqual(totals(w.events), wrote)
            self.assertEqual([a["state"] for a in w.alerts()], ["firing", "recovered"])

    def test_ten_thousand_lines_a_second(self):
        self.check(10_000, 5)

    def test_two_hundred_thousand_lines_a_second(self):
        self.check(200_000, 3)


if __name__ == "__main__":
    unittest.main()
