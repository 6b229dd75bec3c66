"""`imaginet neighbors`: find the captions and images nearest to a sentence, also scrambled."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import UserError
from .. import terminal
from ..options import data_option, describe, load_workflow, run_options, split_option, word_ids

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ...runs.workflow import Workflow

HELP = "captions and images nearest to a sentence"
EXAMPLE = 'imaginet neighbors RUN --data scenes "a man holds a red ball" --scramble'
K = 5  # neighbours that are shown

Row = list[tuple[str, ...]]  # cells (mark, text, ...) that stand side by side
Query = dict[str, list[int]]  # word ids by order, "original" and "scrambled"


def add_options(parser: ArgumentParser) -> None:
    """Add the run, the data to search in, and the sentence."""
    run_options(parser)
    data_option(parser)
    split_option(parser)
    parser.add_argument("sentence", metavar="SENTENCE", help="in quotation marks")
    parser.add_argument(
        "--scramble", action="store_true", help="beside them those of its words in random order"
    )


def run(args: Namespace) -> None:
    """Print the neighbours."""
    from ...data import data_provider
    from ...evaluation import neighbors

    dataset, workflow = data_provider.load(args.data), load_workflow(args)
    word_ids(workflow, args.sentence)
    (query,) = neighbors.word_orders(workflow, [args.sentence])
    if not args.scramble:
        del query["scrambled"]
    sentences = workflow.tokenizer.inverse_transform(query.values())
    print(f"{describe(workflow)}; neighbours in {dataset.name}, split {args.split}\n")
    show([list(zip(query, sentences, strict=True))])
    for heading, find in {"captions": caption_rows, "images": image_rows}.items():
        print(f"\nnearest {heading}, and the cosine")
        show(find(workflow, query, dataset, args.split))


def caption_rows(workflow: Workflow, query: Query, dataset: Dataset, split: str) -> list[Row]:
    """Find the captions nearest to a query; one that occurs twice counts once."""
    from ...evaluation import neighbors

    texts = list(dict.fromkeys(dataset.captions(split).texts))
    ids = workflow.tokenizer.transform(texts)
    nearest = neighbors.captions(workflow, neighbors.flat([query]), ids, K)
    shown = dict(enumerate([text] for text in texts))
    return _rows(neighbors.table(workflow, [query], nearest), shown)


def image_rows(workflow: Workflow, query: Query, dataset: Dataset, split: str) -> list[Row]:
    """Find the images nearest to a query, as file name and first caption, or say why not."""
    from ...evaluation import neighbors

    try:
        nearest = neighbors.images(workflow, neighbors.flat([query]), dataset, split, K)
    except UserError as why:
        return [[("none", str(why))]]
    shown = {image.imgid: [image.filename, *image.sentences[:1]] for image in dataset.split(split)}
    return _rows(neighbors.table(workflow, [query], nearest), shown)


def _rows(table: Any, texts: Mapping[int, Sequence[str]]) -> list[Row]:
    """Make a row for each rank, with a cell for each word order, of `neighbors.table`."""
    return [
        [(f"{near.similarity:6.3f}", *texts[near.index]) for near in row.itertuples()]
        for _, row in table.groupby("rank")
    ]


def show(rows: Iterable[Row]) -> None:
    """Print rows, the cells of a row side by side."""
    for row in rows:
        width = terminal.column_width(terminal.width(), len(row))
        blocks = [terminal.entry(mark, texts, width) for mark, *texts in row]
        print(*terminal.side_by_side(blocks, width), sep="\n")
