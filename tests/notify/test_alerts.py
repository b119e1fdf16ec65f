"""`spate alerts`: the history of alerts, read while others write it, and acknowledged."""
import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.environ["SPATE_SOURCE_DIR"], "tests", "app"))
from receivers import Http
from spate_run import SPATE, Folder, Watch, line, run


PLAIN = {"name": "high traffic", "above": "2/s", "window": "2s"}


class Site:
    def __init__(self, folder, rule=None):
        self.log, self.state = folder.file("access.log", ""), folder.file("state")
        rules = [rule or {"name": "busy", "above": "2/s", "window": "2s", "per": "section"}]
        self.config = folder.file("spate.yaml", json.dumps({"alerts": rules}))

    def watch(self):
        return Watch("--config", self.config, "--state", self.state, "-u", "200ms", self.log)

    def surge(self, w, path="/a", recovered=True):
        w.until(lambda _: w.updates(), "the start")
        before = len(w.alerts())
        with open(self.log, "a") as out:
            out.write(line(int(time.time()), path=path) * 20)
        w.until(lambda _: len(w.alerts()) >= before + 1 + recovered, "the alert")

    def alerts(self, *args):
        code, out, err = run("alerts", "--state", self.state, *args)
        assert code == 0, err
        return out.decode()

    def rows(self, *args):
        return [json.loads(one) for one in self.alerts("-o", "json", *args).splitlines()]

    def until(self, good, what):
        end = time.monotonic() + 60
        while not good():
            assert time.monotonic() < end, f"waited for {what}"
            time.sleep(0.1)


