"""A numbered log, rotated in every way while it is followed: tools/soak, short, and that it would see a loss."""
import argparse
import importlib.machinery
import importlib.util
import os
import subprocess
import unittest

from spate_run import SPATE

SOAK = os.path.join(os.environ["SPATE_SOURCE_DIR"], "tools", "soak")
RATE = os.environ.get("SPATE_SOAK_RATE", "8000")  # by itself and unsanitized it is run at 50,000


def load():
    loader = importlib.machinery.SourceFileLoader("soak", SOAK)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("soak", loader))
    loader.exec_module(module)
    return module


class Soak(unittest.TestCase):
    def test_nothing_is_lost_and_nothing_comes_twice(self):
        # A busy machine reads late, and copytruncate destroys what was not read: but nothing may come twice.
        done = subprocess.run([SOAK, "--spate", SPATE, "--rotations", "60", "--every", "250ms", "--rate", RATE, "--together",
                               "--copy-loss", "3"],
                              capture_output=True, text=True, timeout=200)
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("\n"), 7)


class ItSees(unittest.TestCase):
    """The comparison, with figures that are made up."""

    def setUp(self):
        options = argparse.Namespace(rotations=1, every=1, rate=5000, sample_s=0, copy_loss=0)
        self.run_of = load().Run("rename", options)

    def compare(self, change):
        r = self.run_of
        numbers = {i: list(range(i * r.block, min((i + 1) * r.block, r.lines))) for i in range(-(-r.lines // r.block))}
        change(numbers)
        r.compare({"lines": {"rejected": 0},
                   "sections": [{"name": f"/b{i}", "hits": len(n), "bytes": sum(n)} for i, n in numbers.items()]})
        r.turns = r.seconds = r.destroyed = r.suspected = 0
        return r.lost, r.twice, r.wrong, r.good()

    def test_all_is_well(self):
        self.assertEqual(self.compare(lambda n: None), (0, 0, 0, True))

    def test_a_lost_line(self):
        self.assertEqual(self.compare(lambda n: n[3].pop()), (1, 0, 0, False))

    def test_a_line_that_came_twice(self):
        self.assertEqual(self.compare(lambda n: n[3].append(n[3][0])), (0, 1, 0, False))

    def test_one_lost_and_another_twice(self):
        def elsewhere(n):
            n[3].pop()
            n[9].append(n[9][0])

        def in_the_same_block(n):
            n[3].pop()
            n[3].append(n[3][0])
        self.assertEqual(self.compare(elsewhere), (1, 1, 0, False))
        self.assertEqual(self.compare(in_the_same_block), (0, 0, 1, False))

    def test_a_line_that_nobody_wrote(self):
        self.assertEqual(self.compare(lambda n: n.update({77777: [5]})), (0, 1, 0, False))


if __name__ == "__main__":
    unittest.main()
