"""Where missing runs are trained: in processes of this program, or as jobs."""

from collections.abc import Callable, Sequence

from ..progress import Progress
from .jobs import Jobs
from .options import Options
from .training_process import Run
from .workers import Workers


def train_here(runs: Sequence[Run], options: Options, progress: Progress, number: int) -> None:
    """Train `runs` in `number` processes; if it is one it is this one, which trains them later."""
    if number > 1:
        Workers(options, progress, number).train(runs)


def train_as_jobs(runs: Sequence[Run], options: Options, progress: Progress, number: int) -> None:
    """Train `runs` as jobs, at most `number` at a time."""
    Jobs(options, progress, number).train(runs)


# By the values of --cluster.
EXECUTORS: dict[str, Callable[[Sequence[Run], Options, Progress, int], None]] = {
    "here": train_here,
    "local": train_as_jobs,
    "slurm": train_as_jobs,
}
