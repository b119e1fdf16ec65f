"""`--from` and `--to`, and logs as they lie around: rotated, compressed, not in the order of their names."""
import gzip
import json
import random
import shutil
import subprocess
import time
import unittest

from spate_run import Folder, Watch, line, report, run

BEGIN = 1431857100  # 2015-05-17T10:05:00Z


def hits(*args, **more):
    return report("--only", "status", *args, **more)["hits"]


def rows(*args, stdin=b""):
    code, out, err = run("parse", *args, stdin=stdin)
    assert code == 0, (code, err)
    return [json.loads(row) for row in out.splitlines()]


def seconds(first, count):
    return "".join(line(BEGIN + first + i) for i in range(count))


W3C = (("date time c-ip cs-uri-stem sc-status sc-bytes time-taken", "{0} {1} 192.0.2.7 /a 200 100 7"),
       ("c-ip date time cs-uri-stem sc-status sc-bytes time-taken", "192.0.2.7 {0} {1} /a 200 100 7"),
       ("c-ip date time cs-uri-stem sc-status time-taken sc-bytes", "192.0.2.7 {0} {1} /a 200 7 100"),
       ("time date c-ip cs-uri-stem sc-status time-taken sc-bytes", "{1} {0} 192.0.2.7 /a 200 7 100"))


