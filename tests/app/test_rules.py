"""Rules of a configuration, end to end: live, over old logs, chosen by `--where`, tried, read again, kept."""
import json
import os
import random

import resource
import signal
import subprocess
import time
import unittest

from spate_run import SPATE, Folder, Watch, line, report, run

T = 1_700_000_000
RULES = """
alerts:
  - name: high traffic
    above: 10/s
    window: 10s
  - name: login
    metric: client_errors
    above: 1/s
    recover: 0.5/s
    window: 10s
    for: 3s
    where: section = /login and status = 401
  - name: section
    above: 4/s
    window: 10s
    per: section
  - name: crowd
    metric: visitors
    above: 12
    window: 20s
  - name: failing
    metric: errors
    above: 20%
    window: 10s
    at_least: 20
    per: vhost
"""


def surge_log(seconds=120, seed=1):
    """Ordinary traffic of 10 addresses; in the middle an attack on /login from one."""
    r = random.Random(seed)
    lines = []
    for s in range(seconds):
        for _ in range(5):
            lines.append(line(T + s, f"/s{r.randrange(4)}/x", 200, 100, f"10.0.0.{r.randrange(10)}"))
        if 60 <= s < 90:
            for i in range(20):
                planted = i % 10 < 7
                lines.append(line(T + s, "/login" if planted else f"/s{r.randrange(4)}", 401 if planted else 200, 10,
                                  "203.0.113.9" if planted else f"10.0.0.{r.randrange(10)}"))
    return "".join(lines)


def turns(alerts):
    """Firings and recoveries of a report, to compare with events."""
    all_turns = []
    for a in alerts:
        all_turns.append((a["triggered_at"], a["rule"], a.get("key"), "firing", a["hits"]))
        if a["recovered_at"]:
            all_turns.append((a["recovered_at"], a["rule"], a.get("key"), "recovered", None))
    return sorted(all_turns, key=str)


def events(alerts):
    return sorted(((e["time"], e["rule"], e.get("key"), e["state"], e["hits"] if e["state"] == "firing" else None)
                   for e in alerts), key=str)


def cause(alert, dimension):
    return next(c for c in alert["cause"] if c["dimension"] == dimension)


