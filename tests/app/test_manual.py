"""README, --help and the man page say the same: all come out of one table."""
import os
import re
import subprocess
import unittest

from spate_run import SPATE, run

BUILD = os.path.dirname(SPATE)
README = open(os.path.join(os.environ["SPATE_SOURCE_DIR"], "README.md"), encoding="utf-8").read()


def printed(*args):
    return subprocess.run([os.path.join(BUILD, "spate-man"), *args], capture_output=True, check=True).stdout.decode()


class Manual(unittest.TestCase):
    def test_the_readme_has_the_tables_as_they_are(self):
        self.assertIn(printed("markdown"), README, "README.md lacks what `spate-man markdown` prints")

    def test_the_man_page_and_help_have_every_option(self):
        page = printed()
        options = re.findall(r"^\| `(?:-\w, )?--([\w-]+)", printed("markdown"), re.M)
        self.assertGreater(len(options), 10)
        helps = "".join(run(command, "--help")[1].decode() for command in
                        re.findall(r"^\| `spate (\S+)`", printed("markdown"), re.M))
        for option in options:
            self.assertIn("\\-\\-" + option.replace("-", "\\-"), page)
            self.assertRegex(helps, r"--" + option + r"\b")

    def test_the_man_page_has_no_error(self):
        done = subprocess.run(["sh", "-c", "command -v groff >/dev/null || exit 77; groff -man -Tutf8 -ww >/dev/null"],
                              input=printed().encode(), capture_output=True)
        if done.returncode == 77:
            self.skipTest("groff is not installed")
        self.assertEqual((done.returncode, done.stderr), (0, b""))


if __name__ == "__main__":
    unittest.main()