def w3c(count, change):
    """A second a line, whose columns are others every `change` lines."""
    rows = []
    for i in range(count):
        columns, values = W3C[i // change % len(W3C)]
        if i % change == 0:
            rows.append("#Software: x\n#Fields: " + columns + "\n")
        when = time.gmtime(BEGIN + i)
        rows.append(values.format(time.strftime("%Y-%m-%d", when), time.strftime("%H:%M:%S", when)) + "\n")
    return "".join(rows)


class Range(unittest.TestCase):
    def test_a_time_may_be_written_in_several_ways(self):
        log = seconds(0, 600).encode()
        for time in ("2015-05-17T10:10:00Z", "2015-05-17T12:10:00+02:00", "2015-05-17 10:10:00", "2015-05-17 10:10",
                     "2015-05-17T10:10", "17/May/2015:10:10:00 +0000", "[17/May/2015:12:10:00 +0200]",
                     "17/May/2015:10:10"):
            with self.subTest(time=time):
                self.assertEqual(hits("--from", time, "-", stdin=log), 300)
                self.assertEqual(hits("--to", time, "-", stdin=log), 301)
                self.assertEqual(len(rows("--from", time, "-", stdin=log)), 300)
        self.assertEqual(hits("--from", "2015-05-17", "--to", "2015-05-18", "-", stdin=log), 600)
        self.assertEqual(hits("--from", "2015-05-18", "-", stdin=log), 0)

    def test_what_is_no_time_is_bad_usage(self):
        for time in ("yesterday", "2015-5-17", "17/05/2015", "10:10", "2015-05-17T25:00", "end"):
            code, out, err = run("report", "--from", time, "-")
            self.assertEqual((code, out), (2, b""), time)
            self.assertEqual(err.count("\n"), 1, err)
            self.assertIn(f"--from: bad value `{time}'", err)

    def test_an_end_before_the_beginning_is_bad_usage(self):
        with Folder() as f:
            log = f.file("a.log", seconds(0, 600))
            for command in ("report", "parse"):
                for begin, end in (("1m", "2m"), ("2015-05-17T10:10:00Z", "2015-05-17T10:09:59Z"), ("1s", "90s")):
                    self.assertEqual(run(command, "--from", begin, "--to", end, log),
                                     (2, b"", f"spate: --from {begin} is after --to {end}\n"))
            self.assertEqual(hits("--from", "1m", "--to", "1m", log), 1)

    def test_a_duration_counts_back_from_the_newest_line_of_all_files(self):
        with Folder() as f:
            old, new = f.file("a.log.1", seconds(0, 600)), f.file("a.log", seconds(600, 60))
            for order in ((old, new), (new, old)):
                self.assertEqual(hits("--from", "59s", *order), 60)
                self.assertEqual(hits("--from", "159s", *order), 160)
                self.assertEqual(hits("--from", "159s", "--to", "60s", *order), 100)
                self.assertEqual(hits("--to", "10m", *order), 60)

    def test_columns_that_change_in_mid_file_are_those_of_the_place_that_is_found(self):
        with Folder() as f:
            log = f.file("w3c.log", w3c(20000, 2500))
            for last in (5, 2400, 3000, 5100, 9000, 15000, 19999):
                with self.subTest(last=last):
                    one = report("-F", "w3c", "--from", f"{last - 1}s", log)
                    self.assertEqual((one["hits"], one["bytes"]), (last, last * 100))
                    with Watch("-F", "w3c", "--from", f"{last}s", "-u", "100ms", "-f", "9999", "-r", "6h", log) as w:
                        w.until(lambda e: w.updates() and w.updates()[-1]["window"]["hits"] >= last, "all of it")
                        summary = w.stop()
                    self.assertEqual((summary["hits"], summary["bytes"], summary["lines"]["rejected"]),
                                     (last, last * 100, 0))

    def test_who_begins_at_the_end_knows_the_columns_there(self):
        with Folder() as f:
            log = f.file("w3c.log", w3c(20000, 2500))
            for choice in ("auto", "w3c"):
                with self.subTest(choice=choice), Watch("-F", choice, "--from", "end", "-u", "100ms", log) as w:
                    w.until(lambda e: w.updates(), "updates")
                    with open(log, "a") as more:
                        more.write(W3C[3][1].format("2015-05-18", "10:00:00") + "\n")
                    w.until(lambda e: sum(u["hits"] for u in w.updates()) == 1, "the new line")
                    self.assertEqual(w.stop()["bytes"], 100)

    def test_one_line_far_in_the_future_does_not_count(self):
        with Folder() as f:
            log = f.file("a.log", seconds(0, 600) + line(4000000000))
            self.assertEqual(len([1 for one in rows("--from", "59s", log) if one["time"] < "2020"]), 60)

    def test_compressed_logs_tell_their_last_time_where_no_other_does(self):
        with Folder() as f:
            packed = f.file("a.log.2.gz", gzip.compress(seconds(0, 600).encode()))
            self.assertEqual(hits("--from", "59s", packed), 60)
            self.assertEqual(len(rows("--from", "59s", packed)), 60)
        code, _, err = run("report", "--from", "1m", "-", stdin=seconds(0, 10).encode())
        self.assertEqual(code, 1)
        self.assertIn("a duration counts from the last line of a file", err)

    def test_an_empty_log_is_an_empty_report(self):
        with Folder() as f:
            self.assertEqual(hits("--from", "10m", f.file("a.log", "")), 0)

    def test_rotated_logs_are_read_as_one(self):
        with Folder() as f:
            f.file("a.log.2.gz", gzip.compress(seconds(0, 600).encode()))
            f.file("a.log", seconds(1200, 600))
            third = f.file("a.log.1", seconds(600, 600))
            if shutil.which("zstd"):
                subprocess.run(["zstd", "-q", "--rm", third], check=True)
            pattern = f.file("a.log*")
            got = rows(pattern)
            self.assertEqual([one["time"] for one in got], sorted(one["time"] for one in got))
            self.assertEqual(len(got), 1800)
            self.assertEqual(len({one["file"] for one in got}), 3)
            around = rows("--from", "2015-05-17T10:14:50Z", "--to", "2015-05-17T10:15:09Z", pattern)
            self.assertEqual([one["line"] for one in around], [*range(591, 601), *range(1, 11)])
            self.assertEqual(hits("--from", "2015-05-17T10:14:50Z", "--to", "2015-05-17T10:15:09Z", pattern), 20)
            self.assertEqual(hits("--from", "21m", pattern), 1261)

    def test_files_without_a_time_stay_as_they_were_given(self):
        with Folder() as f:
            b, a = f.file("b.log", "junk\n" + seconds(100, 2)), f.file("a.log", "nothing\n")
            self.assertEqual([(one["file"], one["line"]) for one in rows(b, a)], [(b, 1), (b, 2), (b, 3), (a, 1)])


class Large(unittest.TestCase):
    """Found by bisection; lines a little out of order and empty ones are neither lost nor misnumbered."""

    def test_every_line_of_the_range_and_its_number(self):
        dice = random.Random(5)
        log = []
        for i in range(60000):
            log.append(line(BEGIN + i // 10 - dice.choice((0, 0, 0, 3, 60)), path=f"/{i}"))
            if i % 500 == 0:
                log.append("\n")
        with Folder() as f:
            path = f.file("a.log", "".join(log))
            everything = rows(path)
            self.assertEqual(len(everything), 60000)
            for first, last in (("10:06", "10:07"), ("11:00", "11:01"), ("11:44", "23:00"), ("00:00", "10:05"),
                                ("10:30", "11:30")):
                first, last = f"2015-05-17T{first}:00Z", f"2015-05-17T{last}:00Z"
                want = [one for one in everything if first <= one["time"] <= last]
                self.assertEqual(rows("--from", first, "--to", last, path), want)
                self.assertEqual(hits("--from", first, "--to", last, path), len(want))


class Columns(unittest.TestCase):
    """A log that names its columns in its own lines, and other ones later: wherever reading begins, they hold."""

    @staticmethod
    def log():
        def clock(i):
            return f"2015-05-17 1{i // 7200}:{i // 120 % 60:02}:{i // 2 % 60:02}"
        rows = ["#Software: IIS\n", "#Fields: date time c-ip cs-method cs-uri-stem sc-status sc-bytes\n"]
        rows += [f"{clock(i)} 10.0.0.{i % 50} GET /a/{i % 7} 200 1234\n" for i in range(25000)]
        rows += ["#Fields: date time cs-method cs-uri-stem c-ip sc-bytes sc-status\n"]
        rows += [f"{clock(i)} GET /b/{i % 7} 10.0.0.{i % 50} 4321 404\n" for i in range(25000, 60000)]
        return "".join(rows)

    def test_threads_change_nothing(self):
        with Folder() as f:
            path = f.file("a.log", self.log())
            for named in ((), ("-F", "iis")):
                for jobs in ("1", "2", "3"):
                    r = report(*named, "-j", jobs, path)
                    self.assertEqual((r["hits"], r["lines"]["rejected"], r["visitors"]), (60000, 0, 50), (named, jobs))
                    self.assertEqual(r["status"], {"200": 25000, "404": 35000})
                    self.assertEqual(r["bytes"], 25000 * 1234 + 35000 * 4321)

    def test_ranges_find_them(self):
        with Folder() as f:
            path = f.file("a.log", self.log())
            self.assertEqual(hits("--from", "59s", path), 120)
            self.assertEqual(hits("--from", "2015-05-17 18:19", path), 120)
            late = rows("--from", "2015-05-17 18:19", path)
            self.assertEqual([one["line"] for one in late], list(range(59884, 60004)))
            self.assertEqual({(one["status"], one["bytes"]) for one in late}, {(404, 4321)})
            early = rows("--from", "2015-05-17 11:00", "--to", "2015-05-17 11:00:59", path)
            self.assertEqual([one["status"] for one in early], [200] * 120)

    def test_a_log_that_is_followed_from_its_end_has_its_columns(self):
        with Folder() as f:
            path = f.file("a.log", self.log()[:900000])
            with Watch("--from", "end", "-u", "100ms", path) as watch:
                watch.until(lambda events: events, "the first update")
                with open(path, "a") as log:
                    log.write("\n2015-05-17 19:00:00 10.0.0.1 GET /new/1 200 7\n")
                watch.until(lambda events: any(one["hits"] for one in events), "the line")
                summary = watch.stop()
            self.assertEqual((summary["hits"], summary["bytes"]), (1, 7))
            self.assertEqual(summary["sections"][0]["name"], "/new")


if __name__ == "__main__":
    unittest.main()
