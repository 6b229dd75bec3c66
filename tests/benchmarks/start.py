"""Seconds from `python -m imaginet_pt train` to the first minibatch, with empty and warm caches.

    python tests/benchmarks/start.py [--rounds 3]

At the paper's sizes, on generated data of its vocabulary and features (few images). What the
process reads and writes lies in a temporary folder, so that the first start of a round compiles
everything.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks import coco_shape  # noqa: E402

MODEL = ["--model-type", "shared_embeddings", "--alpha", "0.1", "--word-freq-threshold", "1"]


def started(data, run, caches):
    """Seconds until the costs of a minibatch are written; the training is then stopped."""
    command = [sys.executable, "-m", "imaginet_pt", "train", "--data", data, "--out", run, *MODEL]
    env = os.environ | {
        "PYTENSOR_FLAGS": f"base_compiledir={caches}/pytensor", "XDG_CACHE_HOME": str(caches),
    }  # fmt: skip
    begin = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--checkpoint-minutes", "0", "--quiet"], cwd=ROOT, env=env
    )
    costs = run / "costs.csv"
    while process.poll() is None and not (costs.exists() and costs.read_text().count("\n") > 1):
        time.sleep(0.02)
    seconds = time.perf_counter() - begin
    process.send_signal(signal.SIGINT)
    if process.wait() != 130:
        sys.exit("the training ended by itself; its message stands above")
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    seconds = {"empty": [], "warm": []}
    for _ in range(parser.parse_args().rounds):
        with tempfile.TemporaryDirectory() as folder:
            data, caches = Path(folder) / "data", Path(folder) / "caches"
            data.mkdir()
            coco_shape.write(data, np.random.default_rng(1), images=9000, train=8900)
            for kind, of_kind in seconds.items():
                of_kind.append(started(data, Path(folder) / kind, caches))
    for kind, of_kind in seconds.items():
        print(f"{kind} caches: median {np.median(of_kind):.1f} s, {len(of_kind)} starts")


if __name__ == "__main__":
    main()
