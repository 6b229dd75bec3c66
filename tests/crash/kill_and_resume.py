"""Kills trainings at random moments, takes them up again, and compares with one left alone.

    python tests/crash/kill_and_resume.py --kills 100

Half of the kills come at a random time while a training starts and compiles, half at a random time
after it made its first checkpoint, when it trains and writes. Exit status 1 if a file differs, a
checkpoint is damaged or lost, or a command fails. The data is small and synthetic. A run is taken
up without saying on which backend and data: it knows. `--backend numba` starts through numba.
"""

import argparse
import collections
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from imaginet_pt.runs.checkpoint import Checkpoints

sys.path[:0] = [str(Path(__file__).resolve().parents[i]) for i in (1, 2)]

import small  # noqa: E402

SETTINGS = (
    "--model-type shared_embeddings --hidden-size 4 --embedding-size 4 --iterations 4 "
    "--batch-size 4 --word-freq-threshold 1 --checkpoint-minutes 0 --quiet"
).split()
TRAINING_SECONDS = 2.0  # about what all minibatches and their checkpoints take
KILLS_A_RUN = 6


def start(data, run, backend="auto"):
    """A process that begins the training in the folder `run`, or takes it up."""
    begun = (run / "run.json").exists()
    where = ["--resume", run] if begun else ["--out", run, "--data", data]
    options = SETTINGS[-3:] if begun else SETTINGS
    if not begun and backend != "auto":
        options = [*options, "--backend", backend]
    command = [sys.executable, "-m", "imaginet_pt", "train", *map(str, where), *options]
    return subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE, text=True
    )


def position(run):
    """Epoch and minibatch of the newest checkpoint, by its name; (0, 0) where there is none."""
    paths = Checkpoints(run).paths()
    return tuple(map(int, paths[0].stem.split("-")[1:])) if paths else (0, 0)


def first_minibatch(process, run, before):
    """Seconds until the run has a checkpoint after the position `before`, or the process ends."""
    begun = time.monotonic()
    while position(run) <= before and process.poll() is None:
        time.sleep(0.005)
    return time.monotonic() - begun


def contents(run):
    """The names of all files of a run, and the bytes of those that must not depend on the time."""
    timed = ("checkpoint", "times", "lock")
    return {
        path.name: None if path.name.startswith(timed) else path.read_bytes()
        for path in run.iterdir()
    }


@dataclass
class Trial:
    """Runs on `data` against the unbroken run `whole`. startup: seconds to a first minibatch."""

    data: Path
    whole: Path
    startup: float
    rng: random.Random
    backend: str = "auto"
    phases: collections.Counter = field(default_factory=collections.Counter)
    losses: list = field(default_factory=list)

    @classmethod
    def begin(cls, folder, seed, backend):
        data, whole = small.write(folder / "data"), folder / "whole"
        process = start(data, whole, backend)
        startup = first_minibatch(process, whole, (1, 0))
        if process.wait():
            sys.exit(process.stderr.read())
        return cls(data, whole, startup, random.Random(seed), backend)

    def life(self, run, kills):
        """One run that is killed so many times, or fewer if it comes to its end before."""
        for _ in range(kills):
            process, before = start(self.data, run, self.backend), position(run)
            self._wait(process, run, max(before, (1, 0)))
            process.kill()
            if process.wait() != -9:
                break
            self._inspect(run, before)
        else:
            process = start(self.data, run, self.backend)
        told = process.stderr.read()
        if process.wait():
            self.losses.append(f"{run.name}: {told}")
        elif contents(run) != contents(self.whole):
            self.losses.append(f"{run.name} is not the unbroken run")

    def _wait(self, process, run, before):
        """Wait for the moment to kill. The cache of compiled code makes later starts faster."""
        share, length = self.rng.random(), self.startup
        if self.rng.random() < 0.5:
            self.startup = min(self.startup, first_minibatch(process, run, before))
            length = TRAINING_SECONDS
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(share * length)

    def _inspect(self, run, before):
        """Note where the kill fell, and whether what was saved still is."""
        begun, writing = (run / "run.json").exists(), any(run.glob(".*.part"))
        training = position(run) > max(before, (1, 0))
        phase = "writing" if writing else "training" if training else "starting or compiling"
        self.phases[phase] += 1
        damaged = []
        if begun:
            Checkpoints(run).newest(damaged.append)
        if damaged or position(run) < before:
            self.losses.append(f"{run.name}: {damaged or 'checkpoint lost'}")


def main(kills, seed, backend="auto"):
    """Kill so many times, print a summary; the exit status."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        trial, runs = Trial.begin(Path(folder), seed, backend), 0
        while trial.phases.total() < kills:
            left = kills - trial.phases.total()
            trial.life(Path(folder) / f"run{runs}", min(left, KILLS_A_RUN))
            runs += 1
            print(f"{trial.phases.total()} kills, {len(trial.losses)} losses", flush=True)
    print(f"seed {seed}: {kills} kills of {runs} runs in {time.monotonic() - begun:.0f} s")
    for phase, number in trial.phases.most_common():
        print(f"  while {phase}: {number}")
    print(f"losses: {len(trial.losses)}", *trial.losses, sep="\n  ")
    return 1 if trial.losses else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=100, help="(default 100)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default 0)")
    parser.add_argument("--backend", default="auto", help="(default auto)")
    sys.exit(main(**vars(parser.parse_args())))
