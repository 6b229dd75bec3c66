"""Train several runs at a time, in processes that each train one run after the other.

The processes share nothing but the data: each locks the folder of its run, and a run that was
stopped continues from its checkpoint.
"""

import contextlib
import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any

from ..errors import UserError
from ..progress import Progress
from ..training.interrupt import Stopped, stop_requests
from . import training_process
from .options import Options
from .training_process import Run

POLL_SECONDS = 0.2  # between looks at whether Ctrl-C was pressed

Child = subprocess.Popen[str]


class Workers:
    """The running trainings.

    Args:
        options: with those that `training_process.command` takes.
        progress: where the user sees how far they are.
        number: of processes at a time.
    """

    def __init__(self, options: Options, progress: Progress, number: int) -> None:
        self.options, self.progress, self.number = options, progress, number
        self.lock, self.stopping = threading.Lock(), False
        self.children: set[Child] = set()
        self.begun: Counter[str] = Counter()  # runs of each model
        self.waiting: list[Run] = []

    def train(self, runs: Sequence[Run]) -> None:
        """Train all `runs`.

        Raises:
            Stopped: after Ctrl-C, once every training has written its checkpoint.
            UserError: a training failed; the others are stopped with a checkpoint.
        """
        self.waiting = list(runs)
        number = min(self.number, len(runs))
        bar = self.progress.bar("runs", len(runs), unit="run")
        with stop_requests() as stop_requested, bar, ThreadPoolExecutor(number) as pool:
            working = {pool.submit(self._work, bar) for _ in range(number)}
            try:
                working = _wait(working, stop_requested)
            finally:
                self._stop()
        if working:
            left = sum(not run.finished() for run in runs)
            raise Stopped(f"stopped; {left} of {len(runs)} runs are not finished")

    def _stop(self) -> None:
        """Start no more trainings, and ask the running ones to stop with a checkpoint."""
        with self.lock:
            self.stopping = True
            for child in self.children:
                child.send_signal(signal.SIGINT)

    def _work(self, bar: Any) -> None:
        """Have one process train what is waiting, as long as there is any."""
        run = self._next()
        child = self._start() if run else None
        try:
            while run and child:
                self._train(run, child)
                bar.update(not self.stopping)
                run = self._next(run.model)
        finally:
            if child:
                self._end(child)

    def _next(self, model: str = "") -> Run | None:
        """Take a run: of the same model as before, else of the one that fewest have begun."""
        with self.lock:
            if self.stopping or not self.waiting:
                return None
            run = min(self.waiting, key=lambda run: (run.model != model, self.begun[run.model]))
            self.waiting.remove(run)
            self.begun[run.model] += 1
            return run

    def _train(self, run: Run, child: Child) -> None:
        last = self._relay(run, child)
        if last != str(run.folder) and not self.stopping:
            self._stop()
            reason = f"its process ended with status {child.wait()}"
            if last.startswith(training_process.PREFIX):
                reason = training_process.reason(last)
            raise UserError(f"{run}: {reason}")

    def _relay(self, run: Run, child: Child) -> str:
        """Have `child` train `run`, and show what it prints after the run's name.

        Returns:
            Its last line, which is the run's folder where all went well.
        """
        last = ""
        with contextlib.suppress(BrokenPipeError):  # it has ended: its last line says why
            print(run.to_line(), file=child.stdin, flush=True)
        for line in child.stdout or ():
            last = line.strip()
            if last == str(run.folder):
                break
            if not last.startswith(training_process.PREFIX) and not self.stopping:
                self.progress.say(f"{run}: {last}")
        return last

    def _start(self) -> Child | None:
        """Start a process, which Ctrl-C reaches through `_stop` alone."""
        with self.lock:
            if self.stopping:
                return None
            child = subprocess.Popen(
                training_process.command(self.options),
                env=os.environ | training_process.environment(self.number),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            self.children.add(child)
        return child

    def _end(self, child: Child) -> None:
        """Tell a process that nothing more comes, and wait for its end."""
        child.communicate()
        with self.lock:
            self.children.discard(child)


def _wait(working: set[Future[None]], stop_requested: Callable[[], bool]) -> set[Future[None]]:
    """Wait until all trainings are done or Ctrl-C was pressed; return those that are not done."""
    while working and not stop_requested():
        done, working = wait(working, POLL_SECONDS, FIRST_EXCEPTION)
        for training in done:
            training.result()
    return working
