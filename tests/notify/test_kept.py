"""What is to be told outlives the run: restarts, kills, receivers that are away meanwhile."""
import json
import os
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.environ["SPATE_SOURCE_DIR"], "tests", "app"))
from answers import trickle, well
from notified import RULE, Site, once, told, wait
from receivers import Http, free_port, wait_until
from spate_run import Folder, run


class Killer:
    """Kills spate when a request is there: before the answer, right after it, or when it is long written down."""

    def __init__(self, moment):
        self.moment, self.process, self.done = moment, None, threading.Event()

    def __call__(self, handler):
        if self.moment != "before":
            well(handler)
            handler.wfile.flush()
        if self.moment == "later":
            time.sleep(1)
        self.process.kill()
        self.done.set()
        return self.moment != "before"


class Kept(unittest.TestCase):
    def test_what_was_not_sent_is_sent_by_the_next_run(self):
        with Folder() as f:
            port = free_port()
            site = Site(f, [{"kind": "webhook", "url": f"http://127.0.0.1:{port}"}], state=True)
            with site.watch() as w:
                site.surge(w)
                w.stop()
            with site.watch() as w:
                site.surge(w)
                w.process.kill()
                w.process.wait()
            with Http(port=port) as server, site.watch() as w:
                wait(w, lambda: len(told(server)) == 4, "all of two runs")
                self.assertEqual([e for e, _ in told(server)],
                                 [(i, s) for i in (1, 2) for s in ("firing", "recovered")])
                site.surge(w)
                wait(w, lambda: len(told(server)) == 6, "those of the third")
                w.stop()
                once(self, server, [(i, s) for i in (1, 2, 3) for s in ("firing", "recovered")])
            with Http(port=port) as server, site.watch() as w:
                site.surge(w)
                wait(w, lambda: len(told(server)) >= 2, "only what is new")
                w.stop()
                once(self, server, [(4, "firing"), (4, "recovered")])

    def test_a_restart_in_the_middle_of_an_alert_fires_once_and_recovers_once(self):
        for how in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(how=how), Folder() as f, Http() as server:
                site = Site(f, [{"kind": "webhook", "url": server.url}],
                            [{**RULE, "window": "4s", "above": "10/s"}], state=True)
                with site.watch() as w:
                    site.write(200)
                    wait(w, lambda: told(server), "the firing")
                    time.sleep(0.3)  # the receiver's answer is on its way into the state
                    w.process.send_signal(how)
                    w.process.wait()
                with site.watch() as w:
                    wait(w, lambda: len(told(server)) == 2, "the recovery")
                    w.stop()
                once(self, server, [(1, "firing"), (1, "recovered")])

    def test_a_kill_at_any_moment_loses_none_and_doubles_only_under_the_same_key(self):
        kills = 25 if os.environ.get("SPATE_LONG") else 5
        with Folder() as f, Http() as server:
            site = Site(f, [{"kind": "webhook", "url": server.url}], [{**RULE, "window": "1s"}],
                        state=True)

            def history():
                code, out, err = run("alerts", "--state", f.file("state"), "-o", "json")
                self.assertEqual(code, 0, err)
                return [json.loads(one) for one in out.splitlines()]

            for i in range(kills):
                w = site.watch()
                wait_until(lambda: os.path.exists(f.file("state/state.db")), "the state")
                site.write()
                time.sleep(0.2 + i * 2.2 / kills)
                w.process.kill()
                w.process.wait()
                w.process.stdout.close()
                w.process.stderr.close()
            with site.watch() as w:
                self.fire(site, w)
                wait(w, lambda: all(a["recovered_at"] for a in history()), "the end of all alerts")
                expected = sorted((a["id"], s) for a in history() for s in ("firing", "recovered"))
                wait(w, lambda: {e for e, _ in told(server)} == set(expected), "all to be told")
                w.stop()
            self.assertEqual([a["id"] for a in history()], list(range(1, len(expected) // 2 + 1)))
            keys = {}
            for event, key in told(server):
                keys.setdefault(event, set()).add(key)
            self.assertEqual({event: len(k) for event, k in keys.items()}, dict.fromkeys(expected, 1))

    def test_a_kill_around_the_answer_brings_the_same_message_again_or_none(self):
        rounds = 20 if os.environ.get("SPATE_LONG") else 3
        rule = {"name": "busy", "above": "5/s", "window": "2s", "per": "section"}
        for moment in ("before", "after", "later") * rounds:
            with self.subTest(moment=moment), Folder() as f:
                killer = Killer(moment)
                with Http(killer, well) as server:
                    site = Site(f, [{"kind": "webhook", "url": server.url, "group_wait": "300ms"}], [rule], state=True)
                    with site.watch() as w:
                        killer.process = w.process
                        w.until(lambda _: w.updates(), "the start")
                        for path in "abcdef":
                            site.write(path="/" + path)
                        wait_until(lambda: w.poll() or killer.done.is_set(), "the kill")
                        w.process.wait()
                    with site.watch() as w:
                        wait(w, lambda: len({e for e, _ in told(server)}) >= 12, "all that is to be told")
                        w.stop()
                    sent = [(r.headers["Idempotency-Key"], [a["key"] for a in r.alerts()]) for r in server.requests]
                    again = [one for one in sent[1:] if set(one[1]) & set(sent[0][1])]
                    self.assertIn(again, {"before": ([sent[0]],), "after": ([], [sent[0]]), "later": ([],)}[moment])

    @staticmethod
    def fire(site, w):
        """Lines until an alert fires: on a busy machine some are read when their second is over."""
        while not any(a["state"] == "firing" for a in w.alerts()):
            site.write()
            end = time.monotonic() + 0.7
            w.until(lambda e: time.monotonic() > end, "a moment to pass")

    def test_who_has_said_yes_is_not_asked_again_though_the_end_came_amid_the_answer(self):
        with Folder() as f, Http(trickle) as server:
            site = Site(f, [{"kind": "webhook", "url": server.url, "timeout": "60s",
                             "recoveries": False}], state=True)
            with site.watch() as w:
                site.surge(w)
                wait(w, lambda: server.requests, "the request")
                w.stop()
            with site.watch() as w:
                w.until(lambda e: len(w.updates()) >= 5, "a second")
                w.stop()
            self.assertEqual(len(server.requests), 1)


if __name__ == "__main__":
    unittest.main()
