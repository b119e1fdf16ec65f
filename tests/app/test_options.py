"""Every option of every command: a value that is not right is told in one line that names the option, the
value and what would be right. What the options are is read from --help, so that none can be forgotten."""
import os
import re
import unittest

from spate_run import Folder, run

LOGS = {"watch", "report", "parse"}
# What is wrong for each option that has a value; None: there is none that is wrong.
BAD = {
    "update": ["0", "99ms", "25h", "1e3", "10x", "-1s", "ten", "", "9999999999999999999s", "1s "],
    "retention": ["0", "1500ms", "8d", "0.5s", "-1m", "x", ""],
    "frequency": ["0", "-1", "nan", "inf", "1e13", "ten", "", "10/s", "0x10"],
    "path": [""],
    "format": [""],
    "client": ["proxy", "Peer", "", "peer,forwarded"],
    "to": ["now", "start", "", "2015-02-30T00:00:00Z", "10 minutes"],
    "by": ["second", "hours", ""],
    "state": None,
    "user": [""],
    "output": ["xml", "JSON", "", "text,json"],
    "top": ["-1", "1000001", "ten", "", "1.5", "18446744073709551616"],
    "only": ["sections,foo", "", "Sections", "visitors,,paths", ","],
    "jobs": ["0", "65", "-1", "many", ""],
    "color": ["blue", "yes", ""],
    "config": [""],
    "try": [""],
    "from": ["now", "10x", "", "yesterday"],
}
# Those whose values are a language of their own: what is said of them instead.
LANGUAGES = {
    "where": [("status = ", r"--where, column \d+: "), ("", r"--where, column 1: "),
              ("nosuch = 1", r"--where, column 1: there is no field `nosuch'"),
              ("path ~ '('", r"--where, column \d+: ")],
    "try": [("above", r"--try `above', column \d+: "), ("above: 20", r"--try `above: 20', column \d+: "),
            ("window: 5m}", r"--try `window: 5m}', column \d+: ")],
    "format": [("%{Referer", r"column \d+"), ("regex:(?<host>", r"regex"), ("nosuch", r"nosuch")],
}
# Keys of the configuration, where the value is one text.
NO_KEYS = {"try", "config", "help", "version", "follow"}


def options_of(command):
    """[(name, letter or None, takes a value)]"""
    _, out, _ = run(command, "--help")
    text = out.decode().split(f"Options of {command}:", 1)[1]
    rows = re.findall(r"^  (?:-(\w), |    )--([a-z-]+)( [A-Z]\S*)?(?:\s|$)", text, re.M)
    return [(name, letter or None, bool(value)) for letter, name, value in rows]


def commands():
    _, out, _ = run("--help")
    return re.findall(r"^  ([a-z-]+) {2,}\S", out.decode().split("Commands:", 1)[1].split("Options of", 1)[0], re.M)


def shown(value):
    return value.encode("unicode_escape").decode()


