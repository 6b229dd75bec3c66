"""`imaginet convert-legacy`: a checkpoint of the 2015 program as a run."""

from ...legacy.conversion import convert_legacy
from ...progress import Progress

HELP = "read a checkpoint of the 2015 program"
EXAMPLE = "imaginet convert-legacy OLD NEW"


def add_options(parser):
    parser.add_argument("checkpoint", metavar="DIR", help="folder of model.univ.pkl.gz and others")
    parser.add_argument("out", metavar="RUN", help="new folder for the run")


def run(args):
    folder = convert_legacy(args.checkpoint, args.out)
    Progress(args.quiet).say(f"{folder.path} holds the original's model as epoch 1")
