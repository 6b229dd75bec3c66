"""`imaginet data`: get data sets, look at what is there, compute image features."""

import argparse

from ...data import summary, vgg16
from ...data.download import catalog
from ...progress import Progress
from ..options import DATA_HELP

HELP = "get and check data sets, compute image features"
EXAMPLE = "imaginet data check scenes"


def get_options(parser):
    parser.add_argument("name", choices=catalog.SOURCES, help="data set")
    parser.add_argument(
        "--out", metavar="DIR", default="data", help="folder for its folder (default data)"
    )


def get(args):
    catalog.get(catalog.SOURCES[args.name], args.out, Progress(args.quiet))


def check_options(parser):
    parser.add_argument("data", metavar="DIR", help=DATA_HELP)
    parser.add_argument("--men", metavar="FILE", help="MEN's word pairs")


def check(args):
    print(summary.check(args.data, args.men))


def features_options(parser):
    parser.add_argument("images", metavar="IMAGES", help="folder with the image files")
    parser.add_argument("out", metavar="OUT", help="folder with dataset.json, for feats.npy")
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="state dict of VGG16 (default the file in torchvision's cache, which has not the "
        "paper's weights)",
    )


def features(args):
    vgg16.write(args.images, args.out, args.weights, Progress(args.quiet))


# What is to be done -> (help, example, options, function).
PARTS = {
    "get": (
        "download a data set from its official address and unpack it; go on where it broke off",
        "imaginet data get flickr8k --out data",
        get_options,
        get,
    ),
    "check": (
        "tell what a data set has, what of the word pairs it covers, and what is missing",
        "imaginet data check data/flickr8k --men data/MEN/MEN_dataset_natural_form_full",
        check_options,
        check,
    ),
    "features": (
        "compute VGG16's features of the images of a dataset.json, by torchvision",
        "imaginet data features images data/mine --weights vgg16-00b39a1b.pth",
        features_options,
        features,
    ),
}


def add_options(parser):
    parts = parser.add_subparsers(dest="part", required=True, metavar="|".join(PARTS))
    for name, (told, example, options, do) in PARTS.items():
        part = parts.add_parser(
            name, help=told, description=told.capitalize(), epilog=f"example: {example}"
        )
        options(part)
        part.add_argument(
            "--quiet", action="store_true", default=argparse.SUPPRESS, help="no progress"
        )
        part.set_defaults(do=do)


def run(args):
    args.do(args)
