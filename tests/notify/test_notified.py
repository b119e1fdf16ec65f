"""`spate watch` and whom it tells: from log lines to real receivers, well-behaved and not."""
import json
import os
import subprocess
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.environ["SPATE_SOURCE_DIR"], "tests", "app"))
from answers import closed, half, huge, slow, status, trickle, well
from notified import RULE, Site, alerts, once, told, wait
from receivers import Http, find_program, free_port, wait_until
from smtp_sink import Smtp
from spate_run import Folder, line


class Live(unittest.TestCase):
    def test_a_firing_and_its_recovery_arrive_once_with_one_id(self):
        with Folder() as f, Http() as server:
            site = Site(f, [{"kind": "webhook", "url": server.url}])
            with site.watch() as w:
                site.surge(w)
                wait(w, lambda: len(told(server)) == 2, "both")
                w.stop()
            once(self, server, [(1, "firing"), (1, "recovered")])
            first, second = [a for r in server.taken for a in r.alerts()]
            self.assertEqual(first["message"], alerts(w.events)[0]["message"])
            self.assertEqual(first["rule"], "high traffic")
            self.assertEqual(first["hits"], alerts(w.events)[0]["hits"])
            self.assertEqual(second["duration"] >= 1, True)

    def test_a_hostile_receiver_delays_nothing_and_gets_all_once(self):
        answers = [status(500), closed, slow(4), status(302, Location="http://127.0.0.1:1/"), half,
                   status(503), huge, status(429, Retry_After="1"), trickle, closed, well]
        with Folder() as f, Http(*answers) as server, Http() as good:
            site = Site(f, [{"kind": "webhook", "url": server.url, "timeout": "2s"},
                            {"kind": "webhook", "url": good.url}])
            with site.watch() as w:
                for i in range(1, 4):
                    site.surge(w)
                    wait(w, lambda: len(told(good)) == 2 * i, "the good receiver", 5)
                wait(w, lambda: len(told(server)) == 6, "the hostile receiver")
                ticks = [e["time"] for e in w.events if e["type"] == "update"]
                w.stop()
            expected = [(i, s) for i in (1, 2, 3) for s in ("firing", "recovered")]
            once(self, server, expected)
            once(self, good, expected)
            self.assertGreater(len(ticks), 20)

    def test_the_monitor_keeps_its_pace_while_every_receiver_hangs(self):
        with Folder() as f, Http(slow(30)) as server:
            site = Site(f, [{"kind": "webhook", "url": server.url, "timeout": "20s"}] * 10)
            with site.watch() as w:
                site.surge(w)
                start, seen = time.monotonic(), len(w.updates())
                site.write(10)
                w.until(lambda e: len(w.updates()) >= seen + 15, "updates")
                self.assertLess(time.monotonic() - start, 15)  # 3 s and what sanitizers cost
                stop = time.monotonic()
                w.stop()
                self.assertLess(time.monotonic() - stop, 15)

    def test_a_mail_server_that_dawdles_holds_up_neither_others_nor_the_end(self):
        for stage in ("greeting", "data", "quit"):
            with self.subTest(stage=stage), Folder() as f, Smtp(dawdles=stage) as mail, Http() as good:
                site = Site(f, [{"kind": "mail", "url": mail.url, "from": "s@example.com",
                                 "to": "o@example.com", "timeout": "60s"},
                                {"kind": "webhook", "url": good.url}])
                with site.watch() as w:
                    site.surge(w)
                    wait(w, lambda: len(told(good)) == 2, "the good receiver", 20)
                    if stage == "quit":
                        wait(w, lambda: len(mail.mails) == 2, "both mails", 20)
                    stop = time.monotonic()
                    w.stop()
                    self.assertLess(time.monotonic() - stop, 15)
                once(self, good, [(1, "firing"), (1, "recovered")])

    def test_a_receiver_that_was_down_gets_everything_afterwards(self):
        with Folder() as f:
            port = free_port()
            site = Site(f, [{"kind": "webhook", "url": f"http://127.0.0.1:{port}"}])
            with site.watch() as w:
                site.surge(w)
                site.surge(w)
                with Http(port=port) as server:
                    wait(w, lambda: len(told(server)) == 4, "all four")
                    w.stop()
                    once(self, server, [(i, s) for i in (1, 2) for s in ("firing", "recovered")])

    def test_many_alerts_of_one_moment_go_together(self):
        rule = {"name": "busy", "above": "1/s", "window": "2s", "per": "section"}
        with Folder() as f, Http() as server:
            site = Site(f, [{"kind": "webhook", "url": server.url, "group_wait": "3s",
                             "recoveries": False}], [rule])
            with site.watch() as w:
                w.until(lambda _: w.updates(), "the start")
                with open(site.log, "a") as out:
                    out.write("".join(line(int(time.time()) + 1, path=f"/s{i}/x") * 5 for i in range(100)))
                wait(w, lambda: len(told(server)) == 100, "all hundred")
                self.assertLessEqual(len(server.requests), 3)
                w.stop()
            self.assertEqual({a["of"] for r in server.taken for a in r.alerts()},
                             {f"/s{i}" for i in range(100)})

    def test_a_backlog_of_several_messages_goes_at_the_end(self):
        rule = {"name": "busy", "above": "1/s", "window": "1m", "per": "section"}
        with Folder() as f, Http() as server:
            site = Site(f, [{"kind": "webhook", "url": server.url, "group_wait": "10m"}], [rule])
            with site.watch() as w:
                w.until(lambda _: w.updates(), "the start")
                with open(site.log, "a") as out:
                    out.write("".join(line(int(time.time()) + 1, path=f"/s{i}/x") * 61 for i in range(210)))
                w.until(lambda e: len(alerts(e)) == 210, "all alerts")
                stop = time.monotonic()
                w.stop()
                self.assertLess(time.monotonic() - stop, 20)
            self.assertEqual((len(told(server)), len(server.requests)), (210, 2))

    def test_a_chat_that_takes_short_texts_gets_all_of_them(self):
        """As Discord does: 2,000 characters, else 400."""
        def picky(handler):
            text = handler.server.requests[-1].json()["text"]
            return well(handler) if len(text) <= 2000 else status(400)(handler)
        rule = {"name": "busy", "above": "1/s", "window": "2s", "per": "section"}
        with Folder() as f, Http(picky) as server:
            site = Site(f, [{"kind": "slack", "url": server.url + "/api/webhooks/1/x/slack",
                             "group_wait": "2s", "recoveries": False}], [rule])
            with site.watch() as w:
                w.until(lambda _: w.updates(), "the start")
                names = [f"(/s{i}-yyy" for i in range(60)]
                with open(site.log, "a") as out:
                    out.write("".join(line(int(time.time()) + 1, path=f"{n[1:]:y<60}/x") * 5
                                      for n in names))
                wait(w, lambda: all(n in "".join(r.json()["text"] for r in server.taken)
                                    for n in names), "all names")
                w.stop()
            self.assertEqual(len(server.taken), len(server.requests))
            self.assertLess(len(server.taken), 12)

    def test_programs_wait_for_each_other_also_at_the_end(self):
        with Folder() as f:
            out = f.file("out", "")
            command = ["/bin/sh", "-c", f"sleep 0.3; cat >> {out}"]
            site = Site(f, [{"kind": "exec", "command": command, "group_wait": "1m"}] * 5)
            with site.watch() as w:
                site.surge(w)
                w.stop()
            with open(out) as read:
                told_of = [json.loads(one) for one in read]
            self.assertEqual(sorted(m["channel"] for m in told_of), [f"c{i}" for i in range(5)])

    def test_at_the_end_it_still_tells_what_it_can(self):
        with Folder() as f, Http() as server:
            site = Site(f, [{"kind": "webhook", "url": server.url, "group_wait": "10m"}])
            with site.watch() as w:
                site.surge(w)
                self.assertEqual(server.requests, [])
                w.stop()
            once(self, server, [(1, "firing"), (1, "recovered")])


