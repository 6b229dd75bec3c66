"""Options and small steps that several commands share.

The names that an option accepts are repeated here, since importing the tables that define them
would load PyTensor; a test compares the two.
"""

from __future__ import annotations

import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UserError
from ..files.atomic import check_target
from . import streams, vector_formats

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..backends.distributed import Processes
    from ..backends.protocol import Backend
    from ..runs.workflow import Workflow

DATA_HELP = "folder with dataset.json and features, a COCO caption file, or scenes (synthetic)"
DATA_WITH_SPLITS = "folder with dataset.json and features, or scenes (synthetic)"
BACKENDS = ("c", "numba", "jax")  # of `backends.select`
PADDINGS = ("batch", "none")  # of `runs.trained_model`
PROCESS_OPTIONS = {
    "coordinator": "--coordinator",
    "process_id": "--process-id",
    "num_processes": "--num-processes",
}


def data_option(parser: ArgumentParser) -> None:
    """Add the required option `--data`."""
    parser.add_argument("--data", required=True, help=DATA_HELP)


def split_option(parser: ArgumentParser) -> None:
    """Add `--split`."""
    parser.add_argument("--split", default="val", help="part of the data (default val)")


def benchmark_options(parser: ArgumentParser) -> None:
    """Add options for word pairs, as `benchmarks.load` takes them."""
    parser.add_argument("--men", metavar="FILE", help="the word pairs of MEN")
    parser.add_argument(
        "--pairs",
        metavar="[NAME=]FILE",
        action="append",
        default=[],
        help="other word pairs, under their own name (may be given several times); "
        "SimVerb-3500, WordSim-353 and RG-65 are recognized",
    )


def run_options(parser: ArgumentParser) -> None:
    """Add options for a run, its epoch, and the backend that computes with it."""
    parser.add_argument("run", metavar="RUN", help="folder of a run")
    iteration_option(parser)
    backend_options(parser)


def iteration_option(parser: ArgumentParser) -> None:
    """Add `--iteration`, an epoch's number or `best`."""
    parser.add_argument(
        "--iteration",
        type=iteration,
        metavar="N",
        help="epoch, or best for that of the lowest validation cost (default the last)",
    )


def iteration(text: str) -> int | str:
    """Read an epoch's number, or `best`; raise ValueError, which argparse reports."""
    return text if text == "best" else int(text)


def padding_option(parser: ArgumentParser, default: str) -> None:
    """Add `--padding`, one of `PADDINGS`."""
    parser.add_argument(
        "--padding",
        choices=PADDINGS,
        default=default,
        help="batch as in the original, where a vector depends on its minibatch, or none "
        f"(default {default})",
    )


def check_output(path: str | None, option: str = "out") -> None:
    """Check that a page or figure can be written at `path`, before it is made; None is none.

    Raises:
        UserError: its folder is missing, or what stands there is no file.
    """
    if path is None:
        return
    if not Path(path).absolute().parent.is_dir():
        raise UserError(f"`{option}` {path}: no such folder; make it, or choose another file")
    check_target(Path(path))


def image_folder_option(parser: ArgumentParser) -> None:
    """Add the folder of the pictures that a page shows."""
    parser.add_argument(
        "--image-folder",
        metavar="DIR",
        help="pictures of the data, under the file names in dataset.json, to show on the page",
    )


def format_option(parser: ArgumentParser, default: str) -> None:
    """Add `--format`, one of `vector_formats.FORMATS`."""
    parser.add_argument(
        "--format", choices=vector_formats.FORMATS, default=default, help=f"(default {default})"
    )


def load_workflow(args: Namespace) -> Workflow:
    """Load the run that `run_options` name."""
    from ..runs.workflow import Workflow

    return Workflow(args.run, args.iteration, chosen_backend(args))


def describe(workflow: Workflow) -> str:
    """Describe a run in words: its folder's name, its epoch and its data."""
    folder, data = workflow.folder.path.resolve().name, workflow.data["name"]
    return f"{folder}, epoch {workflow.iteration}, trained on {data}"


