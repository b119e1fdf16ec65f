"""`spate report`: figures of real and made logs, ranges, threads."""
import gzip
import json
import os
import random
import unittest

from spate_run import SHARED, Folder, line, report, run


def shared(name):
    path = os.path.join(SHARED, name)
    if not os.path.exists(path):
        raise unittest.SkipTest(f"{name} is not on this machine")
    return path


class RealLogs(unittest.TestCase):
    def test_elastic(self):
        r = report(shared("elastic-apache_logs.log"))
        self.assertEqual(r["hits"], 10000)
        self.assertEqual(r["lines"]["rejected"], 0)
        self.assertEqual(r["bytes"], 2747282740)
        self.assertEqual(r["status"]["200"], 9126)
        self.assertEqual(sum(r["status"].values()), 10000)
        self.assertEqual((r["sections"][0]["name"], r["sections"][0]["hits"]), ("/presentations", 2305))
        self.assertEqual(r["visitors"], 1753)
        self.assertEqual(r["time"]["first"], "2015-05-17T10:05:00Z")
        self.assertEqual(r["hits_per_second"], 0.03)

    def test_antlr(self):
        r = report(shared("antlr-2003.log"))
        self.assertEqual((r["hits"], r["bytes"], r["lines"]["rejected"]), (6211, 190429376, 0))

    def test_nasa(self):
        r = report(shared("nasa-aug95-1930.log"))
        self.assertEqual((r["hits"], r["lines"]["rejected"], r["lines"]["read"]), (1841, 89, 1930))

    def test_gonx(self):
        r = report("-F", '$remote_addr [$time_local] "$request" $status $request_length $body_bytes_sent '
                   '$request_time "$t_size" $read_time $gen_time', shared("gonx-example.log"))
        self.assertEqual(r["hits"], 1000)
        p = r["request_time"]
        self.assertTrue(0 < p["p50"] <= p["p90"] <= p["p95"] <= p["p99"] <= p["max"] < 60, p)
        with open(shared("gonx-example.log"), encoding="utf-8", errors="replace") as log:
            times = sorted(float(row.split('" ')[1].split()[3]) for row in log)
        self.assertEqual(p["max"], times[-1])
        self.assertAlmostEqual(p["p99"], times[int(len(times) * 0.99) - 1], delta=times[-1] * 0.01)