class Alertmanager(unittest.TestCase):
    def alerts(self, active=True):
        url = f"http://127.0.0.1:{self.port}/api/v2/alerts"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)

    def is_up(self):
        try:
            return self.alerts() is not None
        except OSError:
            return False

    def test_the_real_one_gets_the_alert_and_resolves_it(self):
        program = find_program("prometheus-alertmanager")
        if not program:
            self.skipTest("prometheus-alertmanager is not installed")
        with Folder() as f, Http() as receiver:
            self.port = free_port()
            config = f.file("am.yml", json.dumps({
                "route": {"receiver": "r", "group_wait": "100ms", "group_interval": "1s"},
                "receivers": [{"name": "r", "webhook_configs": [{"url": receiver.url}]}]}))
            manager = subprocess.Popen([program, f"--config.file={config}",
                                        f"--storage.path={f.file('data')}", "--cluster.listen-address=",
                                        f"--web.listen-address=127.0.0.1:{self.port}"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                wait_until(self.is_up, "alertmanager")
                rules = [RULE, {"name": "busy", "above": "1/s", "window": "3s", "per": "section"}]
                site = Site(f, [{"kind": "alertmanager", "url": f"http://127.0.0.1:{self.port}/"}],
                            rules)
                with site.watch() as w:
                    w.until(lambda _: w.updates(), "the start")
                    site.write(path="/login/x")
                    wait(w, lambda: len(self.alerts()) == 2, "the alerts there")
                    (busy,) = [a for a in self.alerts() if a["labels"]["alertname"] == "busy"]
                    self.assertEqual(busy["labels"]["of"], "/login")
                    self.assertEqual(busy["status"]["state"], "active")
                    w.until(lambda e: len(alerts(e)) == 4, "recoveries")

                    def resolved():
                        return {a["labels"]["alertname"] for r in receiver.taken
                                for a in r.json()["alerts"] if a["status"] == "resolved"}
                    wait(w, lambda: resolved() == {"busy", "high traffic"}, "resolved there")
                    w.stop()
                fired = {a["labels"]["alertname"] for r in receiver.taken
                         for a in r.json()["alerts"] if a["status"] == "firing"}
                self.assertEqual(fired, {"busy", "high traffic"})
            finally:
                manager.terminate()
                manager.wait()


if __name__ == "__main__":
    unittest.main()
