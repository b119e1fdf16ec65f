"""notified.py - `spate watch` with channels: what the tests of whom it tells share."""
import json
import time

from receivers import wait_until
from spate_run import Watch, line

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
        """A second ahead: on a busy machine they are read when their own is long over."""
        now = int(time.time()) + 1
        with open(self.log, "a") as out:
            out.write(line(now, **fields) * count)

    def surge(self, w, count=40, **fields):
        """A firing and its recovery, as the monitor tells them."""
        w.until(lambda _: w.updates(), "the start")
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
