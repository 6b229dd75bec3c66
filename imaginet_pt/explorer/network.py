"""A run's network as the page holds it: weights as float16, and what they make of known texts."""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..data.dataset import Dataset
from ..data.preprocessing import SPECIAL
from ..evaluation import neighbors
from ..evaluation.retrieval import image_vectors
from ..files.arrays import converted
from ..progress import Progress
from ..runs.workflow import Workflow, predicted_images
from .gallery import Gallery
from .packing import Block, Entry
from .projection import plane
from .supported import paper_name

NEAREST_WORDS = 12  # of each word that are stored
READ_AT_ONCE = 500  # captions between two steps of the bar


def rounded(workflow: Workflow) -> Workflow:
    """Return the same run with its weights rounded to float16, as the page has them.

    Raises:
        UserError: a weight is too large for float16.
    """
    other = copy.copy(workflow)
    source = workflow.folder.path
    weights = {
        name: converted(values, "float16", f"{source}: {name}").astype("float32")
        for name, values in workflow.model.params.items()
    }
    other.model = workflow.model.with_parameters(weights, source)
    return other


def used_weights(workflow: Workflow) -> dict[str, npt.NDArray[np.float32]]:
    """Return the parameters that sentences go through, without those of a pathway not in use."""
    idle = {"textual", "visual"} - set(workflow.model.pathways)
    return {
        name: values
        for name, values in workflow.model.params.items()
        if name.split(".")[0] not in idle
    }


def pack_network(block: Block, workflow: Workflow) -> dict[str, Any]:
    """Store the weights of a `rounded` run in `block`; describe its network for the page."""
    settings = workflow.settings
    kind = paper_name(workflow)
    return {
        "kind": kind,
        "cell": "sum" if kind == "LINREG" else settings.hidden_type,
        "activation": settings.activation,
        "outActivation": settings.out_activation,
        "unit": settings.unit,
        "vocabulary": workflow.tokenizer.words,
        "weights": {
            name: block.add(converted(values, "float16", name))
            for name, values in used_weights(workflow).items()
        },
    }


def pack_gallery(
    block: Block, workflow: Workflow, dataset: Dataset, gallery: Gallery, progress: Progress
) -> dict[str, Entry | None]:
    """Store the vectors of captions and images in `block`.

    Those of captions are their last states, `neighbors.states`; LINREG's, which the page sums up
    itself, are left out. Those of images are scaled as in training; TEXTUAL has none.

    Raises:
        UserError: the data's images are not those that the run was trained on.
    """
    ids = workflow.tokenizer.transform(gallery.captions)
    captions = images = None
    if paper_name(workflow) != "LINREG":
        captions = block.add_rows(_states(workflow, ids, progress))
    if "visual" in workflow.model.pathways:
        predicted = predicted_images(workflow, workflow.model.outputs(ids[:1], "none"))
        rows = np.array([image.imgid for image in gallery.images])
        images = block.add_rows(image_vectors(workflow, dataset, rows, predicted))
    return {"captionVectors": captions, "imageVectors": images}


def _states(
    workflow: Workflow, captions: Sequence[Sequence[int]], progress: Progress
) -> npt.NDArray[np.float32]:
    """Compute `neighbors.states` of captions, a part of them after the other under a bar."""
    parts = []
    with progress.bar("captions", len(captions), unit="caption") as bar:
        for start in range(0, len(captions), READ_AT_ONCE):
            part = captions[start : start + READ_AT_ONCE]
            parts.append(neighbors.states(workflow, part))
            bar.update(len(part))
    return np.concatenate(parts)


def pack_words(block: Block, workflow: Workflow) -> dict[str, dict[str, Entry]]:
    """Store each word's nearest words and place on a map in `block`, in each space of the run.

    The spaces are `embedding`, and `visual`: the image that a word alone makes the run imagine.
    """
    spaces = {"embedding": workflow.embeddings}
    if "visual" in workflow.model.pathways:
        spaces["visual"] = workflow.project_words()
    return {name: _pack_space(block, vectors) for name, vectors in spaces.items()}


def _pack_space(block: Block, vectors: npt.NDArray[np.float32]) -> dict[str, Entry]:
    near = neighbors.nearest(vectors, vectors, NEAREST_WORDS, np.arange(len(vectors)))
    return {
        "nearest": block.add((near.index + len(SPECIAL)).astype("u2")),
        "cosines": block.add(near.similarity.astype("f4")),
        "map": block.add(plane(vectors).astype("f4")),
    }
