"""`spate alerts`: the history of alerts, read while others write it, and acknowledged."""
import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.environ["SPATE_SOURCE_DIR"], "tests", "app"))
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


if __name__ == "__main__":
    unittest.main()
