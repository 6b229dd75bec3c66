"""Seconds from `python -m imaginet_pt train` to the first minibatch, with empty and warm caches.

Beside the wall time stands the processor time of the process and of the compilers that it started,
which says the same when other work shares the cores.

    python tests/benchmarks/start.py [--rounds 3]

At the paper's sizes, on generated data of its vocabulary and features (few images). What the
process reads and writes lies in a temporary folder, so that the first start of a round compiles
everything.
"""

import argparse
import os
import pty
import re
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks import coco_shape  # noqa: E402

MODEL = ["--model-type", "shared_embeddings", "--alpha", "0.1", "--word-freq-threshold", "1"]


def processor_seconds(process):
    """Return what a process and its children that have ended took (Linux alone)."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def started(data, run, caches):
    """Seconds until the progress bar has counted a minibatch, and of processor time till then.

    The training is then stopped.
    """
    command = [sys.executable, "-m", "imaginet_pt", "train", "--data", data, "--out", run, *MODEL]
    env = os.environ | {
        "PYTENSOR_FLAGS": f"base_compiledir={caches}/pytensor", "XDG_CACHE_HOME": str(caches),
    }  # fmt: skip
    terminal, its_end = pty.openpty()
    termios.tcsetwinsize(its_end, (24, 80))
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=its_end)
    os.close(its_end)
    shown = b""
    while not re.search(rb" 1/\d", shown):
        try:
            shown += os.read(terminal, 1000)
        except OSError:  # nobody is at the other end any more
            sys.exit(f"the training ended by itself: {shown.decode()}")
    seconds = time.perf_counter() - begin, processor_seconds(process)
    process.kill()
    process.wait()
    os.close(terminal)
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
        wall, processor = np.median(of_kind, axis=0)
        print(
            f"{kind} caches: median {wall:.1f} s, {processor:.1f} s of processor time, "
            f"{len(of_kind)} starts"
        )


if __name__ == "__main__":
    main()
