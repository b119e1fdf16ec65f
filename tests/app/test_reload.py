"""SIGHUP: everything that a configuration can say takes over while the run goes on, or nothing of it."""
import json
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.environ["SPATE_SOURCE_DIR"], "tests", "notify"))
from receivers import Http, free_port, status, wait_until, well
from spate_run import LOGGEN, SPATE, Folder, Watch, line

REFUSED = "configuration refused, the old one stays"


def write(path, *lines):
    with open(path, "a") as out:
        out.write("".join(lines))


def now_line(path="/a", **more):
    return line(int(time.time()), path, **more)


class Run:
    """A run with a configuration that changes; JSON is YAML."""

    def __init__(self, folder, config, *args):
        self.folder, self.path = folder, folder.file("spate.yaml")
        self.say(**config)
        self.watch = Watch("--config", self.path, *args, ready=True)

    def say(self, **config):
        """Written beside and renamed: nobody reads half of it."""
        os.rename(self.folder.file("next.yaml", json.dumps(config)), self.path)

    def notes(self):
        return self.watch.notes()

    def expect(self, words, since=0):
        self.watch.expect(words, since)

    def reload(self, expected="configuration read again", **config):
        since = len(self.notes())
        if config:
            self.say(**config)
        self.watch.process.send_signal(signal.SIGHUP)
        self.expect(expected, since)
        return self.notes()[since:]

    def hits(self):
        return sum(e["hits"] for e in self.watch.updates())

    def wait_hits(self, count):
        self.watch.until(lambda _: self.hits() >= count, f"{count} hits")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.watch.__exit__()


CONF = "http {{ log_format own '{0}$remote_addr [$time_local] \"$request\" $status $body_bytes_sent'; {1} }}"


@unittest.skipUnless(os.geteuid() == 0, "only root can give it another /etc")
class Found(unittest.TestCase):
    """Logs that nobody named, in the configuration of a server."""

    def serve(self, before, *logs):
        f = self.folder
        f.file("next", CONF.format(before, "".join(f"access_log {log} own;" for log in logs)))
        os.rename(f.file("next"), os.path.join(f.path, "nginx", "nginx.conf"))

    def start(self):
        """In a file system of its own: /etc has what names users, and the server's configuration."""
        f = self.folder
        script = f.file("run.sh", "set -e; cd $1; shift; mkdir etc; mount -t tmpfs none etc; mkdir etc/nginx; "
                                  "cp /etc/passwd /etc/group /etc/ld.so.cache etc; mount --bind nginx etc/nginx; "
                                  "mount --rbind etc /etc; mount -t tmpfs none /var/log; exec \"$@\"")
        with open(f.file("told"), "wb") as told:
            return subprocess.Popen(["unshare", "-m", "sh", script, f.path, SPATE, "--headless", "-o", "json", "-u",
                                     "200ms"], stdout=subprocess.PIPE, stderr=told,
                                    env={**os.environ, "XDG_CONFIG_HOME": "/none", "HOME": "/none"})

    def told(self):
        with open(self.folder.file("told"), encoding="utf-8") as told:
            return told.read()

    def test_are_found_again_with_their_formats(self):
        with Folder() as self.folder:
            f = self.folder
            os.chmod(f.path, 0o755)
            os.mkdir(os.path.join(f.path, "nginx"))
            one, two = f.file("one.log", ""), f.file("two.log", "")
            when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
            self.serve("", one)
            with self.start() as run:
                try:
                    wait_until(lambda: run.poll() is not None or "reading" in self.told(), "the start")
                    if "mount" in self.told() or "unshare" in self.told():
                        self.skipTest("nothing can be mounted here")
                    write(one, f'10.0.0.1 [{when}] "GET /a HTTP/1.1" 200 1\n')
                    time.sleep(1)
                    self.serve("V2 ", one, two)
                    run.send_signal(signal.SIGHUP)
                    wait_until(lambda: "configuration read again" in self.told(), "the reload")
                    self.assertIn("0 channels, 2 files", self.told())
                    for log, path in ((one, "/b"), (two, "/c")):
                        write(log, f'V2 10.0.0.1 [{when}] "GET {path} HTTP/1.1" 200 1\n')
                    time.sleep(1)
                finally:
                    run.terminate()
                summary = json.loads(run.stdout.read().splitlines()[-1])
            self.assertEqual({s["name"]: s["hits"] for s in summary["sections"]}, {"/a": 1, "/b": 1, "/c": 1})


