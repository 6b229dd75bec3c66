"""`imaginet export`: write the vectors of all words of a run."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..options import check_not_terminal, format_option, load_workflow, run_options, write_vectors

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ...runs.workflow import Workflow

HELP = "vectors of all words"
EXAMPLE = "imaginet export RUN --what embeddings > embeddings.txt"


def embeddings(workflow: Workflow) -> npt.NDArray[np.float32]:
    """Return the word embeddings, (words, size)."""
    return workflow.embeddings


def images(workflow: Workflow) -> npt.NDArray[np.float32]:
    """Return the image that the run imagines from each word alone, (words, features)."""
    return workflow.project_words()


WHAT: dict[str, Callable[[Workflow], npt.NDArray[np.float32]]] = {
    "embeddings": embeddings, "words-in-visual-space": images,
}  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    """Add options for the run, the vectors to export, and the format."""
    run_options(parser)
    parser.add_argument("--what", choices=WHAT, default="embeddings", help="(default embeddings)")
    format_option(parser, "word2vec")


def run(args: Namespace) -> None:
    """Write the vectors to the standard output."""
    check_not_terminal(args)
    workflow = load_workflow(args)
    write_vectors(args, list(workflow.words()), WHAT[args.what](workflow))
