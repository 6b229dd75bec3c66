"""The tests of the paper's claims about captions: their images and their paraphrases.

A test takes the items of the results that its claim needs, and returns the parts of the claim.
"""

import pandas as pd

from . import published, results
from .retrieval_scores import ORDERS, first_iteration, last_iteration
from .verdicts import FAILS, HOLDS, Part, Values, above, beat_linreg, difference, mean, scores

BOTH = ["VISUAL", "MULTITASK"]


def beat_linreg_at_images(figure2: pd.DataFrame) -> list[Part]:
    """Compare VISUAL and MULTITASK with LINREG by accuracy@5 of captions."""
    return beat_linreg(_retrieved(last_iteration(figure2), "accuracy@5"))


def lead_at_first_closes(figure2: pd.DataFrame) -> list[Part]:
    """Judge the lead at the first iteration, and how much of it is gone by the last.

    A last gap that cannot be told from zero would be no evidence that the gap closed; a first gap
    that is larger than the last, with the whole interval, is.
    """
    ends = [_retrieved(end(figure2), "accuracy@5") for end in (first_iteration, last_iteration)]
    first, last = (by_model["MULTITASK"] - by_model["VISUAL"] for by_model in ends)
    return [above("lead at first", mean(first)), above("lead lost later", difference(first, last))]


def order_matters_to_images(figure2: pd.DataFrame) -> list[Part]:
    """Judge how much accuracy@5 each model loses by scrambling."""
    lost = _lost(figure2, "accuracy@5")
    return [above(f"loss of {model}", mean(lost[model])) for model in BOTH]


def order_matters_less_to_visual(figure2: pd.DataFrame) -> list[Part]:
    """Judge VISUAL's loss, and how much more MULTITASK loses."""
    lost = _lost(figure2, "accuracy@5")
    return [above("loss of VISUAL", mean(lost["VISUAL"])), _more_lost(lost)]


def beat_linreg_at_paraphrases_in_order(figure2: pd.DataFrame) -> list[Part]:
    """Compare both with LINREG; scrambled, LINREG must be above, with the whole interval."""
    original, scrambled = (
        _retrieved(last_iteration(figure2), "recall@4", order) for order in ORDERS
    )
    return beat_linreg(original, " in order") + [
        above(f"LINREG over {m} scrambled", difference(scrambled["LINREG"], scrambled[m]))
        for m in BOTH
    ]


def order_matters_more_to_multitask(figure2: pd.DataFrame) -> list[Part]:
    """Judge how much more recall@4 MULTITASK loses by scrambling than VISUAL."""
    return [_more_lost(_lost(figure2, "recall@4"))]


def _retrieved(figure2: pd.DataFrame, task: str, order: str = "original") -> dict[str, Values]:
    """Return scores (seeds, images) by model, of captions in one order of their words."""
    return scores(figure2[figure2["order"] == order], ["image"], task)


def _lost(figure2: pd.DataFrame, task: str) -> dict[str, Values]:
    """Return what scrambling costs at the last epoch, (seeds, images) by model."""
    last = last_iteration(figure2)
    original, scrambled = (_retrieved(last, task, order) for order in ORDERS)
    return {model: original[model] - scrambled[model] for model in BOTH}


def _more_lost(lost: dict[str, Values]) -> Part:
    return above("MULTITASK's loss over VISUAL's", difference(lost["MULTITASK"], lost["VISUAL"]))


def as_on_flickr30k(flickr30k: pd.DataFrame) -> list[Part]:
    """Hold where the paper's number agrees with ours (`published.agreement`), else fail."""
    ours = mean(scores(flickr30k, ["image"], "accuracy@5")["MULTITASK"])
    word = published.agreement(ours, results.paper_number(*published.FLICKR30K))
    figures = f"{ours.value:.3f} ({ours.low:.3f} to {ours.high:.3f})"
    return [Part("accuracy@5", HOLDS if word == published.AGREES else FAILS, figures, ours)]
