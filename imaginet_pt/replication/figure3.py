"""Figure 3: images nearest to captions, in order and scrambled, by MULTITASK.

The images nearest to the image predicted from a caption and from its words in random order, by
cosine; each caption is read by itself, without padding. At most three captions are shown. Draws
figure3.png, .svg and .pdf, prints what they show, and writes under --out: figure3.csv and
figure3.md; and figure3-items.csv, a row for each image. An image is shown by its picture in
--image-folder, or else by a card with its captions. Beneath the table stands how much the images
nearest to the median caption change, with random weights and by chance too.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.dataset import Dataset, Image
from ..evaluation import neighbors
from ..progress import Progress
from ..reports import image_cards, plots
from ..reports import pictures as picture_files
from ..runs.workflow import Workflow
from . import queries, results
from .grid import Workflows
from .options import Options
from .queries import Query
from .results import Result
from .script import Script

MODELS = ["MULTITASK"]
SEED = 1  # of the run that is shown
MOST = 3  # captions that are shown
CAPTION = "first caption"

Pixels = npt.NDArray[np.generic]


def read_inputs(options: Options, dataset: Dataset) -> list[str]:
    """Check the folder of pictures, and read the lines of --captions."""
    picture_files.check_folder(options.image_folder)
    return queries.read_captions(options, dataset)


def items_of(workflow: Workflow, chosen: Sequence[Query], dataset: Dataset) -> pd.DataFrame:
    """Return a row for each query, order and rank: the image nearest to the query."""
    orders = [query.orders for query in chosen]
    columns = image_cards.COLUMNS
    nearest = neighbors.images(workflow, neighbors.flat(orders), dataset, queries.SPLIT, columns)
    items = neighbors.table(workflow, orders, nearest).rename(columns={"index": "image"})
    return items[["number", "query", "order", "rank", "image", "similarity"]]


def read_pictures(images: Sequence[Image], folder: str | None) -> dict[int, Pixels]:
    """Read the pixels of those `images` whose picture is in the folder and readable, by imgid."""
    pictures = {}
    for image in images if folder else ():
        pixels = image_cards.read_picture(Path(folder or "") / image.filename)
        if pixels is not None:
            pictures[image.imgid] = pixels
    return pictures


def rows_of(
    items: pd.DataFrame, images: Mapping[int, Image], pictures: Mapping[int, Pixels]
) -> list[image_cards.Row]:
    """Return the rows of the figure: a query in one order, and the images nearest to it."""
    return [
        image_cards.Row(
            order.capitalize(),
            nearest["query"].iloc[0],
            [
                image_cards.Card(
                    item.rank,
                    item.similarity,
                    images[item.image].sentences,
                    pictures.get(item.image),
                )
                for item in nearest.itertuples()
            ],
        )
        for (_, order), nearest in items.groupby(["number", "order"], sort=False)
    ]


def table_of(items: pd.DataFrame, images: Mapping[int, Image]) -> pd.DataFrame:
    """Return the figure's content as a table."""
    shown = [images[i] for i in items["image"]]
    return pd.DataFrame(
        {
            "number": items["number"],
            "order": items["order"],
            "rank": items["rank"],
            "image": [image.filename for image in shown],
            "cosine": items["similarity"].map("{:.3f}".format),
            CAPTION: [image.sentences[0] for image in shown],
        }
    )


def text_of(items: pd.DataFrame, table: pd.DataFrame, *notes: str) -> str:
    """Return the queries, the table and all notes but empty ones as Markdown."""
    cells = table.assign(**{CAPTION: queries.one_line(table[CAPTION])})
    asked = [
        f"{number}, {order}: “{nearest['query'].iloc[0]}”\n"
        for (number, order), nearest in items.groupby(["number", "order"], sort=False)
    ]
    lines = [f"{note}\n" for note in notes if note]
    return "\n".join([*asked, results.markdown(cells), *lines])


def draw(
    items: pd.DataFrame,
    images: Mapping[int, Image],
    pictures: Mapping[int, Pixels],
    dataset: Dataset,
    out: Path,
) -> list[str]:
    """Draw the figure, and return the names of its files."""
    title = (
        f"{dataset.name}: images nearest to captions and to their words in random order "
        f"({MODELS[0]}, seed {SEED})"
    )
    figure = image_cards.draw(title, rows_of(items, images, pictures))
    names: list[str] = plots.save(figure, out, "figure3")
    return names


def make(
    options: Options,
    dataset: Dataset,
    lines: Sequence[str],
    workflows: Workflows,
    progress: Progress,
) -> Result:
    """Make Figure 3; its items have a row for each query, order and rank."""
    workflow = workflows[MODELS[0]][SEED - 1]
    chosen, source = queries.choose(workflow, dataset, queries.FIGURE3, lines, MOST)
    items = items_of(workflow, chosen[:MOST], dataset)
    images = {image.imgid: image for image in dataset.split(queries.SPLIT)}
    shown = [images[i] for i in dict.fromkeys(items["image"])]
    pictures = read_pictures(shown, options.image_folder)
    if warning := plots.undrawable(text for image in shown for text in image.sentences):
        progress.warn(warning)
    files = draw(items, images, pictures, dataset, options.out)
    table = table_of(items, images)
    missing = picture_files.missing_note(len(shown), len(pictures), options.image_folder)
    if missing:
        progress.warn(missing)
    if len(chosen) > MOST:
        source += f" The first {MOST} of {len(chosen)} are shown."
    title = (
        f"Figure 3 on {results.describe(options, dataset)}: images nearest to captions and to "
        f"their words in random order, {MODELS[0]}, seed {SEED}"
    )
    tables = {"figure3": table, "figure3-items": items}
    controls = queries.controls(workflow, dataset, queries.IMAGES)
    cards = missing and f"{missing} They are shown as cards."
    text = text_of(items, table, source, controls, cards)
    return results.write_result("figure3", title, text, items, tables, options.out, files)


SCRIPT = Script("figure3", MODELS, read_inputs, make, options=["--captions", "--image-folder"])
