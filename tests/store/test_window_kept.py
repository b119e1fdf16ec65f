"""A run that goes on after a kill shows the window that one shows which never stopped."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))

from spate_run import Folder, Watch, line


def lines(count, hosts, first=0):
    now = int(time.time())
    return "".join(line(now - i % 20, f"/s{i % 7}/x", host=f"10.0.{first}.{i % hosts}") for i in range(count))


class WindowKept(unittest.TestCase):
    def show(self, folder, log, more, hits):
        """The window once it holds so many hits; ended as a crash would."""
        with Watch("-u", "200ms", "-r", "10m", "--state", folder.file("state"), log) as watch:
            if more:
                watch.until(lambda _: watch.updates(), "an update")
                with open(log, "a", encoding="ascii") as out:
                    out.write(more)
            watch.until(lambda _: watch.updates() and watch.updates()[-1]["window"]["hits"] >= hits, f"{hits} hits")
            time.sleep(1.5)  # saved by then
            watch.poll()
            watch.process.kill()
            return {k: v for k, v in watch.updates()[-1]["window"].items() if k != "rate"}

    def test_hits_and_visitors(self):
        with Folder() as folder:
            log = folder.file("a.log", lines(300, 50))
            self.assertEqual(self.show(folder, log, lines(200, 30, 1), 500)["visitors"], 80)
            with open(log, "a", encoding="ascii") as out:
                out.write(lines(40, 10, 2))
            kept = self.show(folder, log, None, 540)
            self.assertEqual((kept["hits"], kept["bytes"], kept["visitors"]), (540, 5400, 90))

    def test_request_times_of_a_step_that_reaches_into_the_next_minute(self):
        """A window of two hours slides by eight seconds: one step begins at :56 and ends in the next minute."""
        def timed(second, answered):
            when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(second))
            return f'10.0.0.1 [{when}] "GET / HTTP/1.1" 200 5 {answered}\n'
        minute = int(time.time()) // 120 * 120 - 600  # two minutes are 15 steps
        begin = minute + 60 - (minute + 60) % 8
        self.assertLess(begin, minute + 60)
        with Folder() as folder:
            config = folder.file("c.yaml", "alerts:\n  - {name: slow, metric: request_time, above: p50 1s, window: 2h}\n")
            args = ("--config", config, "--state", folder.file("state"), "--user", "root", "-u", "200ms", "--from", "start", "-F",
                    '$remote_addr [$time_local] "$request" $status $body_bytes_sent $request_time')
            log = folder.file("a.log", timed(begin, 0.01))
            with Watch(*args, log) as watch:
                watch.until(lambda _: watch.updates() and watch.updates()[-1]["window"]["hits"] == 1, "the first line")
                time.sleep(1.5)
                with open(log, "a", encoding="ascii") as out:
                    out.write(timed(minute + 61, 3.0) * 3 + timed(minute + 70, 0.01))
                watch.until(lambda e: any(x["type"] == "alert" for x in e), "the alert")
                time.sleep(1.5)
                watch.process.kill()
            with Watch(*args, log) as watch:
                watch.until(lambda _: watch.updates(), "an update")
                with open(log, "a", encoding="ascii") as out:
                    out.write(timed(minute + 80, 3.0) + timed(minute + 90, 0.01))
                watch.until(lambda _: watch.updates()[-1]["window"]["hits"] >= 7, "the lines behind")
                watch.stop()
            self.assertEqual([e["state"] for e in watch.events if e["type"] == "alert"], [])


if __name__ == "__main__":
    unittest.main()
