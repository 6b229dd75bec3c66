"""Test the paper's claims about captions: their images and their paraphrases.

A test takes the items of the result that its claim needs, and returns the parts of the claim.
"""

import pandas as pd

from . import published, results
from .estimates import Values, mean, scores
from .retrieval_scores import ORDERS, first_iteration, last_iteration
from .verdicts import FAILS, HOLDS, Part, above_other, above_zero, beat_linreg, figures

BOTH = ["VISUAL", "MULTITASK"]
ACCURACY, RECALL = "accuracy@5", "recall@4"


def beat_linreg_at_images(figure2: pd.DataFrame) -> list[Part]:
    """Compare VISUAL and MULTITASK with LINREG by accuracy@5 of captions."""
    return beat_linreg(_retrieved(last_iteration(figure2), ACCURACY), ACCURACY)


def lead_at_first_closes(figure2: pd.DataFrame) -> list[Part]:
    """Judge the lead at the first iteration, and how much of it is lost by the last.

    If the last gap cannot be told from zero, that is no evidence that the gap has closed; but it is
    if the whole interval of the loss is above zero.
    """
    ends = [_retrieved(end(figure2), ACCURACY) for end in (first_iteration, last_iteration)]
    first, last = (by_model["MULTITASK"] - by_model["VISUAL"] for by_model in ends)
    return [
        above_zero("lead at first", first, ACCURACY),
        above_other("lead lost later", first, last, ACCURACY),
    ]


def order_matters_to_images(figure2: pd.DataFrame) -> list[Part]:
    """Judge the loss of accuracy@5 by scrambling in each model."""
    lost = _lost(figure2, ACCURACY)
    return [above_zero(f"loss of {model}", lost[model], ACCURACY) for model in BOTH]


def order_matters_less_to_visual(figure2: pd.DataFrame) -> list[Part]:
    """Judge VISUAL's loss, and how much more MULTITASK loses."""
    lost = _lost(figure2, ACCURACY)
    return [above_zero("loss of VISUAL", lost["VISUAL"], ACCURACY), _more_lost(lost, ACCURACY)]


def beat_linreg_at_paraphrases_in_order(figure2: pd.DataFrame) -> list[Part]:
    """Judge whether both beat LINREG in order, and LINREG beats both when scrambled."""
    last = last_iteration(figure2)
    original, scrambled = (_retrieved(last, RECALL, order) for order in ORDERS)
    return beat_linreg(original, RECALL, " in order") + [
        above_other(f"LINREG over {model} scrambled", scrambled["LINREG"], scrambled[model], RECALL)
        for model in BOTH
    ]


def order_matters_more_to_multitask(figure2: pd.DataFrame) -> list[Part]:
    """Judge how much more recall@4 MULTITASK loses by scrambling than VISUAL."""
    return [_more_lost(_lost(figure2, RECALL), RECALL)]


def _retrieved(figure2: pd.DataFrame, score: str, order: str = "original") -> dict[str, Values]:
    """Return scores (seeds, images) by model, of captions in one order of their words."""
    return scores(figure2[figure2["order"] == order], ["image"], score)


def _lost(figure2: pd.DataFrame, score: str) -> dict[str, Values]:
    """Return the loss by scrambling at the last epoch, (seeds, images) by model."""
    last = last_iteration(figure2)
    original, scrambled = (_retrieved(last, score, order) for order in ORDERS)
    return {model: original[model] - scrambled[model] for model in BOTH}


def _more_lost(lost: dict[str, Values], score: str) -> Part:
    return above_other("MULTITASK's loss over VISUAL's", lost["MULTITASK"], lost["VISUAL"], score)


def as_on_flickr30k(flickr30k: pd.DataFrame) -> list[Part]:
    """Judge whether the paper's number agrees with ours, by `published.agreement`."""
    ours = mean(scores(flickr30k, ["image"], ACCURACY)["MULTITASK"])
    word = published.agreement(ours, results.paper_number(*published.FLICKR30K))
    holds = HOLDS if word == published.AGREES else FAILS
    return [Part(ACCURACY, holds, figures(ours), ours, ACCURACY)]
