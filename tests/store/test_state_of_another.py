"""Started as root the live run gives its rights up; root can still look into the state that it keeps."""
import json
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "app"))
from spate_run import Folder, Watch, line, run  # noqa: E402


@unittest.skipUnless(os.geteuid() == 0, "only root gives rights up")
class StateOfAnother(unittest.TestCase):
    def test_root_reads_and_marks_what_an_unprivileged_run_keeps(self):
        with Folder() as f:
            os.chmod(f.path, 0o755)
            log, state = f.file("a.log", ""), f.file("state")
            for _ in range(2):  # what root has touched must not stand in the way of the next run
                with Watch("-u", "200ms", "-r", "2s", "-f", "1", "--state", state, log) as w:
                    w.until(lambda e: w.updates(), "an update")
                    with open(log, "a") as out:
                        out.write(line(int(time.time())) * 50)
                    w.until(lambda e: w.alerts(), "the alert, or the recovery of the run before")
                    w.stop()
                code, out, err = run("history", "--state", state, "-o", "json")
                self.assertEqual((code, err), (0, ""))
                json.loads(out)
                code, out, err = run("alerts", "--state", state, "-o", "json")
                self.assertEqual((code, err), (0, ""))
                identity = json.loads(out.splitlines()[0]).get("id", 1)
                code, _, err = run("alerts", "ack", str(identity), "--state", state)
                self.assertEqual(code, 0, err)


if __name__ == "__main__":
    unittest.main()
