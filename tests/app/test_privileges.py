"""Started as root, spate becomes somebody else for good before it opens a log, and follows on."""
import grp
import os
import pwd
import subprocess
import sys
import time
import unittest

from spate_run import DEADLINE_S, SPATE, Folder, Watch, line

# What looks for leaks would be another process's business here: a dropped one is closed to it.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
NOBODY = pwd.getpwnam("nobody")
ADM = grp.getgrnam("adm").gr_gid


def status(pid):
    """{"Uid": {(...)}, ...} of all threads: one value each when they agree."""
    facts = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as f:
            for one in f:
                key, value = one.rstrip("\n").split(":", 1)
                facts.setdefault(key, set()).add(value.strip())
    return facts


class OpenFolder(Folder):
    """One that others may enter."""

    def __enter__(self):
        super().__enter__()
        os.chmod(self.path, 0o755)
        return self

    def log(self, name="access.log", mode=0o644, group=0):
        path = self.file(name, line(int(time.time())))
        os.chown(path, 0, group)
        os.chmod(path, mode)
        return path


class Privileges(unittest.TestCase):
    def is_user(self, watch, uid, gid, groups, capable=False):
        watch.until(lambda e: [u for u in e if u["type"] == "update"], "an update")
        facts = status(watch.process.pid)
        self.assertGreaterEqual(len(os.listdir(f"/proc/{watch.process.pid}/task")), 3)
        self.assertEqual(facts["Uid"], {"\t".join([str(uid)] * 4)})
        self.assertEqual(facts["Gid"], {"\t".join([str(gid)] * 4)})
        self.assertEqual({int(g) for g in facts["Groups"].pop().split()}, set(groups))
        self.assertEqual(facts["NoNewPrivs"], {"1"})
        for key in ("CapInh", "CapPrm", "CapEff", "CapAmb") + (() if capable else ("CapBnd",)):
            self.assertEqual({int(v, 16) != 0 for v in facts[key]}, {capable and key in ("CapPrm", "CapEff")}, key)

    def refused(self, code, *args):
        done = subprocess.run([SPATE, "watch", "--headless", *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=DEADLINE_S)
        self.assertEqual(done.returncode, code, done)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def test_becomes_nobody_and_follows_through_rotations(self):
        with OpenFolder() as f:
            log = f.log()
            with Watch("-u", "100ms", log) as w:
                self.is_user(w, NOBODY.pw_uid, NOBODY.pw_gid, {NOBODY.pw_gid, ADM})
                for turn in range(3):
                    os.rename(log, f"{log}.{turn}")
                    f.log()
                    w.until(lambda e, n=turn + 1: sum(u["hits"] for u in e if u["type"] == "update") == n, "the next file")
                summary = w.stop()
            self.assertEqual((summary["lines"]["read"], summary["hits"]), (4, 4))

    def test_logs_of_group_adm_are_read(self):
        with OpenFolder() as f, Watch("-u", "100ms", f.log(mode=0o640, group=ADM)) as w:
            self.is_user(w, NOBODY.pw_uid, NOBODY.pw_gid, {NOBODY.pw_gid, ADM})
            self.assertEqual(w.stop()["hits"], 1)

    def test_what_only_root_can_read_is_read_without_capabilities_and_said(self):
        with OpenFolder() as f, Folder() as closed:
            for log in (f.log(mode=0o600), closed.file("a.log", line(int(time.time())))):
                with Watch("-u", "100ms", log) as w:
                    self.is_user(w, 0, 0, os.getgroups())
                    self.assertEqual(w.stop()["hits"], 1)
                    said = w.process.stderr.read().decode()
                    self.assertIn(os.path.basename(log), said)
                    self.assertIn("--user", said)

    def test_a_named_user_who_cannot_read_is_an_error(self):
        with OpenFolder() as f:
            log = f.log(mode=0o600)
            said = self.refused(1, "--user", "nobody", log)
            self.assertIn("access.log", said)
            self.assertIn("--user root", said)

    def test_root_stays_root_when_asked_to(self):
        with OpenFolder() as f, Watch("-u", "100ms", "--user", "root", f.log(mode=0o600)) as w:
            self.is_user(w, 0, 0, os.getgroups(), capable=True)

    def test_named_users_and_groups(self):
        daemon = pwd.getpwnam("daemon")
        with OpenFolder() as f:
            log = f.log()
            for given, uid, gid, groups in (("daemon", daemon.pw_uid, daemon.pw_gid, {daemon.pw_gid, ADM}),
                                            ("daemon:adm", daemon.pw_uid, ADM, {ADM}),
                                            ("4321:5432", 4321, 5432, {5432}), ("4321", 4321, 4321, {4321, ADM})):
                with self.subTest(user=given), Watch("-u", "100ms", "--user", given, log) as w:
                    self.is_user(w, uid, gid, groups)

    def test_users_that_are_none(self):
        for given in ("no-such-user", "nobody:no-such-group", "", ":", "-1", "4294967295", "nobody\x1b[31m"):
            with self.subTest(user=given):
                said = self.refused(2, "--user", given, "/nonexistent/a.log")
                self.assertIn("--user", said)
                self.assertNotIn("\x1b", said)

    def test_a_log_that_appears_later_is_read(self):
        with OpenFolder() as f, Watch("-u", "100ms", f.file("later.log")) as w:
            self.is_user(w, NOBODY.pw_uid, NOBODY.pw_gid, {NOBODY.pw_gid, ADM})
            f.log("later.log")
            w.until(lambda e: sum(u["hits"] for u in e if u["type"] == "update") == 1, "the file")

    def test_the_state_is_the_users(self):
        with OpenFolder() as f:
            log, state = f.log(), f.file("deep/er/state")
            for expected in (1, 2):
                with Watch("-u", "100ms", "--from", "start", "--state", state, log) as w:
                    self.is_user(w, NOBODY.pw_uid, NOBODY.pw_gid, {NOBODY.pw_gid, ADM})
                    self.assertEqual(w.stop()["hits"], expected)
                for name in ("", "state.db", "lock"):
                    self.assertEqual(os.stat(os.path.join(state, name)).st_uid, NOBODY.pw_uid, name)
                self.assertEqual(os.stat(state).st_mode & 0o777, 0o700)
                with open(log, "a", encoding="ascii") as out:
                    out.write(line(int(time.time())))

    def test_a_state_that_root_made_is_handed_over(self):
        with OpenFolder() as f:
            log, state = f.log(), f.file("state")
            for user, uid in (("root", 0), ("nobody", NOBODY.pw_uid)):
                with Watch("-u", "100ms", "--from", "start", "--state", state, "--user", user, log) as w:
                    w.until(lambda e: e, "an update")
                    self.assertEqual(w.stop()["hits"], 1)
                self.assertEqual(os.stat(os.path.join(state, "state.db")).st_uid, uid)

    def test_a_directory_with_other_things_is_not_given_away(self):
        with OpenFolder() as f:
            log = f.log()
            os.mkdir(f.file("etc"), 0o755)
            f.file("etc/passwd", "root\n")
            self.refused(1, "--state", f.file("etc"), log)
            self.assertEqual((os.stat(f.file("etc")).st_uid, os.stat(f.file("etc/passwd")).st_uid), (0, 0))

    def test_links_in_a_state_are_not_followed(self):
        with OpenFolder() as f:
            log, mine = f.log(), f.file("mine", "x")
            os.mkdir(f.file("state"), 0o700)
            f.file("state/lock", "")
            os.symlink(mine, f.file("state/state.db-wal"))
            os.link(mine, f.file("state/state.db-shm"))
            with Watch("-u", "100ms", "--state", f.file("state"), log, ready=True) as w:
                w.process.terminate()
                w.process.wait(DEADLINE_S)
            self.assertEqual(os.stat(mine).st_uid, 0)


class NotRoot(unittest.TestCase):
    def test_no_new_privileges_for_anybody(self):
        as_nobody = ["env", "HOME=/", "setpriv", "--reuid", str(NOBODY.pw_uid), "--regid", str(NOBODY.pw_gid), "--clear-groups"]
        with OpenFolder() as f:
            process = subprocess.Popen([*as_nobody, SPATE, "watch", "--headless", f.log()], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            end = time.monotonic() + DEADLINE_S
            while status(process.pid)["NoNewPrivs"] != {"1"} and process.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
            got = status(process.pid)["NoNewPrivs"]
            process.terminate()
            process.wait(DEADLINE_S)
            self.assertEqual(got, {"1"})
            done = subprocess.run([*as_nobody, SPATE, "watch", "--headless", "--user", "root", f.log()], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=DEADLINE_S)
            self.assertEqual(done.returncode, 1)
            self.assertIn("only root", done.stderr)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: only root has privileges to drop")
        sys.exit(77)
    unittest.main()