class History(unittest.TestCase):
    def test_alerts_are_kept_with_their_end_and_cause_over_runs(self):
        with Folder() as f:
            site = Site(f, PLAIN)
            for path in ("/one", "/two"):
                with site.watch() as w:
                    site.surge(w, path)
                    w.stop()
            first, second = site.rows()
            self.assertEqual([first["id"], second["id"]], [1, 2])
            self.assertEqual(first["state"], "recovered")
            self.assertGreater(first["recovered_at"], first["triggered_at"])
            self.assertIn("/one", [c["name"] for c in first["cause"]])
            self.assertNotIn("/one", [c["name"] for c in second["cause"]])
            self.assertIsNone(first["acknowledged_at"])
            self.assertEqual((first["total"], first["duration"] > 0), (20, True))
            lines = [one for one in site.alerts().splitlines() if not one.startswith("       ")]
            self.assertRegex(lines[0], r"^ +1  recovered  \S+ +\d+s  High traffic .*, peak 10\.0/s, total 20$")
            row = next(csv.DictReader(io.StringIO(site.alerts("-o", "csv"))))
            self.assertEqual((row["total"], row["duration"]), ("20", str(first["duration"])))
            self.assertEqual(site.rows("--from", "1h"), [first, second])
            self.assertEqual(site.rows("--from", "2037-01-01"), [])

    def test_text_and_csv_hold_what_a_client_wrote_without_being_moved_by_it(self):
        with Folder() as f:
            site = Site(f)
            with site.watch() as w:
                site.surge(w, "/\\x1b[31m,\\x0a=cmd")
                site.surge(w, "/@x")
                w.stop()
            text = site.alerts()
            self.assertNotRegex(text, r"[\x00-\x09\x0b-\x1f\x7f]")
            rows = list(csv.DictReader(io.StringIO(site.alerts("-o", "csv"))))
            self.assertEqual([r["id"] for r in rows], ["1", "2"])
            self.assertIn("=cmd", rows[0]["of"])
            for row in rows:
                for cell in row.values():
                    self.assertNotIn(cell[:1], ["=", "+", "-", "@"], row)

    def test_follow_shows_what_another_run_raises_and_marks(self):
        with Folder() as f:
            site = Site(f)
            with site.watch() as w:
                site.surge(w)
                site.until(lambda: len(site.rows()) == 1, "the first")
                out = open(f.file("out"), "wb")
                follow = subprocess.Popen([SPATE, "alerts", "--follow", "-o", "json", "--state",
                                           site.state], stdout=out, stderr=subprocess.PIPE)

                def seen():
                    with open(f.file("out")) as read:
                        return [(r["id"], r["state"], r["acknowledged_at"] is not None)
                                for r in map(json.loads, read.read().splitlines())]
                site.until(lambda: seen() == [(1, "recovered", False)], "what there was")
                site.surge(w, "/b")
                site.until(lambda: (2, "recovered", False) in seen(), "the second")
                self.assertEqual(site.alerts("ack", "1"), "")
                site.until(lambda: seen()[-1] == (1, "recovered", True), "the mark")
                time.sleep(1.5)  # looks in which there is nothing new
                shown = seen()
                self.assertEqual(len(set(shown)), len(shown), shown)
                follow.send_signal(signal.SIGINT)
                self.assertEqual(follow.wait(20), 0, follow.stderr.read())
                follow.stderr.close()
                out.close()
                self.assertEqual(w.stop()["type"], "summary")
                self.assertNotIn("state is not saved", "".join(map(str, w.events)))

    def test_an_acknowledged_alert_stays_so_through_its_recovery(self):
        with Folder() as f:
            site = Site(f)
            with site.watch() as w:
                site.surge(w, recovered=False)
                site.until(lambda: len(site.rows()) == 1, "the firing")
                self.assertRegex(site.alerts().splitlines()[0], r"^ +1  (firing .*triggered at \S+Z$|recovered .*, peak )")
                site.alerts("ack", "1")
                marked = site.rows()[0]["acknowledged_at"]
                self.assertIsNotNone(marked)
                w.until(lambda _: len(w.alerts()) == 2, "the recovery")
                w.stop()
            (row,) = site.rows()
            self.assertEqual((row["state"], row["acknowledged_at"]), ("recovered", marked))
            site.alerts("ack", "1")
            self.assertEqual(site.rows(), [row])
            self.assertIn("(seen ", site.alerts())

    def test_an_acknowledgement_reaches_the_run_that_goes_on_and_the_next(self):
        with Folder() as f:
            site = Site(f)
            with site.watch() as w:
                site.surge(w)
                site.until(lambda: len(site.rows()) == 1, "the first")
                site.alerts("ack", "1")
                marked = site.rows()[0]["acknowledged_at"]
                time.sleep(2.5)  # it looks once a second
                site.surge(w, "/b")
                summary = w.stop()
                self.assertEqual([a.get("acknowledged_at") for a in summary["alerts"]], [marked, None])
            site.alerts("ack", "2")
            with site.watch() as w:
                w.until(lambda _: w.updates(), "the start")
                kept = w.stop()["alerts"]
                self.assertEqual([a.get("acknowledged_at") for a in kept],
                                 [r["acknowledged_at"] for r in site.rows()])
                self.assertNotIn(None, [a.get("acknowledged_at") for a in kept])

    def test_the_state_is_that_of_the_run(self):
        """--state, else the configuration's, else the environment's."""
        with Folder() as f:
            site = Site(f)
            with open(site.config) as kept:
                config = json.load(kept)
            site.config = f.file("spate.yaml", json.dumps({**config, "state": site.state, "update": "200ms"}))
            with Watch("--config", site.config, site.log) as w:
                site.surge(w)
                w.stop()
            os.makedirs(f.file("home/spate"))
            os.rename(site.config, f.file("home/spate/spate.yaml"))
            env = {**os.environ, "XDG_CONFIG_HOME": f.file("home"), "STATE_DIRECTORY": f.file("none"), "HOME": f.path}
            named = ("--config", f.file("home/spate/spate.yaml"))
            for args, more in (((), {"env": env}), (named, {})):
                code, out, err = run("alerts", "-o", "json", *args, **more)
                self.assertEqual((code, len(out.splitlines())), (0, 1), err)
                code, out, err = run("history", "-o", "json", *args, **more)
                self.assertEqual(code, 0, err)
                self.assertEqual(run("alerts", "ack", "1", *args, **more)[0], 0)
            with open(f.file("home/spate/spate.yaml"), "a") as config:
                config.write(", alerts: [{half")  # the rest is of no concern, but YAML it must be
            self.assertEqual(run("alerts", *named)[0], 2)
            self.assertEqual(run("alerts", "--state", site.state, *named)[0], 0)
            code, _, err = run("alerts", env={**env, "XDG_CONFIG_HOME": f.path})
            self.assertEqual(code, 1)
            self.assertIn(f.file("none"), err)

    def test_a_state_that_was_only_just_made_is_not_damaged(self):
        with Folder() as f:
            os.mkdir(f.file("state"), 0o700)
            f.file("state/state.db", "")
            os.chmod(f.file("state/state.db"), 0o600)
            code, _, err = run("alerts", "--state", f.file("state"))
            self.assertEqual(code, 1)
            self.assertIn("nothing has been written to it yet", err)

    def test_says_what_is_wrong_with_its_use(self):
        with Folder() as f:
            site = Site(f)
            with site.watch() as w:
                site.surge(w)
                w.stop()
            for args, expected, words in ((["ack"], 2, "numbers"), (["ack", "x"], 2, "no number"),
                                          (["ack", "9"], 1, "no alert 9"), (["file"], 2, "no FILE"),
                                          (["--from", "end"], 2, "--from")):
                code, _, err = run("alerts", "--state", site.state, *args)
                self.assertEqual(code, expected, err)
                self.assertIn(words, err)
            code, _, err = run("alerts", "--state", f.file("none"))
            self.assertEqual(code, 1)