class Files(unittest.TestCase):
    def test_come_and_go_without_a_line_twice_or_lost(self):
        with Folder() as f:
            a, b, c = (f.file(f"{n}.log", "") for n in "abc")
            os.unlink(c)
            old = int(time.time()) - 3600
            write(b, *[line(old, "/old") for _ in range(50)], *[now_line("/b") for _ in range(3)])
            with Run(f, {"files": [a], "update": "200ms"}) as run:
                run.watch.until(lambda _: run.watch.updates(), "an update: what comes now is live")
                write(a, now_line("/a") * 5)
                run.wait_hits(5)
                run.reload(files=[a, b, c], update="200ms")
                write(a, now_line("/a") * 5)
                write(c, line(old, "/c"), now_line("/c") * 2)  # was not there: read from its start
                write(b, now_line("/b") * 4)
                run.wait_hits(5 + 5 + 3 + 4)
                run.reload(files=[f.file("*.log")], update="200ms")
                write(a, now_line("/a"))
                run.wait_hits(18)
                run.reload(files=[c], update="200ms")
                write(a, now_line("/a") * 7)  # nobody asks for it
                write(c, now_line("/c"))
                run.wait_hits(19)
                time.sleep(1.5)
                run.reload(files=[c, a], update="200ms")  # gone on with where it was left
                run.watch.until(lambda e: run.watch.updates()[-1]["window"]["hits"] == 28, "the rest of it")
                summary = run.watch.stop()
            self.assertEqual(summary["lines"]["read"], 11 + 7 + 3 + 4 + 4)
            self.assertEqual(summary["lines"]["backfilled"], 3 + 7, "what stood there: as a start would take it")
            self.assertEqual({s["name"]: s["hits"] for s in summary["sections"]}, {"/a": 18, "/b": 7, "/c": 4})

    def test_added_are_known_to_the_next_run(self):
        with Folder() as f:
            a, b = f.file("a.log", ""), f.file("b.log", "")
            os.unlink(b)
            state = f.file("state")
            config = {"files": [a, b], "update": "200ms", "state": state}
            with Run(f, {**config, "files": [a]}) as run:
                run.reload(**config)
                time.sleep(3)
                run.watch.process.kill()
                run.watch.process.wait()
            write(b, *[line(int(time.time()) - 3600, "/b") for _ in range(9)])
            with Run(f, config) as run:
                run.watch.until(lambda e: e, "an update")
                time.sleep(0.5)
                summary = run.watch.stop()
            self.assertEqual(summary["hits"], 9, "it appeared since: read from its start")


class Reading(unittest.TestCase):
    def test_formats_where_and_client_take_over(self):
        with Folder() as f:
            a = f.file("a.log", "")
            with Run(f, {"files": [a], "update": "200ms", "format": "combined"}) as run:
                write(a, now_line("/a", status=500), now_line("/a"))
                run.wait_hits(2)
                run.reload(files=[a], update="200ms", format="combined", where="status = 5xx")
                write(a, now_line("/b", status=500), now_line("/b"))
                run.wait_hits(3)
                run.reload(files=[a], update="200ms", format=r"regex:^(?<host>\S+) (?<path>\S+) (?<status>\d+)$")
                write(a, "10.9.9.9 /c 200\n" * 4)
                run.wait_hits(7)
                run.reload(files=[a], update="200ms", client="forwarded",
                           format=r'%h %l %u %t "%r" %>s %b "%{X-Forwarded-For}i"')
                write(a, now_line("/d").replace('"-" "test"', '"203.0.113.7"'))
                run.wait_hits(8)
                summary = run.watch.stop()
            self.assertEqual(summary["lines"]["rejected"], 0)
            self.assertEqual({s["name"]: s["hits"] for s in summary["sections"]}, {"/a": 2, "/b": 1, "/c": 4, "/d": 1})
            self.assertIn("203.0.113.7", [h["name"] for h in summary["addresses"]])

    def test_interval_and_rows_of_lists_take_over(self):
        with Folder() as f:
            a = f.file("a.log", "")
            with Run(f, {"files": [a], "update": "30s", "top": 1}) as run:
                run.reload(files=[a], update="200ms", top=3)
                write(a, *[now_line(f"/s{i}") for i in range(5)])
                run.wait_hits(5)
                summary = run.watch.stop()
            self.assertEqual(len(summary["sections"]), 3)


