"""Seconds a minibatch, this project beside other programs and the limit, in turn (A B A B).

    python tests/benchmarks/race.py [--size paper|small] [--models MULTITASK ...]
                                    [--peers c torch ...] [--threads 2] [--rounds 8]
                                    [--data DIR] [--original COMMAND]

Each peer is a process of its own that trains the same model from the same parameters on the same
minibatches; one works while the others wait. `limit` makes a step's matrix products and moves
Adam's memory, and nothing else. COMMAND starts `peers/original.py` where Python 2.7, Theano and the
2015 program are installed. A peer that is not installed is left out and named.
With DIR a turn is the minibatches of an epoch of its captions, at the units of the size, and what
has to know their shapes before (pytensor-jax) is left out. Without it a turn is three minibatches.
The first turn, which compiles, is not counted. Costs must be those of the first peer to 2e-4.
"""

import argparse
import importlib.util
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ENVIRONMENT = dict(os.environ)  # as it is before the package says how its own threads wait

from imaginet_pt import THREAD_WAITING  # noqa: E402
from imaginet_pt.runs.description import THREADS  # noqa: E402

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from benchmarks import workload  # noqa: E402
from benchmarks.peers.worker import PEERS  # noqa: E402

TOLERANCE = 2e-4  # of costs, relative
STEPS = 3  # minibatches a turn
REST = 0.2  # seconds before a turn, in which the threads of the peer before stop waiting busily
ONE_SHAPE = {"pytensor-jax"}  # compiled for minibatches of one shape
WAIT_QUIETLY = {"c", "numba", "limit"}  # as in `imaginet`, which says it before NumPy is loaded


class Peer:
    """A process that trains when it is asked to."""

    def __init__(self, name, command, threads):
        path = os.pathsep.join(sys.path[:2])
        env = ENVIRONMENT | dict.fromkeys(THREADS, str(threads)) | {"PYTHONPATH": path}
        env |= THREAD_WAITING if name in WAIT_QUIETLY else {}
        self.name, self.turns, self.costs, self.peak = name, [], [], 0
        self.process = subprocess.Popen(
            command, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._answer("ready\n")

    def _answer(self, wanted=""):
        line = self.process.stdout.readline()
        if not line.startswith(wanted or "["):
            sys.exit(f"{self.name} stopped; its messages stand above")
        return line

    def turn(self, minibatches, counted):
        """Train for so many minibatches."""
        time.sleep(REST)
        print(len(self.costs), minibatches, file=self.process.stdin, flush=True)
        done = json.loads(self._answer())
        self.costs += [cost for _, cost in done]
        if counted:
            self.turns.append([seconds for seconds, _ in done])

    def stop(self):
        """End it; keep its peak of resident memory, in megabytes."""
        self.process.stdin.close()
        self.peak = int(self.process.stdout.readline())
        self.process.wait()


def commands(names, original, path):
    """{name: command} of the peers that are installed."""
    found = {}
    for name in names:
        package = PEERS[name][2]
        if importlib.util.find_spec(package) is None:
            print(f"{name}: not run, {package} is not installed", file=sys.stderr)
        else:
            found[name] = [sys.executable, "-m", "benchmarks.peers.worker", name, str(path)]
    if original:
        found["original"] = [*shlex.split(original), str(HERE / "peers/original.py"), str(path)]
    else:
        print("original: not run, give --original COMMAND", file=sys.stderr)
    return found


def race(model, size, args):
    """[`Peer`] after `args.rounds` counted turns of each."""
    names, steps, minibatches = args.peers, STEPS, None
    if args.data:
        size, minibatches = workload.epoch(size, args.data)
        names, steps = [n for n in names if n not in ONE_SHAPE], len(minibatches)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workload.npz"
        workload.write(path, model, size, minibatches)
        started = commands(names, args.original, path).items()
        peers = [Peer(name, command, args.threads) for name, command in started]
        for turn in range(args.rounds + 1):
            for peer in peers:
                peer.turn(steps, counted=turn > 0)
        for peer in peers:
            peer.stop()
    return peers


def difference(costs, of_first):
    """The largest relative difference of costs, marked where it is too large or no number."""
    parted = np.max(np.abs(np.divide(costs, of_first) - 1))
    return f"{parted:.1e}" + ("" if parted <= TOLERANCE else " DIFFERENT")


def table(model, peers):
    """A row a peer: median and spread of the seconds, ratios to the first, memory, costs.

    The ratio of the limit, which has no costs, is the share of it that the first peer reaches.
    """
    first, rows = peers[0], []
    for peer in peers:
        low, median, high = np.percentile(peer.turns, [10, 50, 90])
        by_turn = np.divide(peer.turns, first.turns).mean(axis=1)
        rows.append({
            "model": model, "peer": peer.name, "median s": f"{median:.4f}",
            "10 to 90 %": f"{low:.4f} to {high:.4f}",
            "s a turn": f"{np.median(np.sum(peer.turns, axis=1)):.2f}",
            "ratio": f"{np.median(by_turn):.2f}", "peak MB": peer.peak,
            "costs part by": "" if peer.name == "limit" else difference(peer.costs, first.costs),
        })  # fmt: skip
    return pd.DataFrame(rows)


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=workload.SIZES, default="paper")
    parser.add_argument("--models", nargs="+", choices=workload.MODELS, default=["MULTITASK"])
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--data", metavar="DIR", help="a turn is an epoch of its captions")
    parser.add_argument("--original", metavar="COMMAND")
    return parser.parse_args()


def main():
    args = arguments()
    turns = f"epochs of {args.data}" if args.data else f"x {STEPS} minibatches"
    print(f"size {args.size}, {args.threads} threads, {args.rounds} {turns} each")
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}")
    for model in args.models:
        found = table(model, race(model, workload.SIZES[args.size], args))
        print(found.to_string(index=False), flush=True)
        if found["costs part by"].str.contains("DIFFERENT").any():
            sys.exit(f"the costs part by more than {TOLERANCE}: the race is not fair")


if __name__ == "__main__":
    main()
