"""Runs of different vocabularies are compared on their common pairs; what is their own is apart."""

import numpy as np
import pytest

from imaginet_pt.data.word_pairs import WordPair
from imaginet_pt.evaluation.bootstrap import paired_rho_bootstrap
from imaginet_pt.reports import common_pairs

WORDS = [f"w{i}" for i in range(40)]
PAIRS = [WordPair(WORDS[i], WORDS[i + 1].upper(), float(i % 7)) for i in range(39)]


class Run:
    """A run that knows the first `n` of `WORDS`, by vectors from a seed."""

    def __init__(self, n, seed):
        self.known = {word: i for i, word in enumerate(WORDS[:n])}
        self.embeddings = np.random.default_rng(seed).normal(size=(n, 5)).astype("f4")

    def words(self):
        return self.known


def test_runs_are_compared_on_the_pairs_that_all_know():
    runs = {"large": Run(40, 0), "small": Run(21, 1)}
    common, own = common_pairs.compare(runs, PAIRS)
    assert list(common["pairs"]) == ["20", "20"] and set(common["of"]) == {"39"}
    assert list(own["pairs"]) == ["39", "20"]
    assert common["rho"][1] == own["rho"][1] and common["rho"][0] != own["rho"][0]


def test_the_interval_of_a_difference_is_paired():
    runs = {"a": Run(40, 0), "b": Run(40, 1)}
    common, own = common_pairs.compare(runs, PAIRS)
    assert own is None and list(common["minus a"])[0] == ""
    human = np.array([pair.score for pair in PAIRS])

    def cosines(run):
        x, y = run.embeddings[:-1].astype(float), run.embeddings[1:].astype(float)
        return (np.sum(x * y, 1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1))[None]

    generator = np.random.default_rng(common_pairs.SEED)
    d = paired_rho_bootstrap(human, cosines(runs["b"]), cosines(runs["a"]), generator)
    assert common["minus a"][1] == f"{d.value:+.3f} ({d.low:+.3f} to {d.high:+.3f})"
    assert float(common["rho"][1]) - float(common["rho"][0]) == pytest.approx(d.value, abs=0.002)


def test_a_run_that_knows_too_few_pairs_is_noted_and_does_not_shrink_the_rest():
    runs = {"none": Run(2, 0), "a": Run(40, 1), "b": Run(30, 2)}
    common, own = common_pairs.compare(runs, PAIRS)
    assert list(common["pairs"]) == ["", "29", "29"] and "only 1 of 39" in common["note"][0]
    assert list(own["pairs"]) == ["", "39", "29"] and "minus a" in common
