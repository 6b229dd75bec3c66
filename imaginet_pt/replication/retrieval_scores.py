"""Scores of image and paraphrase retrieval at each epoch of trained runs, cached in their folders.

A run's folder is named after its settings and the digests of its data, so that cached scores always
belong to these weights and captions.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.dataset import Dataset
from ..errors import attempt
from ..evaluation import retrieval
from ..files.arrays import read_arrays, write_arrays
from ..progress import Progress
from ..runs.workflow import Workflow
from .grid import Workflows

SPLIT, PADDING = "val", "batch"  # as the original evaluates
ORDERS = ["original", "scrambled"]
# Score: the task in `evaluation.retrieval` that it is of.
SCORES = {"accuracy@5": "image_retrieval", "recall@4": "paraphrase_retrieval"}
NAMES = [f"{order} {score}" for order in ORDERS for score in SCORES]

Scores = dict[str, npt.NDArray[np.float64]]


def scores(workflow: Workflow, iteration: int, dataset: Dataset) -> Scores:
    """Return the scores of each caption of `SPLIT` at one epoch of a run, and cache them.

    Args:
        workflow: the run at any epoch; with random weights, it has epoch 0 alone.

    Returns:
        Arrays (captions,) by "ORDER SCORE"; recall@4 is NaN for a caption without a paraphrase.
    """
    path = workflow.folder / f"retrieval-{SPLIT}-{iteration}.npz"
    arrays = _read(path, len(dataset.captions(SPLIT).texts))
    if arrays is None:
        arrays = compute(workflow.at(iteration), dataset)
        write_arrays(path, arrays)
    return arrays


def _read(path: Path, captions: int) -> Scores | None:
    """Read cached scores.

    None if they are missing, damaged, of another number of captions, or float32, as earlier
    versions wrote them: that rounds shares of tied candidates, by which a claim was once decided.
    """
    arrays, _ = attempt(read_arrays, path, NAMES)
    if arrays is None or set(arrays) != set(NAMES):
        return None
    fit = all(a.shape == (captions,) and a.dtype == np.float64 for a in arrays.values())
    return arrays if fit else None


def compute(workflow: Workflow, dataset: Dataset, padding: str = PADDING) -> Scores:
    """Compute the scores of each caption of `SPLIT`, as `scores` returns them."""
    _, items = retrieval.retrieval(workflow, dataset, SPLIT, padding)
    return {
        f"{order} {score}": items[f"{task} {order} {score}"].to_numpy(np.float64)
        for order in ORDERS
        for score, task in SCORES.items()
    }


def items(
    workflows: Workflows, dataset: Dataset, progress: Progress, last: bool = False
) -> pd.DataFrame:
    """Return the scores of all runs at all epochs up to their own, or at that alone.

    Returns:
        A row for each model, seed, iteration, order and caption (its index in the split), with
        `image` (its row in the features), `accuracy@5` and `recall@4`.
    """
    jobs = [
        (model, seed, workflow, iteration)
        for model, seeds in workflows.items()
        for seed, workflow in enumerate(seeds, start=1)
        for iteration in iterations(workflow, last)
    ]
    images, tables = dataset.captions(SPLIT).rows, []
    with progress.bar("retrieval", len(jobs), unit="epoch") as bar:
        for model, seed, workflow, iteration in jobs:
            arrays = scores(workflow, iteration, dataset)
            run: dict[str, str | int] = {"model": model, "seed": seed, "iteration": iteration}
            tables += [table(run, order, images, arrays) for order in ORDERS]
            bar.update()
    return pd.concat(tables, ignore_index=True)


def iterations(workflow: Workflow, last: bool = False) -> list[int]:
    """List the epochs of a run up to its own, or that alone."""
    own = workflow.iteration
    before = [] if last else [epoch for epoch in workflow.folder.iterations() if epoch < own]
    return [*before, own]


def first_iteration(items: pd.DataFrame) -> pd.DataFrame:
    """Select the first iteration of each model."""
    return items[items["iteration"] == items.groupby("model")["iteration"].transform("min")]


def last_iteration(items: pd.DataFrame, of: Sequence[str] = ("model", "seed")) -> pd.DataFrame:
    """Select the last iteration of each run, or of what the columns `of` name."""
    grouped = items.groupby(list(of))["iteration"]
    return items[items["iteration"] == grouped.transform("max")]


def held(scores: pd.DataFrame, of: str = "model") -> pd.DataFrame:
    """Continue runs that ended before others to the last iteration of these, where they ended.

    Args:
        scores: with the columns seed and iteration.
        of: the column of which the runs with other seeds are compared.
    """
    parts = [scores]
    for _, runs in scores.groupby(of, sort=False):
        for _, run in runs.groupby("seed", sort=False):
            end = run["iteration"].max()
            later = [i for i in runs["iteration"].unique() if i > end]
            parts += [run[run["iteration"] == end].assign(iteration=i) for i in later]
    return pd.concat(parts, ignore_index=True)


def table(
    run: dict[str, str | int], order: str, images: npt.NDArray[np.int64], arrays: Scores
) -> pd.DataFrame:
    """Return the rows of `items` for one run, epoch and order."""
    by_caption = {score: arrays[f"{order} {score}"] for score in SCORES}
    caption = {"order": order, "caption": np.arange(len(images)), "image": images}
    return pd.DataFrame(run | caption | by_caption)
