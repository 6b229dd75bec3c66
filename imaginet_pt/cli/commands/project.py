"""`imaginet project`: write the image vectors of sentences."""

import sys
from argparse import ArgumentParser, Namespace

from .. import vector_formats
from ..options import (
    check_not_terminal,
    format_option,
    load_workflow,
    padding_option,
    run_options,
    write_vectors,
)

HELP = "image vectors of sentences"
EXAMPLE = "imaginet project RUN --format csv < sentences.txt > vectors.csv"


def add_options(parser: ArgumentParser) -> None:
    """Add the run, the padding and the format."""
    run_options(parser)
    padding_option(parser, "none")
    format_option(parser, "csv")


def run(args: Namespace) -> None:
    """Write the vector of each sentence of the standard input."""
    check_not_terminal(args)
    sentences = vector_formats.read_sentences(sys.stdin)
    write_vectors(args, sentences, load_workflow(args).project(sentences, args.padding))
