"""`spate report` and `spate watch` against a naive computation over random logs.

The logs hold what real ones do: odd requests, cut lines, garbage, CRLF, other zones, lines out of
order. The computation here knows nothing of how the program counts: it has the list of what was
written, and adds up."""
import json
import random
import time
import unittest
from fractions import Fraction

from spate_run import Folder, run

LOGS = 20


def iso(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def stamp(second, zone):
    local = time.strftime("%d/%b/%Y:%H:%M:%S", time.gmtime(second + zone * 60))
    return f"{local} {'-' if zone < 0 else '+'}{abs(zone) // 60:02}{abs(zone) % 60:02}"


def alerts_of(seconds, window, threshold):
    """Each whole second from the first to the last, by the definition."""
    hits = {}
    for second in seconds:
        hits[second] = hits.get(second, 0) + 1
    found, firing, inside = [], None, 0
    for second in range(min(seconds), max(seconds) + 1) if seconds else ():
        inside += hits.get(second, 0) - hits.get(second - window, 0)
        rate = Fraction(inside, window)
        if firing:
            firing["peak"] = max(firing["peak"], inside)
            if rate < threshold:
                firing["recovered_at"] = iso(second)
                firing = None
        elif rate > threshold:
            firing = {"triggered_at": iso(second), "hits": inside, "peak": inside, "recovered_at": None}
            found.append(firing)
    return found


class Written:
    """A random log, and what is true of it."""

    def __init__(self, seed):
        self.random = dice = random.Random(seed)
        self.format = dice.choice(["common", "combined", "vhost_combined"])
        self.zone = dice.choice([0, 0, -240, 330, 845])
        self.lines, self.hits, self.rejected = [], [], 0
        span = dice.choice([1, 5, 60, 300, 1200])
        burst = sorted(dice.uniform(0, span) for _ in range(2))
        start = dice.choice([86400, 951782390, 1316373508, 1700000000])
        seconds = [start + int(dice.uniform(*dice.choice([(0, span), burst])))
                   for _ in range(dice.choice([1, 2, 10, 100, 400]))]
        if dice.random() < 0.7:
            seconds.sort()
        for second in seconds:
            self.line(second)
        self.bytes = b"\n".join(self.lines) + (b"\n" if dice.random() < 0.7 else b"")

    def target(self):
        """A request and its section."""
        dice = self.random
        if dice.random() < 0.2:
            return dice.choice(["-", "", "\\x16\\x03", "OPTIONS * HTTP/1.1", "GET", "CONNECT h:443 HTTP/1.1"]), None
        section = dice.choice(["/", "/a", "/c.html", "//x", f"/s{dice.randrange(40)}"])
        more = ["", "?a=1/2", "#b"] + ([] if section == "/" else ["/more/x"])
        path = dice.choice(["", "", "http://h.example"]) + section + dice.choice(more)
        request = dice.choice(["GET ", "POST "]) + path + dice.choice([" HTTP/1.1", " HTTP/1.0", ""])
        return request, "/" if section == "//x" else section

    def line(self, second):
        dice = self.random
        kind = dice.random()
        if kind < 0.03:
            self.lines.append(dice.choice([b"garbage", b"1.2.3.4 - - [", b"\x00\xff", b"GET / HTTP/1.1"]))
            self.rejected += 1
            return
        if kind < 0.06:
            self.lines.append(dice.choice([b"", b"\r"]))
            return
        host = dice.choice([f"10.0.0.{dice.randrange(30)}", f"2001:db8::{dice.randrange(9)}"])
        status, size = dice.choice(["200", "304", "404", "500", "-"]), dice.choice(["0", "-", "5", "10000000000"])
        request, section = self.target()
        text = (f'{host} - {dice.choice(["-", "frank", "John Smith"])} [{stamp(second, self.zone)}] '
                f'"{request}" {status} {size}')
        if self.format == "vhost_combined":
            text = "v.example:80 " + text
        if self.format != "common":
            text += f' "{dice.choice(["-", "http://r/"])}" "Mo \\"z\\""'
            text = text[:-1] if dice.random() < 0.05 else text
        if dice.random() < 0.05:
            text += ' extra "junk'
        self.lines.append(text.encode() + dice.choice([b"", b"", b"\r"]))
        self.hits.append((second, section, status, 0 if size == "-" else int(size), host))

    def sections(self):
        rows = {}
        for _, section, status, size, _ in self.hits:
            if section:
                hits, total, errors = rows.get(section, (0, 0, 0))
                rows[section] = hits + 1, total + size, errors + (status == "500")
        return sorted(((name, *row) for name, row in rows.items()), key=lambda row: (-row[1], row[0]))

    def figures(self):
        """As `sums` gives them."""
        statuses = {}
        for _, _, status, _, _ in self.hits:
            if status != "-":
                statuses[status] = statuses.get(status, 0) + 1
        seconds = [hit[0] for hit in self.hits]
        span = (iso(min(seconds)), iso(max(seconds))) if seconds else (None, None)
        return {"read": len(self.hits) + self.rejected, "parsed": len(self.hits), "rejected": self.rejected,
                "hits": len(self.hits), "bytes": sum(hit[3] for hit in self.hits),
                "visitors": len({hit[4] for hit in self.hits}), "time": span, "status": statuses,
                "sections": self.sections()}


def sums(printed):
    """The same out of what the program printed."""
    out = {key: printed["lines"][key] for key in ("read", "parsed", "rejected")}
    out.update({key: printed[key] for key in ("hits", "bytes", "visitors", "status")})
    out["time"] = printed["time"]["first"], printed["time"]["last"]
    out["sections"] = [(s["name"], s["hits"], s["bytes"], s["errors"]) for s in printed["sections"]]
    return out


class Naive(unittest.TestCase):
    maxDiff = None

    def logs(self):
        for seed in range(LOGS):
            log = Written(seed)
            window, threshold = log.random.choice([1, 2, 10, 60, 120]), log.random.choice(["0.1", "0.7", "2.5", "10"])
            options = ["-o", "json", "--top", "0", "-F", log.format, "-r", str(window), "-f", threshold]
            with self.subTest(seed=seed, options=options):
                yield log, options, alerts_of([hit[0] for hit in log.hits], window, Fraction(threshold)), window

    def test_report(self):
        with Folder() as folder:
            for log, options, alerts, window in self.logs():
                code, out, err = run("report", *options, folder.file("a.log", log.bytes))
                printed = json.loads(out)
                self.assertEqual((code, sums(printed)), (0, log.figures()), err)
                for got, right in zip(printed["alerts"], alerts):
                    self.assertAlmostEqual(got["rate"], right["hits"] / window, delta=0.00501)
                    self.assertAlmostEqual(got["peak_rate"], right["peak"] / window, delta=0.00501)
                self.assertEqual([(a["triggered_at"], a["hits"], a["recovered_at"]) for a in printed["alerts"]],
                                 [(a["triggered_at"], a["hits"], a["recovered_at"]) for a in alerts])

    def test_a_live_run_over_standard_input(self):
        for log, options, alerts, _ in self.logs():
            code, out, err = run("watch", "--headless", *options, "-", stdin=log.bytes)
            events = [json.loads(one) for one in out.splitlines()]
            updates = [e for e in events if e["type"] == "update"]
            self.assertEqual((code, events[-1]["type"], sums(events[-1])), (0, "summary", log.figures()), err)
            self.assertEqual(sum(u["hits"] for u in updates), len(log.hits))
            self.assertEqual(sum(u["lines"]["read"] for u in updates), events[-1]["lines"]["read"])
            seconds = [hit[0] for hit in log.hits]
            if seconds != sorted(seconds):
                continue  # what is late live is in its place in a report
            right = [("firing", a["triggered_at"]) for a in alerts]
            right += [("recovered", a["recovered_at"]) for a in alerts if a["recovered_at"]]
            got = [(e["state"], e["time"]) for e in events if e["type"] == "alert"]
            self.assertEqual(sorted(got), sorted(right))
            self.assertEqual([(a["triggered_at"], a["hits"], a["recovered_at"]) for a in events[-1]["alerts"]],
                             [(a["triggered_at"], a["hits"], a["recovered_at"]) for a in alerts])

    def test_a_line_cut_anywhere_is_a_hit_from_its_bytes_on(self):
        whole = (b'1.2.3.4 - John Smith [18/Sep/2011:19:18:28 -0400] "GET /a/b?x=1 HTTP/1.1" 200 2326 '
                 b'"http://r/" "Mo\\"z \\x41"')
        cuts = [whole] + [whole[:end] for end in range(1, len(whole))]
        for options in ((), ("-F", "combined")):
            _, out, _ = run("parse", *options, "-", stdin=b"\n".join(cuts))
            read = [json.loads(one) for one in out.splitlines()]
            self.assertEqual([r["ok"] for r in read], [len(cut) > whole.index(b"2326") for cut in cuts])
            for cut, r in zip(cuts, read):
                self.assertEqual("agent" in r, cut == whole)
                self.assertEqual("column" in r and r["column"] <= len(cut) + 1, not r["ok"])


if __name__ == "__main__":
    unittest.main()
