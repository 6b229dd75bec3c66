"""`imaginet data`: get data sets, check them, and compute image features."""

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import NamedTuple

from ...progress import Progress
from ..options import DATA_HELP, benchmark_options
from ..parser import with_flags

HELP = "get and check data sets, compute image features"
EXAMPLE = "imaginet data check scenes"
SOURCES = ("flickr8k", "flickr30k", "coco", "men", "simlex")  # of `data.download.catalog`


def get_options(parser: ArgumentParser) -> None:
    """Add the options of `imaginet data get`."""
    parser.add_argument("name", choices=SOURCES, help="data set")
    parser.add_argument(
        "--out", metavar="DIR", default="data", help="folder to unpack it in (default data)"
    )


def get(args: Namespace) -> None:
    """Download a data set."""
    from ...data.download import catalog

    catalog.get(catalog.SOURCES[args.name], args.out, Progress(args.quiet))


def check_options(parser: ArgumentParser) -> None:
    """Add the options of `imaginet data check`."""
    parser.add_argument("data", metavar="DIR", help=DATA_HELP)
    benchmark_options(parser)


def check(args: Namespace) -> None:
    """Print a summary of a data set."""
    from ...data import summary

    print(with_flags(summary.check(args.data, args.men, args.pairs)))


def features_options(parser: ArgumentParser) -> None:
    """Add the options of `imaginet data features`."""
    parser.add_argument("images", metavar="IMAGES", help="folder with the image files")
    parser.add_argument("out", metavar="OUT", help="folder with dataset.json, for feats.npy")
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="state dict of VGG16 (default the file in torchvision's cache, which does not have "
        "the paper's weights)",
    )


def features(args: Namespace) -> None:
    """Compute the features of images."""
    from ...data import vgg16

    vgg16.write(args.images, args.out, args.weights, Progress(args.quiet))


class Part(NamedTuple):
    """A subcommand: its help, an example, and functions to add its options and to run it."""

    help: str
    example: str
    add_options: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], None]


PARTS = {
    "get": Part(
        "download a data set from its official address and unpack it, resuming a broken one",
        "imaginet data get flickr8k --out data",
        get_options,
        get,
    ),
    "check": Part(
        "tell what a data set has, which word pairs it covers, and what is missing",
        "imaginet data check data/flickr8k --men data/MEN/MEN_dataset_natural_form_full",
        check_options,
        check,
    ),
    "features": Part(
        "compute VGG16's features of the images of a dataset.json, by torchvision",
        "imaginet data features images data/mine --weights vgg16-00b39a1b.pth",
        features_options,
        features,
    ),
}


def add_options(parser: ArgumentParser) -> None:
    """Add a subcommand for each of `PARTS`."""
    subparsers = parser.add_subparsers(dest="part", required=True, metavar="|".join(PARTS))
    for name, part in PARTS.items():
        subparser = subparsers.add_parser(
            name,
            help=part.help,
            description=part.help.capitalize(),
            epilog=f"example: {part.example}",
        )
        part.add_options(subparser)
        subparser.add_argument(
            "--quiet", action="store_true", default=argparse.SUPPRESS, help="no progress"
        )
        subparser.set_defaults(run_part=part.run)


def run(args: Namespace) -> None:
    """Run the subcommand that the command line names."""
    args.run_part(args)
