"""`imaginet surprisal`: measure how surprising each word of sentences is, in bits, as CSV.

The bits are -log2 p(word | words before it), by the model's own probabilities. A word outside
the vocabulary counts as UNK; END is the end of the sentence.
"""

import sys
from argparse import ArgumentParser, Namespace

from .. import vector_formats
from ..options import load_workflow, run_options

HELP = "how surprising each word of sentences is, in bits"
EXAMPLE = "imaginet surprisal RUN < sentences.txt > surprisal.csv"


def add_options(parser: ArgumentParser) -> None:
    """Add the run."""
    run_options(parser)


def run(args: Namespace) -> None:
    """Write a row for each word of the standard input's sentences, which count from 1."""
    sentences = vector_formats.read_sentences(sys.stdin)
    table = load_workflow(args).surprisal(sentences)
    table["sentence"] += 1
    table.to_csv(sys.stdout, index=False, lineterminator="\n", float_format="%.6g")
