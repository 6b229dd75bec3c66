"""`imaginet project`: image vectors of sentences."""

import sys

from .. import vector_formats
from ..options import format_option, padding_option, run_options, workflow, write_vectors

HELP = "image vectors of sentences"
EXAMPLE = "imaginet project RUN --format csv < sentences.txt > vectors.csv"


def add_options(parser):
    run_options(parser)
    padding_option(parser, "none")
    format_option(parser, "csv")


def run(args):
    sentences = vector_formats.sentences(sys.stdin)
    write_vectors(args, sentences, workflow(args).project(sentences, args.padding))
