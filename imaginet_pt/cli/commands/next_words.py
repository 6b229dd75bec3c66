"""`imaginet next-words`: the likeliest next word at each place of sentences."""

import sys

from .. import vector_formats
from ..options import padding_option, run_options, workflow

HELP = "the likeliest next word at each place"
EXAMPLE = "imaginet next-words RUN < sentences.txt"


def add_options(parser):
    run_options(parser)
    padding_option(parser, "none")


def run(args):
    sentences = vector_formats.sentences(sys.stdin)
    for places in workflow(args).next_words(sentences, padding=args.padding):
        print(*(likeliest[0][0] for likeliest in places))
