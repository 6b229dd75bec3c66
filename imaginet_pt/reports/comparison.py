"""Compare trained runs: similarity of words, retrieval and neighbours.

Each table has a row for each run; `workflows` are the runs by name. A run that cannot be measured
has a row with the reason under `note`.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from ..data.dataset import Captions, Dataset, Image
from ..errors import attempt
from ..evaluation import neighbors, retrieval
from ..runs.workflow import Workflow

Workflows = Mapping[str, Workflow]

SPLIT, PADDING = "val", "batch"  # as the original evaluates
QUERIES, K = 3, 2  # captions whose neighbours are shown, and how many of each kind
# Task of `evaluation.retrieval` -> its score.
SCORES = {"image_retrieval": "accuracy@5", "paraphrase_retrieval": "recall@4"}


def table(workflows: Workflows, row: Callable[[Workflow], Mapping[str, str]]) -> pd.DataFrame:
    """Make a row for each run by `row(workflow)`; its `UserError` becomes a note."""
    rows = []
    for name, workflow in workflows.items():
        cells, why = attempt(row, workflow)
        rows.append({"run": name, **({"note": why} if cells is None else cells)})
    return pd.DataFrame(rows).fillna("")


def retrieval_row(dataset: Dataset) -> Callable[[Workflow], dict[str, str]]:
    """Return a row of `table`: scores in percent, in order and scrambled, as in Figure 2."""

    def row(workflow: Workflow) -> dict[str, str]:
        metrics, _ = retrieval.retrieval(workflow, dataset, SPLIT, PADDING)
        cells = {}
        for task, score in SCORES.items():
            of_task = metrics.get(task, {})
            cells[f"{score} %"] = _percent(of_task.get(score))
            cells[f"{score} scrambled %"] = _percent(of_task.get("scrambled", {}).get(score))
        return cells | {"state of paraphrases": metrics["paraphrase_state"]}

    return row


def chance(captions: Captions) -> dict[str, float]:
    """Compute each score of `evaluation.retrieval` for candidates ranked at random.

    The chance that an image is among the first k of n is k / n. Among the first four captions the
    share that describes the query's image is the same as among all other captions.
    """
    _, image, count = np.unique(captions.rows, return_inverse=True, return_counts=True)
    others = count[image] - 1
    accuracy = {f"accuracy@{k}": min(1.0, k / len(count)) for k in (1, 5, 10)}
    if not others.any():
        return accuracy
    return accuracy | {"recall@4": float(others[others > 0].mean()) / max(4, len(others) - 1)}


def with_chance(retrieval: pd.DataFrame, captions: Captions) -> pd.DataFrame:
    """Add a last row with the scores of chance to a table of `retrieval_row`."""
    shares = chance(captions)
    row = {"run": "by chance"}
    for score in SCORES.values():
        row[f"{score} %"] = row[f"{score} scrambled %"] = _percent(shares.get(score))
    return pd.concat([retrieval, pd.DataFrame([row])]).fillna("")[list(retrieval)]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"


def query_indices(captions: Captions) -> list[int]:
    """Choose `QUERIES` captions, evenly spread over the split; return their indices."""
    n = len(captions.texts)
    indices: list[int] = np.unique(np.arange(QUERIES) * n // QUERIES).tolist()
    return indices


def nearest(
    workflows: Workflows, dataset: Dataset
) -> tuple[dict[str, pd.DataFrame], dict[str, Image]]:
    """Find what is nearest to the captions of `query_indices` in each run.

    Returns:
        A table for each caption. Its rows are `K` captions and images of each run, its columns
        the orders of the words. And the images that are shown, by the texts that stand for them.
    """
    captions = dataset.captions(SPLIT)
    indices = query_indices(captions)
    cells = {name: _nearest(workflow, dataset, indices) for name, workflow in workflows.items()}
    tables = {
        captions.texts[index]: pd.concat(
            _side_by_side(name, of_run[of_run["number"] == number])
            for name, of_run in cells.items()
        )
        for number, index in enumerate(indices, start=1)
    }
    by_id = {image.imgid: image for image in dataset.split(SPLIT)}
    shown = pd.concat(cells.values())
    images = shown[shown["kind"] == "image"]
    return tables, {near.shown: by_id[near.index] for near in images.itertuples()}


def _nearest(workflow: Workflow, dataset: Dataset, indices: Sequence[int]) -> pd.DataFrame:
    """Return rows of `neighbors.table` for the captions `indices`, with `kind` and `shown`."""
    captions = dataset.captions(SPLIT)
    queries = neighbors.word_orders(workflow, [captions.texts[i] for i in indices])
    flat, ids = neighbors.flat(queries), workflow.tokenizer.transform(captions.texts)
    own = np.repeat(indices, len(queries[0]))
    near = neighbors.captions(workflow, flat, ids, K, own)
    texts = dict(enumerate(captions.texts))
    tables = [_with_text(neighbors.table(workflow, queries, near), "caption", texts)]
    images, _ = attempt(neighbors.images, workflow, flat, dataset, SPLIT, K)
    if images is not None:
        texts = {i.imgid: f"{i.filename}: {i.sentences[0]}" for i in dataset.split(SPLIT)}
        tables.append(_with_text(neighbors.table(workflow, queries, images), "image", texts))
    return pd.concat(tables)


def _with_text(table: pd.DataFrame, kind: str, texts: Mapping[int, str]) -> pd.DataFrame:
    shown = [f"{near.similarity:.3f} {texts[near.index]}" for near in table.itertuples()]
    return table.assign(kind=kind, shown=shown)


def _side_by_side(name: str, cells: pd.DataFrame) -> pd.DataFrame:
    """Make a row for each kind and rank, with a column for each order after the run's name."""
    orders = {order: rows["shown"].tolist() for order, rows in cells.groupby("order", sort=False)}
    first = cells[cells["order"] == cells["order"].iloc[0]]
    nearest = [f"{kind} {rank}" for kind, rank in zip(first["kind"], first["rank"], strict=True)]
    run = [name, *[""] * (len(nearest) - 1)]
    return pd.DataFrame({"run": run, "nearest": nearest} | orders)