class Percentiles(unittest.TestCase):
    """Of the request time, total and by section, merged over threads: within one percent of what sorting finds."""

    FORMAT = '$remote_addr [$time_local] "$request" $status $body_bytes_sent $request_time'
    SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1}

    def check(self, got, times):
        times.sort()
        self.assertEqual(got["count"], len(times))
        self.assertEqual(got["unit"], "s")
        for key, share in self.SHARES.items():
            exact = times[max(0, -int(-share * len(times) // 1) - 1)]
            self.assertLessEqual(abs(got[key] - exact), exact * 0.01, (key, got[key], exact))

    def test_they_err_by_at_most_one_percent(self):
        dice = random.Random(11)
        spread = {"/a": -3, "/b": 0, "/c": -6}
        rows, times = [], {name: [] for name in spread}
        for i in range(40000):
            name = dice.choice([*spread])
            text = f"{dice.lognormvariate(spread[name], 1.5):.3f}"
            times[name].append(float(text))
            rows.append(f'10.0.0.1 [17/May/2015:10:{i // 1000:02}:00 +0000] "GET {name}/{i % 9} HTTP/1.1" 200 5 {text}\n')
        with Folder() as f:
            path = f.file("a.log", "".join(rows)) # more than two threads' least
            self.assertGreater(os.path.getsize(path), 2 << 20)
            seen = []
            for jobs in ("1", "2", "3"):
                r = report("-F", self.FORMAT, "--jobs", jobs, path)
                self.check(r["request_time"], sum(times.values(), []))
                for one in r["sections"]:
                    self.check(one["request_time"], list(times[one["name"]]))
                seen.append((r["request_time"], r["sections"]))
            self.assertEqual(len(seen[0][1]), 3)
            self.assertEqual(seen[0], seen[1])
            self.assertEqual(seen[0], seen[2])


class MadeLogs(unittest.TestCase):
    def test_an_empty_log_has_nulls(self):
        r = report("-")
        self.assertEqual(r["time"], {"first": None, "last": None})
        self.assertEqual((r["hits"], r["bytes"], r["alerts"], r["sections"]), (0, 0, [], []))

    def test_sections_are_ordered_by_hits_then_name(self):
        log = "".join(line(1000, p) for p in ("/b", "/a", "/c/x", "/c/y?q#f", "/", "//z", "*", "-"))
        r = report("-", stdin=log.encode())
        self.assertEqual([(s["name"], s["hits"]) for s in r["sections"]],
                         [("/", 2), ("/c", 2), ("/a", 1), ("/b", 1)])
        self.assertEqual(r["hits"], 8)

    def test_top_limits_and_zero_shows_all(self):
        log = "".join(line(1000, f"/s{i}") for i in range(25)).encode()
        self.assertEqual(len(report("-", stdin=log)["sections"]), 10)
        self.assertEqual(len(report("--top", "3", "-", stdin=log)["sections"]), 3)
        self.assertEqual(len(report("--top", "0", "-", stdin=log)["sections"]), 25)

    def test_the_client_is_the_peer_or_the_forwarded_one(self):
        with Folder() as f:
            request = ' - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "-" "x" '
            log = f.file("log", '10.0.0.1' + request + '"198.51.100.4, 10.0.0.2"\n'
                         + '10.0.0.1' + request + '"unknown"\n')
            hosts = {which: [a["name"] for a in report("--client", which, log)["addresses"]]
                     for which in ("peer", "forwarded")}
            self.assertEqual(hosts, {"peer": ["10.0.0.1"], "forwarded": ["10.0.0.1", "198.51.100.4"]})
            code, _, err = run("report", "--client", "proxy", log)
            self.assertEqual(code, 2)
            self.assertIn("peer or forwarded", err)

    def test_only_leaves_the_other_dimensions_out(self):
        r = report("--only", "sections,status", "-", stdin=line(1000).encode())
        self.assertNotIn("request_time", r)
        self.assertIn("request_time", report("--only", "request_time", "-", stdin=line(1000).encode()))
        self.assertIn("sections", r)
        self.assertIn("status", r)
        for key in ("visitors", "paths", "agents"):
            self.assertNotIn(key, r)

    def test_alerts_equal_a_naive_recomputation(self):
        random.seed(7)
        for round_number in range(40):
            window, threshold = random.choice([(5, 2.0), (10, 1.0), (3, 1.5), (120, 0.1)])
            t, seconds = 1_500_000_000, []
            for _ in range(random.randrange(1, 400)):
                t += random.choice([0, 0, 0, 0, 1, 1, 2, random.randrange(1, 500)])
                seconds.append(t)
            lines = [line(s) for s in seconds]
            random.shuffle(lines)
            r = report("-r", str(window), "-f", str(threshold), "-", stdin="".join(lines).encode())
            want, firing = [], None
            for s in range(min(seconds), max(seconds) + 1):
                hits = sum(s - window < x <= s for x in seconds) if len(seconds) < 60 else None
                if hits is None:
                    hits = fast_count(seconds, s - window, s)
                if firing is None and hits / window > threshold:
                    firing = {"at": s, "hits": hits, "peak": hits}
                elif firing is not None:
                    firing["peak"] = max(firing["peak"], hits)
                    if hits / window < threshold:
                        want.append((firing["at"], firing["hits"], firing["peak"], s))
                        firing = None
            if firing:
                want.append((firing["at"], firing["hits"], firing["peak"], None))
            got = [(a["triggered_at"], a["hits"], a["peak_rate"], a["recovered_at"]) for a in r["alerts"]]
            self.assertEqual(got, [(stamp(a), h, round(p / window, 2), stamp(b)) for a, h, p, b in want],
                             f"round {round_number}")

    def test_a_line_from_the_year_2999_moves_nothing(self):
        log = "".join(line(1_500_000_000 + i // 20) for i in range(400)) + line(32_472_144_000)
        r = report("-r", "10", "-f", "5", "-", stdin=log.encode())
        self.assertEqual(r["hits"], 401)
        self.assertEqual(r["time"]["last"], stamp(1_500_000_019))
        self.assertEqual(len(r["alerts"]), 1)
        self.assertIsNone(r["alerts"][0]["recovered_at"])

    def test_ranges(self):
        with Folder() as f:
            log = f.file("a.log", "".join(line(1_500_000_000 + i, f"/s{i % 7}") for i in range(50_000)))
            r = report("--from", "10m", log)
            self.assertEqual(r["hits"], 601)
            r = report("--from", stamp(1_500_001_000), "--to", stamp(1_500_001_999), log)
            self.assertEqual(r["hits"], 1000)
            self.assertEqual((r["time"]["first"], r["time"]["last"]),
                             (stamp(1_500_001_000), stamp(1_500_001_999)))

    def test_threads_and_compression_change_nothing(self):
        with Folder() as f:
            random.seed(3)
            text = "".join(line(1_500_000_000 + i // 30, f"/s{random.randrange(40)}/{random.randrange(500)}",
                                random.choice([200, 200, 404, 500]), random.randrange(10_000),
                                f"10.0.{random.randrange(8)}.{random.randrange(250)}")
                           for i in range(60_000))
            plain = f.file("a.log", text)
            packed = f.file("a.log.gz", gzip.compress(text.encode()))
            one = report("--jobs", "1", "--top", "0", plain)
            for args in (["--jobs", "4", plain], ["--jobs", "1", packed], ["--jobs", "3", packed]):
                self.assertEqual(report("--top", "0", *args), one, args)
            self.assertEqual(report("--top", "0", plain, packed)["hits"], 2 * one["hits"])

    def test_pieces_of_a_file_are_read_like_the_whole(self):
        def combined(i):
            return line(1_500_000_000 + i // 30, f"/s{i % 40}/{i % 333}", 200 if i % 9 else 500, i % 5000)

        def w3c(i):
            return f"2015-05-17 10:{i // 1000 % 60:02}:{i % 60:02} GET /s{i % 40}/{i % 333} 200 {i % 5000:09} 10.0.{i % 7}.{i % 250}\n"

        fields = "#Fields: date time cs-method cs-uri-stem sc-status sc-bytes c-ip\n"
        other = '{"ts":1500002000.5,"request":{"remote_ip":"10.1.1.1","method":"GET","host":"h","uri":"/j"},"status":200,"size":5}\n'
        many = range(45_000)
        logs = {
            "one format": "".join(map(combined, many)),
            "redeployed": "".join(map(combined, range(20_000))) + other * 10_000 + "".join(map(combined, many)),
            "mixed": "".join(combined(i) + (other if i % 3 == 0 else "") for i in many),
            "rubbish": "".join(combined(i) + ("no line\n" * 3000 if i % 20_000 == 0 else "") for i in many),
            "columns": "#Version: 1.0\n" + fields + "".join(map(w3c, many)),
            "columns named late": combined(0) + fields + "".join(map(w3c, many)),
            "columns named anew": fields + "".join(map(w3c, range(25_000))) +
                                  "#Fields: c-ip date time cs-method cs-uri-stem sc-status\n" +
                                  "".join(f"10.9.9.{i % 250} 2015-05-17 12:00:00 GET /late/{i % 9} 404\n" for i in many),
            "no known format": "what is this\n" * 200_000,
        }
        with Folder() as f:
            for name, text in logs.items():
                path = f.file("a.log", text)
                self.assertGreater(len(text), 2 << 20, name)
                told = {jobs: run("report", "-o", "json", "--top", "0", "--jobs", jobs, path) for jobs in "1238"}
                for jobs in "238":
                    self.assertTrue(told[jobs] == told["1"], (name, jobs)) # their difference would be long
                self.assertGreater(json.loads(told["1"][1])["lines"]["read"], 44_999)
                self.assertEqual(told["1"][2].count("no known format fits"), name == "no known format")

    def test_hostile_bytes_leave_only_clean_json_and_text(self):
        log = (b'1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET /\x1b[2J\x9b31m\xe2\x80\xae/x HTTP/1.1" 200 5 "\x07" "\x1b]0;t\x07"\n'
               b'2.2.2.2 - - [17/May/2015:10:05:03 +0000] "\\x16\\x03\\x01" 400 0 "-" "-"\n'
               b'\x1b[31m garbage \r\x00\n')
        code, out, _ = run("report", "-o", "json", "-", stdin=log)
        self.assertEqual(code, 0)
        self.assertEqual((json.loads(out)["hits"], json.loads(out)["lines"]["rejected"]), (2, 1))
        for args in (["report", "-o", "json", "-"], ["report", "-"], ["parse", "-"]):
            _, out, _ = run(*args, stdin=log)
            self.assertFalse([b for b in out if (b < 32 and b != 10) or b == 127], args)
            out.decode()  # valid UTF-8
            self.assertNotIn("\u202e", out.decode())


def fast_count(seconds, low, high):
    import bisect
    return bisect.bisect_right(seconds, high) - bisect.bisect_right(seconds, low)


def stamp(second):
    import time
    return None if second is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


if __name__ == "__main__":
    unittest.main()
