"""Options and small steps that several commands share."""

import sys
from typing import Any

from ..backends import select
from ..backends.distributed import ALONE, Processes
from ..errors import UserError
from ..runs.trained_model import PADDING
from ..runs.workflow import Workflow
from . import vector_formats

DATA_HELP = "folder with dataset.json and features, a COCO caption file, or scenes (synthetic)"
PROCESS_OPTIONS = {
    "coordinator": "--coordinator",
    "process_id": "--process-id",
    "num_processes": "--num-processes",
}


def data_option(parser):
    """`--data`, which must be given."""
    parser.add_argument("--data", required=True, help=DATA_HELP)


def split_option(parser):
    """`--split`."""
    parser.add_argument("--split", default="val", help="part of the data (default val)")


def run_options(parser):
    """The run that a command is about, and the backend that computes with it: `workflow`."""
    parser.add_argument("run", metavar="RUN", help="folder of a run")
    parser.add_argument("--iteration", type=int, help="epoch (default the last)")
    backend_options(parser)


def padding_option(parser, default):
    """`--padding`, one of `trained_model.PADDING`."""
    parser.add_argument(
        "--padding",
        choices=PADDING,
        default=default,
        help="batch as the original, so that a vector depends on its minibatch, or none "
        f"(default {default})",
    )


def format_option(parser, default):
    """`--format`, one of `vectors.FORMATS`."""
    parser.add_argument(
        "--format", choices=vector_formats.FORMATS, default=default, help=f"(default {default})"
    )


def workflow(args):
    """`Workflow` of the run of `run_options`."""
    return Workflow(args.run, args.iteration, chosen_backend(args))


def described(workflow):
    """A run in words: its folder's name, epoch and data."""
    folder, data = workflow.folder.path.resolve().name, workflow.data["name"]
    return f"{folder}, epoch {workflow.iteration}, trained on {data}"


def ids_of(workflow, sentence):
    """The word ids of a sentence.

    Raises:
        UserError: the run reads no word in it.
    """
    (ids,) = workflow.tokenizer.transform([sentence])
    if not ids:
        raise UserError(f"{workflow.folder.path} reads no word in {sentence!r}; give some words")
    return ids


def write_vectors(args, names, array):
    """`array` (names, size) on the standard output, in the format of `format_option`."""
    sys.stdout.buffer.write(vector_formats.FORMATS[args.format](names, array))


def backend_options(parser):
    """The options that choose a backend."""
    names = ["auto", *select.BACKENDS]
    parser.add_argument("--backend", default="auto", choices=names, help="(default auto)")
    parser.add_argument("--devices", type=int, help="of JAX, in each process (default 1)")
    parser.add_argument(
        "--precision",
        choices=["highest", "default"],
        help="of JAX's float32 products; default may be TF32 on a GPU (default highest)",
    )


def chosen_backend(args):
    """The backend of a command line with `backend_options`.

    Raises:
        UserError: options of JAX without it, and what `select.get` raises.
    """
    options = {n: v for n in ("devices", "precision") if (v := getattr(args, n)) is not None}
    group = chosen_processes(args)
    if group.coordinator:
        options["processes"] = group
    if options and args.backend != "jax":
        raise UserError(f"--{min(options)} is for --backend jax; add that or leave it out")
    return select.get(args.backend, **options)


def process_options(parser):
    """The options of a command that several processes can do together."""
    parser.add_argument(
        "--coordinator", metavar="HOST:PORT", help="where the processes of a training meet"
    )
    parser.add_argument("--process-id", type=int, metavar="I", help="of this one, from 0")
    parser.add_argument("--num-processes", type=int, metavar="N", help="that train together")


def chosen_processes(args):
    """The `Processes` of a command line, `ALONE` where it says nothing of them.

    Raises:
        UserError: options that are missing or do not fit each other.
    """
    values: dict[str, Any] = {name: getattr(args, name, None) for name in PROCESS_OPTIONS}
    missing = [PROCESS_OPTIONS[name] for name, value in values.items() if value is None]
    if len(missing) == len(PROCESS_OPTIONS):
        return ALONE
    if missing:
        raise UserError(f"several processes need {' and '.join(missing)} too")
    return _check_processes(Processes(*values.values()))


def _check_processes(group):
    host, _, port = group.coordinator.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise UserError(f"--coordinator {group.coordinator}: must be HOST:PORT of process 0")
    if group.count < 1:
        raise UserError(f"--num-processes {group.count}: must be at least 1")
    if not 0 <= group.index < group.count:
        raise UserError(f"--process-id {group.index}: must be from 0 to {group.count - 1}")
    return group
