"""Seconds a minibatch beside busy processes: this project, PyTorch and the original, in turn.

    python tests/benchmarks/shared_cores.py [--size small|paper] [--model VISUAL] [--rounds 3]
                                            [--peers c torch] [--original COMMAND]

Each peer runs with one thread and with two, beside none, one and two processes that count without
end, at a low priority (nice 10) and at the usual one. For each of them a line has the
median of the seconds, and how many times as long that is as this project with one thread beside
nobody. Peers and COMMAND are those of `race.py`.
"""

import argparse
import contextlib
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from benchmarks import workload  # noqa: E402
from benchmarks.peers.worker import PEERS  # noqa: E402
from benchmarks.race import STEPS, Peer, commands  # noqa: E402

OTHERS = [(0, 0), (1, 10), (1, 0), (2, 10), (2, 0)]  # busy processes, and their niceness
COUNTING = "while True: pass"


@contextlib.contextmanager
def busy(number, niceness):
    """So many processes that compute as long as the block lasts."""
    command = ["nice", "-n", str(niceness), sys.executable, "-c", COUNTING]
    processes = [subprocess.Popen(command) for _ in range(number)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def median_of_turn(peer):
    """Median seconds of the minibatches of one turn."""
    peer.turn(STEPS, counted=True)
    return statistics.median(peer.turns[-1])


def measure(args):
    """{(others, name): seconds of each round}, for peers that are installed."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workload.npz"
        workload.write(path, args.model, workload.SIZES[args.size])
        started = commands(args.peers, args.original, path).items()
        peers = {
            f"{name}, {threads} thread{'s' * (threads > 1)}": Peer(name, command, threads)
            for name, command in started
            for threads in (1, 2)
        }
        for peer in peers.values():
            peer.turn(STEPS, counted=False)
        for _ in range(args.rounds):
            for others in OTHERS:
                with busy(*others):
                    for name, peer in peers.items():
                        found.setdefault((others, name), []).append(median_of_turn(peer))
        for peer in peers.values():
            peer.stop()
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=workload.SIZES, default="small")
    parser.add_argument("--model", choices=workload.MODELS, default="VISUAL")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=["c", "torch"])
    parser.add_argument("--original", metavar="COMMAND")
    found = measure(parser.parse_args())
    alone = statistics.median(next(iter(found.values())))
    for ((number, niceness), name), seconds in found.items():
        others = f"{number} busy, nice {niceness}" if number else "alone"
        median = statistics.median(seconds)
        print(f"{others:16}{name:24}{median:9.4f} s{median / alone:8.2f}")


if __name__ == "__main__":
    main()
