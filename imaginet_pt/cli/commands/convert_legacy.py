"""`imaginet convert-legacy`: convert a checkpoint of the 2015 program, or an archive, to a run."""

from argparse import ArgumentParser, Namespace

from ...progress import Progress

HELP = "read a checkpoint of the 2015 program or of its successors"
EXAMPLE = "imaginet convert-legacy OLD NEW"


def add_options(parser: ArgumentParser) -> None:
    """Add the old model and the new folder."""
    parser.add_argument(
        "checkpoint",
        metavar="OLD",
        help="folder of model.univ.pkl.gz and others, or model.zip of 2016 or 2017",
    )
    parser.add_argument("out", metavar="RUN", help="new folder for the run")


def run(args: Namespace) -> None:
    """Convert the checkpoint."""
    from ...legacy.conversion import convert_legacy

    folder = convert_legacy(args.checkpoint, args.out)
    Progress(args.quiet).say(f"{folder.path} holds the original's model as epoch 1")
