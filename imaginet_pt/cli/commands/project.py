"""`imaginet project`: write the image vectors of sentences."""

from argparse import ArgumentParser, Namespace

from ...progress import Progress
from ..options import (
    check_not_terminal,
    format_option,
    load_workflow,
    padding_option,
    run_options,
    write_vectors,
)
from ..sentences import as_trained, given_sentences, sentences_option

HELP = "image vectors of sentences"
EXAMPLE = "imaginet project RUN --format csv < sentences.txt > vectors.csv"


def add_options(parser: ArgumentParser) -> None:
    """Add the run, the sentences, the padding and the format."""
    run_options(parser)
    sentences_option(parser)
    padding_option(parser, "none")
    format_option(parser, "csv")


def run(args: Namespace) -> None:
    """Write the vector of each sentence."""
    check_not_terminal(args)
    sentences = given_sentences(args)
    workflow = load_workflow(args)
    read = as_trained(workflow, sentences, Progress(args.quiet))
    write_vectors(args, sentences, workflow.project(read, args.padding))
