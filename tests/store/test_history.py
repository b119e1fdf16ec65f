"""test_history.py - what a run leaves in its state: `spate history` in every form, a second process that finds
it held, damage, a full disk."""
import csv
import io
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))
from spate_run import SPATE, Folder, Watch, line, run  # noqa: E402

DAY = 86400
BASE = 1600000200 // DAY * DAY  # a midnight


def fill(folder, lines):
    """A run over these lines; gives the state's directory."""
    log = folder.file("access.log", "".join(lines))
    state = folder.file("state")
    with Watch("--state", state, "--from", "start", "-u", "100ms", log) as spate:
        spate.until(lambda events: events, "the first event")
        spate.stop()
    return state


def history(*args):
    code, out, err = run("history", *args)
    assert code == 0, err
    return out.decode()


class History(unittest.TestCase):
    def test_minutes_hours_and_days_add_up_to_the_report(self):
        with Folder() as folder:
            lines = [line(BASE + i * 47, f"/s{i % 7}", (200, 404, 503)[i % 3], i, f"10.0.0.{i % 50}")
                     for i in range(2000)]
            state = fill(folder, lines + ["what is this\n"])
            for by, seconds in (("minute", 60), ("hour", 3600), ("day", DAY)):
                got = json.loads(history("--state", state, "--from", "30d", "--by", by, "-o", "json"))
                self.assertEqual(got["by"], by)
                self.assertEqual((got["hits"], got["bytes"]), (2000, sum(range(2000))))
                self.assertEqual(got["visitors"], 50)
                self.assertEqual(got["rejected"], 1)
                self.assertEqual(sum(row["hits"] for row in got["rows"]), 2000)
                self.assertEqual(sum(row["bytes"] for row in got["rows"]), sum(range(2000)))
                self.assertEqual(got["status"], {"200": 667, "404": 667, "503": 666})
                self.assertEqual(sorted(one["name"] for one in got["sections"]),
                                 [f"/s{i}" for i in range(7)])
                starts = [row["start"] for row in got["rows"]]
                self.assertEqual(starts, sorted(starts))
                self.assertTrue(all(row["seconds"] == seconds for row in got["rows"]))
            expected = {}
            for i in range(2000):
                hour = time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime(BASE + i * 47))
                expected[hour] = expected.get(hour, 0) + 1
            hours = json.loads(history("--state", state, "--from", "30d", "--by", "hour", "-o", "json"))
            self.assertEqual({row["start"]: row["hits"] for row in hours["rows"]}, expected)

    def test_hours_are_those_of_utc_whatever_clocks_do(self):
        """A log over the night in which Berlin sets its clocks back: no hour is doubled, none is a gap."""
        change = 1792890000  # 2026-10-25 01:00 UTC
        lines = []
        for at in range(change - 4 * 3600, change + 4 * 3600, 60):
            zone = 2 if at < change else 1
            when = time.strftime(f"%d/%b/%Y:%H:%M:%S +0{zone}00", time.gmtime(at + zone * 3600))
            lines.append(f'10.0.0.1 - - [{when}] "GET /a HTTP/1.1" 200 5 "-" "-"\n')
        with Folder() as folder:
            state = fill(folder, lines)
            env = dict(os.environ, TZ="Europe/Berlin")
            code, out, err = run("history", "--state", state, "--by", "hour", "-o", "json", env=env)
            self.assertEqual((code, err), (0, ""))
            self.assertEqual([(row["start"], row["hits"]) for row in json.loads(out)["rows"]],
                             [(time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime(at)), 60)
                              for at in range(change - 4 * 3600, change + 4 * 3600, 3600)])

    def test_only_what_was_asked_for(self):
        with Folder() as folder:
            state = fill(folder, [line(BASE + i * 60) for i in range(600)])
            got = json.loads(history("--state", state, "--from", "10m", "-o", "json"))
            self.assertEqual((got["by"], got["hits"], len(got["rows"])), ("minute", 10, 10))
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(BASE + 3600))
            to = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(BASE + 7200))
            got = json.loads(history("--state", state, "--from", at, "--to", to, "--by", "hour", "-o", "json"))
            self.assertEqual([(row["start"], row["hits"]) for row in got["rows"]], [(at, 60)])
            self.assertEqual(json.loads(history("--state", state, "-o", "json"))["hits"], 600)

    def test_text_has_a_bar_a_row_and_gaps(self):
        with Folder() as folder:
            seconds = [0] * 80 + [60] * 40 + [180] * 10 + [7200]
            state = fill(folder, [line(BASE + s) for s in seconds])
            text = history("--state", state, "--by", "minute")
            bars = [re.search(r"[█▏▎▍▌▋▊▉]+", row) for row in text.splitlines()]
            self.assertEqual([len(bar.group()) for bar in bars if bar], [24, 12, 3, 1])
            self.assertIn("nothing for", text)
            self.assertEqual(sum(" 0.00 " in row for row in text.splitlines()), 1)
            plain = history("--state", state, "--by", "minute", "--ascii")
            self.assertTrue(plain.isascii())
            self.assertIn("#" * 24, plain)

    def test_nothing_that_a_client_sends_reaches_a_terminal_or_a_spreadsheet_raw(self):
        evil = ["/\x1b[31mred", "/a\"b,c", "/\u202egnp", "/\r\n", "/=1+1", "/\x9b2J", "/<script>"]
        with Folder() as folder:
            rows = [line(BASE + 60 * i, path.replace("\n", "\\n").replace('"', '\\"'))
                    for i, path in enumerate(evil)]
            state = fill(folder, rows)
            for form in ("text", "csv", "json"):
                out = history("--state", state, "--by", "minute", "-o", form)
                self.assertNotRegex(out, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", form)
            table = list(csv.DictReader(io.StringIO(history("--state", state, "--by", "minute", "-o", "csv"))))
            self.assertEqual(len(table), len(evil))
            self.assertEqual(table[0]["section"], "/\\x1b[31mred")
            self.assertTrue(all(int(row["hits"]) == 1 and row["section"][0] == "/" for row in table))

    def test_it_can_be_read_while_it_is_written(self):
        with Folder() as folder:
            state, log = folder.file("state"), folder.file("access.log", line(int(time.time())))
            with Watch("--state", state, "--from", "start", "-u", "100ms", log) as spate:
                spate.until(lambda events: os.path.exists(state + "/state.db") and
                            run("history", "--state", state, "-o", "json")[0] == 0, "a history")
                deadline = time.monotonic() + 20
                while json.loads(history("--state", state, "-o", "json"))["hits"] < 2:
                    with open(log, "a", encoding="ascii") as out:
                        out.write(line(int(time.time())))
                    time.sleep(0.1)
                    self.assertLess(time.monotonic(), deadline)
                self.assertEqual(spate.stop()["type"], "summary")

    def test_errors_are_one_clear_line(self):
        with Folder() as folder:
            state = fill(folder, [line(BASE)])
            cases = [(("--state", folder.file("none")), 1, "none"),
                     (("--state", state, "--by", "week"), 2, "minute, hour or day"),
                     (("--state", state, "--from", "yesterday"), 2, "--from"),
                     (("--state", state, "--from", "1m", "--to", "2m"), 2, "before"),
                     (("--state", state, "-o", "xml"), 2, "csv"),
                     (("--state", state, "access.log"), 2, "FILE")]
            for args, code, words in cases:
                got, out, err = run("history", *args)
                self.assertEqual((got, out), (code, b""), args)
                self.assertEqual(err.count("\n"), 1, err)
                self.assertIn(words, err)


class State(unittest.TestCase):
    def test_the_second_process_says_who_holds_it(self):
        with Folder() as folder:
            state, log = folder.file("state"), folder.file("access.log", line(BASE))
            with Watch("--state", state, "-u", "100ms", log) as first:
                first.until(lambda events: events, "the first event")
                code, out, err = run("watch", "--headless", "--state", state, log)
                self.assertEqual((code, out), (1, b""))
                self.assertEqual(err.count("\n"), 1)
                self.assertIn(f"held by process {first.process.pid}", err)
                first.stop()

    def test_an_alert_goes_on_over_a_kill_and_is_told_once(self):
        with Folder() as folder:
            state, log = folder.file("state"), folder.file("access.log", "")
            args = ("--state", state, "-u", "100ms", "-r", "4s", "-f", "5", log)
            with Watch(*args) as spate:
                spate.until(lambda events: events, "the first event")
                with open(log, "a", encoding="ascii") as out:
                    out.write(line(int(time.time())) * 200)
                spate.until(lambda events: spate.alerts(), "the alert")
                fired = spate.alerts()[0]
                self.assertEqual((fired["state"], fired["hits"]), ("firing", 200))
                time.sleep(1.5)  # at most a second until it is kept
                spate.process.kill()
                spate.process.wait()
            with Watch(*args) as spate:
                spate.until(lambda events: spate.alerts(), "the recovery")
                recovered = spate.alerts()[0]
                summary = spate.stop()
            self.assertEqual((recovered["state"], recovered["id"]), ("recovered", fired["id"]))
            self.assertEqual(len(spate.alerts()), 1)
            self.assertEqual(summary["hits"], 200)
            self.assertEqual(len(summary["alerts"]), 1)
            self.assertEqual(summary["alerts"][0]["triggered_at"], fired["time"])
            self.assertEqual(summary["alerts"][0]["recovered_at"], recovered["time"])

    def test_the_usual_places(self):
        with Folder() as folder:
            log = folder.file("access.log", line(BASE))
            cases = [({"STATE_DIRECTORY": folder.file("service")}, "service"),
                     ({"XDG_STATE_HOME": folder.file("xdg")}, "xdg/spate"),
                     ({"HOME": folder.file("home")}, "home/.local/state/spate")]
            for variables, place in cases:
                env = {key: value for key, value in os.environ.items()
                       if key not in ("STATE_DIRECTORY", "XDG_STATE_HOME", "HOME")}
                code, out, err = run("watch", "--headless", "-o", "json", "--state=", "-", env=env | variables,
                                     stdin=line(BASE).encode())
                self.assertEqual(code, 0, err)
                self.assertTrue(os.path.exists(folder.file(place + "/state.db")), place)
                self.assertEqual(os.stat(folder.file(place)).st_mode & 0o777, 0o700)
                self.assertEqual(run("history", "-o", "json", env=env | variables)[0], 0)
            self.assertTrue(log)
            code, _, err = run("history", env={key: value for key, value in env.items()})
            self.assertEqual(code, 1)
            self.assertIn("STATE_DIRECTORY", err)

    def test_flipped_bytes_never_stop_it_and_are_never_believed(self):
        """Damage is put aside, or did not matter: figures are right, or begin anew."""
        with Folder() as folder:
            lines = [line(BASE + i, f"/s{i % 5}") for i in range(500)]
            state = fill(folder, lines)
            log, path = folder.file("access.log"), state + "/state.db"
            with open(path, "rb") as file:
                whole = bytearray(file.read())
            chance = random.Random(11)
            begun_anew = 0
            for i in range(60):
                bytes_now = bytearray(whole)
                for _ in range(chance.choice([1, 1, 4, 64])):
                    bytes_now[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
                for name in os.listdir(state):
                    os.unlink(os.path.join(state, name))
                with open(path, "wb") as file:
                    file.write(bytes_now)
                with Watch("--state", state, "--from", "end", "-u", "100ms", log) as spate:
                    spate.until(lambda events: events, "the first event")
                    summary = spate.stop()
                aside = [name for name in os.listdir(state) if "damaged" in name]
                self.assertIn(summary["hits"], (500, 0), (i, aside))
                self.assertEqual(bool(aside), summary["hits"] == 0, (i, aside))
                begun_anew += summary["hits"] == 0
            self.assertGreater(begun_anew, 5)

    def test_where_nothing_is_kept_yet_it_is_of_the_time_before_now(self):
        with Folder() as folder:
            state = folder.file("state")
            with Watch("--state", state, "-u", "100ms", folder.file("access.log", "")) as spate:
                spate.until(lambda events: events, "the first event")
                spate.stop()
            empty = json.loads(history("--state", state, "--from", "1h", "-o", "json"))
            self.assertEqual((empty["hits"], empty["to"][:4] >= "2024"), (0, True), empty)
            self.assertIn("nothing is kept of this time", history("--state", state))

    def test_a_full_disk_is_said_and_counting_goes_on(self):
        with Folder() as folder:
            state, log = folder.file("state"), folder.file("access.log", line(BASE))
            limit = 300 * 1024  # the state's files cannot grow beyond it
            with Watch("--state", state, "--from", "start", "-u", "100ms", log) as spate:
                spate.until(lambda events: events, "the first event")
                resource.prlimit(spate.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
                with open(log, "a", encoding="ascii") as out:
                    for i in range(30000):
                        out.write(line(BASE + 60 * i, f"/section-{i % 2000}", host=f"10.1.{i % 251}.{i % 241}"))
                spate.until(lambda events: sum(e["hits"] for e in spate.updates()) == 30000, "all lines")
                time.sleep(2.5)
                spate.poll()
                resource.prlimit(spate.process.pid, resource.RLIMIT_FSIZE,
                                 (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                summary = spate.stop()
                said = spate.process.stderr.read().decode()
            self.assertEqual(summary["hits"], 30001)
            self.assertIn("not saved at the moment", said)
            total = json.loads(history("--state", state, "--from", "3650d", "-o", "json"))
            self.assertEqual(total["hits"], 30001)

    def test_a_state_that_is_deleted_under_it_is_begun_anew(self):
        with Folder() as folder:
            state, log = folder.file("state"), folder.file("access.log", line(BASE) * 7)
            with Watch("--state", state, "--user", os.environ.get("USER", "root") if os.geteuid() else "root", "--from", "start",
                       "-u", "100ms", log) as spate:
                spate.until(lambda _: os.path.exists(state + "/state.db"), "the state")
                spate.until(lambda e: e and e[-1].get("window", {}).get("hits") == 7, "the lines")
                shutil.rmtree(state)
                with open(log, "a", encoding="ascii") as out:
                    out.write(line(BASE) * 5)
                spate.until(lambda _: os.path.exists(state + "/state.db"), "another one")
                self.assertEqual(spate.stop()["hits"], 12)
                self.assertIn("was deleted while it was used", spate.process.stderr.read().decode())
            with Watch("--state", state, "-u", "100ms", log) as spate:
                spate.until(lambda e: e, "an update")
                self.assertEqual(spate.stop()["hits"], 12)

    def small_disk(self, folder):
        """One of 600 kB, until the test is over."""
        disk = folder.file("disk")
        os.mkdir(disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "none", disk], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk])
        return disk

    @unittest.skipUnless(os.geteuid() == 0, "only root mounts")
    def test_a_state_for_whose_beginning_alone_there_is_room_is_no_damaged_one(self):
        with Folder() as folder:
            disk, log = self.small_disk(folder), folder.file("access.log", line(BASE) * 3)
            with open(disk + "/fill", "wb") as out:
                out.write(bytes(592 * 1024))
            with Watch("--state", disk + "/state", "--user", "root", "--from", "start", "-u", "100ms", log) as spate:
                spate.until(lambda e: e, "an update")
                for _ in range(3):
                    with open(log, "a", encoding="ascii") as out:
                        out.write(line(BASE))
                    time.sleep(1.2)
                os.unlink(disk + "/fill")
                spate.expect("is saved again")
                self.assertEqual(spate.stop()["hits"], 6)
                said = spate.notes()
            self.assertEqual([name for name in os.listdir(disk + "/state") if "damaged" in name], [])
            self.assertEqual(said.count("is not saved at the moment"), 1, said)
            self.assertEqual(said.count("is saved again"), 1, said)
            self.assertEqual(json.loads(history("--state", disk + "/state", "-o", "json"))["hits"], 6)

    @unittest.skipUnless(os.geteuid() == 0, "only root mounts")
    def test_it_starts_where_the_disk_is_full_and_saves_when_there_is_room(self):
        with Folder() as folder:
            disk, log = self.small_disk(folder), folder.file("access.log", line(BASE) * 3)
            args = ("--state", disk + "/state", "--user", "root", "--from", "start", "-u", "100ms", log)
            for expected in (4, 8):  # a fresh state, then one to go on from
                with open(disk + "/fill", "wb") as out:
                    try:
                        out.write(bytes(1 << 20))
                    except OSError:
                        pass
                with Watch(*args) as spate:
                    spate.until(lambda e: e, "an update")
                    with open(log, "a", encoding="ascii") as out:
                        out.write(line(BASE) if expected == 4 else line(BASE) * 4)
                    spate.expect("the state is not saved at the moment")
                    os.unlink(disk + "/fill")
                    spate.expect("is saved again")
                    self.assertEqual(spate.stop()["hits"], expected)
                total = json.loads(history("--state", disk + "/state", "-o", "json"))
                self.assertEqual(total["hits"], expected)
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            self.assertEqual(json.loads(history("--state", disk + "/state", "-o", "json"))["hits"], 8)


if __name__ == "__main__":
    assert os.path.exists(SPATE), SPATE
    unittest.main()
