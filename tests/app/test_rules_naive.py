"""Random rules as they stand in a configuration, with random filters, against a naive computation: `report`, over
lines in any order, and a live run must tell of the same firings and recoveries.

The computation here knows the words of docs/alerts.md and nothing else: for every second and rule it goes through
the list of all lines."""
import json
import random
import re
import time
import unittest
from fractions import Fraction

from spate_run import Folder, run

LOGS, RULES = 25, 8
T = 1_700_000_000
FORMAT = ('$host $remote_addr - - [$time_local] "$request" $status $body_bytes_sent "$http_referer" '
          '"$http_user_agent" $request_time')

VALUES = {
    "section": ["/", "/a", "/api", "/login", "/a b"],
    "host": ["10.0.0.1", "10.0.0.2", "10.1.0.3", "2001:db8::7"],
    "vhost": ["one.example", "two.example", "_"],
    "status": [200, 204, 304, 401, 404, 499, 500, 503],
    "method": ["GET", "POST", "HEAD"],
    "agent": [None, "curl/8", "Mozilla (bot; x)", "Spider 2", "or and not"],
    "referrer": [None, "http://r/", "http://other/?a=(1)"],
}
# Far from every level below, so that it does not matter how finely durations are kept.
DURATIONS = ["0.003", "0.040", "0.300", "2.000", "9.000"]
PATTERNS = ["^/a", "o", "bot|spider", "(?i)SPIDER", "^10\\.0\\.", "[0-9]$", "", "^$", "\\(", "x|y|z", "^[^:]*$", "and not"]


