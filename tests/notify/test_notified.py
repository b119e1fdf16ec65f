"""`spate watch` and whom it tells: from log lines to real receivers, through faults and restarts."""
import json
import os
import signal
import subprocess
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.environ["SPATE_SOURCE_DIR"], "tests", "app"))
from receivers import (Http, Smtp, closed, find_program, free_port, half, huge, slow, status, trickle,
                       wait_until, well)
from spate_run import Folder, Watch, line, run

RULE = {"name": "high traffic", "above": "5/s", "window": "2s"}


class Site:
    """A log, a configuration, and spate that follows the one with the other."""

    def __init__(self, folder, channels, rules=(RULE,), state=False):
        channels = [{"name": f"c{i}", "group_wait": 0, "rate": "1000/s", **c}
                    for i, c in enumerate(channels)]
        self.log = folder.file("access.log", "")
        self.config = folder.file("spate.yaml", json.dumps({"alerts": list(rules), "notify": channels}))
        self.args = ["--config", self.config, "-u", "200ms", self.log]
        if state:
            self.args = ["--state", folder.file("state"), *self.args]

    def watch(self, **more):
        return Watch(*self.args, **more)

    def write(self, count=40, **fields):
        now = int(time.time())
        with open(self.log, "a") as out:
            out.write(line(now, **fields) * count)

    def surge(self, w, count=40, **fields):
        """A firing and its recovery, as the monitor tells them."""
        before = len(alerts(w.events))
        self.write(count, **fields)
        w.until(lambda e: len(alerts(e)) >= before + 2, "an alert and its recovery")


def wait(w, good, what, seconds=60):
    """Until good(), while what spate prints is read: nobody holds it up."""
    wait_until(lambda: w.poll() or good(), what, seconds)


def alerts(events):
    return [e for e in events if e["type"] == "alert"]


def told(server):
    """What a server has taken, as (id, state), with the key of each event."""
    return [((a["id"], a["state"]), a["key"]) for r in server.taken for a in r.alerts()]


def once(test, server, expected):
    """Each expected event was taken exactly once."""
    got = told(server)
    test.assertEqual(sorted(e for e, _ in got), sorted(expected))
    test.assertEqual(len({key for _, key in got}), len(got))


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
            site = Site(f, [{"kind": "webhook", "url": server.url, "group_wait": "1s",
                             "recoveries": False}], [rule])
            with site.watch() as w:
                with open(site.log, "a") as out:
                    out.write("".join(line(int(time.time()), path=f"/s{i}/x") * 5 for i in range(30)))
                wait(w, lambda: len(told(server)) == 30, "all thirty")
                self.assertLessEqual(len(server.requests), 3)
                w.stop()
            self.assertEqual({a["of"] for r in server.taken for a in r.alerts()},
                             {f"/s{i}" for i in range(30)})

    def test_at_the_end_it_still_tells_what_it_can(self):
        with Folder() as f, Http() as server:
            site = Site(f, [{"kind": "webhook", "url": server.url, "group_wait": "10m"}])
            with site.watch() as w:
                site.surge(w)
                self.assertEqual(server.requests, [])
                w.stop()
            once(self, server, [(1, "firing"), (1, "recovered")])


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


class Injection(unittest.TestCase):
    PAYLOADS = ["$(touch${IFS}canary)", "`touch${IFS}canary`", "-oProxyCommand=x", "a\\r\\nBcc:v@example.com",
                "';touch${IFS}canary;'", "|touch${IFS}canary", "<!channel>", "%0aX", "\\x0d\\x0aBcc:v@example.com"]

    def test_no_field_of_a_line_is_run_or_forges_anything(self):
        rules = [{"name": f"by {per}", "above": "1/s", "window": "2s", "per": per}
                 for per in ("section", "address")]
        with Folder() as f, Http() as hook, Http() as chat, Smtp() as mail:
            out = f.file("out")
            program = f.file("program", f"#!/bin/sh\ncat >> {out}\n")
            os.chmod(program, 0o755)
            site = Site(f, [{"kind": "exec", "command": [program]},
                            {"kind": "webhook", "url": hook.url},
                            {"kind": "slack", "url": chat.url},
                            {"kind": "mail", "url": mail.url, "from": "s@example.com",
                             "to": "o@example.com"}], rules)
            when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
            with Watch("-F", "combined", *site.args) as w:
                with open(site.log, "a") as log:
                    for p in self.PAYLOADS:
                        log.write(f'{p} - {p} [{when}] "{p} /{p} {p}" 200 1 "{p}" "{p}"\n' * 10)
                wait(w, lambda: len(told(hook)) >= len(self.PAYLOADS) * 2, "all alerts")
                wait(w, lambda: chat.taken and mail.mails and os.path.exists(out), "all channels")
                w.stop()
            for place in ("/", os.getcwd(), f.path):
                self.assertFalse(os.path.exists(os.path.join(place, "canary")))
            names = {c["name"] for r in hook.taken for a in r.alerts() for c in a["cause"]}
            names |= {a["of"] for r in hook.taken for a in r.alerts()}
            self.assertTrue(any("touch${IFS}canary" in n for n in names))
            for m in mail.mails:
                self.assertEqual(m.to, [b"<o@example.com>"])
                head = m.data.split(b"\r\n\r\n")[0]
                self.assertNotIn(b"\nBcc", head)
            for r in chat.taken:
                self.assertNotIn("<!", r.json()["text"])
            with open(out) as read:
                for one in read:
                    self.assertIn("alerts", json.loads(one))


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