class Refusing(unittest.TestCase):
    def test_what_needs_a_restart_is_named_and_nothing_is_taken_over(self):
        with Folder() as f:
            a, b = f.file("a.log", ""), f.file("b.log", "")
            base = {"files": [a], "update": "200ms"}
            with Run(f, base) as run:
                for key, value in (("state", f.file("elsewhere")), ("user", "www-data"), ("only", "sections"),
                                   ("output", "text"), ("color", "never"), ("ascii", True)):
                    if key == "output":
                        continue  # -o is on the command line, which goes over the file
                    told = run.reload(REFUSED, **{**base, "files": [a, b]}, **{key: value})
                    self.assertRegex(told, rf"spate\.yaml:1:\d+: .*`{key}' needs a restart")
                told = run.reload(REFUSED, files=[a, "-"])
                self.assertIn("standard input", told)
                told = run.reload(REFUSED, files=[f.path])
                self.assertIn("is a directory", told)
                told = run.reload(REFUSED, files=[a], format="regex:(")
                self.assertIn("regex", told)
                told = run.reload(REFUSED, files=[a], where="status = ")
                self.assertRegex(told, r"spate\.yaml:1:\d+: ")
                os.unlink(run.path)
                self.assertIn("cannot be read", run.reload(REFUSED))
                write(b, now_line("/b"))
                write(a, now_line("/a"))
                run.wait_hits(1)
                time.sleep(0.5)
                summary = run.watch.stop()
            self.assertEqual({s["name"]: s["hits"] for s in summary["sections"]}, {"/a": 1})


class WithoutAConfiguration(unittest.TestCase):
    def test_a_service_goes_on_and_takes_the_one_that_comes(self):
        """No terminal has hung up: there is none."""
        with Folder() as f:
            log = f.file("a.log", now_line())
            env = {**os.environ, "XDG_CONFIG_HOME": f.path, "HOME": f.path}
            service = subprocess.Popen([SPATE, "watch", "--headless", log], env=env, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, start_new_session=True)

            def reload():
                service.send_signal(signal.SIGHUP)
                return next(said for said in service.stderr if b"configuration" in said)
            time.sleep(0.7)
            self.assertIn(b"configuration read again: 1 alert,", reload())
            os.mkdir(f.file("spate"))
            f.file("spate/spate.yaml", "alerts: []\n")
            self.assertIn(b"configuration read again: 0 alerts,", reload())
            service.send_signal(signal.SIGTERM)
            self.assertEqual(service.wait(30), 0)
            service.stderr.close()


def channel(name, server, **more):
    return {"name": name, "kind": "webhook", "url": server.url if hasattr(server, "url") else server,
            "group_wait": 0, "rate": "1000/s", **more}


def told(server):
    return [(a["rule"], a["state"]) for r in server.taken for a in r.alerts()]


RULE = {"name": "busy", "above": "5/s", "window": "2s"}


