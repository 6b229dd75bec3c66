"""Omission scores: how much each word of a sentence contributes to the imagined image.

The omission score of Kádár, Chrupała and Alishahi (2017), "Representation of linguistic form and
function in recurrent neural networks", Computational Linguistics 43 (4):

    omission(i, S) = 1 - cosine(v(S), v(S without word i))

In their paper v is the last state of a pathway; here it is the predicted image vector.
"""

import numpy as np

from ..errors import UserError
from ..runs.workflow import Workflow, predicted_images
from .ranking import Vectors, similarities


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
    shorter = [ids[:i] + ids[i + 1 :] for i in range(len(ids))]
    whole, *without = predicted_images(workflow, workflow.model.outputs([ids, *shorter], "none"))
    return moved(whole, np.array(without))
