"""Image and paraphrase retrieval at each iteration of trained runs, kept in the runs' folders.

A run's folder is named after its settings and the digests of its data, so figures in it are those
of its weights and of the captions that it is asked with.
"""

import numpy as np
import pandas as pd

from ..errors import UserError
from ..evaluation import retrieval
from ..files.arrays import read_arrays, write_arrays

SPLIT, PADDING = "val", "batch"  # as the original evaluates
ORDERS = ["original", "scrambled"]
SCORES = {"accuracy@5": "image_retrieval", "recall@4": "paraphrase_retrieval"}
NAMES = [f"{order} {score}" for order in ORDERS for score in SCORES]


def scores(workflow, iteration, dataset):
    """Scores of each caption of `SPLIT` at one epoch of a run, computed once.

    Returns:
        {"ORDER SCORE": (captions,) float32}; recall@4 is NaN for a caption without a paraphrase.
    """
    path = workflow.folder / f"retrieval-{SPLIT}-{iteration}.npz"
    arrays = _kept(path, len(dataset.captions(SPLIT).texts))
    if arrays is None:
        arrays = _computed(workflow.at(iteration), dataset)
        write_arrays(path, arrays)
    return arrays


def _kept(path, captions):
    """The scores at `path`; None if they are not there, damaged, or not of so many captions."""
    try:
        arrays = read_arrays(path)
    except UserError:
        return None
    whole = set(arrays) == set(NAMES) and all(a.shape == (captions,) for a in arrays.values())
    return arrays if whole else None


def _computed(workflow, dataset):
    _, items = retrieval.retrieval(workflow, dataset, SPLIT, PADDING)
    return {
        f"{order} {score}": items[f"{task} {order} {score}"].to_numpy(np.float32)
        for order in ORDERS
        for score, task in SCORES.items()
    }


def items(workflows, dataset, progress, last=False):
    """Scores of all runs at all their epochs, or at the last one.

    Args:
        workflows: {model: [Workflow of each seed]}.

    Returns:
        DataFrame, a row a model, seed, iteration, order and caption (the place in the split), with
        its `image` (the row of the features), `accuracy@5` and `recall@4`.
    """
    jobs = [
        (model, seed, workflow, iteration)
        for model, seeds in workflows.items()
        for seed, workflow in enumerate(seeds, start=1)
        for iteration in ([workflow.iteration] if last else workflow.folder.iterations())
    ]
    images, frames = dataset.captions(SPLIT).rows, []
    with progress.bar("retrieval", len(jobs), unit="epoch") as bar:
        for model, seed, workflow, iteration in jobs:
            found = scores(workflow, iteration, dataset)
            frames += [_frame(model, seed, iteration, order, images, found) for order in ORDERS]
            bar.update()
    return pd.concat(frames, ignore_index=True)


def _frame(model, seed, iteration, order, images, found):
    by_caption = {score: found[f"{order} {score}"] for score in SCORES}
    run = {"model": model, "seed": seed, "iteration": iteration, "order": order}
    caption = {"caption": np.arange(len(images)), "image": images}
    return pd.DataFrame(run | caption | by_caption)
