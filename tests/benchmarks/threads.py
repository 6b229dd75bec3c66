"""What a second thread gains at a size of model: the table behind `backends/threads.py`.

    python tests/benchmarks/threads.py [--units 64 128 256 1024] [--rounds 5]

For each size one process trains VISUAL and MULTITASK with one and with two threads, in turn, on
minibatches of the race. A line has the multiply-adds at each position of a minibatch, medians of
the seconds a minibatch, the median of the rounds' ratios, and what `--threads auto` takes on two
cores. On cores that are shared with other work two threads lose, whatever the size.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from imaginet_pt.backends import functions, select, threads
from imaginet_pt.nn import models
from imaginet_pt.training.preparation import multiply_adds

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from benchmarks import workload  # noqa: E402

SECONDS = 1.0  # of a turn, at least one minibatch


def size_of(units):
    """Words and features that go with so many units, between the demo's and the paper's."""
    for most, words, features in ((128, 517, 256), (512, 2540, 1280)):
        if units <= most:
            return workload.Size(units, features, words, skew=1.085)
    return workload.Size(units, 4096, 8800, skew=1.145)


class Training:
    """One model of one size, ready to be trained."""

    def __init__(self, name, size):
        settings, self.name = workload.settings(name, size), name
        model, rule = models.build(settings, size.words, size.features), workload.rule(name, size)
        self.work = multiply_adds(model, size.batch)
        params = model.parameters(np.random.RandomState(1))
        state = functions.State(params, rule.state({n: params[n] for n in model.trained(params)}))
        self.step = functions.train_step(model, rule, state, select.get("c"))
        generator = np.random.default_rng(1)
        self.minibatches = [workload.minibatch(size, generator) for _ in range(4)]

    def turn(self, number):
        """Median seconds a minibatch with so many threads."""
        seconds = []
        with threads.limited({"blas": number, "openmp": number}):
            while sum(seconds) < SECONDS:
                begin = time.perf_counter()
                self.step(*self.minibatches[len(seconds) % 4])
                seconds.append(time.perf_counter() - begin)
        return statistics.median(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--units", type=int, nargs="+", default=[64, 128, 256, 512, 1024])
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print(f"{'model':10}units  multiply-adds  one thread  two threads  gain  auto")
    for units in args.units:
        for name in ("VISUAL", "MULTITASK"):
            training = Training(name, size_of(units))
            training.turn(1)
            turns = [(training.turn(1), training.turn(2)) for _ in range(args.rounds)]
            one, two = np.median(turns, axis=0)
            gain = statistics.median(first / second for first, second in turns)
            auto = min(2, threads.choose(None, training.work, None)["blas"])
            print(
                f"{name:10}{units:5}{training.work:15,}{one:10.4f} s{two:11.4f} s"
                f"{gain:6.2f}{auto:6}",
                flush=True,
            )


if __name__ == "__main__":
    main()
