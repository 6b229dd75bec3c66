"""One training on 1, 2 and 4 devices and processes of this machine's CPU: time and numbers.

    python tests/benchmarks/scaling.py [--size 256] [--epochs 4]

Prints a row for each, of MULTITASK: the time of a minibatch of 64 after the first epoch, which
compiles, and how far costs (relative) and arrays of the checkpoint are from those of one device.
Devices of one CPU share its cores, so that what is seen is the cost of the exchange. The data is
small and synthetic.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from imaginet_pt.runs.checkpoint import Checkpoints, read

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import small  # noqa: E402

WAYS = [(1, 1), (1, 2), (1, 4), (2, 1), (4, 1)]  # processes, devices in each
IMAGES = 192  # two thirds of them to train on, with three captions each
MINIBATCHES = 6


def train(data, out, size, epochs, processes, devices):
    """Train in so many processes, each with so many devices; leaves the run in the folder `out`."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        where = f"--coordinator=127.0.0.1:{found.getsockname()[1]}"
    options = (
        f"--model-type shared_embeddings --hidden-size {size} --embedding-size {size} --iterations "
        f"{epochs} --word-freq-threshold 1 --backend jax --devices {devices} --quiet"
    ).split()
    group = [where, f"--num-processes={processes}"] if processes > 1 else []
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "imaginet_pt", "train", f"--data={data}", f"--out={out}"]
            + [*options, *group, *(group and [f"--process-id={i}"])],
            env=os.environ | {"XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}"},
            cwd=ROOT,
        )
        for i in range(processes)
    ]
    statuses = [process.wait() for process in started]
    if any(statuses):
        sys.exit(f"{processes} processes of {devices} devices failed")


def table(run, name):
    return np.loadtxt(run / name, delimiter=",", skiprows=1)


def arrays(run):
    params, update, _ = read(Checkpoints(run).paths()[0])
    return params | update


def row(run, one):
    """Seconds of a minibatch, and how far costs and arrays are from those of the run `one`."""
    seconds = table(run, "times.csv")[1:, 1].min() / MINIBATCHES
    costs, wanted = table(run, "costs.csv")[:, 2], table(one, "costs.csv")[:, 2]
    ours, theirs = arrays(run), arrays(one)
    apart = max(np.abs(ours[name] - theirs[name]).max() for name in theirs)
    return seconds, np.abs(costs / wanted - 1).max(), apart


def main(size, epochs):
    with tempfile.TemporaryDirectory() as folder:
        data = small.write(Path(folder) / "data", images=IMAGES, features=4 * size)
        print(f"{os.cpu_count()} cores, layers of {size}, {epochs} epochs (synthetic)\n")
        print("| processes | devices in each | s a minibatch | costs apart | arrays apart |")
        print("| --- | --- | --- | --- | --- |")
        for processes, devices in WAYS:
            run = Path(folder) / f"{processes}x{devices}"
            train(data, run, size, epochs, processes, devices)
            seconds, costs, apart = row(run, Path(folder) / "1x1")
            cells = processes, devices, f"{seconds:.3f}", f"{costs:.1e}", f"{apart:.1e}"
            print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=int, default=256, help="of the layers (default 256)")
    parser.add_argument("--epochs", type=int, default=4, help="(default 4)")
    main(**vars(parser.parse_args()))