class Rules(unittest.TestCase):
    def test_report_and_watch_say_the_same(self):
        with Folder() as f:
            log, config = f.file("a.log", surge_log()), f.file("rules.yaml", RULES)
            told = report("--config", config, log)["alerts"]
            with open(log, "rb") as stdin, Watch("--config", config, "-", stdin=stdin) as watch:
                watch.until(lambda e: e and e[-1]["type"] == "summary", "the end")
                self.assertEqual(turns(told), events(watch.alerts()))
                for e in (e for e in watch.alerts() if e["rule"] == "section"):
                    self.assertEqual(e["value"], e["hits"] / 10)
                    self.assertEqual(e["value"] > 4, e["state"] == "firing")
                ids = {}
                for e in watch.alerts():
                    ids.setdefault((e["rule"], e.get("key"), e["id"]), []).append(e["state"])
            self.assertGreaterEqual(len(told), 4)
            for states in ids.values():
                self.assertIn(states, (["firing"], ["firing", "recovered"]))

    def test_any_number_of_threads_and_any_order_of_lines_give_the_same(self):
        with Folder() as f:
            lines = surge_log().splitlines(True)
            config = f.file("rules.yaml", RULES)
            want = report("--config", config, f.file("a.log", "".join(lines)))["alerts"]
            random.Random(7).shuffle(lines)
            shuffled = f.file("b.log", "".join(lines * 20))  # large enough to be cut into pieces
            for jobs in ("1", "2", "5"):
                got = report("--config", config, "--jobs", jobs, shuffled)["alerts"]
                self.assertGreaterEqual(len(got), 4)
                first = got if jobs == "1" else first
                self.assertEqual(got, first)
            random.Random(8).shuffle(lines)
            self.assertEqual(report("--config", config, f.file("c.log", "".join(lines)))["alerts"], want)

    def test_the_cause_of_a_planted_surge_is_named(self):
        with Folder() as f:
            log, config = f.file("a.log", surge_log()), f.file("rules.yaml", RULES)
            told = {(a["rule"], a.get("key")): a for a in report("--config", config, log)["alerts"]}
            for alert in (told[("high traffic", None)],):
                for dimension, name in (("address", "203.0.113.9"), ("section", "/login"), ("status", "401")):
                    self.assertEqual(cause(alert, dimension)["name"], name)
                    self.assertAlmostEqual(cause(alert, dimension)["share"], 0.7, delta=0.02)
            self.assertEqual(cause(told[("login", None)], "address")["share"], 1)
            self.assertEqual(told[("section", "/login")]["per"], "section")
            _, text, _ = run("report", "--config", config, log)
            self.assertRegex(text.decode(), r"\+[\d.]+/s from 203\.0\.113\.9 \(\d+ %\), on /login \(\d+ %\), status 401")
            self.assertRegex(text.decode(), r"login: client errors \(4xx\) [\d.]+/s above 1/s, triggered at 2023-")
            self.assertRegex(text.decode(), r"login recovered at 2023-\S+\n  lasted \S+, peak [\d.]+/s, [\d,]+ client")

    def test_the_cause_of_a_planted_surge_is_named_for_a_pipe_too(self):
        with Folder() as f:
            log, config = f.file("a.log", surge_log()), f.file("rules.yaml", RULES)
            fifo = os.path.join(f.path, "fifo")
            os.mkfifo(fifo)
            want = report("--config", config, log)["alerts"]
            with open(log, "rb") as stdin:
                piped = json.loads(subprocess.run([SPATE, "report", "-o", "json", "--config", config, "-"], stdin=stdin,
                                                  check=True, capture_output=True).stdout)["alerts"]
            with subprocess.Popen(["sh", "-c", 'cat "$0" > "$1"', log, fifo]) as writer:
                named = report("--config", config, fifo)["alerts"]
                writer.wait()
            for told in (piped, named):
                self.assertEqual(turns(told), turns(want))
                by_rule = {(a["rule"], a.get("key")): a for a in told}
                for dimension, name in (("address", "203.0.113.9"), ("section", "/login"), ("status", "401")):
                    found = cause(by_rule[("high traffic", None)], dimension)
                    self.assertEqual(found["name"], name)
                    self.assertAlmostEqual(found["share"], 0.7, delta=0.02)
                self.assertEqual(cause(by_rule[("login", None)], "address")["name"], "203.0.113.9")
                self.assertEqual([bool(a["cause"]) for a in told], [bool(a["cause"]) for a in want])

    def test_every_firing_is_explained_however_many_there_are(self):
        with Folder() as f:
            lines = [line(T + 10 * i, f"/s{i % 7}", 200, 1, f"10.0.{i % 50}.1") * 4 for i in range(700)]
            log = f.file("a.log", "".join(lines))
            config = f.file("rules.yaml", "alerts:\n  - {name: often, above: 1/s, window: 3s}\n")
            told = report("--config", config, log)["alerts"]
            often = [a for a in told if a["rule"] == "often"]
            self.assertEqual(len(often), 700)
            for i, a in enumerate(often):
                self.assertEqual(cause(a, "section")["name"], f"/s{i % 7}", i)

    def test_thresholds_are_compared_in_one_pass(self):
        with Folder() as f:
            log = f.file("a.log", surge_log())
            tried = ["above: 8/s, window: 10s", "above: 20/s, window: 10s", "above: 100/s, window: 10s",
                     "metric: client_errors, above: 1/s, window: 10s, where: section = /login"]
            args = [word for t in tried for word in ("--try", t)]
            rows = report(*args, log)["tries"]
            self.assertEqual([r["try"] for r in rows], tried)
            self.assertEqual([r["firings"] for r in rows], [1, 1, 0, 1])
            self.assertGreater(rows[0]["firing_seconds"], rows[1]["firing_seconds"])
            self.assertEqual(rows[0]["longest_seconds"], rows[0]["firing_seconds"])
            self.assertIsNone(rows[2]["first"])
            alone = report("-f", "20", "-r", "10s", log)["alerts"]
            self.assertEqual(rows[1]["first"], alone[0]["triggered_at"])
            code, _, err = run("report", "--try", "above: 20/s, windo: 5m", log)
            self.assertEqual(code, 2)
            self.assertIn("column 14", err)

    def test_of_several_firings_the_first_and_the_longest_are_told(self):
        with Folder() as f:
            busy = [*range(10, 13), *range(50, 56), *range(90, 92)]
            log = f.file("a.log", "".join(line(T + s) * (20 if s in busy else 1) for s in range(120)))
            row = report("--try", "above: 5/s, window: 1s", log)["tries"][0]
            self.assertEqual((row["firings"], row["firing_seconds"], row["longest_seconds"]), (3, 11, 6))
            self.assertEqual(row["first"], "2023-11-14T22:13:30Z")

    def test_where_chooses_what_is_counted(self):
        with Folder() as f:
            log = f.file("a.log", surge_log() + "no line at all\n")
            plain = report(log)
            chosen = report("--where", "section = /login and status = 401", log)
            self.assertEqual([s["name"] for s in chosen["sections"]], ["/login"])
            self.assertEqual(chosen["hits"], plain["status"]["401"])
            self.assertEqual(chosen["lines"]["rejected"], 1)
            code, out, _ = run("parse", "--where", "status = 401", log)
            self.assertEqual((code, len(out.splitlines())), (0, chosen["hits"]))
            with open(log, "rb") as stdin, Watch("--where", "status = 401", "-", stdin=stdin) as watch:
                watch.until(lambda e: e and e[-1]["type"] == "summary", "the end")
                self.assertEqual(watch.events[-1]["hits"], chosen["hits"])
            code, _, err = run("report", "--where", "status = x", log)
            self.assertEqual(code, 2)
            self.assertIn("column 10", err)

    def test_rejected_lines_have_a_rate(self):
        with Folder() as f:
            lines = [line(T + s) + ("what is this\n" * (8 if 30 <= s < 40 else 0)) for s in range(60)]
            config = f.file("rules.yaml", "alerts:\n  - name: bad\n    metric: rejected\n    above: 2/s\n"
                                          "    window: 5s\n")
            for jobs in ("1", "3"):
                told = report("-F", "combined", "--config", config, "--jobs", jobs,
                              f.file("a.log", "".join(lines)))["alerts"]
                self.assertEqual([(a["rule"], a["triggered_at"], a["recovered_at"]) for a in told],
                                 [("bad", "2023-11-14T22:13:51Z", "2023-11-14T22:14:03Z")])



