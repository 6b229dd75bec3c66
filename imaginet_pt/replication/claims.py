"""The paper's claims, and verdicts on them."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from . import caption_claims, published, word_claims
from .verdicts import LEAST_ITEMS, LEAST_PAIRS, Part, combine, correct, not_run

# From the items of the results that a claim needs to the parts of the claim.
Test = Callable[[pd.DataFrame], list[Part]]


class Claim(NamedTuple):
    """A claim of the paper and its test.

    Attributes:
        number: its number, from 1.
        text: the claim in one sentence.
        section: where the paper makes it.
        rule: how it is judged, in one sentence.
        needs: the name of the result whose items the test takes.
        test: returns the parts of the claim for these items.
    """

    number: int
    text: str
    section: str
    rule: str
    needs: str
    test: Test


class Verdict(NamedTuple):
    """The verdict on a claim, one of `verdicts.WORDS`, and the parts that it follows from."""

    claim: Claim
    word: str
    parts: list[Part]


# How most claims are judged. Each claim says what its quantities are.
CORRECTED = "lies below zero after Holm's correction for the number of comparisons"
ABOVE = "the 95 % interval of {} lies above zero"
RHO = f"Holds if {{}}; fails if {{}} {CORRECTED}; not run on fewer than {LEAST_PAIRS} pairs."
ITEMS = (
    f"Holds if the 95 % intervals of {{1}} lie above zero; fails if one of these quantities "
    f"{CORRECTED}; not run on fewer than {LEAST_ITEMS} {{0}}."
)

CLAIMS = [
    Claim(
        1,
        "Every IMAGINET model's similarities correlate with both benchmarks at p < .01",
        "4.1, Table 1",
        RHO.format(
            "rho is above zero with p < .01 in every seed, for every model and benchmark",
            "a rho",
        ),
        "table1",
        word_claims.correlated,
    ),
    Claim(
        2,
        "Every IMAGINET model beats LINREG on both benchmarks",
        "4.1, Table 1",
        RHO.format(ABOVE.format("every difference of rho"), "a difference"),
        "table1",
        word_claims.beat_linreg_at_similarity,
    ),
    Claim(
        3,
        "MULTITASK beats VISUAL and TEXTUAL on both benchmarks",
        "4.1, Table 1",
        RHO.format(ABOVE.format("both differences of rho on each benchmark"), "a difference"),
        "table1",
        word_claims.multitask_is_best_at_similarity,
    ),
    Claim(
        4,
        "dusk-dawn, sexy-smile and college-exhibition are closer to the humans in MULTITASK",
        "4.1",
        "Holds if each pair gains ranks in every seed, and fails if one loses ranks in every seed; "
        "one pair is one item, so this describes the runs and tests nothing.",
        "table1",
        word_claims.named_pairs_are_closer,
    ),
    Claim(
        5,
        "VISUAL and MULTITASK beat LINREG on single words",
        "4.1, Table 2",
        ITEMS.format("words", "both differences of accuracy@5"),
        "table2",
        word_claims.beat_linreg_at_words,
    ),
    Claim(
        6,
        "VISUAL and MULTITASK beat LINREG at image retrieval",
        "4.2, Figure 2 left",
        ITEMS.format("images", "both differences of accuracy@5"),
        "figure2",
        caption_claims.beat_linreg_at_images,
    ),
    Claim(
        7,
        "MULTITASK leads VISUAL at first in image retrieval, and the gap closes",
        "4.2, Figure 2 left",
        ITEMS.format("images", "the lead at the first iteration and its loss by the last"),
        "figure2",
        caption_claims.lead_at_first_closes,
    ),
    Claim(
        8,
        "VISUAL and MULTITASK lose by scrambling at image retrieval",
        "4.2, Figure 2 left",
        ITEMS.format("images", "both losses of accuracy@5"),
        "figure2",
        caption_claims.order_matters_to_images,
    ),
    Claim(
        9,
        "VISUAL too loses by scrambling at image retrieval, though less than MULTITASK",
        "4.2, Figure 2 left",
        ITEMS.format("images", "VISUAL's loss of accuracy@5 and MULTITASK's loss minus VISUAL's"),
        "figure2",
        caption_claims.order_matters_less_to_visual,
    ),
    Claim(
        10,
        "VISUAL and MULTITASK beat LINREG at paraphrases in order, but not scrambled",
        "4.2, Figure 2 right",
        ITEMS.format(
            "images",
            "recall@4 of each model minus LINREG's in order, and LINREG's minus theirs scrambled,",
        ),
        "figure2",
        caption_claims.beat_linreg_at_paraphrases_in_order,
    ),
    Claim(
        11,
        "Scrambling costs MULTITASK more than VISUAL at paraphrases",
        "4.2, Figure 2 right",
        ITEMS.format("images", "MULTITASK's loss of recall@4 minus VISUAL's"),
        "figure2",
        caption_claims.order_matters_more_to_multitask,
    ),
    Claim(
        12,
        "MULTITASK has an accuracy@5 of 32 % on Flickr30K",
        "4.2",
        "Holds if the paper's number lies in the 95 % interval of ours over images and seeds, "
        f"widened by {published.HALF_DIGIT}, and fails if not.",
        "flickr30k",
        caption_claims.as_on_flickr30k,
    ),
]


def judge(claim: Claim, items: Mapping[str, pd.DataFrame], reasons: Mapping[str, str]) -> Verdict:
    """Judge one of `CLAIMS`.

    Args:
        items: the items of each result by name, with the columns of the script's -items.csv, and
            `image` for each caption.
        reasons: why results are missing or cannot be used, by name.
    """
    if claim.needs in reasons:
        parts = [not_run(claim.needs, reasons[claim.needs])]
    else:
        parts = claim.test(items[claim.needs])
    parts = correct(parts)
    return Verdict(claim, combine(parts), parts)


def table(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """Return a row for each claim: number, claim, section, rule, verdict, evidence."""
    return pd.DataFrame(
        {
            "number": claim.number,
            "claim": claim.text,
            "section": claim.section,
            "rule": claim.rule,
            "verdict": word,
            "evidence": "; ".join(map(str, parts)),
        }
        for claim, word, parts in verdicts
    )
