"""`imaginet omission`: measure how far the imagined image moves when each word is left out."""

from __future__ import annotations

import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...errors import UserError
from ...progress import Progress
from .. import terminal
from ..options import check_output, describe, load_workflow, run_options
from ..sentences import as_trained, given_sentences, sentences_option, words_of
from ..table_formats import TABLE_FORMATS, table_format_option

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ...runs.workflow import Workflow

HELP = "how far the imagined image moves without each word"
EXAMPLE = 'imaginet omission RUN "a man holds a red ball" --png omission.png'
SCORE = "omission: 1 - cosine of the images imagined with and without the word"
COLUMNS = ("sentence", "position", "word", "known", "omission")
MAX_WORDS = 500  # of a sentence, which is read as often as it has words

Scores = list[tuple[str, bool, float]]  # the words as typed, whether each is known, its score


def add_options(parser: ArgumentParser) -> None:
    """Add the run, the sentences, the format and the file for a figure."""
    run_options(parser)
    sentences_option(parser)
    table_format_option(parser, text=True)
    parser.add_argument(
        "--png", metavar="FILE", help="draw the bars of one sentence into this .png, .svg or .pdf"
    )


def run(args: Namespace) -> None:
    """Print a bar or a row for each word, and draw the bars."""
    from ...reports import plots

    kind = plots.kind_of(args.png) if args.png else ""
    check_output(args.png, "png")
    sentences, progress = given_sentences(args), Progress(args.quiet)
    if args.png and len(sentences) > 1:
        raise UserError(f"`png` draws one sentence, not {len(sentences)}; leave it out")
    workflow = load_workflow(args)
    sentences = as_trained(workflow, sentences, progress)
    scores = [score(workflow, sentence) for sentence in sentences]
    write(args.format, describe(workflow), scores)
    if args.png:
        labels, values = _labels(scores[0]), [value for _, _, value in scores[0]]
        if missing := plots.undrawable([*labels, describe(workflow)]):
            progress.warn(missing)
        plots.write(draw(labels, values, describe(workflow)), args.png, kind)


def score(workflow: Workflow, sentence: str) -> Scores:
    """Return the words of a sentence as typed, with their scores."""
    from ...evaluation import omission

    words = words_of(workflow, sentence)
    if len(words) > MAX_WORDS:
        raise UserError(f"a sentence has {len(words):,} words, at most {MAX_WORDS} are left out")
    (ids,) = workflow.tokenizer.transform([sentence])
    values = omission.scores(workflow, ids).tolist()
    return [(word, known, value) for (word, known), value in zip(words, values, strict=True)]


def write(kind: str, title: str, scores: Sequence[Scores]) -> None:
    """Write the scores: bars for each sentence, or one table of all."""
    if kind in TABLE_FORMATS:
        rows = (
            (number, position, word, known, value)
            for number, of_sentence in enumerate(scores, start=1)
            for position, (word, known, value) in enumerate(of_sentence, start=1)
        )
        TABLE_FORMATS[kind](COLUMNS, rows)
        return
    print(title, SCORE, sep="\n")
    for of_sentence in scores:
        values = [value for _, _, value in of_sentence]
        print("", *terminal.bars(_labels(of_sentence), values, terminal.width()), sep="\n")


def _labels(scores: Scores) -> list[str]:
    return [word if known else f"{word} (unknown)" for word, known, _ in scores]


def draw(words: Sequence[str], scores: Sequence[float], title: str) -> Figure:
    """Draw a bar for each word, as long as its score, from top to bottom."""
    from ...reports import plots

    with plots.own_style():
        figure, axes = plots.figure(size=(5.5, 1.1 + 0.24 * len(words)))
        positions = range(len(words))
        axes.barh(positions, scores, color=plots.COLOURS[0])
        axes.set_yticks(positions, [plots.drawable(word) for word in words], parse_math=False)
        axes.invert_yaxis()
        axes.grid(False, axis="y")
        axes.set_axisbelow(True)
        axes.set_xlabel(SCORE)
        title = textwrap.fill(plots.drawable(title), 68)
        axes.set_title(title, fontsize=8, loc="left", parse_math=False)
    return figure
