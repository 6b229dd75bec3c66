"""Options and small steps that several commands share."""

import sys

from .. import backends, vectors
from ..errors import UserError
from ..workflow import PADDING, Workflow

DATA_HELP = "folder with dataset.json and features, a COCO caption file, or scenes (synthetic)"


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
    backends.add_options(parser)


def padding_option(parser, default):
    """`--padding`, one of `workflow.PADDING`."""
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
        "--format", choices=vectors.FORMATS, default=default, help=f"(default {default})"
    )


def workflow(args):
    """`Workflow` of the run of `run_options`."""
    return Workflow(args.run, args.iteration, backends.chosen(args))


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
    sys.stdout.buffer.write(vectors.FORMATS[args.format](names, array))
