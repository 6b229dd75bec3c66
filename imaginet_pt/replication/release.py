"""Make runs small enough to be published: VISUAL and MULTITASK.

Trains what is missing, and writes under --out a folder `release/MODEL` for each model of seed 1, as
`imaginet export --what model` does but with weights as float16, and with what that loses in its
card. The folders hold no captions and no pictures; the words of the vocabulary are all that is left
of the data.

The card is written last. The same command continues where it was stopped: it leaves a model that
has its card as it is.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..data.dataset import Dataset
from ..errors import UserError
from ..evaluation import retrieval
from ..progress import Progress
from ..reports.comparison import chance
from ..runs import export, model_card
from ..runs.exported_run import CARD, ExportedRun
from ..runs.scores import Scores
from ..runs.workflow import Workflow, predicted_images
from . import grid
from .options import Options
from .results import markdown
from .retrieval_scores import ORDERS, PADDING, SCORES, SPLIT
from .script import Program

Both = tuple[pd.DataFrame, pd.DataFrame]

MODELS = ["VISUAL", "MULTITASK"]


def losses(whole: Workflow, half: Workflow, items: Both, dataset: Dataset) -> pd.DataFrame:
    """Tell what half precision loses on the validation captions.

    Args:
        whole: the run.
        half: the same in half precision.
        items: what `retrieval.retrieval` returns of each caption, for both.
        dataset: the captions.

    Returns:
        A row for each score, in percent, and one for the largest difference of a predicted image
        feature; `float32`, `float16`.
    """
    rows = []
    for score, task in SCORES.items():
        for order in ORDERS:
            means = [f"{100 * of[f'{task} {order} {score}'].mean():.2f}" for of in items]
            rows.append([f"{score}, {order}, %", *means])
    captions = dataset.captions(SPLIT).texts
    a, b = (predicted_images(w, w.outputs(captions)) for w in (whole, half))
    rows.append(["largest difference of an image feature", "0", f"{np.abs(a - b).max():.2g}"])
    rows.append(["largest image feature", f"{a.max():.3g}", f"{b.max():.3g}"])
    return pd.DataFrame(rows, columns=["on the validation captions", "float32", "float16"])


def card(workflow: Workflow, scores: Scores, lost: pd.DataFrame) -> str:
    """Return the model card of a released run, with the scores that it has in half precision."""
    return (
        f"{model_card.text(workflow.folder, scores, [workflow.iteration])}\n## Half precision\n\n"
        "The weights are float16, made from float32 after the training; this run cannot be "
        f"resumed.\n\n{markdown(lost)}\n"
        "There are no captions and no pictures here: the rights to those are their owners'.\n"
    )


def measure(whole: Workflow, half: Workflow, dataset: Dataset) -> tuple[Scores, pd.DataFrame]:
    """Return the scores that a run has in half precision, and its `losses`."""
    results = [retrieval.retrieval(w, dataset, SPLIT, PADDING) for w in (whole, half)]
    (_, whole_items), (metrics, half_items) = results
    measured = {"data": dataset.name, "split": SPLIT, "chance": chance(dataset.captions(SPLIT))}
    lost = losses(whole, half, (whole_items, half_items), dataset)
    return Scores.of(measured | metrics), lost


def is_rounded(half: Workflow, whole: Workflow) -> bool:
    """Tell whether `half` has the settings of `whole`, and its weights as float16."""
    return half.settings == whole.settings and all(
        np.array_equal(half.model.params[name], array.astype("float16"))
        for name, array in whole.model.params.items()
    )


def release(workflow: Workflow, dataset: Dataset, folder: Path, backend: Any) -> int:
    """Write what is missing of one run and its card; return the size of the folder in bytes.

    Raises:
        UserError: the folder holds another run.
    """
    exported = ExportedRun(folder)
    if not (exported / exported.DESCRIPTION).exists():
        export.export(workflow, folder, "float16")
    half = Workflow(folder, backend=backend)
    if not is_rounded(half, workflow):
        raise UserError(f"{folder} holds another run; move it away, or give another `out`")
    if (exported / CARD).exists():
        print(f"{folder.name} is in {folder} already, and is left as it is.\n")
    else:
        scores, lost = measure(workflow, half, dataset)
        export.write_card(exported, card(workflow, scores, lost))
        print(f"{folder.name}\n\n{markdown(lost)}")
    return export.size(exported)


def main(options: Options, dataset: Dataset, backend: Any, progress: Progress) -> None:
    """Write all of `MODELS`, and say how large they are."""
    options.seeds, total = 1, 0
    workflows = grid.train_missing(dataset, MODELS, options, backend, progress)
    for model in MODELS:
        total += release(workflows[model][0], dataset, options.out / "release" / model, backend)
    print(f"{options.out / 'release'}: {total / 1e6:.1f} MB")


SCRIPT = Program(main)