def write_vectors(args: Namespace, names: Sequence[str], vectors: npt.NDArray[np.float32]) -> None:
    """Write `vectors` (names, size) to the standard output, in the format of `format_option`."""
    content = vector_formats.FORMATS[args.format](names, vectors)
    if sys.stdout.isatty():
        sys.stdout.write(content.decode())
    else:
        streams.write_bytes(content)


def check_not_terminal(args: Namespace) -> None:
    """Raise `UserError` if binary output would go to a terminal."""
    if args.format == "npy" and sys.stdout.isatty():
        raise UserError("`format` npy is binary, and the output a terminal; add > vectors.npy")


def backend_options(parser: ArgumentParser, show_jax: bool = False) -> None:
    """Add the options that choose a backend.

    Args:
        parser: the command's.
        show_jax: show JAX's own options in the help; every command has them.
    """
    parser.add_argument(
        "--backend",
        default="auto",
        choices=("auto", *BACKENDS),
        help="what computes: c where there is a C++ compiler, else numba (default auto)"
        + ("" if show_jax else "; jax has options of its own, see imaginet train --help"),
    )
    jax = parser.add_argument_group("with --backend jax")
    jax.add_argument(
        "--devices",
        type=int,
        metavar="N",
        help="devices in each process (default 1)" if show_jax else SUPPRESS,
    )
    jax.add_argument(
        "--precision",
        choices=("highest", "default"),
        help="precision of float32 products; default may be TF32 on a GPU (default highest)"
        if show_jax
        else SUPPRESS,
    )


def thread_option(parser: ArgumentParser) -> None:
    """Add `--threads`: `threads.parse`."""
    parser.add_argument(
        "--threads",
        metavar="auto|N",
        default="auto",
        help="that compute a training; another number has other last digits of costs (default "
        "auto: by the model's size and the cores)",
    )


def chosen_backend(args: Namespace) -> Backend:
    """Return the backend of a command line with `backend_options`.

    Raises:
        UserError: JAX's options are given without JAX, or `select.get` raises.
    """
    from ..backends import select

    options = {n: v for n in ("devices", "precision") if (v := getattr(args, n)) is not None}
    group = chosen_processes(args)
    if group.coordinator:
        options["processes"] = group
    if options and args.backend != "jax":
        name = "coordinator" if "processes" in options else min(options)
        raise UserError(f"--{name} is for --backend jax; add that or leave it out")
    return select.get(args.backend, **options)


def process_options(parser: ArgumentParser) -> None:
    """Add the options of a command that several processes can run together."""
    group = parser.add_argument_group("several processes, with --backend jax")
    group.add_argument(
        "--coordinator", metavar="HOST:PORT", help="where the processes of a training meet"
    )
    group.add_argument("--process-id", type=int, metavar="I", help="number of this process, from 0")
    group.add_argument("--num-processes", type=int, metavar="N", help="how many there are")


def chosen_processes(args: Namespace) -> Processes:
    """Return the `Processes` of a command line; `ALONE` if it has no such option.

    Raises:
        UserError: options are missing or do not fit together.
    """
    from ..backends.distributed import ALONE, Processes

    values: dict[str, Any] = {name: getattr(args, name, None) for name in PROCESS_OPTIONS}
    missing = [PROCESS_OPTIONS[name] for name, value in values.items() if value is None]
    if len(missing) == len(PROCESS_OPTIONS):
        return ALONE
    if missing:
        raise UserError(f"several processes need {' and '.join(missing)} too")
    group = Processes(*values.values())
    _check_processes(str(group.coordinator), group.index, group.count)
    return group


def _check_processes(coordinator: str, index: int, count: int) -> None:
    host, _, port = coordinator.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise UserError(f"--coordinator {coordinator}: must be HOST:PORT of process 0")
    if count < 1:
        raise UserError(f"--num-processes {count}: must be at least 1")
    if not 0 <= index < count:
        raise UserError(f"--process-id {index}: must be from 0 to {count - 1}")
