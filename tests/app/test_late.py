"""Libraries that are loaded when something needs them: a run that needs none does not look for them, and where
one cannot be loaded one line says which it is and what cannot be done without it."""
import gzip
import os
import pty
import subprocess
import unittest

from spate_run import SPATE, Folder, line, run

LIBRARIES = ("libz.so.1", "libzstd.so.1", "libpcre2-8.so.0", "libfyaml.so.0", "libsqlite3.so.0", "libnettle.so.8",
             "libncursesw.so.6", "libcurl.so.4")
CHANNEL = "notify:\n  - {name: a, kind: webhook, url: 'http://127.0.0.1:1/'}\n"


class Late(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        f = self.enterContext(self.folder)
        for name in LIBRARIES: # found first, but no library
            f.file(name, "")
        self.env = {"LD_LIBRARY_PATH": f.path}
        self.log = f.file("access.log", line(1_500_000_000, "/a"))
        self.packed = f.file("a.log.gz", gzip.compress(line(1_500_000_000, "/a").encode()))
        self.zstd = f.file("a.log.zst", b"\x28\xb5\x2f\xfd" + bytes(20))
        self.config = f.file("spate.yaml", CHANNEL)
        self.state = os.path.join(f.path, "state")

    def without(self, *broken):
        """An environment in which only these cannot be loaded."""
        folder = os.path.join(self.folder.path, "some")
        os.makedirs(folder)
        for name in broken:
            os.symlink(os.path.join(self.folder.path, name), os.path.join(folder, name))
        return {"LD_LIBRARY_PATH": folder}

    def says(self, library, lack, *args, code=1):
        got, _, err = run(*args, env=self.env)
        self.assertEqual(got, code, (args, err))
        self.assertIn(library, err, args)
        self.assertIn(lack, err, args)
        return err

    def test_a_run_that_needs_none_looks_for_none(self):
        for args in (["--version"], ["--help"], ["formats"], ["report", self.log], ["parse", self.log],
                     ["report", "--where", "status >= 400", self.log]):
            code, out, err = run(*args, env=self.env)
            self.assertEqual((code, err), (0, ""), args)
            self.assertTrue(out)

    def test_what_cannot_be_loaded_is_named_with_what_it_is_for(self):
        one_line = self.says("libz.so.1", ".gz cannot be read", "report", self.packed)
        self.assertEqual(one_line.count("\n"), 1)
        self.says("libzstd.so.1", ".zst cannot be read", "report", self.zstd)
        self.says("libpcre2-8.so.0", "regular expressions", "report", "-F", "regex:(?<host>.)", self.log, code=2)
        self.says("libpcre2-8.so.0", "regular expressions", "report", "--where", "path ~ x", self.log, code=2)
        self.says("libfyaml.so.0", "configuration", "check-config", "--config", self.config, code=2)
        self.says("libsqlite3.so.0", "SQLite", "watch", "--headless", "--state", self.state, "-")

    def test_channels_without_their_libraries_say_so(self):
        self.env = self.without("libnettle.so.8")
        self.says("libnettle.so.8", "notifications cannot be signed", "notify-test", "a", "--config", self.config)

    def test_a_console_without_its_library_says_so(self):
        main, end = pty.openpty()
        got = subprocess.run([SPATE, self.log], stdin=end, stdout=end, stderr=subprocess.PIPE, timeout=60,
                             env={**os.environ, **self.env, "TERM": "xterm"})
        os.close(main), os.close(end)
        self.assertEqual(got.returncode, 1)
        self.assertRegex(got.stderr, b"the console cannot be shown: \\S*libncursesw.so.6")


if __name__ == "__main__":
    unittest.main()
