"""`imaginet data`: get data sets, make and check them, compute image features."""

import argparse
import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ...progress import Progress
from ..options import DATA_HELP, benchmark_options
from ..parser import with_flags

HELP = "get, make and check data sets, compute image features"
EXAMPLE = "imaginet data check scenes"
VAL_FRACTION = 0.1  # of `data.table_of_captions`
# Of `data.download.catalog`.
SOURCES = (
    "flickr8k", "flickr30k", "coco", "men", "simlex", "simverb", "concreteness", "wordbank",
)  # fmt: skip


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
    """Print what a data set has and lacks; end with status 1 where nothing can be trained on it."""
    from ...data import summary

    found = summary.check(args.data, args.men, args.pairs)
    print(with_flags(found.text))
    if not found.can_train:
        sys.exit(1)


def import_options(parser: ArgumentParser) -> None:
    """Add the options of `imaginet data import`."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="CSV file with the columns image (a file name) and caption, and perhaps split, a row "
        "a caption; or a folder with dataset.json",
    )
    parser.add_argument("out", metavar="OUT", help="new folder for dataset.json and features")
    parser.add_argument(
        "--features",
        metavar="FILE.npy",
        help="features of a table's images, a row each, in the order in which they first appear",
    )
    parser.add_argument(
        "--val-fraction",
        type=float,
        metavar="X",
        default=VAL_FRACTION,
        help="share of the images of split train that become split val where there is none "
        "(default %(default)s)",
    )
    parser.add_argument(
        "--sharded",
        action="store_true",
        help="write the features as feats.zarr, a folder of files of 64 MB, instead of one file",
    )


def import_(args: Namespace) -> None:
    """Make a data set of a table, or of a folder without a split val."""
    from ...data import image_features, table_of_captions

    images = table_of_captions.write(
        args.source, args.out, args.features, args.val_fraction, args.sharded
    )
    counts = Counter(image.split or "no split" for image in images)
    splits = ", ".join(f"{count:,} in {split}" for split, count in counts.items())
    progress, out = Progress(args.quiet), shlex.quote(args.out)
    progress.say(f"{args.out}/dataset.json written: {len(images):,} images, {splits}")
    if image_features.find(Path(args.out)) is None:
        progress.say(
            f"no image features yet; next: imaginet data features PICTURES {out}, or put feats.npy "
            "there (a row an image, by imgid)"
        )
    progress.say(f"then: imaginet data check {out}")


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
        "tell what a data set has, what of the word pairs it covers, and what is missing; status 1 "
        "where nothing can be trained on it",
        "imaginet data check data/flickr8k --men data/MEN/MEN_dataset_natural_form_full",
        check_options,
        check,
    ),
    "import": Part(
        "make a data set of a CSV table of captions, or of a folder that has no split val",
        "imaginet data import captions.csv data/mine --features feats.npy",
        import_options,
        import_,
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
            description=part.help[0].upper() + part.help[1:],
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
