"""Gives the program thousands of bad files of every kind, and counts what it makes of them.

    python tests/hostile/generate.py --inputs 10000

Each file must be accepted with right results, or refused in one line, within 5 seconds of processor
time and 1 GB of memory. Exit status 1 if one is not. Every kind has a process of its own, whose
memory is measured, the program itself included.
"""

import argparse
import concurrent.futures
import contextlib
import io
import multiprocessing
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis

from imaginet_pt.errors import UserError

sys.path[:0] = [str(Path(__file__).resolve().parents[i]) for i in (1, 2)]

from hostile.kinds import KINDS  # noqa: E402

SECONDS, MEMORY = 5, 2**30  # for one file
SHOWN = 5  # of the failures of a kind


class TooSlow(BaseException):
    """Out of time; no reader may take it for damage of a file."""


@dataclass
class Tally:
    """What became of the files of one kind. slowest: seconds; peak: bytes of the whole process."""

    accepted: int = 0
    refused: int = 0
    slowest: float = 0.0
    peak: int = 0
    wrong: list = field(default_factory=list)

    @property
    def inputs(self):
        return self.accepted + self.refused + len(self.wrong)

    def add(self, read, content):
        """Read one file, and note what happens."""
        begun = time.process_time()
        try:
            with tempfile.TemporaryDirectory() as folder:
                self._note(read, Path(folder), content)
        except (Exception, TooSlow):
            last = traceback.format_exc().splitlines()[-3:]
            self.wrong.append(f"{content[:300]!r} ({len(content):,} bytes): {' '.join(last)}")
        self.slowest = max(self.slowest, time.process_time() - begun)

    def _note(self, read, folder, content):
        try:
            with time_limit(), warnings.catch_warnings(record=True) as told:
                read(folder, content)
            assert not told, [str(warning.message) for warning in told]
            self.accepted += 1
        except UserError as error:
            assert not told, [str(warning.message) for warning in told]
            if isinstance(error.__cause__, MemoryError):
                raise
            assert len(str(error).splitlines()) == 1, "more than one line"
            self.refused += 1


@contextlib.contextmanager
def time_limit():
    """Raises `TooSlow` in a block that takes more than `SECONDS` of processor time."""

    def late(number, frame):
        raise TooSlow(f"more than {SECONDS} s")

    signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def limit_memory():
    """Give this process `MEMORY` more than it has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def examples(strategy, number, seed, use):
    """`use` of so many values of the strategy."""

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=number, database=None, deadline=None, phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(strategy)
    def run(content):
        use(content)

    run()


def in_this_process(name, number, seed):
    """The `Tally` of a kind's corpus and of generated files, `number` in all or more."""
    limit_memory()
    kind, tally = KINDS[name], Tally()
    with contextlib.redirect_stderr(io.StringIO()):
        for content in kind.corpus:
            tally.add(kind.read, content)
        while (left := number - tally.inputs) > 0:
            examples(kind.strategy, left, seed, lambda content: tally.add(kind.read, content))
            seed += 1
    tally.peak = peak_memory()
    return tally


def peak_memory():
    """The most bytes this process has held; getrusage would count its parent's too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def apart(function, *arguments):
    """What the function returns in a new process, a child of a small one.

    It holds nothing of this process: neither its memory nor threads that libraries began here.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["hostile.kinds"])
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        return pool.submit(function, *arguments).result()


def tallied(name, number, seed):
    """`in_this_process` in another one."""
    return apart(in_this_process, name, number, seed)


def line(name, tally):
    wrong = len(tally.wrong)
    return (
        f"| {name} | {tally.inputs:,} | {tally.accepted:,} | {tally.refused:,} | {wrong} | "
        f"{tally.slowest:.2f} s | {tally.peak / 2**20:.0f} MB |"
    )


def main(inputs, seed, kinds):
    """Print a row a kind; the exit status."""
    each, tallies = -(-inputs // len(kinds)), {}
    print("| file | inputs | accepted | refused | wrong | slowest | peak memory |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in kinds:
        tallies[name] = tallied(name, each, seed)
        print(line(name, tallies[name]), flush=True)
    wrong = [f"{name}: {w}" for name, tally in tallies.items() for w in tally.wrong[:SHOWN]]
    total = sum(tally.inputs for tally in tallies.values())
    print(f"\n{total:,} inputs, seed {seed}", *wrong, sep="\n")
    return 1 if wrong or max(tally.peak for tally in tallies.values()) > MEMORY else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000, help="(default 10,000)")
    parser.add_argument("--seed", type=int, default=0, help="of the strategies (default 0)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND")
    sys.exit(main(**vars(parser.parse_args())))
