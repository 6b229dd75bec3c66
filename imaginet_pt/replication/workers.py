"""Runs trained at the same time, each by the package's command in a process of its own.

They share nothing but the data: a run's folder is locked by the process that trains there, and one
that was stopped is taken up from its checkpoint.
"""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import fields
from pathlib import Path

from ..errors import UserError
from ..training.interrupt import Stopped, stop_requests

PACKAGE = Path(__file__).resolve().parents[1]  # which the child imports, as this process does
SECONDS = 0.2  # between looks at whether Ctrl-C has come
OF_BACKENDS = ["backend", "devices", "precision"]
TOLD = "imaginet: "  # how the command begins its last line, where it does not end well


def command(run, args):
    """The arguments of `imaginet` that train `run`, or what is left of it."""
    options = {"data": args.data, **{name: getattr(args, name) for name in OF_BACKENDS}}
    if run.begun():
        options["resume"] = run.folder
    else:
        values = {f.name: (f.default, getattr(run.settings, f.name)) for f in fields(run.settings)}
        changed = {name: value for name, (default, value) in values.items() if value != default}
        options |= {"out": run.folder} | changed
    given = {name.replace("_", "-"): v for name, v in options.items() if v is not None}
    return ["train", *(f"--{name}={value}" for name, value in given.items())]


class Workers:
    """The trainings that go on. args: with `workers`, `quiet`, and those of `command`."""

    def __init__(self, args, progress):
        self.args, self.progress = args, progress
        self.lock, self.children, self.stopping = threading.Lock(), set(), False

    def train(self, runs):
        """Train all `runs`, at most `args.workers` at a time.

        Raises:
            Stopped: after Ctrl-C, when each has written its checkpoint.
            UserError: one of them ended so; the others are stopped in the same way.
        """
        count, bar = len(runs), self.progress.bar("runs", len(runs), unit="run")
        with stop_requests() as asked, bar, ThreadPoolExecutor(self.args.workers) as pool:
            try:
                waiting = {pool.submit(self._train, run, bar) for run in runs}
                while waiting and not asked():
                    done, waiting = wait(waiting, SECONDS, FIRST_EXCEPTION)
                    for training in done:
                        training.result()
            finally:
                self._stop()
        if waiting:
            raise Stopped(f"stopped {count} trainings with {self.args.workers} workers")

    def _stop(self):
        """Have no training begin, and those that go on stop with a checkpoint."""
        with self.lock:
            self.stopping = True
            for child in self.children:
                child.send_signal(signal.SIGINT)

    def _train(self, run, bar):
        child = self._start(run)
        if child is None:
            return
        last = ""
        for line in child.stderr:
            last = line.strip()
            if not last.startswith(TOLD):
                self.progress.say(f"{run}: {last}")
        with self.lock:
            self.children.discard(child)
        if child.wait() and not self.stopping:
            self._stop()
            why = last.removeprefix(TOLD).removeprefix("error: ")
            raise UserError(f"{run}: {why or f'ended with status {child.returncode}'}")
        bar.update()

    def _start(self, run):
        """The process that trains `run`; Ctrl-C reaches it through `_stop` alone."""
        threads = max(1, (os.cpu_count() or 1) // self.args.workers)
        paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {"OMP_NUM_THREADS": str(threads)} | os.environ
        quiet = ["--quiet"] if self.args.quiet else []
        with self.lock:
            if self.stopping:
                return None
            child = subprocess.Popen(
                [sys.executable, "-m", "imaginet_pt", *command(run, self.args), *quiet],
                env=environment | {"PYTHONPATH": os.pathsep.join(paths)},
                stderr=subprocess.PIPE, text=True, start_new_session=True,
            )  # fmt: skip
            self.children.add(child)
        return child