class Options(unittest.TestCase):
    def refused(self, *args):
        code, out, err = run(*args)
        self.assertEqual((code, out, err.count("\n")), (2, b"", 1), (args, err))
        self.assertTrue(err.startswith("spate: "), err)
        self.assertTrue(err[:-1].isprintable(), (args, err))
        return err

    def test_the_table_has_every_option(self):
        seen = set()
        for command in commands():
            names = options_of(command)
            self.assertIn(("help", "h", False), names, command)
            seen |= {name for name, _, value in names if value}
        self.assertEqual(seen, set(BAD) | set(LANGUAGES))
        self.assertLessEqual(LOGS, set(commands()))

    def each(self):
        for command in commands():
            for name, letter, takes in options_of(command):
                yield command, name, letter, takes

    def test_a_value_that_is_not_right(self):
        for command, name, letter, takes in self.each():
            for value in BAD.get(name) or []:
                with self.subTest(command=command, option=name, value=value):
                    err = self.refused(command, f"--{name}={value}")
                    self.assertRegex(err, rf"^spate: --{name}: bad value `{re.escape(value)}'; accepted: \w")
            if takes and letter and BAD[name]:
                with self.subTest(command=command, option=letter):
                    err = self.refused(command, f"-{letter}", BAD[name][0])
                    self.assertRegex(err, rf"^spate: -{letter}: bad value `{re.escape(BAD[name][0])}'; accepted: \w")

    def test_a_value_in_a_language_of_its_own(self):
        for command, name, _, _ in self.each():
            for value, says in LANGUAGES.get(name, []):
                if command == "watch" and name == "format":
                    continue  # told when the run starts, which as root is another user by then
                with self.subTest(command=command, option=name, value=value):
                    self.assertRegex(self.refused(command, f"--{name}", value, "/nowhere"), says)

    def test_no_value_or_one_too_many(self):
        for command, name, letter, takes in self.each():
            with self.subTest(command=command, option=name):
                if takes:
                    self.assertRegex(self.refused(command, f"--{name}"), rf"^spate: --{name} needs a value: \w")
                    if letter:
                        self.assertRegex(self.refused(command, f"-{letter}"), rf"^spate: -{letter} needs a value: \w")
                else:
                    self.assertEqual(self.refused(command, f"--{name}=1"), f"spate: --{name} takes no value\n")

    def test_an_option_of_another_command(self):
        names = {command: {name: takes for name, _, takes in options_of(command)} for command in commands()}
        every = {name: takes for those in names.values() for name, takes in those.items()}
        for command in ("report", "formats", "alerts"):
            those = names[command]
            for name in sorted(set(every) - set(those)):
                with self.subTest(command=command, option=name):
                    err = self.refused(command, f"--{name}=1" if every[name] else f"--{name}")
                    self.assertEqual(err, f"spate: --{name} is no option of `spate {command}`; "
                                          f"`spate {command} --help` lists those\n")

    def test_a_value_that_would_disturb_the_terminal(self):
        for value in ("\x1b[31m", "a\nb", "\x7f", "\r", "\u202e", "\u009b1m", "\udcff"):
            with self.subTest(value=ascii(value)):
                err = self.refused("report", f"--top={value}")
                self.assertIn(r"bad value `", err)
                self.assertIn("\\", err)

    def test_one_that_is_long(self):
        err = self.refused("report", "--top", "9" * 100000)
        self.assertLess(len(err), 4096)
        self.assertIn("--top: bad value `999", err)
        self.assertIn("accepted: a whole number", err)

    def test_the_same_in_the_configuration(self):
        with Folder() as f:
            for name, values in BAD.items():
                for value in [] if name in NO_KEYS else values or []:
                    with self.subTest(key=name, value=value):
                        path = f.file("c.yaml", f'# a comment\n{name}: "{value}"\n')
                        code, out, err = run("check-config", "--config", path)
                        self.assertEqual((code, out), (2, b""), err)
                        self.assertRegex(err.splitlines()[0],
                                         rf"^{re.escape(path)}:2:\d+: {name} "
                                         rf"(cannot be `{re.escape(value)}': accepted: \w|needs a value: right would be \w)")

    def test_a_file_for_a_command_that_reads_none(self):
        with Folder() as f:
            broken = f.file("broken.yaml", "alerts: nonsense\n")
            err = self.refused("check-config", broken)
            self.assertEqual(err, f"spate: there is no place for `{broken}'; "
                                  "right would be: spate check-config [--config FILE]\n")
            self.assertIn("no place for `combined'", self.refused("formats", "combined"))
            self.assertEqual(run("formats", "combined", "--help")[0], 0)

    def test_in_the_configuration_what_would_be_right_on_another_machine(self):
        with Folder() as f:
            for line, says in (("user: no-such-user", "`no-such-user' is no user of this system"),
                               ("format: nginx:/no/such/file", "cannot read /no/such/file")):
                code, out, err = run("check-config", "--config", f.file("c.yaml", line + "\n"))
                self.assertEqual((code, out), (2, b""), err)
                self.assertIn(says, err)


if __name__ == "__main__":
    unittest.main()