class Ended(unittest.TestCase):
    """Alerts that fire, and whose rules leave the configuration."""

    def fire(self, f, http, rules, sig=signal.SIGTERM):
        site = Site(f)
        site.config = f.file("spate.yaml", json.dumps({"alerts": rules, "notify": [
            {"name": "ops", "kind": "webhook", "url": http.url, "group_wait": 0, "rate": "1000/s"}]}))
        with site.watch() as w:
            site.surge(w, recovered=False)
            w.until(lambda _: len(w.alerts()) == len(rules), "all alerts")
            site.until(lambda: len(site.rows()) == len(rules), "the history")
            w.process.send_signal(sig)
            if sig == signal.SIGTERM:
                w.stop()
            w.process.wait(20)
        return site

    def without(self, site, rules):
        with open(site.config) as kept:
            config = json.load(kept)
        config["alerts"] = rules
        with open(site.config, "w") as out:
            json.dump(config, out)

    def told(self, http):
        return sorted((a["rule"], a["state"], a.get("reason")) for r in http.taken for a in r.alerts())

    def test_by_a_restart_end_with_the_reason_everywhere(self):
        long = {"above": "0.1/s", "window": "1m"}
        rules = [{**long, "name": name} for name in ("stays", "goes", "changes", "high traffic")]
        after = [{**long, "name": "stays"}, {**long, "name": "changes", "above": "0.2/s"}]
        for sig in (signal.SIGTERM, signal.SIGKILL):
            with Folder() as f, Http() as http:
                site = self.fire(f, http, rules, sig)
                self.without(site, after)
                with site.watch() as w:
                    w.until(lambda _: len([a for a in w.alerts() if a["state"] == "recovered"]) == 3, "their ends")
                    site.until(lambda: w.poll() or len(http.taken) and len(self.told(http)) >= 7, "all told")
                    summary = w.stop()
                    ends = {a["rule"]: a["reason"] for a in w.alerts() if a["state"] == "recovered"}
                    self.assertEqual(ends, {"goes": "rule removed", "changes": "rule changed",
                                            "high traffic": "rule removed"})
                    self.assertRegex(next(a["message"] for a in w.alerts() if a["rule"] == "goes"),
                                     r"^goes ended \(rule removed\) at 20")
                self.assertEqual([t for t in self.told(http) if t[1] == "recovered"],
                                 [("changes", "recovered", "rule changed"), ("goes", "recovered", "rule removed"),
                                  ("high traffic", "recovered", "rule removed")])
                rows = {r["rule"]: r for r in site.rows() if r["id"] <= 4}
                self.assertEqual({n: (r["state"], r.get("reason")) for n, r in rows.items()},
                                 {"stays": ("firing", None), "goes": ("recovered", "rule removed"),
                                  "changes": ("recovered", "rule changed"),
                                  "high traffic": ("recovered", "rule removed")})
                self.assertIn("rule removed", site.alerts())
                self.assertEqual([a["recovered_at"] is None for a in summary["alerts"] if a["rule"] == "stays"], [True])

    def test_by_a_reload_end_with_the_reason(self):
        with Folder() as f, Http() as http:
            site = Site(f)
            long = {"above": "0.1/s", "window": "1m"}
            site.config = f.file("spate.yaml", json.dumps({"alerts": [{**long, "name": "goes"},
                                                                      {**long, "name": "high traffic"}]}))
            with site.watch() as w:
                site.surge(w, recovered=False)
                w.until(lambda _: len(w.alerts()) == 2, "both")
                self.without(site, [{**long, "name": "high traffic", "per": "section"}])
                w.process.send_signal(signal.SIGHUP)
                w.until(lambda _: len(w.alerts()) >= 4, "their ends")
                ends = {a["rule"]: a["reason"] for a in w.alerts() if a["state"] == "recovered"}
                self.assertEqual(ends, {"goes": "rule removed", "high traffic": "rule changed"})
                w.stop()

    def test_also_those_that_the_run_knows_nothing_of_any_more(self):
        with Folder() as f, Http() as http:
            site = self.fire(f, http, [{"above": "0.1/s", "window": "1m", "name": "lost"}])
            db = sqlite3.connect(os.path.join(site.state, "state.db"))
            db.execute("DELETE FROM parts WHERE name IN (CAST('alerts' AS BLOB), CAST('alert' AS BLOB), "
                       "CAST('rules' AS BLOB))")
            db.commit()
            db.close()
            self.without(site, [])
            with site.watch() as w:
                site.until(lambda: w.poll() or len(self.told(http)) >= 2, "its end")
                w.stop()
            (row,) = site.rows()
            self.assertEqual((row["state"], row["reason"]), ("recovered", "not known any more"))


if __name__ == "__main__":
    unittest.main()