def write(path, lines):
    with open(path, "a") as out:
        out.write(lines)


class Reloading(unittest.TestCase):
    @staticmethod
    def config(*rules):
        return "alerts:\n" + "".join(f"  - {{name: {name}, above: {above}, window: 5s}}\n" for name, above in rules)

    def test_a_good_one_takes_over_and_a_bad_one_is_refused(self):
        with Folder() as f:
            log, config = f.file("a.log", ""), f.file("rules.yaml", self.config(("stays", "1/s"), ("goes", "1/s")))
            with Watch("--config", config, log, ready=True) as watch:
                for _ in range(4):
                    write(log, line(int(time.time())) * 4)
                    time.sleep(0.6)
                watch.until(lambda e: len(watch.alerts()) == 2, "both rules to fire")
                f.file("rules.yaml", self.config(("stays", "1/s"), ("comes", "0.5/s")))
                watch.process.send_signal(signal.SIGHUP)
                write(log, line(int(time.time())) * 4)
                watch.until(lambda e: any(a["rule"] == "comes" for a in watch.alerts()), "the new rule")
                self.assertEqual([a["state"] for a in watch.alerts() if a["rule"] == "goes"], ["firing", "recovered"])
                self.assertEqual([a["state"] for a in watch.alerts() if a["rule"] == "stays"], ["firing"])
                f.file("rules.yaml", "alerts:\n  - name: bad\n    abov: 1/s\n")
                watch.process.send_signal(signal.SIGHUP)
                watch.until(lambda e: all(any(a["rule"] == rule and a["state"] == "recovered" for a in watch.alerts())
                                          for rule in ("stays", "comes")), "the old rules to go on")
                firing, over = [a for a in watch.alerts() if a["rule"] == "stays"]
                self.assertEqual(firing["id"], over["id"])
                summary = watch.stop()
                self.assertEqual(summary["hits"], 20)
                err = watch.process.stderr.read().decode()
                self.assertIn("configuration read again: 2 alerts", err)
                self.assertRegex(err, r"the old one stays: \S+rules\.yaml:3:5: `abov'")


