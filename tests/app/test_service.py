"""The systemd unit is hardened, and what it starts is a command line that spate takes."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import unittest

from spate_run import run

UNIT = os.path.join(os.environ["SPATE_SOURCE_DIR"], "tools", "spate.service")
WORST = 1.5


class Service(unittest.TestCase):
    def test_its_exposure(self):
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", UNIT], capture_output=True, text=True,
                              timeout=60)
        score = re.search(r"Overall exposure level for spate\.service: ([\d.]+)", done.stdout)
        self.assertTrue(score, done)
        self.assertLessEqual(float(score[1]), WORST, done.stdout)

    def test_what_it_starts(self):
        with open(UNIT, encoding="utf-8") as unit:
            start = re.search(r"^ExecStart=(.*)$", unit.read(), re.M)[1]
        code, _, err = run(*shlex.split(start)[1:], "--version")
        self.assertEqual((code, err), (0, ""))


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("skipped: systemd-analyze is not installed")
        sys.exit(77)
    unittest.main()
