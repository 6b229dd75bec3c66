"""Verdicts on single parts of a claim, and on a claim that consists of them."""

import numpy as np
import pytest
from scipy import stats

from imaginet_pt.evaluation.bootstrap import Estimate
from imaginet_pt.replication import verdicts
from imaginet_pt.replication.verdicts import FAILS, HOLDS, INCONCLUSIVE, NOT_RUN, Part


@pytest.mark.parametrize(
    "words, whole",
    [
        ([HOLDS, HOLDS], HOLDS),
        ([HOLDS, INCONCLUSIVE], INCONCLUSIVE),
        ([HOLDS, NOT_RUN, INCONCLUSIVE], NOT_RUN),
        ([HOLDS, NOT_RUN, FAILS], FAILS),
        ([INCONCLUSIVE, FAILS], FAILS),
    ],
)
def test_a_claim_is_as_good_as_its_parts(words, whole):
    assert verdicts.combine([Part("", word, "") for word in words]) == whole


@pytest.mark.parametrize(
    "low, high, word",
    [(0.1, 0.2, HOLDS), (-0.2, -0.1, FAILS), (-0.1, 0.2, INCONCLUSIVE), (0, 0.1, INCONCLUSIVE)],
)
def test_a_part_is_judged_by_its_whole_interval(low, high, word):
    part = verdicts.above("gain", Estimate(0.1, low, high))
    assert part.word == word and f"{high:+.3f}" in str(part)


def test_a_bound_beside_zero_is_shown_with_the_digits_that_tell_it_from_zero():
    part = verdicts.above("gain", Estimate(-0.046, -0.088, -0.0004, 0.001))
    assert part.figures == "-0.0460 (-0.0880 to -0.0004)" and part.word == FAILS
    assert verdicts.figures(Estimate(0.5, 0.0, 1.0)) == "0.500 (0.000 to 1.000)"


def test_one_failure_among_many_comparisons_is_corrected():
    clear = Part("a", FAILS, "", Estimate(-1, -2, -0.1, 0.001), "rho", 0.001)
    weak = clear._replace(label="b", p=0.04)
    other = weak._replace(word=HOLDS, p=0.3)
    assert [part.word for part in verdicts.correct([weak])] == [FAILS]
    corrected = [part.word for part in verdicts.correct([clear, weak, other])]
    assert corrected == [FAILS, INCONCLUSIVE, HOLDS]
    assert verdicts.correct([clear, weak, other])[1].figures == ", corrected p 0.08"
    assert verdicts.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_the_least_number_of_pairs_has_the_power_that_it_is_said_to_have():
    n, rho = verdicts.LEAST_PAIRS, verdicts.SMALLEST_RHO
    normal = 2 * np.sin(np.pi * rho / 6)  # correlation of normal variables with this Spearman's rho
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(2, 2000, n))
    y = normal * x + np.sqrt(1 - normal**2) * noise
    found = [stats.spearmanr(*xy).pvalue < 0.01 for xy in zip(x, y, strict=True)]
    assert rho == 0.31 and 0.76 < np.mean(found) < 0.84
