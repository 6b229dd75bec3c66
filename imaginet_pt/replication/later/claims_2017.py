"""The claims of Kádár, Chrupała and Alishahi (2017) that are judged, and the tests of them."""

import pandas as pd

from .. import estimates
from ..claims import ABOVE, CORRECTED, ITEMS, Claim
from ..verdicts import Part, above, above_other
from . import contexts, regressions
from .omissions import LM, TEXTUAL, VISUAL
from .regressions import POSITION, RELATION, WORD

NEEDS = REGRESSIONS, RATIOS, UNITS = "regressions", "ratios", "units"
CONTENT, FUNCTION = "content words", "function words"
# Parts of speech to which VISUAL and to which TEXTUAL is the more sensitive in the paper.
CLASSES = {
    CONTENT: ["JJ", "NN", "NNS", "CD", "VBN"],
    FUNCTION: ["DT", "PRP", "IN", "VBZ", "VBP"],
}


def dependency_or_position(items: pd.DataFrame) -> list[Part]:
    """Judge which of the two adds more to R² of each model."""
    more = {VISUAL: (RELATION, POSITION), TEXTUAL: (POSITION, RELATION), LM: (POSITION, RELATION)}
    return [
        above(f"{a} over {b}, {model}", regressions.explained_more(items, model, a, b), "R²")
        for model, (a, b) in more.items()
    ]


def words_explain_visual_more(items: pd.DataFrame) -> list[Part]:
    """Compare R² of the word alone between VISUAL and the models of words."""
    return [
        above(
            f"VISUAL over {other}, word",
            regressions.explained_more_than(items, VISUAL, other, WORD),
            "R²",
        )
        for other in (TEXTUAL, LM)
    ]


def visual_minds_content(items: pd.DataFrame) -> list[Part]:
    """Compare the log ratio of VISUAL's scores to TEXTUAL's between content and function words."""
    ratio = estimates.scores(items, ["image"], "log ratio")
    return [above_other("log ratio", ratio[CONTENT], ratio[FUNCTION], "log ratio")]


def textual_units_mind_relations(items: pd.DataFrame) -> list[Part]:
    """Judge the log ratio of TEXTUAL's information to VISUAL's, of relations the more."""
    ratios = {
        f"TEXTUAL over VISUAL, {kind} {order}-grams": contexts.log_ratio(
            items, TEXTUAL, VISUAL, kind, order
        )
        for kind in contexts.KINDS
        for order in contexts.ORDERS
    }
    more = {
        f"relations over words, {order}-grams": contexts.relation_over_word(
            items, TEXTUAL, VISUAL, order
        )
        for order in contexts.ORDERS
    }
    return [above(label, estimate, "log ratio") for label, estimate in (ratios | more).items()]


CLAIMS = [
    Claim(
        1,
        "Dependency labels explain more than positions of VISUAL's omission scores, and positions "
        "more than dependency labels of TEXTUAL's and LM's",
        "2017, 4.3",
        f"Holds if {ABOVE.format('each difference of R² on held-out captions')}; fails if one "
        f"{CORRECTED}.",
        REGRESSIONS,
        dependency_or_position,
    ),
    Claim(
        2,
        "The word alone explains more of VISUAL's omission scores than of TEXTUAL's and LM's",
        "2017, 4.3",
        f"Holds if {ABOVE.format('both differences of R²')}; fails if one {CORRECTED}.",
        REGRESSIONS,
        words_explain_visual_more,
    ),
    Claim(
        3,
        "Next to TEXTUAL, VISUAL is more sensitive to adjectives, nouns, numerals and participles "
        "than to determiners, pronouns, prepositions and finite verbs",
        "2017, 4.2",
        ITEMS.format("images", "the difference of log ratios VISUAL : TEXTUAL"),
        RATIOS,
        visual_minds_content,
    ),
    Claim(
        4,
        "TEXTUAL's units are tied to contexts more than VISUAL's, and more so to dependency labels "
        "than to words",
        "2017, 4.4",
        f"Holds if {ABOVE.format('each log ratio TEXTUAL : VISUAL of median mutual information')}, "
        f"and so does its difference between relations and words, for 1-, 2- and 3-grams; fails if "
        f"one {CORRECTED}.",
        UNITS,
        textual_units_mind_relations,
    ),
]
