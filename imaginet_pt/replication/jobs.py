"""Train several runs as jobs of submitit: processes of this machine, or jobs of Slurm.

A job runs a command, `worker` with its run, and nothing of this program is pickled. The command is
the same each time, and goes on at the run's newest checkpoint: so a job that was ended, by its time
limit, by a more urgent one or with its machine, is begun again by Slurm itself or submitted again
here, and its run has the same bytes as if nothing had happened.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UserError, explained
from ..files.folders import make_folder
from ..progress import Progress
from ..runs.checkpoint import Checkpoints
from ..runs.run_folder import RunFolder
from ..training.interrupt import Stopped, stop_requests
from . import training_process
from .options import Options
from .training_process import Run

EXTRA = "pip install 'imaginet_pt[cluster]'"
POLL_SECONDS = 0.5  # between looks at the jobs
END_SECONDS = 60  # in which a cancelled job writes its checkpoint
# A job's time limit: Slurm's is overridden by SBATCH_TIMELIMIT, as are its other options.
MINUTES = {"local": 60 * 24 * 365, "slurm": 60 * 24}
OWN_LINE = "submitit "  # the start of a line of submitit, in the log of a job


@dataclass
class Job:
    """A run that was submitted.

    Attributes:
        run: the run.
        handle: submitit's job.
        begin: the path of the checkpoint that it went on from, if any.
        read: how many bytes of its log were shown.
        error: what it said when it failed.
        ended: whether its log has come to what submitit says of its end.
    """

    run: Run
    handle: Any
    begin: list[Path]
    read: int = 0
    error: str = ""
    ended: bool = False

    @property
    def log(self) -> Path:
        """The file of its error stream."""
        path: Path = self.handle.paths.stderr
        return path

    def relay(self, say: Callable[[str], object]) -> None:
        """Show the lines that were added to its log."""
        for line in self._new_lines():
            if line.startswith(OWN_LINE):
                self.ended = "ERROR" in line
            elif line.startswith(training_process.ERROR):
                self.error = training_process.reason(line)
            elif not self.ended:
                say(f"{self.run}: {line}")

    def _new_lines(self) -> list[str]:
        if not self.log.exists():  # it waits in the queue
            return []
        with self.log.open("rb") as file:
            file.seek(self.read)
            content = file.read()
        content = content[: content.rfind(b"\n") + 1]
        self.read += len(content)
        return content.decode(errors="replace").splitlines()

    def check_further(self) -> None:
        """Check that a job that was ended can be submitted again.

        Raises:
            UserError: it failed, or got no further than to where it began.
        """
        if self.error:
            raise UserError(f"{self.run}: {self.error}; its log is {self.log}")
        if _newest(self.run) == self.begin:
            raise UserError(f"{self.run}: its job ended and had got no further; see {self.log}")


class Jobs:
    """The submitted trainings.

    Args:
        options: with `cluster`, `out` and those that `training_process.command` takes.
        progress: where the user sees how far they are.
        number: of jobs at a time.

    Raises:
        UserError: submitit or Slurm is missing.
    """

    def __init__(self, options: Options, progress: Progress, number: int) -> None:
        self.options, self.progress, self.number = options, progress, number
        self.folder = options.out / "jobs"
        self.executor = _executor(options.cluster, self.folder)
        self.waiting: list[Run] = []
        self.working: list[Job] = []

    def train(self, runs: Sequence[Run]) -> None:
        """Train all `runs`.

        Raises:
            Stopped: after Ctrl-C, once every job is cancelled and has written its checkpoint.
            UserError: a training failed; the others are cancelled.
        """
        self.waiting = list(runs)
        self.progress.say(f"{len(runs)} jobs; their logs are in {self.folder}")
        bar = self.progress.bar("runs", len(runs), unit="run")
        with stop_requests() as stop_requested, bar:
            try:
                while self.waiting or self.working:
                    self._submit_waiting()
                    time.sleep(POLL_SECONDS)
                    if stop_requested():
                        break
                    bar.update(self._look())
            finally:
                self._cancel()
        if self.waiting:
            raise Stopped(f"cancelled {len(self.waiting)} jobs, which keep their checkpoints")

    def _submit_waiting(self) -> None:
        while self.waiting and len(self.working) < self.number:
            run = self.waiting.pop(0)
            begin = _newest(run)
            self.working.append(Job(run, self._submit(run), begin))

    def _submit(self, run: Run) -> Any:
        """Submit one job, which waits for another of the same name, left by a lost connection."""
        import submitit

        words = [*training_process.command(self.options), run.to_line()]
        self.executor.update_parameters(**_parameters(self.options, run))
        sharing = self.number if self.options.cluster == "local" else 1
        variables = training_process.environment(sharing) | {"PYTHONSAFEPATH": "1"}
        refused = explained(lambda e: f"{run} could not be submitted: {e}", OSError, RuntimeError)
        with refused, submitit.helpers.environment_variables(**variables), _silent_children():
            return self.executor.submit(submitit.helpers.CommandFunction(words))

    def _look(self) -> int:
        """Show what is new, submit again what was ended early; return how many runs are trained."""
        trained = 0
        for job in list(self.working):
            done = job.handle.done()  # before its last lines are read
            job.relay(self.progress.say)
            if done:
                self.working.remove(job)
                trained += job.run.finished()
                if not job.run.finished():
                    job.check_further()
                    self.progress.say(f"{job.run}: its job was ended; it is submitted again")
                    self.waiting.insert(0, job.run)
        return trained

    def _cancel(self) -> None:
        """Cancel all jobs, and wait until none of them writes any more."""
        for job in self.working:
            job.handle.cancel(check=False)
        for job in self.working:
            _wait_for(job.run.folder)
        self.waiting += [job.run for job in self.working]


@contextlib.contextmanager
def _silent_children() -> Iterator[None]:
    """Start processes without an error stream in this block: at Ctrl-C submitit prints a trace."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _executor(cluster: str, folder: Path) -> Any:
    """Return submitit's executor, whose files lie in `folder`."""
    with explained(lambda error: f"`cluster` {cluster} needs submitit: {EXTRA}", ImportError):
        import submitit
    if cluster == "slurm" and not (shutil.which("sbatch") and shutil.which("srun")):
        raise UserError(
            "`cluster` slurm: there is no sbatch or srun here; run this on a machine that submits "
            "jobs, or leave `cluster` out"
        )
    make_folder(folder)
    return submitit.AutoExecutor(folder, cluster=cluster)


def _parameters(options: Options, run: Run) -> dict[str, Any]:
    """Return what a job asks for."""
    asked = {"name": run.folder.name, "timeout_min": MINUTES[options.cluster]}
    if options.cluster == "slurm":
        return asked | {"cpus_per_task": options.threads or 1, "slurm_dependency": "singleton"}
    return asked | ({"gpus_per_node": options.devices or 1} if options.backend == "jax" else {})


def _newest(run: Run) -> list[Path]:
    return Checkpoints(run.folder).paths()[:1]


def _wait_for(folder: Path) -> None:
    """Wait until no process trains in `folder`, for `END_SECONDS` at most."""
    end = time.monotonic() + END_SECONDS
    while folder.exists() and time.monotonic() < end:
        try:
            with RunFolder(folder).locked():
                return
        except UserError:
            time.sleep(POLL_SECONDS)
