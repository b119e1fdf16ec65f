"""A state on a file system that cannot be written: counting goes on, and that is said once."""
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))

from spate_run import DEADLINE_S, SPATE, Folder, line

# A mount of its own, that nobody else sees: prepared, filled or closed, and then what is to be run.
SCRIPT = 'set -e; mount -t tmpfs -o size=2m none "$1"; sh -c "$2" sh "$1"; shift 2; exec "$@"'


def run(folder, prepare, *args):
    log = folder.file("a.log", line(int(time.time())) * 7)
    process = subprocess.Popen(["unshare", "-m", "sh", "-c", SCRIPT, "sh", folder.file("disk"), prepare, *args, log],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2.5)
    process.terminate()
    out, err = process.communicate(timeout=DEADLINE_S)
    return process.returncode, out, err


class ReadOnly(unittest.TestCase):
    def setUp(self):
        if subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode:
            self.skipTest("nothing can be mounted here")

    def watch(self, prepare):
        with Folder() as folder:
            os.mkdir(folder.file("disk"))
            user = [] if os.geteuid() else ["--user", "root"]
            return run(folder, prepare, SPATE, "watch", "--headless", "-o", "json", "-u", "200ms", *user, "--from", "start", "--state",
                       folder.file("disk") + "/state")

    def check_goes_on(self, prepare, word, most=1):
        code, out, err = self.watch(prepare)
        self.assertEqual(code, 0, err)
        self.assertIn('"hits":7', out.splitlines()[-1])
        self.assertIn(err.count("counting goes on"), range(1, most + 1), err)
        self.assertIn(word, err)

    def test_mounted_to_be_read(self):
        self.check_goes_on("mount -o remount,ro $1", "Read-only file system")

    def test_mounted_to_be_read_with_a_state(self):
        self.check_goes_on("mkdir -m 700 $1/state; touch $1/state/lock; mount -o remount,ro $1", "Read-only file system")

    def test_full(self):
        self.check_goes_on("dd if=/dev/zero of=$1/fill bs=4k 2>/dev/null || true", "no room on the disk", most=2)  # again where saving is tried

    def test_without_room_for_a_name(self):
        self.check_goes_on("mount -o remount,nr_inodes=1 $1", "No space left")

    def test_what_is_a_mistake_ends_the_start(self):
        code, _, err = self.watch("mkdir -m 777 $1/state")
        self.assertEqual(code, 1, err)
        self.assertIn("others may write", err)


if __name__ == "__main__":
    unittest.main()
