"""Define a script, and run it with its options.

The module of a script ends with `SCRIPT`, a `Script` or a `Program`, and has an entry in
`command.SCRIPTS`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..backends import threads
from ..cli.options import chosen_backend
from ..data import data_provider
from ..data.dataset import Dataset
from ..errors import UserError
from ..files.folders import make_folder
from ..progress import Progress
from . import grid
from .options import Options, number_of_workers
from .results import Result


@dataclass(frozen=True)
class Program:
    """A program under `replicate/`.

    Attributes:
        main: the function that runs it, `main(options, dataset, backend, progress)`.
        options: names in `options.OPTIONS` of its own options, besides the shared ones.
    """

    main: Callable[[Options, Dataset, Any, Progress], None]
    options: Sequence[str] = ()


@dataclass(frozen=True)
class Script:
    """A program that makes one table or figure.

    Attributes:
        name: the stem of its files under --out, such as "table1".
        models: names in `grid.MODELS` of the models that it needs.
        read_inputs: reads its other inputs besides the data, before any training; raises `NotRun`
            if it cannot run with this data or these options.
        make: makes the `Result` and writes its files.
        mismatch: says why the paper's numbers cannot be compared with ours; empty if they can.
            None if the script has no number to compare.
        options: names in `options.OPTIONS` of its own options, besides the shared ones.
    """

    name: str
    models: Sequence[str]
    read_inputs: Callable[[Options, Dataset], Any]
    make: Callable[[Options, Dataset, Any, grid.Workflows, Progress], Result]
    mismatch: Callable[[Options, Dataset, Any], str] | None = None
    options: Sequence[str] = ()

    def main(self, options: Options, dataset: Dataset, backend: Any, progress: Progress) -> None:
        """Read the inputs, train what is missing, make the result and print it."""
        inputs = self.read_inputs(options, dataset)
        workflows = grid.train_missing(dataset, self.models, options, backend, progress)
        result = self.show_making(options, dataset, inputs, workflows, progress)
        print(f"{result.title}\n\n{result.text}")
        progress.say(f"written under {options.out}: {', '.join(result.files)}")

    def show_making(self, *arguments: Any) -> Result:
        """Call `make` with its `arguments`, the last of which shows that it is at work."""
        progress = arguments[-1]
        progress.note(f"{self.name} ...")
        with progress.waiting(self.name):
            return self.make(*arguments)


def run(program: Program | Script, options: Options) -> None:
    """Load the data and the backend that `options` name, and run `program`.

    Raises:
        UserError: options, data or files cannot be used.
        Stopped: Ctrl-C was pressed; the same command continues from there.
    """
    for name in ("seeds", "workers"):
        if (number := getattr(options, name)) is not None and number < 1:
            raise UserError(f"--{name} {number}: must be at least 1")
    options.workers = number_of_workers(options)
    options.threads = threads.parse(options.threads)
    progress = Progress(options.quiet)
    dataset = data_provider.load(options.data, progress.say)
    options.out = options.out or Path("runs") / f"{dataset.name.split()[0]}-{options.preset}"
    if options.iteration:
        options.out /= f"iteration-{options.iteration}"
    make_folder(options.out)
    program.main(options, dataset, chosen_backend(options), progress)
