"""`imaginet explore`: make one page on which one types a sentence and sees what is imagined.

The page holds the network itself and runs it in the browser; it needs neither a server nor a
network connection.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from ...progress import Progress
from .. import options
from ..options import data_option

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ...explorer.gallery import Gallery
    from ...runs.workflow import Workflow

HELP = "one page that runs a network in the browser"
EXAMPLE = "imaginet explore RUN --data scenes --out explore.html"


def add_options(parser: ArgumentParser) -> None:
    """Add the runs, the data whose images are searched, and the page."""
    parser.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        help="folders of runs; RUN@3 is one after its third epoch, RUN@0 before training",
    )
    data_option(parser)
    parser.add_argument(
        "--image-folder", metavar="DIR", help="the data's pictures; else captions stand for them"
    )
    parser.add_argument(
        "--captions",
        type=int,
        metavar="N",
        help="captions to search, with their images: the first of each image, then the second "
        "(default 5000)",
    )
    parser.add_argument("--out", required=True, metavar="PAGE.html", help="file for the page")
    options.backend_options(parser)


def run(args: Namespace) -> None:
    """Say how large the page becomes, and make it."""
    from ...data import data_provider
    from ...explorer import epochs, gallery, page
    from ...files.atomic import atomic
    from ...reports import pictures

    options.check_output(args.out)
    pictures.check_folder(args.image_folder)
    progress, backend = Progress(args.quiet), options.chosen_backend(args)
    dataset = data_provider.load(args.data, progress.say)
    most = gallery.MOST_CAPTIONS if args.captions is None else args.captions
    chosen = gallery.choose(dataset, most)
    workflows = epochs.load(args.runs, backend)
    for line in size_lines(workflows, dataset, chosen, args):
        progress.say(line)
    shown, note = pictures.thumbnails(chosen.images, args.image_folder, gallery.PICTURE_SIZE)
    content = page.make(workflows, dataset, chosen, shown, progress)
    with atomic(args.out) as file:
        file.write(content)
    size = os.stat(args.out).st_size
    if note:
        progress.warn(note)
    progress.say(f"{args.out} written, {size / 1e6:.1f} MB ({dataset.name}); open it in a browser")


def size_lines(
    workflows: dict[str, Workflow], dataset: Dataset, chosen: Gallery, args: Namespace
) -> list[str]:
    """Say how large the page becomes at most, and what to leave out of a large one."""
    from ...explorer import gallery, sizes

    features = 0 if dataset.features is None else dataset.features.shape[1]
    captions = max(1, len(chosen.captions) // sizes.FEWER)
    parts, fewer = (
        sizes.estimate(workflows, each, features, bool(args.image_folder))
        for each in (chosen, gallery.choose(dataset, captions))
    )
    return sizes.tell(parts, sizes.savings(parts, fewer, captions), args.out)