class Channels(unittest.TestCase):
    def surge(self, run, log, count=2):
        before = len(run.watch.alerts())
        write(log, now_line() * 40)
        run.watch.until(lambda _: len(run.watch.alerts()) >= before + count, "an alert and its recovery")

    def keep_what_waits(self, *args):
        """The receiver is down; its channel gets another address, and what waited arrives there, once."""
        with Folder() as f, Http() as server, Http() as third:
            log = f.file("a.log", "")
            nowhere = f"http://127.0.0.1:{free_port()}"
            args = [f.file(a) if a == "state" else a for a in args]
            config = {"files": [log], "update": "200ms", "alerts": [RULE]}
            with Run(f, {**config, "notify": [channel("ops", nowhere), channel("gone", nowhere)]}, *args) as run:
                self.surge(run, log)
                run.expect("notify ops: ")
                said = run.reload(**config, notify=[channel("ops", server), channel("new", third)])
                run.expect("notify gone: no longer in the configuration; notifications that waited for it and are "
                           "dropped: 2")
                self.assertIn("1 alert, 2 channels, 1 file", said)
                wait_until(lambda: run.watch.poll() or len(told(server)) >= 2, "what waited")
                self.surge(run, log)
                wait_until(lambda: run.watch.poll() or len(told(server)) >= 4 and len(told(third)) >= 2, "all")
                run.watch.stop()
                both = [("busy", "firing"), ("busy", "recovered")]
                self.assertEqual(told(server), both * 2)
                self.assertEqual(told(third), both, "of what was before it came, it is not told")
            if args:
                with Run(f, config, *args) as run:
                    run.watch.until(lambda e: e, "an update")
                    run.watch.stop()
                    self.assertNotIn("notifications", run.notes(), "nothing of the channel that is gone was kept")

    def test_keep_what_waits_for_them(self):
        self.keep_what_waits()

    def test_keep_what_waits_for_them_in_the_state(self):
        self.keep_what_waits("--state", "state")

    def test_may_be_the_first_and_none(self):
        for args in ((), ("--state", "state")):
            with Folder() as f, Http() as server:
                log = f.file("a.log", "")
                config = {"files": [log], "update": "200ms", "alerts": [RULE]}
                with Run(f, config, *[f.file(a) if a == "state" else a for a in args]) as run:
                    self.surge(run, log)
                    run.reload(**config, notify=[channel("ops", server)])
                    self.surge(run, log)
                    wait_until(lambda: run.watch.poll() or len(told(server)) >= 2, "both")
                    run.reload(**config)
                    self.surge(run, log)
                    run.reload(**config, notify=[channel("ops", server)])
                    self.surge(run, log)
                    wait_until(lambda: run.watch.poll() or len(told(server)) >= 4, "both again")
                    run.watch.stop()
                    self.assertEqual(told(server), [("busy", "firing"), ("busy", "recovered")] * 2)

    def test_a_new_alertmanager_is_told_of_what_fires(self):
        for args in ((), ("--state", "state")):
            with Folder() as f, Http() as server:
                log = f.file("a.log", "")
                rule = {**RULE, "window": "30s", "above": "1/s"}
                config = {"files": [log], "update": "200ms", "alerts": [rule]}
                with Run(f, config, *[f.file(a) if a == "state" else a for a in args]) as run:
                    self.surge(run, log, 1)
                    run.reload(**config, notify=[{"name": "am", "kind": "alertmanager", "url": server.url}])
                    wait_until(lambda: run.watch.poll() or server.taken, "the alert that fires")
                    self.assertEqual(server.taken[0].json()[0]["labels"]["alertname"], "busy")

    def test_a_rule_that_goes_is_resolved_where_it_was_told(self):
        for args in ((), ("--state", "state")):
            with Folder() as f, Http() as server:
                log = f.file("a.log", "")
                rules = [{**RULE, "window": "30s", "above": "1/s", "name": name} for name in ("stays", "goes")]
                config = {"files": [log], "update": "200ms"}
                with Run(f, {**config, "alerts": rules, "notify": [channel("ops", server, rules=["goes"])]},
                         *[f.file(a) if a == "state" else a for a in args]) as run:
                    self.surge(run, log, 2)
                    wait_until(lambda: run.watch.poll() or told(server), "the alert")
                    run.reload(**config, alerts=rules[:1], notify=[channel("ops", server, rules=["stays"])])
                    wait_until(lambda: run.watch.poll() or len(told(server)) >= 2, "its end")
                    self.assertEqual(told(server), [("goes", "firing"), ("goes", "recovered")])


class UnderTraffic(unittest.TestCase):
    def test_twenty_reloads_at_ten_thousand_lines_a_second_count_exactly(self):
        """Two logs, one of which comes and goes; formats, lists, channels and other rules change. One rule
        stays: its alert fires once and recovers once."""
        with Folder() as f, Http() as server:
            a, b = f.file("a.log", ""), f.file("b.log", "")
            stays = {"name": "stays", "above": "100/s", "window": "3s"}
            state = f.file("state")

            def config(i):
                rules = [stays] + [{"name": f"comes {i % 3}", "above": f"{1000000 + i}/s", "window": "5s"}]
                return {"files": [a, b] if i % 2 == 0 else [a], "update": f"{2 + i % 3}00ms", "top": 5 + i % 7,
                        "format": ["auto", "combined"][i // 2 % 2], "alerts": rules,
                        "notify": [channel("ops", server)] + [channel(f"extra{i}", server, rules=[f"comes {i % 3}"])]}

            with Run(f, config(0), "--state", state) as run:
                logs = [subprocess.Popen([LOGGEN, "--rate", rate, "--duration", "12s", "--seed", "1", *rotate,
                                          "--path", path], stderr=subprocess.PIPE)
                        for path, rate, rotate in ((a, "9000", ["--rotate", "rename@3s"]), (b, "1000", []))]
                for i in range(1, 21):
                    time.sleep(0.4)
                    run.reload(**config(i))
                wrote = sum(int(p.communicate()[1].split(b" lines")[0].split()[-1]) for p in logs)
                run.watch.until(lambda _: any(x["state"] == "recovered" for x in run.watch.alerts()), "the recovery")
                wait_until(lambda: run.watch.poll() or len(told(server)) >= 2, "both told")
                said, summary = run.notes(), run.watch.stop()
            self.assertEqual(summary["lines"]["read"], wrote)
            self.assertEqual([(x["rule"], x["state"]) for x in run.watch.alerts()],
                             [("stays", "firing"), ("stays", "recovered")])
            self.assertEqual(told(server), [("stays", "firing"), ("stays", "recovered")])
            self.assertNotIn("lost", said)


if __name__ == "__main__":
    unittest.main()
