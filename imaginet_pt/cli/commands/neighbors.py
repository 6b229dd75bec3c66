"""`imaginet neighbors`: find the captions and images nearest to sentences."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import UserError, attempt
from ...progress import Progress
from .. import terminal
from ..options import (
    check_output,
    data_option,
    describe,
    image_folder_option,
    load_workflow,
    run_options,
    split_option,
)
from ..parser import with_flags
from ..sentences import as_trained, given_sentences, sentences_option, words_of
from ..table_formats import TABLE_FORMATS, table_format_option
from ..table_formats import Row as TableRow

if TYPE_CHECKING:
    import pandas as pd

    from ...data.dataset import Dataset
    from ...evaluation.vector_index import VectorIndex
    from ...runs.workflow import Workflow

HELP = "captions and images nearest to sentences"
EXAMPLE = 'imaginet neighbors RUN --data scenes "a man holds a red ball" --scramble'
K = 5  # neighbours that are shown
COLUMNS = ("sentence", "order", "query", "kind", "rank", "cosine", "image", "caption")

Row = list[tuple[str, ...]]  # cells (mark, text, ...) that stand side by side
Query = dict[str, list[int]]  # word ids by order, "original" and "scrambled"
# Rows of `neighbors.table`, or why there are none; and of each index the file of the image (for an
# image) and the caption.
Found = tuple[Any, Mapping[int, tuple[str, ...]]]
Index = Mapping[str, "VectorIndex"]  # "captions" and "images", where there is an index of them


def add_options(parser: ArgumentParser) -> None:
    """Add the run, the data to search in, the sentences, the format and the page."""
    run_options(parser)
    data_option(parser)
    split_option(parser)
    sentences_option(parser)
    parser.add_argument(
        "--index", metavar="INDEX", help="folder of imaginet index: quick, and may miss a neighbour"
    )
    parser.add_argument(
        "--scramble", action="store_true", help="beside them those of the words in random order"
    )
    table_format_option(parser, text=True)
    parser.add_argument("--out", metavar="PAGE.html", help="file for a page with the neighbours")
    image_folder_option(parser)


def run(args: Namespace) -> None:
    """Print the neighbours, or write a page of them."""
    from ...data import data_provider
    from ...evaluation import indexed_run, neighbors
    from ...reports import pictures

    if args.image_folder and not args.out:
        raise UserError("`image_folder` is for a page; give its file by `out`")
    if args.out and args.format in TABLE_FORMATS:
        raise UserError(f"`format` {args.format} is for the standard output; leave out `out`")
    pictures.check_folder(args.image_folder)
    check_output(args.out)
    sentences, progress = given_sentences(args), Progress(args.quiet)
    dataset, workflow = data_provider.load(args.data, progress.say), load_workflow(args)
    sentences = as_trained(workflow, sentences, progress)
    index = {}
    if args.index:
        index = indexed_run.read(Path(args.index), workflow, dataset, args.split)
    queries = neighbors.word_orders(workflow, sentences)
    if not args.scramble:
        queries = [{"original": query["original"]} for query in queries]
    typed = typed_orders(workflow, sentences)
    found = {
        kind: (near if isinstance(near, str) else _with_query(near, typed), texts)
        for kind, (near, texts) in {
            "captions": nearest_captions(workflow, queries, dataset, args.split, index),
            "images": nearest_images(workflow, queries, dataset, args.split, index),
        }.items()
    }
    if args.out:
        _write_page(args, workflow, dataset, sentences, found)
        return
    if args.format in TABLE_FORMATS:
        _tell_missing(found, progress)
        TABLE_FORMATS[args.format](COLUMNS, _table_rows(found))
        return
    print(f"{describe(workflow)}; neighbours in {dataset.name}, split {args.split}")
    for number, query in enumerate(queries, start=1):
        _show([(order, typed[number - 1][order]) for order in query], number, found)


def typed_orders(workflow: Workflow, sentences: Sequence[str]) -> list[dict[str, str]]:
    """Return the words of each sentence by order, as they were typed; unknown ones are marked."""
    from ...evaluation import retrieval

    words = [
        [word if known else f"{word} (unknown)" for word, known in words_of(workflow, sentence)]
        for sentence in sentences
    ]
    places = retrieval.orders([list(range(len(of_sentence))) for of_sentence in words])
    joiner = "" if workflow.tokenizer.unit == "character" else " "
    return [
        {order: joiner.join(of_sentence[i] for i in rows[n]) for order, rows in places.items()}
        for n, of_sentence in enumerate(words)
    ]


def _with_query(near: pd.DataFrame, typed: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    """Return `neighbors.table` with the words that were typed as its queries."""
    pairs = zip(near["number"], near["order"], strict=True)
    return near.assign(query=[typed[number - 1][order] for number, order in pairs])


def nearest_captions(
    workflow: Workflow, queries: Sequence[Query], dataset: Dataset, split: str, index: Index
) -> Found:
    """Find the captions nearest to queries; equal captions count once."""
    from ...evaluation import indexed_run, neighbors

    texts, asked = indexed_run.unique_captions(dataset, split), neighbors.flat(queries)
    if "captions" in index:
        nearest = indexed_run.nearest_captions(index["captions"], workflow, asked, texts, K)
    else:
        nearest = neighbors.captions(workflow, asked, workflow.tokenizer.transform(texts), K)
    return neighbors.table(workflow, queries, nearest), dict(enumerate((text,) for text in texts))


def nearest_images(
    workflow: Workflow, queries: Sequence[Query], dataset: Dataset, split: str, index: Index
) -> Found:
    """Find the images nearest to queries, or return the reason why there are none."""
    from ...evaluation import indexed_run, neighbors

    asked = neighbors.flat(queries)
    if "images" in index:
        nearest, why = attempt(
            indexed_run.nearest_images, index["images"], workflow, asked, dataset, K
        )
    else:
        nearest, why = attempt(neighbors.images, workflow, asked, dataset, split, K)
    if nearest is None:
        return with_flags(why), {}
    texts = {i.imgid: (i.filename, *i.sentences[:1]) for i in dataset.split(split)}
    return neighbors.table(workflow, queries, nearest), texts


def _write_page(
    args: Namespace,
    workflow: Workflow,
    dataset: Dataset,
    sentences: Sequence[str],
    found: Mapping[str, Found],
) -> None:
    """Write the neighbours as a page, with pictures where there are any."""
    from ...files.atomic import atomic
    from ...reports import neighbor_page, pictures
    from ...reports.page import Run, render_page

    (captions, texts), (images, _) = found["captions"], found["images"]
    by_id = {image.imgid: image for image in dataset.split(args.split)}
    near_images = None if isinstance(images, str) else images
    shown = neighbor_page.shown_images(near_images, by_id)
    thumbnails, note = pictures.thumbnails(shown, args.image_folder)
    rows = neighbor_page.sections(
        sentences, captions, [text for (text,) in texts.values()], near_images, by_id, thumbnails
    )
    content = {
        "run": describe(workflow), "split": args.split, "sections": rows, "note": note,
        "no_images": images if near_images is None else "",
    }  # fmt: skip
    runs = [Run.of(workflow.folder.path.resolve().name, workflow)]
    page = render_page("neighbors.html.jinja", dataset, runs, {}, content)
    with atomic(args.out) as file:
        file.write(page)
    Progress(args.quiet).say(f"{args.out} written ({dataset.name}). {note}".strip())


def _tell_missing(found: Mapping[str, Found], progress: Progress) -> None:
    """Say which kind of neighbours a table lacks, and why."""
    for kind, (near, _) in found.items():
        if isinstance(near, str):
            progress.say(f"no {kind}: {near}")


def _table_rows(found: Mapping[str, Found]) -> Iterator[TableRow]:
    """Yield the rows of `COLUMNS`."""
    for kind, (table, texts) in found.items():
        if isinstance(table, str):
            continue
        for near in table.itertuples():
            image, caption = ("", *texts[near.index])[-2:] if kind == "images" else (
                "", texts[near.index][0],
            )  # fmt: skip
            yield (
                near.number, near.order, near.query, kind.removesuffix("s"), near.rank,
                float(near.similarity), image, caption,
            )  # fmt: skip


def _show(query: Row, number: int, found: Mapping[str, Found]) -> None:
    """Print the neighbours of one query, its word orders side by side."""
    print()
    show([query])
    for heading, (table, texts) in found.items():
        print(f"\nnearest {heading}, and the cosine")
        if isinstance(table, str):
            show([[("none", table)]])
        else:
            show(_rows(table[table["number"] == number], texts))


def _rows(table: pd.DataFrame, texts: Mapping[int, Sequence[str]]) -> list[Row]:
    """Make a row for each rank, with a cell for each word order, of `neighbors.table`."""
    rows: list[Row] = [
        [(f"{near.similarity:6.3f}", *texts[near.index]) for near in row.itertuples()]
        for _, row in table.groupby("rank")
    ]
    return rows


def show(rows: Iterable[Row]) -> None:
    """Print rows, the cells of a row side by side."""
    for row in rows:
        width = terminal.column_width(terminal.width(), len(row))
        blocks = [terminal.entry(mark, texts, width) for mark, *texts in row]
        print(*terminal.side_by_side(blocks, width), sep="\n")
