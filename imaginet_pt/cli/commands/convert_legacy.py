"""`imaginet convert-legacy`: convert a checkpoint of the 2015 program to a run."""

from argparse import ArgumentParser, Namespace

from ...progress import Progress

HELP = "read a checkpoint of the 2015 program"
EXAMPLE = "imaginet convert-legacy OLD NEW"


def add_options(parser: ArgumentParser) -> None:
    """Add the old folder and the new one."""
    parser.add_argument("checkpoint", metavar="DIR", help="folder of model.univ.pkl.gz and others")
    parser.add_argument("out", metavar="RUN", help="new folder for the run")


def run(args: Namespace) -> None:
    """Convert the checkpoint."""
    from ...legacy.conversion import convert_legacy

    folder = convert_legacy(args.checkpoint, args.out)
    Progress(args.quiet).say(f"{folder.path} holds the original's model as epoch 1")
