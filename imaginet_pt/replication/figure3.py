"""Figure 3: images nearest to a caption and to the same words in random order, by MULTITASK.

    python replicate/figure3.py [--data DIR|scenes] [--captions FILE] [--image-folder DIR]
        [--out DIR]

Draws figure3.png, .svg and .pdf, prints what they show, and writes figure3.csv, figure3.md and
figure3-items.csv (a row an image) under --out. An image is a picture of --image-folder, or else a
card with its captions. Nearness is the cosine of the predicted and the image's vector; the caption
is read by itself, without padding.
"""

from pathlib import Path

import pandas as pd

from ..errors import UserError
from ..evaluation import neighbors
from ..reports import image_cards, plots
from . import queries, results
from .script import Script

MODELS = ["MULTITASK"]
SEED = 1  # of the run that is shown
CAPTION = "first caption"


def inputs(args, dataset):
    """The lines of --captions."""
    if args.image_folder and not Path(args.image_folder).is_dir():
        raise UserError(f"--image-folder {args.image_folder}: no such folder; give the pictures'")
    return queries.read(args, dataset)


def items_of(workflow, query, dataset):
    """A row an order and rank: the image nearest to it."""
    asked = neighbors.flat([query.orders])
    found = neighbors.images(workflow, asked, dataset, queries.SPLIT, image_cards.COLUMNS)
    items = neighbors.table(workflow, [query.orders], found).rename(columns={"index": "image"})
    return items[["query", "order", "rank", "image", "similarity"]]


def read_pictures(images, folder):
    """{imgid: pixels} of the `images` whose picture is in the folder and can be read."""
    pictures = {}
    for image in images if folder else ():
        pixels = image_cards.read_picture(Path(folder) / image.filename)
        if pixels is not None:
            pictures[image.imgid] = pixels
    return pictures


def rows_of(items, images, pictures):
    """The rows of the figure, `cards.Row`: a query and the images found."""
    return [
        image_cards.Row(
            order.capitalize(),
            near["query"].iloc[0],
            [
                image_cards.Card(
                    item.rank,
                    item.similarity,
                    images[item.image].sentences,
                    pictures.get(item.image),
                )
                for item in near.itertuples()
            ],
        )
        for order, near in items.groupby("order", sort=False)
    ]


def table_of(items, images):
    """What the figure shows, in words."""
    shown = [images[i] for i in items["image"]]
    return pd.DataFrame(
        {
            "order": items["order"],
            "rank": items["rank"],
            "image": [image.filename for image in shown],
            "cosine": items["similarity"].map("{:.3f}".format),
            CAPTION: [image.sentences[0] for image in shown],
        }
    )


def text_of(items, table, told, missing):
    """The queries, the table, where the caption comes from, and what pictures are missing."""
    cells = table.assign(**{CAPTION: queries.cells(table[CAPTION])})
    asked = [
        f"{order.capitalize()}: “{near['query'].iloc[0]}”\n"
        for order, near in items.groupby("order", sort=False)
    ]
    return "\n".join(filter(None, [*asked, results.markdown(cells), f"{told}\n", missing]))


def missing_told(images, pictures, folder):
    """How many of the `images` have no picture, in words; empty where none was asked for."""
    n = len(images) - len(pictures)
    if not folder or not n:
        return ""
    return f"{n} of {len(images)} pictures are not in {folder} or unreadable: shown as cards.\n"


def make(args, dataset, lines, workflows, progress):
    """Figure 3 as a `Result`; its items have a row an order and rank."""
    workflow, captions = workflows[MODELS[0]][SEED - 1], dataset.captions(queries.SPLIT)
    (query, *_), told = queries.choose(workflow, captions, queries.FIGURE3, lines, 1)
    items = items_of(workflow, query, dataset)
    images = {image.imgid: image for image in dataset.split(queries.SPLIT)}
    shown = [images[i] for i in dict.fromkeys(items["image"])]
    pictures = read_pictures(shown, args.image_folder)
    title = (
        f"Figure 3 on {results.described(dataset, args)}: images nearest to a caption and to its "
        f"words in random order, {MODELS[0]}, seed {SEED}"
    )
    head = f"{dataset.name}: images nearest to a caption and to its words in random order"
    figure = image_cards.draw(
        f"{head} ({MODELS[0]}, seed {SEED})", rows_of(items, images, pictures)
    )
    files = plots.save(figure, args.out, "figure3")
    table = table_of(items, images)
    missing = missing_told(shown, pictures, args.image_folder)
    text = text_of(items, table, told, missing)
    frames = {"figure3": table, "figure3-items": items}
    return results.result("figure3", title, text, items, frames, args.out, files)


def add_options(parser):
    parser.add_argument(
        "--image-folder",
        metavar="DIR",
        help="pictures of the data, by the file names in dataset.json (default: captions on cards)",
    )


OPTIONS = [queries.add_captions, add_options]
SCRIPT = Script(
    "figure3", __doc__, MODELS, inputs, make, options=[queries.add_captions, add_options]
)
