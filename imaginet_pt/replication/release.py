"""Make runs small enough to be published: VISUAL and MULTITASK.

Trains what is missing, and writes under --out a folder `release/MODEL` for each model of seed 1, a
run like any other but cannot be resumed: weights of one epoch as float16, vocabulary, costs,
run.json without the place of the data, and a model card with what half precision loses. They hold
no captions and no pictures; the words of the vocabulary are all that is left of the data.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..data.dataset import Dataset
from ..errors import UserError
from ..evaluation import retrieval
from ..files.arrays import read_arrays, write_arrays
from ..progress import Progress
from ..runs import model_card
from ..runs.run_folder import RunFolder
from ..runs.workflow import Workflow, predicted_images
from . import grid
from .options import Options
from .results import markdown, write_text
from .retrieval_scores import ORDERS, PADDING, SCORES, SPLIT
from .script import Program

MODELS = ["VISUAL", "MULTITASK"]
TABLES = ["vocabulary.json", "costs.csv", "validation.csv", "times.csv", "scaler.npz"]


def write_half(workflow: Workflow, folder: Path) -> RunFolder:
    """Write a run at its epoch into the new folder `folder`, with weights of half precision.

    Raises:
        UserError: there is a run already, or a weight is too large for float16.
    """
    arrays = read_arrays(workflow.folder.weights(workflow.iteration))
    with np.errstate(over="ignore"):
        half = {name: array.astype(np.float16) for name, array in arrays.items()}
    if wrong := [name for name, array in half.items() if not np.isfinite(array).all()]:
        raise UserError(f"{workflow.folder.path}: {wrong[0]} is too large for half precision")
    with RunFolder.create(folder) as small:
        write_arrays(small.weights(workflow.iteration), half)
        for name in TABLES:
            if (workflow.folder / name).exists():
                shutil.copyfile(workflow.folder / name, small / name)
        description = workflow.folder.described()
        data = {name: value for name, value in description.data.items() if name != "path"}
        small.write_json("run.json", replace(description, data=data).to_json())
    (small / "lock").unlink(missing_ok=True)
    return small


def losses(whole: Workflow, half: Workflow, dataset: Dataset) -> pd.DataFrame:
    """Measure on the validation captions what half precision loses.

    Returns:
        A row for each score, in percent, and one for the largest difference of a predicted image
        feature; `float32`, `float16`.
    """
    rows = []
    both = [retrieval.retrieval(w, dataset, SPLIT, PADDING)[1] for w in (whole, half)]
    for score, task in SCORES.items():
        for order in ORDERS:
            means = [f"{100 * items[f'{task} {order} {score}'].mean():.2f}" for items in both]
            rows.append([f"{score}, {order}, %", *means])
    captions = dataset.captions(SPLIT).texts
    a, b = (predicted_images(w, w.outputs(captions)) for w in (whole, half))
    rows.append(["largest difference of an image feature", "0", f"{np.abs(a - b).max():.2g}"])
    rows.append(["largest image feature", f"{a.max():.3g}", f"{b.max():.3g}"])
    return pd.DataFrame(rows, columns=["on the validation captions", "float32", "float16"])


def card(folder: RunFolder, lost: pd.DataFrame) -> str:
    """Return the model card of a released run."""
    return (
        f"{model_card.text(folder)}\n## Half precision\n\nThe weights are float16, made from "
        f"float32 after the training; this run cannot be resumed.\n\n{markdown(lost)}\n"
        "There are no captions and no pictures here: the rights to those are their owners'.\n"
    )


def release(workflow: Workflow, dataset: Dataset, folder: Path, backend: Any) -> int:
    """Write one run with its card; return the size of the folder in bytes."""
    small = write_half(workflow, folder)
    lost = losses(workflow, Workflow(folder, backend=backend), dataset)
    write_text(card(small, lost), small / model_card.CARD)
    print(f"{folder.name}\n\n{markdown(lost)}")
    return sum(path.stat().st_size for path in folder.iterdir())


def main(options: Options, dataset: Dataset, backend: Any, progress: Progress) -> None:
    """Write all of `MODELS`, and say how large they are."""
    options.seeds, total = 1, 0
    workflows = grid.train_missing(dataset, MODELS, options, backend, progress)
    for model in MODELS:
        total += release(workflows[model][0], dataset, options.out / "release" / model, backend)
    print(f"{options.out / 'release'}: {total / 1e6:.1f} MB")


SCRIPT = Program(main)
