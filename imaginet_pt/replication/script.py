"""What the scripts of `replicate/` share: their options, and the way from data to a result.

A module with a script ends with `SCRIPT`, a `Script` or a `Program`, and has an entry in
`command.SCRIPTS`.
"""

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..cli.options import DATA_HELP, backend_options, chosen_backend
from ..data import data_provider
from ..errors import UserError
from ..files.folders import make_folder
from ..progress import Progress
from . import grid

AddOptions = Callable[[ArgumentParser], None]


@dataclass(frozen=True)
class Program:
    """A program of `replicate/`: `main(args, dataset, backend, progress)`, and its own options."""

    description: str | None
    main: Callable[..., None]
    options: Sequence[AddOptions] = ()


@dataclass(frozen=True)
class Script:
    """A program that makes one table or figure.

    Attributes:
        name: of its files under --out, as in "table1".
        models: those of `grid.MODELS` that it is about.
        inputs: `inputs(args, dataset)` reads what is needed beside the data, before any training;
            it raises `NotRun` where this data or these options will not do.
        make: `make(args, dataset, inputs, workflows, progress)` writes the files, and returns a
            `Result`.
        comparable: `comparable(dataset, args, inputs)` says why the paper's numbers cannot be held
            against ours, in words; empty where they can. None where there is no number to compare.
    """

    name: str
    description: str | None
    models: Sequence[str]
    inputs: Callable[..., Any]
    make: Callable[..., Any]
    comparable: Callable[..., str] | None = None
    options: Sequence[AddOptions] = ()

    def main(self, args: Namespace, dataset: Any, backend: Any, progress: Progress) -> None:
        """Read the inputs, train what is missing, make the result, and print it."""
        inputs = self.inputs(args, dataset)
        workflows = grid.trained(dataset, self.models, args, backend, progress)
        result = self.make(args, dataset, inputs, workflows, progress)
        print(f"{result.title}\n\n{result.text}")
        progress.say(f"written under {args.out}: {', '.join(result.files)}")


def shared_options(parser: ArgumentParser) -> None:
    """Add the options that every script has."""
    parser.add_argument("--data", default="scenes", help=f"{DATA_HELP}; default scenes")
    parser.add_argument("--preset", default="demo", choices=grid.PRESETS, help="size of the models")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each model (default 3)")
    parser.add_argument(
        "--out", type=Path, help="folder of runs and results (default runs/DATA-PRESET)"
    )
    parser.add_argument(
        "--workers", type=int, default=1, help="processes that train, a run each (default 1)"
    )
    backend_options(parser)
    parser.add_argument(
        "--quiet", action="store_true", default=SUPPRESS, help="no progress, only results"
    )


def run(program: Program | Script, args: Namespace) -> None:
    """Load the data and the backend that `args` name, and run `program`.

    Raises:
        UserError: options, data or files that cannot be used.
        Stopped: after Ctrl-C; the same command goes on from there.
    """
    for name in ("seeds", "workers"):
        if getattr(args, name) < 1:
            raise UserError(f"--{name} {getattr(args, name)}: must be at least 1")
    dataset = data_provider.load(args.data)
    args.out = args.out or Path("runs") / f"{dataset.name.split()[0]}-{args.preset}"
    make_folder(args.out)
    program.main(args, dataset, chosen_backend(args), Progress(args.quiet))
