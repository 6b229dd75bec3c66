"""`imaginet export`: vectors of all words of a run."""

from ...runs.workflow import Workflow
from ..options import format_option, run_options, workflow, write_vectors

HELP = "vectors of all words"
EXAMPLE = "imaginet export RUN --what embeddings > embeddings.txt"

WHAT = {"embeddings": lambda w: w.embeddings, "words-in-visual-space": Workflow.project_words}


def add_options(parser):
    run_options(parser)
    parser.add_argument("--what", choices=WHAT, default="embeddings", help="(default embeddings)")
    format_option(parser, "word2vec")


def run(args):
    trained = workflow(args)
    write_vectors(args, list(trained.words()), WHAT[args.what](trained))
