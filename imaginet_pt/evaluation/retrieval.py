"""Image and paraphrase retrieval by a trained run, in the order of the words and scrambled."""

import numpy as np
import pandas as pd

from ..errors import UserError
from .ranking import image_retrieval, paraphrase_retrieval

SCRAMBLE_SEED = 99
# Paraphrase state -> the outputs of a model that make it up, side by side; `main.py: test`.
STATES = {
    "hidden_vis": ["hidden_vis"],
    "hidden_text": ["hidden_text"],
    "hidden_multi": ["hidden_text", "hidden_vis"],
    "output_vis": ["output_vis"],
}


def scrambled(captions, rng):
    """Lists of word ids in random order: a `permutation` of `rng` for each, one after the other."""
    return [[ids[i] for i in rng.permutation(len(ids))] for ids in captions]


def orders(captions, seed=SCRAMBLE_SEED):
    """{"original": lists of word ids, "scrambled": the same lists `scrambled` from `seed`}."""
    return {"original": captions, "scrambled": scrambled(captions, np.random.RandomState(seed))}


def image_vectors(workflow, dataset, rows, predicted):
    """The features of the images `rows`, (rows, features), scaled as in training.

    predicted: (n, features), what they are to be held against.

    Raises:
        UserError: the data has no image features, or not those that the run was trained on.
    """
    width = 0 if dataset.features is None else dataset.features.shape[1]
    if width != predicted.shape[1]:
        raise UserError(
            f"{dataset.name} has {width:,} features an image, the run predicts "
            f"{predicted.shape[1]:,}; give the --data that it was trained on"
        )
    return workflow.scaler.transform(np.asarray(dataset.features[rows]))


def retrieval(workflow, dataset, split, padding, state=None, scramble_seed=SCRAMBLE_SEED):
    """How well `workflow` finds the images and the paraphrases of a split's captions.

    padding: `workflow.PADDING`; state: `STATES`, by default the last state of the visual pathway as
    in the paper, or the best that the model has; scramble_seed: of the order of scrambled words.

    Returns:
        (metrics, items): figures ready for JSON; a DataFrame with a row a caption.

    Raises:
        UserError: no such split, a state that the model has not, or features of another size.
    """
    captions = dataset.captions(split)
    tokens = workflow.tokenizer.transform(captions.texts)
    turned = orders(tokens, scramble_seed).items()
    outputs = {order: workflow.model.outputs(ids, padding) for order, ids in turned}
    state = state or next(s for s in STATES if set(STATES[s]) <= set(outputs["original"]))
    tasks = {"paraphrase_retrieval": _paraphrases(outputs, captions, state)}
    if "output_vis" in outputs["original"]:
        images = np.unique(captions.rows)
        Z = image_vectors(workflow, dataset, images, outputs["original"]["output_vis"])
        right = np.searchsorted(images, captions.rows)
        tasks["image_retrieval"] = {
            order: image_retrieval(made["output_vis"], Z, right) for order, made in outputs.items()
        }
    described = {
        "padding": padding, "paraphrase_state": state, "scramble_seed": scramble_seed,
    }  # fmt: skip
    return described | _metrics(tasks), _items(tasks, captions)


def _paraphrases(outputs, captions, state):
    missing = set(STATES[state]) - set(outputs["original"])
    if missing:
        raise UserError(
            f"--paraphrase-state {state}: the model has no {', '.join(missing)}; "
            f"it has {', '.join(outputs['original'])}"
        )
    vectors = {
        order: np.concatenate([made[part] for part in STATES[state]], axis=1)
        for order, made in outputs.items()
    }
    return {
        order: paraphrase_retrieval(queries, vectors["original"], captions.rows)
        for order, queries in vectors.items()
    }


def _metrics(tasks):
    """{task: figures of the original order, and the same under `scrambled`}."""
    return {
        task: orders["original"].metrics | {"scrambled": orders["scrambled"].metrics}
        for task, orders in tasks.items()
    }


def _items(tasks, captions):
    """A row a caption: its text, its image, and its figures in each task and order."""
    columns = {"image": captions.rows, "caption": captions.texts}
    for task, orders in tasks.items():
        for order, result in orders.items():
            columns |= {f"{task} {order} {name}": values for name, values in result.items.items()}
    return pd.DataFrame(columns)
