"""`imaginet omission`: measure how far the imagined image moves when each word is left out."""

from __future__ import annotations

import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import terminal
from ..options import describe, load_workflow, run_options, word_ids

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HELP = "how far the imagined image moves without each word"
EXAMPLE = 'imaginet omission RUN "a man holds a red ball" --png omission.png'
SCORE = "omission: 1 - cosine of the images imagined with and without the word"


def add_options(parser: ArgumentParser) -> None:
    """Add the run, the sentence, and the file for a figure."""
    run_options(parser)
    parser.add_argument("sentence", metavar="SENTENCE", help="in quotation marks")
    parser.add_argument("--png", metavar="FILE", help="draw the bars into this file too")


def run(args: Namespace) -> None:
    """Print a bar for each word, and draw them."""
    from ...evaluation import omission
    from ...reports import plots

    workflow = load_workflow(args)
    ids = word_ids(workflow, args.sentence)
    scores = omission.scores(workflow, ids).tolist()
    words = workflow.tokenizer.inverse_transform([[i] for i in ids])
    title = describe(workflow)
    print(title, SCORE, "", *terminal.bars(words, scores, terminal.width()), sep="\n")
    if args.png:
        plots.write(draw(words, scores, title), args.png, "png")


def draw(words: Sequence[str], scores: Sequence[float], title: str) -> Figure:
    """Draw a bar for each word, as long as its score, from top to bottom."""
    from ...reports import plots

    figure, axes = plots.figure(size=(5.5, 1.1 + 0.24 * len(words)))
    positions = range(len(words))
    axes.barh(positions, scores, color=plots.COLOURS[0])
    axes.set_yticks(positions, words, parse_math=False)
    axes.invert_yaxis()
    axes.grid(False, axis="y")
    axes.set_axisbelow(True)
    axes.set_xlabel(SCORE)
    axes.set_title(textwrap.fill(title, 68), fontsize=8, loc="left", parse_math=False)
    return figure
