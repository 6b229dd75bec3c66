"""The paper's claims, and the verdicts on them."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from . import caption_claims, word_claims
from .verdicts import Part, combine, not_run

# From the items of the results that a claim needs to the parts of the claim.
Test = Callable[[pd.DataFrame], list[Part]]


class Claim(NamedTuple):
    """A claim of the paper, and the test of it.

    Attributes:
        number: from 1.
        text: the claim in one sentence.
        section: of the paper.
        needs: name of the result whose items the test takes.
        test: from these items to the parts of the claim.
    """

    number: int
    text: str
    section: str
    needs: str
    test: Test


class Verdict(NamedTuple):
    """One of `verdicts.WORDS` on a claim, and the parts that it follows from."""

    claim: Claim
    word: str
    parts: list[Part]


CLAIMS = [
    Claim(
        1,
        "Every IMAGINET model's similarities correlate with both benchmarks at p < .01",
        "4.1, Table 1",
        "table1",
        word_claims.correlated,
    ),
    Claim(
        2,
        "Every IMAGINET model beats LINREG on both benchmarks",
        "4.1, Table 1",
        "table1",
        word_claims.beat_linreg_at_similarity,
    ),
    Claim(
        3,
        "MULTITASK beats VISUAL and TEXTUAL on both benchmarks",
        "4.1, Table 1",
        "table1",
        word_claims.multitask_is_best_at_similarity,
    ),
    Claim(
        4,
        "dusk-dawn, sexy-smile and college-exhibition are closer to the humans in MULTITASK",
        "4.1",
        "table1",
        word_claims.named_pairs_are_nearer,
    ),
    Claim(
        5,
        "VISUAL and MULTITASK beat LINREG on single words",
        "4.1, Table 2",
        "table2",
        word_claims.beat_linreg_at_words,
    ),
    Claim(
        6,
        "VISUAL and MULTITASK beat LINREG at image retrieval",
        "4.2, Figure 2 left",
        "figure2",
        caption_claims.beat_linreg_at_images,
    ),
    Claim(
        7,
        "MULTITASK leads VISUAL at first in image retrieval, and the gap closes",
        "4.2, Figure 2 left",
        "figure2",
        caption_claims.lead_at_first_closes,
    ),
    Claim(
        8,
        "VISUAL and MULTITASK lose by scrambling at image retrieval",
        "4.2, Figure 2 left",
        "figure2",
        caption_claims.order_matters_to_images,
    ),
    Claim(
        9,
        "VISUAL too loses by scrambling at image retrieval, though less than MULTITASK",
        "4.2, Figure 2 left",
        "figure2",
        caption_claims.order_matters_less_to_visual,
    ),
    Claim(
        10,
        "VISUAL and MULTITASK beat LINREG at paraphrases in order, but not scrambled",
        "4.2, Figure 2 right",
        "figure2",
        caption_claims.beat_linreg_at_paraphrases_in_order,
    ),
    Claim(
        11,
        "Scrambling costs MULTITASK more than VISUAL at paraphrases",
        "4.2, Figure 2 right",
        "figure2",
        caption_claims.order_matters_more_to_multitask,
    ),
    Claim(
        12,
        "MULTITASK has an accuracy@5 of 32 % on Flickr30K",
        "4.2",
        "flickr30k",
        caption_claims.as_on_flickr30k,
    ),
]


def judge(claim: Claim, items: Mapping[str, pd.DataFrame], reasons: Mapping[str, str]) -> Verdict:
    """Judge one of `CLAIMS`.

    Args:
        items: of each result by name, with the columns of the script's -items.csv, and `image`
            for each caption.
        reasons: why a result is missing or cannot be used, by name.
    """
    if claim.needs in reasons:
        parts = [not_run(claim.needs, reasons[claim.needs])]
    else:
        parts = claim.test(items[claim.needs])
    return Verdict(claim, combine(parts), parts)


def table(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """Return a row for each claim: number, claim, section, verdict, evidence."""
    return pd.DataFrame(
        {
            "number": claim.number,
            "claim": claim.text,
            "section": claim.section,
            "verdict": word,
            "evidence": "; ".join(map(str, parts)),
        }
        for claim, word, parts in verdicts
    )
