"""The systemd unit is hardened, and what it starts is a command line that spate takes."""
import grp
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

from spate_run import DEADLINE_S, SPATE, Folder, line, run

UNIT = os.path.join(os.environ["SPATE_SOURCE_DIR"], "tools", "spate.service")
CONFINED = os.path.join(os.path.dirname(os.path.realpath(__file__)), "confined.py")
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

    def test_what_it_says_to_systemd(self):
        with open(UNIT, encoding="utf-8") as unit:
            text = unit.read()
        for row in ("Type=notify", "ExecReload=/bin/kill -HUP $MAINPID", "Restart=on-failure", "StateDirectory=spate"):
            self.assertIn(f"\n{row}\n", text)


class Confined(unittest.TestCase):
    """The command of the unit, under what the unit takes away."""

    def setUp(self):
        if os.geteuid() != 0 or not shutil.which("systemd-analyze") or os.uname().machine != "x86_64":
            self.skipTest("needs root, systemd-analyze and x86-64")
        folder = Folder()
        folder.__enter__()
        self.addCleanup(folder.__exit__)
        os.chmod(folder.path, 0o755)
        self.folder, self.state = folder, folder.file("state")
        os.mkdir(self.state, 0o700)
        tried = subprocess.run([sys.executable, CONFINED, self.state, "/bin/true"], capture_output=True, text=True, check=False)
        if tried.returncode != 0:  # a container without the rights to, or a root that is no mount
            self.skipTest("nothing can be taken away from a program here: " + tried.stderr.strip().split("\n")[-1])
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(folder.file("notify"))
        self.socket.settimeout(DEADLINE_S)
        os.chmod(folder.file("notify"), 0o777)

    def log(self, count):
        path = self.folder.file("access.log", line(int(time.time()), "/page/x") * count)
        os.chown(path, 0, grp.getgrnam("adm").gr_gid)
        os.chmod(path, 0o640)
        return path

    def start(self, *more):
        with open(UNIT, encoding="utf-8") as unit:
            command = shlex.split(re.search(r"^ExecStart=(.*)$", unit.read(), re.M)[1])
        env = dict(os.environ, STATE_DIRECTORY=self.state, NOTIFY_SOCKET=self.folder.file("notify"), HOME="/", TMPDIR="/tmp",
                   ASAN_OPTIONS="detect_leaks=0") # its search is a debugger of its own: no filter lets it
        return subprocess.Popen([sys.executable, CONFINED, self.state, SPATE, *command[1:], "-u", "100ms", "-o", "json", *more],
                                env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_it_runs_reloads_follows_and_ends(self):
        log = self.log(3)
        process = self.start("--from", "start", "-F", r'regex:^(?<host>\S+) \S+ \S+ \[(?<time>[^]]+)\] "(?<request>[^"]*)" (?<status>\d+) (?<bytes>\d+)', log)
        try:
            self.assertEqual(self.socket.recv(100), b"READY=1", process.poll())
            process.send_signal(signal.SIGHUP)
            os.rename(log, log + ".1")
            self.log(2)
            time.sleep(2.5)
            self.assertIsNone(process.poll())
            process.send_signal(signal.SIGTERM)
            self.assertEqual(self.socket.recv(100), b"STOPPING=1")
        finally:
            process.kill() if process.poll() is None and sys.exc_info()[0] else None
            out, err = process.communicate(timeout=DEADLINE_S)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(json.loads(out.splitlines()[-1])["hits"], 5, err)
        for word in (b"ermitted", b"denied", b"annot"):
            self.assertNotIn(word, err)
        self.assertEqual(os.stat(self.state + "/state.db").st_mode & 0o777, 0o600)


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("skipped: systemd-analyze is not installed")
        sys.exit(77)
    unittest.main()