def iso(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


# ---- Filters: as text, and as a function of a line ------------------------------------------------------------------

def quoted(word, dice):
    if re.fullmatch(r"[^\s()\"]+", word) and word not in ("and", "or", "not") and dice.random() < 0.6:
        return word
    return '"' + word.replace('"', '\\"') + '"'


def text_comparison(dice):
    field = dice.choice(["section", "host", "vhost", "method", "agent", "referrer"])
    if dice.random() < 0.5:
        pattern, no = dice.choice(PATTERNS), dice.random() < 0.4
        found = re.compile(pattern)
        return (f"{field} {'!~' if no else '~'} {quoted(pattern, dice)}",
                lambda h: h[field] is not None and bool(found.search(h[field])) != no)
    value, op = dice.choice([v for v in VALUES[field] if v]), dice.choice(["=", "=", "!=", "<", ">="])
    return (f"{field} {op} {quoted(value, dice)}", lambda h: h[field] is not None and {
        "=": h[field] == value, "!=": h[field] != value, "<": h[field] < value, ">=": h[field] >= value}[op])


def number_comparison(dice):
    op = dice.choice(["=", "!=", "<", "<=", ">", ">="])

    def holds(a, b):
        return {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
    kind = dice.randrange(4)
    if kind == 0:
        hundred = dice.choice([2, 4, 5])
        return f"status {op} {hundred}xx", lambda h: holds(h["status"] // 100, hundred)
    if kind == 1:
        code = dice.choice(VALUES["status"])
        return f"status {op} {code}", lambda h: holds(h["status"], code)
    if kind == 2:
        size = dice.choice([0, 100, 250])
        return f"bytes {op} {size}", lambda h: holds(h["bytes"], size)
    ms = dice.choice([40, 300, 1000])
    word = dice.choice([f"{ms}ms", f"{ms / 1000}", f"{ms / 1000}s"])
    return (f"request_time {op} {word}", lambda h: h["ms"] is not None and holds(h["ms"], ms))


def expression(dice, depth=3):
    """(text, function, how tightly it binds: 0 `or`, 1 `and`, 2 the rest)"""
    kind = dice.randrange(10) if depth else 0
    if kind < 4:
        return (*dice.choice([text_comparison, number_comparison])(dice), 2)
    if kind == 4:
        text, function, bind = expression(dice, depth - 1)
        return (f"not {text}" if bind == 2 else f"not ({text})"), (lambda h: not function(h)), 2
    parts = [expression(dice, depth - 1) for _ in range(dice.choice([2, 2, 3]))]
    both = kind < 7
    words = [f"({t})" if b < both or dice.random() < 0.3 else t for t, _, b in parts]
    functions = [f for _, f, _ in parts]
    if both:
        return " and ".join(words), (lambda h: all(f(h) for f in functions)), 1
    return " or ".join(words), (lambda h: any(f(h) for f in functions)), 0


# ---- Rules -----------------------------------------------------------------------------------------------------------

PER = {"section": "section", "address": "host", "vhost": "vhost", "status": "status"}


class Level:
    def __init__(self, kind, number, per_s=1, percentile=0):
        self.kind, self.number, self.per_s, self.percentile = kind, number, per_s, percentile

    def text(self):
        unit = {"rate": f"/{ {1: 's', 60: 'min', 3600: 'h'}[self.per_s] }", "share": "%", "amount": ""}
        if self.kind == "percentile":
            return f"p{self.percentile} {self.number}ms"
        return f"{float(self.number):.9f}".rstrip("0").rstrip(".") + unit[self.kind]

    def compare(self, value, whole, window):
        """Above 0: the value is larger."""
        left, right = Fraction(value), Fraction(self.number)
        if self.kind == "rate":
            left = left / window * self.per_s
        elif self.kind == "share":
            left, right = left * 100, right * whole
        return (left > right) - (left < right)


def random_level(dice, metric):
    if metric == "request_time":
        return Level("percentile", dice.choice([20, 100, 1000, 5000]), percentile=dice.choice(["50", "90", "99.9", "100"]))
    kind = dice.choice(["rate"] + ["share"] * (metric != "visitors") +
                       ["amount"] * (metric not in ("hits", "bytes")))
    if kind == "share":
        return Level(kind, Fraction(dice.randrange(10, 900), 10))
    if kind == "amount":
        return Level(kind, Fraction(dice.randrange(1, 4 if metric == "visitors" else 40)))
    per_s = dice.choice([1, 1, 60, 3600])
    much = {"hits": 30, "bytes": 4000, "visitors": 5}.get(metric, 12)
    return Level(kind, Fraction(dice.randrange(1, much) * per_s, 10), per_s)


class Rule:
    def __init__(self, dice, number):
        self.name = f"rule {number}"
        self.metric = dice.choice(["hits", "hits", "bytes", "visitors", "errors", "client_errors", "rejected",
                                   "request_time"])
        free = self.metric != "rejected"
        self.per = dice.choice([None, "section", "address", "vhost", "status"]) if free else None
        self.where, self.lets = None, lambda h: True
        level = self.level = random_level(dice, self.metric)
        share_of_all = level.kind == "share" and self.metric in ("hits", "bytes") and not self.per
        if free and (share_of_all or dice.random() < 0.6):
            self.where, self.lets, _ = expression(dice)
        self.below = dice.random() < 0.35
        self.recover = level
        if dice.random() < 0.5:
            back = level.number * (Fraction(3, 2) if self.below else Fraction(1, 2))
            back = int(back) if level.kind in ("percentile", "amount") else back
            if back or self.below:
                self.recover = Level(level.kind, min(back, 99) if level.kind == "share" else back, level.per_s,
                                     level.percentile)
        if self.below and (self.recover.number < level.number or not level.number):
            self.recover = level
        self.window = dice.choice([1, 2, 5, 10, 30, 60])
        self.hold = dice.choice([0, 0, 1, 3, 10])
        self.at_least = dice.choice([0, 0, 3, 20])
        if number == 0 and dice.random() < 0.7:
            self.be_usual(dice)

    def be_usual(self, dice):
        """Such as -f and -r make, but for a part or two: that one is kept apart from the others."""
        self.name, self.metric, self.per, self.below = "high traffic", "hits", None, False
        self.where, self.lets = None, lambda h: True
        self.level = self.recover = Level("rate", Fraction(dice.randrange(1, 30), 10))
        part = dice.choice(["none", "recover", "for", "at_least"])
        if part == "recover":
            self.recover = Level("rate", self.level.number / 2)
        self.hold = 2 if part == "for" else 0
        self.at_least = 15 if part == "at_least" else 0

    def yaml(self):
        out = [f"  - name: {self.name}", f"    metric: {self.metric}",
               f"    {'below' if self.below else 'above'}: {self.level.text()}", f"    window: {self.window}s"]
        out += [f"    recover: {self.recover.text()}"] if self.recover is not self.level else []
        out += [f"    for: {self.hold}s"] if self.hold else []
        out += [f"    at_least: {self.at_least}"] if self.at_least else []
        out += [f"    per: {self.per}"] if self.per else []
        out += ["    where: '" + self.where.replace("'", "''") + "'"] if self.where else []
        return "\n".join(out) + "\n"

    def key(self, h):
        return h[PER[self.per]] if self.per else ""


def figures(rule, window, hits):
    """(value, or None: nothing to say; what a share is of; entries) of the hits of one key in the window."""
    entries = len(hits)
    if rule.metric == "rejected":
        refused = sum(1 for h in window if h["refused"])
        return refused, len(window), len(window)
    good = [h for h in window if not h["refused"]]
    of = [h for h in good if rule.lets(h)] if rule.per else good
    if rule.metric == "hits":
        return entries, len(of), entries
    if rule.metric == "bytes":
        return sum(h["bytes"] for h in hits), sum(h["bytes"] for h in of), entries
    if rule.metric == "visitors":
        return len({h["host"] for h in hits}), 0, entries
    if rule.metric in ("errors", "client_errors"):
        return sum(1 for h in hits if h["status"] // 100 == (5 if rule.metric == "errors" else 4)), entries, entries
    times = sorted(h["ms"] for h in hits if h["ms"] is not None)
    if not times:
        return None, 0, entries
    rank = -(-len(times) * Fraction(rule.level.percentile) // 100)
    return times[int(rank) - 1], 0, entries


class Standing:
    """One rule at one key."""

    def __init__(self):
        self.state, self.since, self.seen = "quiet", 0, None

    def judge(self, rule, second, start, window, hits):
        """"firing" or "recovered" when it turns, and the entries."""
        value, whole, entries = figures(rule, window, hits)
        if hits and self.seen is None:
            self.seen = second
        known_since = self.seen if rule.per else start
        early = rule.below and (known_since is None or second < known_since + rule.window - 1)
        sign = -1 if rule.below else 1
        level = recover = 0
        if value is not None and not early:
            level = sign * rule.level.compare(value, whole, rule.window)
            recover = sign * rule.recover.compare(value, whole, rule.window)
        nothing = value is None or (rule.level.kind == "share" and not whole)
        if entries < rule.at_least or nothing:
            level = recover = -1
        turn = None
        if self.state == "firing":
            if recover < 0:
                self.state, turn = "quiet", "recovered"
        elif level < 0:
            self.state = "quiet"
        elif level > 0:
            self.since = second if self.state == "quiet" else self.since
            self.state = "pending"
            if second >= self.since + rule.hold:
                self.state = turn = "firing"
        if not hits and self.state == "quiet":
            self.seen = None
        return turn and (turn, entries)


def naive(rule, lines):
    """Turns: (time, rule, key, state, hits)."""
    keys, turns = {} if rule.per else {"": Standing()}, []
    start, end = lines[0]["second"], lines[-1]["second"]
    for second in range(start, end + 1):
        window = [h for h in lines if second - rule.window < h["second"] <= second]
        chosen = {}
        for h in window:
            if not h["refused"] and rule.lets(h):
                chosen.setdefault(rule.key(h), []).append(h)
        for key in chosen:
            keys.setdefault(key, Standing())
        for key, standing in keys.items():
            turn = standing.judge(rule, second, start, window, chosen.get(key, []))
            if turn:
                turns.append((iso(second), rule.name, str(key), *turn))
    return turns


# ---- Logs ------------------------------------------------------------------------------------------------------------

def random_hit(dice, second):
    h = {name: dice.choice(values) for name, values in VALUES.items()}
    h.update(second=second, bytes=dice.randrange(400), refused=False, ms=None)
    duration = dice.choice(DURATIONS) if dice.random() < 0.7 else "-"
    if duration != "-":
        h["ms"] = int(Fraction(duration) * 1000)
    path = "/" if h["section"] == "/" else h["section"] + dice.choice(["", "/x", "?q=/y"])
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(second))
    h["line"] = (f'{h["vhost"]} {h["host"]} - - [{stamp}] "{h["method"]} {path} HTTP/1.1" {h["status"]} {h["bytes"]} '
                 f'"{h["referrer"] or "-"}" "{h["agent"] or "-"}" {duration}\n')
    return h


def random_log(dice):
    """In order of time; a refused line has the second of the one before it."""
    lines, second = [], T + dice.randrange(60)
    density, size = dice.choice([1, 3, 12]), dice.choice([20, 150, 600])
    while len(lines) < size:
        burst = dice.randrange(density) + 1 if dice.random() < 0.9 else 5 * density
        for _ in range(burst):
            if lines and dice.random() < 0.06:
                lines.append({"refused": True, "second": lines[-1]["second"], "line": "no line at all\n"})
            else:
                lines.append(random_hit(dice, second))
        second += dice.choice([0, 1, 1, 2]) if dice.random() < 0.95 else dice.randrange(90)
    return lines


def shuffled(dice, lines):
    """Refused lines stay behind the line whose second they have."""
    groups = []
    for h in lines:
        if h["refused"]:
            groups[-1].append(h)
        else:
            groups.append([h])
    dice.shuffle(groups)
    return "".join(h["line"] for group in groups for h in group)


def live(options, lines, want):
    """Turns of a live run. Its log clock moves on while nothing arrives: what it told beyond the last line is left
    out, and a run that was held up between two lines is taken again."""
    log, last = "".join(h["line"] for h in lines).encode(), iso(lines[-1]["second"])
    for _ in range(5):
        begin = time.monotonic()
        code, out, err = run("watch", "--headless", *options, "-", stdin=log)
        assert code == 0, err
        told = [e for e in map(json.loads, out.splitlines()) if e["type"] == "alert" and e["time"] <= last]
        turns = sorted((e["time"], e["rule"], e.get("key", ""), e["state"], e["hits"]) for e in told)
        if turns == want or time.monotonic() < begin + 1:
            break
    return turns


def of_report(alerts):
    turns = [(a["triggered_at"], a["rule"], a.get("key", ""), "firing", a["hits"]) for a in alerts]
    return turns + [(a["recovered_at"], a["rule"], a.get("key", ""), "recovered", None) for a in alerts
                    if a["recovered_at"]]


def without_last_hits(turns):
    return sorted((t[:4] + (t[4] if t[3] == "firing" else None,) for t in turns), key=str)


class Naive(unittest.TestCase):
    maxDiff = None

    def test_report_and_live_tell_what_a_naive_computation_does(self):
        firings, kinds = 0, set()
        for seed in range(LOGS):
            dice = random.Random(seed)
            rules = [Rule(dice, number) for number in range(RULES)]
            lines = random_log(dice)
            want = [turn for rule in rules for turn in naive(rule, lines)]
            config = "alerts:\n" + "".join(rule.yaml() for rule in rules)
            fired = {turn[1] for turn in want}
            kinds |= {(r.metric, r.level.kind, r.below, r.per) for r in rules if r.name in fired}
            firings += sum(turn[3] == "firing" for turn in want)
            with self.subTest(seed=seed, config=config), Folder() as f:
                options = ["-o", "json", "-F", FORMAT, "--config", f.file("rules.yaml", config)]
                text = "".join(h["line"] for h in lines)
                for log in (text, shuffled(dice, lines)):
                    code, out, err = run("report", *options, f.file("a.log", log))
                    self.assertEqual(code, 0, err)
                    self.assertEqual(sorted(of_report(json.loads(out)["alerts"]), key=str), without_last_hits(want))
                self.assertEqual(live(options, lines, sorted(want)), sorted(want))
        print(f"{firings} firings of {len(kinds)} kinds of rules agree", flush=True)
        self.assertGreater(firings, 20 * LOGS)
        for part in ("visitors", "request_time", "rejected", "share", "amount", "percentile", "address", "vhost", "status"):
            self.assertTrue(any(part in kind for kind in kinds), part)
        self.assertTrue(any(kind[2] for kind in kinds), "below")


if __name__ == "__main__":
    unittest.main()
