"""Train several runs at a time, each in a process of its own.

The processes share nothing but the data: each locks the folder of its run, and a run that was
stopped continues from its checkpoint.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Protocol

from ..backends import threads
from ..errors import UserError
from ..progress import Progress
from ..settings import Settings
from ..training.interrupt import Stopped, stop_requests
from .options import Options

PACKAGE = Path(__file__).resolve().parents[1]  # so that the children import this package too
POLL_SECONDS = 0.2  # between looks at whether Ctrl-C was pressed
BACKEND_OPTIONS = ["backend", "devices", "precision", "threads"]
ERROR_PREFIX = "imaginet: "  # the start of the last line of a command that fails


class Run(Protocol):
    """The interface of a run to be trained: `grid.Run`."""

    @property
    def settings(self) -> Settings:
        """The settings to train with."""

    @property
    def folder(self) -> Path:
        """The folder of the run."""

    def begun(self) -> bool:
        """Tell whether there is something to resume."""
        ...


def command(run: Run, options: Options) -> list[str]:
    """Return the arguments of `imaginet` that train `run`, or resume it."""
    values = {"data": options.data} | {name: getattr(options, name) for name in BACKEND_OPTIONS}
    if run.begun():
        values["resume"] = run.folder
    else:
        default, settings = Settings().as_dict(), run.settings.as_dict()
        changed = {name: value for name, value in settings.items() if value != default[name]}
        values |= {"out": run.folder} | changed
    return ["train", *(f"{flag(name)}={v}" for name, v in values.items() if v is not None)]


def flag(name: str) -> str:
    """Return the command-line option of a setting: `--hidden-size` for `hidden_size`."""
    return f"--{name.replace('_', '-')}"


class Workers:
    """The running trainings.

    Args:
        options: the options of the script.
    """

    def __init__(self, options: Options, progress: Progress) -> None:
        self.options, self.progress = options, progress
        self.lock, self.stopping = threading.Lock(), False
        self.children: set[subprocess.Popen[str]] = set()

    def train(self, runs: Sequence[Run]) -> None:
        """Train all `runs`, at most `options.workers` at a time.

        Raises:
            Stopped: after Ctrl-C, once every training has written its checkpoint.
            UserError: a training failed; the others are stopped with a checkpoint.
        """
        bar = self.progress.bar("runs", len(runs), unit="run")
        with (
            stop_requests() as stop_requested,
            bar,
            ThreadPoolExecutor(self.options.workers) as pool,
        ):
            waiting = {pool.submit(self._train, run, bar) for run in runs}
            try:
                waiting = _wait(waiting, stop_requested)
            finally:
                self._stop()
        if waiting:
            raise Stopped(f"stopped {len(runs)} trainings with {self.options.workers} workers")

    def _stop(self) -> None:
        """Start no more trainings, and ask the running ones to stop with a checkpoint."""
        with self.lock:
            self.stopping = True
            for child in self.children:
                child.send_signal(signal.SIGINT)

    def _train(self, run: Run, bar: Any) -> None:
        child = self._start(run)
        if child is None:
            return
        last = self._relay(run, child)
        with self.lock:
            self.children.discard(child)
        if child.wait() and not self.stopping:
            self._stop()
            reason = last.removeprefix(ERROR_PREFIX).removeprefix("error: ")
            raise UserError(f"{run}: {reason or f'ended with status {child.returncode}'}")
        bar.update()

    def _relay(self, run: Run, child: subprocess.Popen[str]) -> str:
        """Show a child's lines with the name of its run; return the last line."""
        last = ""
        for line in child.stderr or ():
            last = line.strip()
            if not last.startswith(ERROR_PREFIX):
                self.progress.say(f"{run}: {last}")
        return last

    def _start(self, run: Run) -> subprocess.Popen[str] | None:
        """Start the process that trains `run`; Ctrl-C reaches it through `_stop` alone."""
        quiet = ["--quiet"] if self.options.quiet else []
        with self.lock:
            if self.stopping:
                return None
            child = subprocess.Popen(
                [sys.executable, "-m", "imaginet_pt", *command(run, self.options), *quiet],
                env=_environment(self.options.workers),
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            self.children.add(child)
        return child


def _wait(waiting: set[Future[None]], stop_requested: Callable[[], bool]) -> set[Future[None]]:
    """Wait until all trainings are done or Ctrl-C was pressed; return those that are not done."""
    while waiting and not stop_requested():
        done, waiting = wait(waiting, POLL_SECONDS, FIRST_EXCEPTION)
        for training in done:
            training.result()
    return waiting


def _environment(workers: int) -> dict[str, str]:
    """Return this process's environment, with its share of threads and the package's path."""
    share = max(1, threads.available_cores() // workers)
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"OMP_NUM_THREADS": str(share)} | os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
