"""Image and paraphrase retrieval by a trained run, in the order of the words and scrambled."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..data.dataset import Captions, Dataset
from ..errors import UserError
from ..runs.workflow import Workflow
from .ranking import Indices, Retrieval, Vectors, image_retrieval, paraphrase_retrieval

Tasks = dict[str, dict[str, Retrieval]]  # by task and order of the words

SCRAMBLE_SEED = 99
# Paraphrase state -> the outputs of a model that make it up, side by side; `main.py: test`.
STATES = {
    "hidden_vis": ["hidden_vis"],
    "hidden_text": ["hidden_text"],
    "hidden_multi": ["hidden_text", "hidden_vis"],
    "output_vis": ["output_vis"],
}


def scrambled(captions: Sequence[Sequence[int]], rng: np.random.RandomState) -> list[list[int]]:
    """Put each list of word ids into random order, by one `permutation` of `rng` for each."""
    return [[ids[i] for i in rng.permutation(len(ids))] for ids in captions]


def orders(captions: list[list[int]], seed: int = SCRAMBLE_SEED) -> dict[str, list[list[int]]]:
    """Return the lists of word ids as "original", and in random order as "scrambled"."""
    return {"original": captions, "scrambled": scrambled(captions, np.random.RandomState(seed))}


def image_vectors(
    workflow: Workflow, dataset: Dataset, rows: Indices, predicted: Vectors
) -> Vectors:
    """Read the features of images, (rows, features), and scale them as in training.

    Args:
        workflow: the run, with its scaler.
        dataset: the images.
        rows: the rows of the features to read.
        predicted: (n, features), the vectors to be compared with them.

    Raises:
        UserError: the data has no image features, or of another size than the run predicts.
    """
    features = dataset.features
    width = 0 if features is None else features.shape[1]
    if features is None or width != predicted.shape[1]:
        raise UserError(
            f"{dataset.name} has {width:,} features per image, the run predicts "
            f"{predicted.shape[1]:,}; give the `data` that it was trained on"
        )
    return workflow.scaler.transform(np.asarray(features[rows]))


def retrieval(
    workflow: Workflow,
    dataset: Dataset,
    split: str,
    padding: str,
    state: str | None = None,
    scramble_seed: int = SCRAMBLE_SEED,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Measure how well a run finds the images and the paraphrases of a split's captions.

    Args:
        workflow: the run.
        dataset: captions and images.
        split: the part of the data.
        padding: how captions share minibatches, one of `workflow.PADDING`.
        state: the vectors to compare paraphrases by, one of `STATES`; by default the last state of
            the visual pathway as in the paper, or the first of `STATES` that the model has.
        scramble_seed: the seed of the random order of words.

    Returns:
        The figures, in JSON's types, and a table with one row per caption.

    Raises:
        UserError: no such split, a state that the model lacks, or features of another size.
    """
    captions = dataset.captions(split)
    tokens = workflow.tokenizer.transform(captions.texts)
    by_order = orders(tokens, scramble_seed)
    outputs = {order: workflow.model.outputs(ids, padding) for order, ids in by_order.items()}
    state = state or next(s for s in STATES if set(STATES[s]) <= set(outputs["original"]))
    tasks = {"paraphrase_retrieval": _paraphrases(outputs, captions, state)}
    if "output_vis" in outputs["original"]:
        tasks["image_retrieval"] = _images(workflow, dataset, outputs, captions)
    described = {
        "padding": padding, "paraphrase_state": state, "scramble_seed": scramble_seed,
    }  # fmt: skip
    return described | _metrics(tasks), _items(tasks, captions)


def _images(
    workflow: Workflow,
    dataset: Dataset,
    outputs: Mapping[str, Mapping[str, Vectors]],
    captions: Captions,
) -> dict[str, Retrieval]:
    """Measure image retrieval in each order of the words."""
    images = np.unique(captions.rows)
    Z = image_vectors(workflow, dataset, images, outputs["original"]["output_vis"])
    right = np.searchsorted(images, captions.rows)
    return {order: image_retrieval(each["output_vis"], Z, right) for order, each in outputs.items()}


def _paraphrases(
    outputs: Mapping[str, Mapping[str, Vectors]], captions: Captions, state: str
) -> dict[str, Retrieval]:
    """Measure paraphrase retrieval by `state` in each order of the words."""
    missing = set(STATES[state]) - set(outputs["original"])
    if missing:
        raise UserError(
            f"`paraphrase_state` is {state}: the model has no {', '.join(missing)}; "
            f"it has {', '.join(outputs['original'])}"
        )
    vectors = {
        order: np.concatenate([each[part] for part in STATES[state]], axis=1)
        for order, each in outputs.items()
    }
    return {
        order: paraphrase_retrieval(queries, vectors["original"], captions.rows)
        for order, queries in vectors.items()
    }


def _metrics(tasks: Tasks) -> dict[str, Any]:
    """Return the figures of each task in the original order, and the same under `scrambled`."""
    return {
        task: orders["original"].metrics | {"scrambled": orders["scrambled"].metrics}
        for task, orders in tasks.items()
    }


def _items(tasks: Tasks, captions: Captions) -> pd.DataFrame:
    """Return one row per caption: text, image, and its figures in each task and order."""
    columns: dict[str, Any] = {"image": captions.rows, "caption": captions.texts}
    for task, orders in tasks.items():
        for order, result in orders.items():
            columns |= {f"{task} {order} {name}": values for name, values in result.items.items()}
    return pd.DataFrame(columns)
