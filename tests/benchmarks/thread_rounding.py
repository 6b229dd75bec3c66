"""How far costs move with the number of BLAS threads: one training with each, the rest the same.

    python tests/benchmarks/thread_rounding.py [--data DIR|scenes] [--threads 1 1 2]

Products of matrices are summed in another order by more threads, so costs differ in their last
digits, and more with each update. Exit status 1 if trainings with equally many threads differ in a
byte, or any two costs by more than 0.1 % (`BOUND`).
"""

import argparse
import csv
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
BOUND = 1e-3  # relative
SETTINGS = (
    "--model-type shared_embeddings --hidden-size 256 --embedding-size 256 --iterations 2 "
    "--word-freq-threshold 5 --quiet"
).split()


def train(data, out, threads):
    """Train with so many threads; the bytes of costs.csv and of the last weights."""
    command = [sys.executable, "-m", "imaginet_pt", "train", "--data", data, "--out", str(out)]
    subprocess.run([*command, *SETTINGS, "--threads", str(threads)], check=True, cwd=ROOT)
    return (out / "costs.csv").read_bytes(), (out / "weights-2.npz").read_bytes()


def costs(content):
    """Costs of all minibatches, (minibatches,)."""
    return np.array([float(row["cost"]) for row in csv.DictReader(content.decode().splitlines())])


def main(data, threads):
    with tempfile.TemporaryDirectory() as folder:
        made = [train(data, Path(folder) / f"{i}", n) for i, n in enumerate(threads)]
    wrong = False
    for (n, one), (m, other) in itertools.combinations(zip(threads, made, strict=True), 2):
        same = one == other
        apart = np.abs(costs(other[0]) / costs(one[0]) - 1)
        print(
            f"{n} and {m} threads, {len(apart)} minibatches: "
            f"{'the same bytes' if same else 'other bytes'}; largest relative difference of a cost "
            f"{apart.max():.1e}, of the last {apart[-1]:.1e}, median {np.median(apart):.1e}"
        )
        wrong |= apart.max() > BOUND or (n == m and not same)
    return int(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default="scenes", help="(default scenes, synthetic)")
    parser.add_argument(
        "--threads", type=int, nargs="+", default=[1, 1, 2], help="of each training (1 1 2)"
    )
    sys.exit(main(**vars(parser.parse_args())))
