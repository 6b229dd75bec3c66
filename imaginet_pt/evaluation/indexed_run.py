"""The index of a run: the vectors of captions and images that `neighbors` searches."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..data.dataset import Dataset
from ..errors import attempt
from ..files.folders import make_folder
from ..files.reading import digest
from ..progress import Progress
from ..runs.workflow import Workflow, predicted_images
from . import vector_index
from .neighbors import Nearest, states
from .ranking import Indices, Vectors
from .retrieval import image_vectors
from .vector_index import Part, VectorIndex

Ids = Sequence[Sequence[int]]  # the word ids of sentences


def describe(workflow: Workflow, dataset: Dataset, split: str) -> dict[str, Any]:
    """Return what an index depends on: the run's weights, the data and the split."""
    weights = digest(workflow.folder.weights(workflow.iteration))
    return {"run": weights, "data": dataset.digests, "split": split}


def unique_captions(dataset: Dataset, split: str) -> list[str]:
    """Return the different captions of a split, in their order; an index has their numbers.

    Raises:
        UserError: there is no such split.
    """
    return list(dict.fromkeys(dataset.captions(split).texts))


def write(
    folder: Path, workflow: Workflow, dataset: Dataset, split: str, progress: Progress
) -> None:
    """Write the indexes of a split's captions and, if the run predicts them, of its images.

    Raises:
        UserError: usearch is missing, there is no such split, or the folder cannot be written.
    """
    make_folder(folder)
    parts = {"captions": _captions(workflow, unique_captions(dataset, split))}
    images, why = attempt(_images, workflow, dataset, split)
    if images is None:
        progress.say(f"captions alone: {why}")
    else:
        parts["images"] = images
    vector_index.write(folder, describe(workflow, dataset, split), parts, progress)


def read(folder: Path, workflow: Workflow, dataset: Dataset, split: str) -> dict[str, VectorIndex]:
    """Open the indexes that `write` wrote, "captions" and perhaps "images".

    Raises:
        UserError: they are of another run, epoch, data or split, or cannot be read.
    """
    return vector_index.read(folder, describe(workflow, dataset, split))


def nearest_captions(
    index: VectorIndex, workflow: Workflow, queries: Ids, texts: Sequence[str], k: int
) -> Nearest:
    """Find captions near to each query; the arguments are those of `neighbors.captions`.

    Args:
        index: of the run's captions.
        workflow: the run.
        queries: lists of word ids.
        texts: `unique_captions`.
        k: how many to find.
    """
    return index.nearest(states(workflow, queries), _captions(workflow, texts).vectors_of, k)


def nearest_images(
    index: VectorIndex, workflow: Workflow, queries: Ids, dataset: Dataset, k: int
) -> Nearest:
    """Find images near to the one predicted from each query; see `neighbors.images`."""
    predicted = _predicted(workflow, queries)
    return index.nearest(
        predicted, lambda rows: image_vectors(workflow, dataset, rows, predicted), k
    )


def _predicted(workflow: Workflow, captions: Ids) -> Vectors:
    """Return the images predicted from captions, each read by itself."""
    return predicted_images(workflow, workflow.model.outputs(captions, "none"))


def _captions(workflow: Workflow, texts: Sequence[str]) -> Part:
    """Return the numbers of captions, and a function of these to their states."""

    def vectors_of(numbers: Indices) -> Vectors:
        return states(workflow, workflow.tokenizer.transform([texts[i] for i in numbers]))

    return Part(np.arange(len(texts)), vectors_of)


def _images(workflow: Workflow, dataset: Dataset, split: str) -> Part:
    """Return the rows of a split's images, and a function of these to their scaled features.

    Raises:
        UserError: the run does not predict images, or not such ones.
    """
    predicted = _predicted(workflow, workflow.tokenizer.transform([""]))
    rows = np.array(sorted(image.imgid for image in dataset.split(split)))
    image_vectors(workflow, dataset, rows[:1], predicted)
    return Part(rows, lambda some: image_vectors(workflow, dataset, some, predicted))
