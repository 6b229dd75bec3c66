"""`imaginet next-words`: predict the most likely next words at each place of sentences.

The places are the start of a sentence (position 0) and after each of its words. END stands for
the end of the sentence.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...progress import Progress
from ..options import load_workflow, padding_option, run_options
from ..sentences import as_trained, given_sentences, sentences_option, words_of
from ..table_formats import TABLE_FORMATS, Row, table_format_option

if TYPE_CHECKING:
    from ...runs.workflow import Workflow

HELP = "the likeliest next words at each place of sentences"
EXAMPLE = "imaginet next-words RUN -k 3 < sentences.txt > next.csv"
COLUMNS = ("sentence", "position", "after", "rank", "word", "probability")


def add_options(parser: ArgumentParser) -> None:
    """Add the run, the sentences, how many words, the padding and the format."""
    run_options(parser)
    sentences_option(parser)
    parser.add_argument("-k", type=int, default=1, metavar="N", help="words per place (default 1)")
    padding_option(parser, "none")
    table_format_option(parser, text=False)


def run(args: Namespace) -> None:
    """Write a row for each predicted word of each place."""
    sentences = given_sentences(args)
    workflow = load_workflow(args)
    sentences = as_trained(workflow, sentences, Progress(args.quiet))
    rows = list(_rows(workflow, sentences, args.k, args.padding))
    TABLE_FORMATS[args.format](COLUMNS, rows)


def _rows(workflow: Workflow, sentences: Sequence[str], k: int, padding: str) -> Iterator[Row]:
    """Yield the rows of `COLUMNS`; sentences and ranks count from 1."""
    predicted = workflow.next_words(sentences, k, padding)
    for number, (sentence, places) in enumerate(zip(sentences, predicted, strict=True), start=1):
        after = ["", *(word for word, _ in words_of(workflow, sentence))]
        for position, likeliest in enumerate(places):
            for rank, (word, probability) in enumerate(likeliest, start=1):
                yield number, position, after[position], rank, word, probability
