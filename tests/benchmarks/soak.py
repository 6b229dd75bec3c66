"""Trains, stops and takes up again on generated data for a long time; memory and files after each.

    python tests/benchmarks/soak.py --minutes 240

A round is a training into a new folder that Ctrl-C stops at a random minibatch and `resume` takes
to its end, all in one process. Its costs and weights must be the bytes of the first round's, and
its files as many. Exit status 1 if they are not, or if memory grows by more than 1 MB a minute over
the second half, in which all caches are full. The data is small and synthetic.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from imaginet_pt.backends import functions, select
from imaginet_pt.data import data_provider
from imaginet_pt.progress import Progress
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment
from imaginet_pt.training.interrupt import Stopped

sys.path[:0] = [str(Path(__file__).resolve().parents[i]) for i in (0, 1, 2)]

import small  # noqa: E402
from crash.kill_and_resume import contents  # noqa: E402
from feeding import resident  # noqa: E402

SETTINGS = Settings(
    model_type="shared_embeddings", hidden_size=64, embedding_size=64, iterations=20, batch_size=16,
    word_freq_threshold=1,
)  # fmt: skip
IMAGES, FEATURES = 300, 256
MINIBATCHES = -(-2 * IMAGES // SETTINGS.batch_size) * SETTINGS.iterations
GROWTH = 1.0  # MB a minute


class Stopping:
    """`functions.train_step`, whose steps send this process Ctrl-C at minibatch `when`."""

    def __init__(self):
        self.make, self.when, self.steps = functions.train_step, 0, 0

    def __call__(self, *arguments):
        step = self.make(*arguments)

        def counted(*minibatch):
            self.steps += 1
            if self.steps == self.when:
                os.kill(os.getpid(), signal.SIGINT)
            return step(*minibatch)

        return counted


def one_round(dataset, out, backend, stopping, when):
    """A training that is stopped in minibatch `when` and taken up again."""
    stopping.steps, stopping.when, quiet = 0, when, Progress(quiet=True)
    try:
        experiment.train(dataset, SETTINGS, out, backend, quiet, checkpoint_minutes=0.05)
    except Stopped:
        experiment.resume(dataset, out, backend, quiet, checkpoint_minutes=0.05)


def soak(folder, minutes, seed):
    """Rounds for so many minutes; (minutes, MB) of each round, and what went wrong."""
    dataset = data_provider.load(small.write(folder / "data", IMAGES, FEATURES))
    backend, rng, begun = select.get(), random.Random(seed), time.monotonic()
    functions.train_step = stopping = Stopping()
    samples, wrong, first = [], [], None
    while time.monotonic() - begun < 60 * minutes:
        out, when = folder / "run", rng.randint(1, MINIBATCHES)
        one_round(dataset, out, backend, stopping, when)
        made = contents(out)
        first = first or made
        if without_checkpoints(made) != without_checkpoints(first):
            wrong.append(f"round {len(samples) + 1}, stopped at {when}, is not the first")
        samples.append(((time.monotonic() - begun) / 60, resident()["now"]))
        print(told(samples, out), flush=True)
        shutil.rmtree(out)
    return samples, wrong


def without_checkpoints(made):
    """Files with their bytes; of checkpoints, whose names tell when they were made, the number."""
    named = {name: data for name, data in made.items() if not name.startswith("checkpoint")}
    return named, len(made)


def told(samples, out):
    """Time, memory and files after a round."""
    sizes = [path.stat().st_size for path in out.iterdir()]
    minute, memory = samples[-1]
    return (
        f"round {len(samples)}: {minute:.1f} minutes, {memory} MB resident, "
        f"{len(sizes)} files of {sum(sizes):,} bytes"
    )


def growth(samples):
    """MB a minute, by least squares over the second half of the rounds."""
    half = np.array(samples[len(samples) // 2 :])
    return float(np.polyfit(*half.T, 1)[0]) if len(half) > 1 else 0.0


def main(minutes, seed):
    with tempfile.TemporaryDirectory() as folder:
        samples, wrong = soak(Path(folder), minutes, seed)
    slope = growth(samples)
    print(
        f"{len(samples)} rounds of {MINIBATCHES} minibatches in {samples[-1][0]:.0f} minutes: "
        f"{samples[0][1]} MB after the first round, {samples[len(samples) // 2][1]} at half, "
        f"{samples[-1][1]} at the end; {slope:+.2f} MB a minute over the second half"
    )
    print(f"rounds that differ from the first: {len(wrong)}", *wrong, sep="\n  ")
    return 1 if wrong or slope > GROWTH else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=240, help="(default 240)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default 0)")
    sys.exit(main(**vars(parser.parse_args())))
