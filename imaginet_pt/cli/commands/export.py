"""`imaginet export`: write the vectors of all words of a run, or the run for a model hub."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...errors import UserError
from ...progress import Progress
from .. import vector_formats
from ..options import check_not_terminal, load_workflow, run_options, write_vectors

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ...runs.workflow import Workflow

HELP = "vectors of all words, or a run for a model hub"
EXAMPLE = "imaginet export RUN --what embeddings > embeddings.txt"


def embeddings(workflow: Workflow) -> npt.NDArray[np.float32]:
    """Return the word embeddings, (words, size)."""
    return workflow.embeddings


def images(workflow: Workflow) -> npt.NDArray[np.float32]:
    """Return the image that the run imagines from each word alone, (words, features)."""
    return workflow.project_words()


VECTORS: dict[str, Callable[[Workflow], npt.NDArray[np.float32]]] = {
    "embeddings": embeddings, "words-in-visual-space": images,
}  # fmt: skip
MODEL, SAFETENSORS = "model", "safetensors"
# What is written -> its formats, the default first.
FORMATS = dict.fromkeys(VECTORS, ["word2vec", "npy", "csv"]) | {MODEL: [SAFETENSORS]}


def add_options(parser: ArgumentParser) -> None:
    """Add options for the run, what to export, and how."""
    run_options(parser)
    parser.add_argument(
        "--what", choices=FORMATS, default="embeddings", help="(default embeddings)"
    )
    parser.add_argument(
        "--format",
        choices=[*vector_formats.FORMATS, SAFETENSORS],
        help=f"{SAFETENSORS} for the model, one of the others for vectors (default word2vec)",
    )
    parser.add_argument("--out", metavar="DIR", help="new folder for the model")
    parser.add_argument(
        "--evaluation",
        metavar="EVAL",
        help="folder of imaginet evaluate, whose scores go into the model's card",
    )


def run(args: Namespace) -> None:
    """Write the vectors to the standard output, or the model to a folder."""
    args.format = args.format or FORMATS[args.what][0]
    _check_together(args)
    if args.what == MODEL:
        write_model(args)
    else:
        check_not_terminal(args)
        workflow = load_workflow(args)
        write_vectors(args, list(workflow.words()), VECTORS[args.what](workflow))


def _check_together(args: Namespace) -> None:
    """Raise `UserError` for options that do not go together."""
    if args.format not in FORMATS[args.what]:
        allowed = ", ".join(FORMATS[args.what])
        raise UserError(f"`format` is {args.format}; for `what` {args.what} choose {allowed}")
    if args.what == MODEL and args.out is None:
        raise UserError("`out` is missing; name a new folder for the model")
    if args.what != MODEL and (args.out or args.evaluation):
        raise UserError(f"`out` and `evaluation` are for `what` {MODEL}; vectors go to > FILE")


def write_model(args: Namespace) -> None:
    """Write a folder that model hubs take as it is, with the model's card."""
    from ...runs import export, model_card
    from ...runs.scores import read_scores

    workflow = load_workflow(args)
    weights = workflow.folder.weights(workflow.iteration)
    scores = read_scores(args.evaluation, weights) if args.evaluation else None
    card = model_card.text(workflow.folder, scores, [workflow.iteration])
    folder = export.export(workflow, args.out)
    export.write_card(folder, card)
    megabytes = export.size(folder) / 1e6
    Progress(args.quiet).say(
        f"{folder.path} holds epoch {workflow.iteration}, {megabytes:.1f} MB, nothing of it pickled"
    )
