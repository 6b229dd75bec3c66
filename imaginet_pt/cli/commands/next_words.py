"""`imaginet next-words`: predict the likeliest next words at each place of sentences, as CSV.

A place is the start of a sentence (position 0, after nothing) or after one of its words; END
stands for the end of the sentence.
"""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import vector_formats
from ..options import load_workflow, padding_option, run_options

if TYPE_CHECKING:
    from ...runs.workflow import Workflow

HELP = "the likeliest next words at each place of sentences"
EXAMPLE = "imaginet next-words RUN -k 3 < sentences.txt > next.csv"
COLUMNS = ("sentence", "position", "after", "rank", "word", "probability")


def add_options(parser: ArgumentParser) -> None:
    """Add the run, how many words, and the padding."""
    run_options(parser)
    parser.add_argument("-k", type=int, default=1, metavar="N", help="words a place (default 1)")
    padding_option(parser, "none")


def run(args: Namespace) -> None:
    """Write a row for each predicted word of each place of the standard input's sentences."""
    sentences = vector_formats.read_sentences(sys.stdin)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(load_workflow(args), sentences, args.k, args.padding))


def _rows(
    workflow: Workflow, sentences: list[str], k: int, padding: str
) -> Iterator[tuple[int, int, str, int, str, str]]:
    """Yield the rows of `COLUMNS`; sentences and ranks count from 1."""
    predicted = workflow.next_words(sentences, k, padding)
    captions = workflow.tokenizer.transform(sentences)
    for number, (ids, places) in enumerate(zip(captions, predicted, strict=True), start=1):
        after = ["", *(workflow.tokenizer.words[i] for i in ids)]
        for position, likeliest in enumerate(places):
            for rank, (word, probability) in enumerate(likeliest, start=1):
                yield number, position, after[position], rank, word, f"{probability:.6g}"
