"""Omission scores: how much each word of a sentence contributes to the imagined image.

The omission score of Kádár, Chrupała and Alishahi (2017), "Representation of linguistic form and
function in recurrent neural networks", Computational Linguistics 43 (4):

    omission(i, S) = 1 - cosine(v(S), v(S without word i))

In their paper v is the state of a pathway after END (`state_scores`); in `scores` it is the
predicted image vector.
"""

from collections.abc import Sequence

import numpy as np

from ..data.preprocessing import END, PAD
from ..errors import UserError
from ..runs.workflow import Workflow, predicted_images
from .ranking import Vectors, similarities

SUM, IMAGE = "embeddings", "output_vis"


def moved(whole: Vectors, without: Vectors) -> Vectors:
    """Return 1 - cosine of the vector `whole` (d,) and each of `without` (n, d): (n,), 0 to 2.

    A vector of zeros has cosine 0 to every vector.

    Raises:
        UserError: a vector holds NaN or infinity.
    """
    ((_, (cosine,)),) = similarities(whole[None], without)
    return np.asarray(np.maximum(0, 1 - cosine))  # rounding may take a cosine above 1


def scores(workflow: Workflow, ids: list[int]) -> Vectors:
    """Compute the omission score of each word of a sentence, (words,).

    Args:
        workflow: the run that predicts the images.
        ids: the sentence's word ids; each shortened sentence is read without padding.

    Raises:
        UserError: the sentence has fewer than two words, or the model does not predict images.
    """
    if len(ids) < 2:
        raise UserError("one word cannot be left out of itself; give a sentence of two or more")
    (of_words,) = state_scores(workflow, [ids], IMAGE)
    return of_words


def state_scores(
    workflow: Workflow, captions: Sequence[Sequence[int]], state: str
) -> list[Vectors]:
    """Compute the omission scores of each word of captions by any of their vectors.

    Args:
        workflow: the run that reads.
        captions: lists of two word ids or more.
        state: what stands for a sentence. "hidden_vis" or "hidden_text": the state of a pathway
            after END, where the sentence is read as PAD words END. "embeddings": the sum of the
            vectors of the words. "output_vis": the image predicted from the words alone.

    Returns:
        For each caption the scores of its words, (words,).

    Raises:
        UserError: the model has no such state.
    """
    versions = [version for ids in captions for version in (ids, *_shorter(ids))]
    ends = np.cumsum([len(ids) + 1 for ids in captions])
    parts = np.split(vectors(workflow, versions, state), ends[:-1])
    return [moved(part[0], part[1:]) for part in parts]


def vectors(workflow: Workflow, sentences: Sequence[Sequence[int]], state: str) -> Vectors:
    """Return what stands for each sentence, (sentences, size), as `state_scores` says.

    Raises:
        UserError: the model has no such state.
    """
    if state == SUM:
        embeddings = workflow.model.params["embeddings"]
        return np.array([embeddings[list(ids)].sum(axis=0) for ids in sentences])
    if state == IMAGE:
        return predicted_images(workflow, workflow.model.outputs(sentences, "none"))
    outputs = workflow.model.raw_outputs([[PAD, *ids, END] for ids in sentences], "none")
    if state not in outputs:
        raise UserError(f"{workflow.folder.path} has no {state}, only {', '.join(outputs)}")
    return np.asarray(outputs[state])


def _shorter(ids: Sequence[int]) -> list[list[int]]:
    """Return a sentence without each of its words in turn."""
    return [[*ids[:i], *ids[i + 1 :]] for i in range(len(ids))]
