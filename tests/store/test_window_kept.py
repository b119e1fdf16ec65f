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


if __name__ == "__main__":
    unittest.main()