class Resuming(unittest.TestCase):
    def test_killed_in_the_middle_of_an_alert_it_neither_fires_twice_nor_forgets_to_recover(self):
        with Folder() as f:
            log, config = f.file("a.log", ""), f.file(
                "rules.yaml", "alerts:\n  - {name: section, above: 1/s, window: 6s, per: section}\n")
            state = os.path.join(f.path, "state")
            os.mkdir(state, 0o700)
            args = ("--config", config, "--state", state, log)
            with Watch(*args, ready=True) as watch:
                for _ in range(4):
                    write(log, line(int(time.time()), "/hot") * 6)
                    time.sleep(0.5)
                watch.until(lambda e: watch.alerts(), "the alert")
                time.sleep(2.5)  # a checkpoint is at most a second old
                watch.process.kill()
                first = watch.alerts()
            self.assertEqual([(a["state"], a["key"]) for a in first], [("firing", "/hot")])
            with Watch(*args) as watch:
                watch.until(lambda e: watch.alerts(), "the recovery")
                again = watch.alerts()
                watch.stop()
            self.assertEqual([(a["state"], a["key"], a["id"]) for a in again], [("recovered", "/hot", first[0]["id"])])


class Cost(unittest.TestCase):
    """How much five hundred rules cost: told as a ratio of CPU time, of runs in turn."""

    @staticmethod
    def seconds(args):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([SPATE, "report", "-j1", "-o", "json", *args], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    def test_five_hundred_rules_cost_little(self):
        r = random.Random(2)
        lines = "".join(line(T + i // 300, f"/s{int(r.paretovariate(1)) % 300}/{r.randrange(1000)}", 200, i % 5000,
                             f"10.0.{r.randrange(50)}.{r.randrange(250)}") for i in range(150000))
        rules = "alerts:\n" + "".join(
            f"  - {{name: rule {i}, metric: {('hits', 'errors', 'client_errors')[i % 3]}, above: {900 + i}/s, "
            f"window: 2m, where: section = /s{i}}}\n" for i in range(500))
        with Folder() as f:
            log, none, config = f.file("a.log", lines), f.file("none.log", ""), f.file("rules.yaml", rules)

            def ratio():  # of the lines alone: what it costs to start and to read the rules is taken off
                with_rules = self.seconds(["--config", config, log]) - self.seconds(["--config", config, none])
                return with_rules / (self.seconds([log]) - self.seconds([none]))
            ratios = sorted(ratio() for _ in range(5))
            print(f"500 rules: {ratios[2]:.2f} times the CPU of none", flush=True)
            self.assertLess(ratios[0], 2)  # asking every rule of every line would be far beyond


if __name__ == "__main__":
    unittest.main(verbosity=2)
