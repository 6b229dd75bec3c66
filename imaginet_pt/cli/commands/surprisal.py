"""`imaginet surprisal`: measure how surprising each word of sentences is, in bits.

The bits are -log2 p(word | words before it), with the model's own probabilities. A word outside
the vocabulary counts as UNK; END is the end of the sentence.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...progress import Progress
from ..options import load_workflow, run_options
from ..sentences import as_trained, given_sentences, sentences_option, words_of
from ..table_formats import TABLE_FORMATS, Row, table_format_option

if TYPE_CHECKING:
    from ...runs.workflow import Workflow

HELP = "how surprising each word of sentences is, in bits"
EXAMPLE = "imaginet surprisal RUN < sentences.txt > surprisal.csv"
COLUMNS = ("sentence", "position", "word", "read_as", "bits")


def add_options(parser: ArgumentParser) -> None:
    """Add the run, the sentences and the format."""
    run_options(parser)
    sentences_option(parser)
    table_format_option(parser, text=False)


def run(args: Namespace) -> None:
    """Write a row for each word and for the end of each sentence; sentences count from 1."""
    sentences = given_sentences(args)
    workflow = load_workflow(args)
    sentences = as_trained(workflow, sentences, Progress(args.quiet))
    TABLE_FORMATS[args.format](COLUMNS, list(_rows(workflow, sentences)))


def _rows(workflow: Workflow, sentences: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of `COLUMNS`: `word` as it was typed, `read_as` as the model reads it."""
    table = workflow.surprisal(sentences)
    typed = [[word for word, _ in words_of(workflow, text)] + ["END"] for text in sentences]
    for i, position, word, bits in table.itertuples(index=False):
        yield i + 1, position, typed[i][position - 1], word, float(bits)
