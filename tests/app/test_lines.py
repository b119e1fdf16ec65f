"""Lines as servers write them, by the format that the server was told, through `parse`, `report` and
auto: every value as a careful reader would have it. The cases are lines/*.txt:

    # what it shows
    F FORMAT                  (several: -F several times)
    A NAME                    auto chooses this preset for the lines, and reads the same out of them
    > LINE                    a hit; >b LINE knows \\xHH, \\t, \\r and \\\\ for bytes
      KEY VALUE | KEY VALUE   what `parse` says; null, absent, \"\" for an empty text
    ! LINE                    rejected; `column N` and `error TEXT` may follow
    ~ LINE                    not counted: a directive, a message of the server
"""
import glob
import json
import os
import unittest

from spate_run import report, run

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lines")
NUMBERS = {"status", "bytes", "bytes_sent", "request_length", "port", "upstream_status", "request_time",
           "first_byte_time", "upstream_time", "upstream_connect_time", "upstream_header_time", "column"}
LINES = (">", "!", "~")


class Line:
    def __init__(self, kind, content):
        self.kind, self.bytes, self.values = kind, content, {}


class Case:
    def __init__(self, title, place):
        self.title, self.place, self.formats, self.auto, self.lines = title, place, [], None, []

    def log(self):
        return b"".join(one.bytes + b"\n" for one in self.lines)


def value_of(key, word):
    if word in ("null", "absent"):
        return None if word == "null" else Ellipsis
    if word == '""':
        return ""
    return float(word) if key in NUMBERS else word


def add_values(line, row):
    for pair in row.split(" | "):
        key, _, word = pair.strip().partition(" ")
        line.values[key] = value_of(key, word)


def read_cases(path):
    cases = []
    with open(path, encoding="utf-8") as rows:
        for number, row in enumerate(rows, 1):
            row = row.rstrip("\n")
            if row.startswith("# "):
                cases.append(Case(row[2:], f"{os.path.basename(path)}:{number}"))
            elif row.startswith("F "):
                cases[-1].formats.append(row[2:])
            elif row.startswith("A "):
                cases[-1].auto = row[2:]
            elif row.startswith(LINES):
                kind, _, content = row.partition(" ")
                raw = content.encode()
                if kind.endswith("b"):
                    raw = content.encode().decode("unicode_escape").encode("latin-1")
                cases[-1].lines.append(Line(kind[0], raw))
            elif row.startswith("  "):
                add_values(cases[-1].lines[-1], row)
            elif row:
                raise ValueError(f"{path}:{number}: {row}")
    return cases


def parse(case, *options):
    code, out, err = run("parse", "-o", "json", *options, "-", stdin=case.log())
    assert code == 0, (case.place, err)
    rows = {}
    for row in out.decode().splitlines():
        one = json.loads(row)
        rows[one["line"]] = one
    return rows, err


def differences(line, got):
    """What is not as the case has it."""
    if line.kind == "~":
        return [f"is read: {got}"] if got else []
    if not got:
        return ["has no row"]
    if got["ok"] != (line.kind == ">"):
        return [f"is {got}"]
    wrong = []
    for key, want in line.values.items():
        has = got.get(key, Ellipsis)
        same = abs(has - want) < 1e-9 if isinstance(want, float) and isinstance(has, (int, float)) else has == want
        if not same:
            wrong.append(f"{key} is {has!r}, not {want!r}")
    return wrong


class Lines(unittest.TestCase):
    maxDiff = None

    def check(self, case, options, how):
        rows, err = parse(case, *options)
        for number, line in enumerate(case.lines, 1):
            wrong = differences(line, rows.get(number))
            with self.subTest(case=case.place, how=how, line=number):
                self.assertEqual(wrong, [], f"{case.title}\n{line.bytes!r}\n{rows.get(number)}\n{err}")
        return rows

    def check_report(self, case, options, rows):
        """The figures are the sums of the lines."""
        figures = report(*options, "--top", "0", "-", stdin=case.log())
        hits = [one for one in rows.values() if one["ok"]]
        log = case.log().decode(errors="replace")
        want = {"read": len(rows), "parsed": len(hits), "rejected": len(rows) - len(hits)}
        got = {key: figures["lines"][key] for key in want}
        with self.subTest(case=case.place, how="report"):
            self.assertEqual(got, want, case.title)
            self.assertEqual(figures["hits"], len(hits))
            self.assertEqual(figures["bytes"], sum(one.get("bytes") or 0 for one in hits))
            sections, statuses = {}, {}
            for one in hits:
                if one.get("section") is not None:
                    sections[one["section"]] = sections.get(one["section"], 0) + 1
                if one.get("status") is not None:
                    name = f"{one['status']:03}"
                    statuses[name] = statuses.get(name, 0) + 1
            if "\\" not in log: # a report has names as the log has them, escapes and all
                self.assertEqual({one["name"]: one["hits"] for one in figures["sections"]}, sections)
            self.assertEqual({f"{int(key):03}": n for key, n in figures["status"].items()}, statuses)
            times = sorted(one["time"] for one in hits if one.get("time"))
            if times:
                self.assertEqual((figures["time"]["first"][:19], figures["time"]["last"][:19]),
                                 (times[0][:19], times[-1][:19]))

    def check_file(self, name):
        cases = read_cases(os.path.join(HERE, name))
        self.assertGreater(len(cases), 0)
        for case in cases:
            named = [word for one in case.formats for word in ("-F", one)]
            if case.formats:
                self.check_report(case, named, self.check(case, named, "named"))
            if case.auto:
                self.check(case, (), "auto")
                with self.subTest(case=case.place, how="choice"):
                    code, out, err = run("report", "-o", "text", "-", stdin=case.log())
                    self.assertEqual(code, 0, err)
                    self.assertIn(f"format    {case.auto}: fits", out.decode(), f"{case.title}: {err}")


def add_test(path):
    name = os.path.basename(path)
    setattr(Lines, "test_" + name.removesuffix(".txt"), lambda self: self.check_file(name))


for found in sorted(glob.glob(os.path.join(HERE, "*.txt"))):
    add_test(found)


class Corpus(unittest.TestCase):
    def test_there_are_many(self):
        lines = sum(len(case.lines) for path in glob.glob(os.path.join(HERE, "*.txt")) for case in read_cases(path))
        self.assertGreater(lines, 150)


if __name__ == "__main__":
    unittest.main()
