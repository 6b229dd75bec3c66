"""Correlation against gensim and SciPy, intervals against what theory says of them."""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from gensim.models import KeyedVectors
from scipy import stats

from imaginet_pt.errors import UserError
from imaginet_pt.evaluation.bootstrap import (
    mean_bootstrap,
    paired_bootstrap,
    paired_rho_bootstrap,
    spearman,
)
from imaginet_pt.evaluation.word_similarity import closer_to_humans, common_pairs, word_similarity


class Pair(NamedTuple):
    first: str
    second: str
    score: float


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture
def words():
    """200 pairs of which the first 20 are not covered, a vocabulary, and embeddings (40, 6)."""
    rng = np.random.default_rng(11)
    vocabulary = {f"word{i}": i for i in range(40)}
    embeddings = rng.standard_normal((40, 6), dtype=np.float32)
    couples = list(itertools.combinations(vocabulary, 2))
    pairs = [Pair(f"word{i}", "elsewhere", 1.0) for i in range(20)]
    for a, b in (couples[i] for i in rng.permutation(len(couples))[:180]):
        near = embeddings[vocabulary[a]] @ embeddings[vocabulary[b]]
        score = np.round(near + 3 * rng.standard_normal())  # whole numbers, so that some are tied
        pairs.append(Pair(a, b, float(score)))
    return pairs, vocabulary, embeddings


def items_of(scores, cosines):
    pairs = [(f"a{i}", f"b{i}") for i in range(len(scores))]
    first, second = zip(*pairs, strict=True)
    return pd.DataFrame({"first": first, "second": second, "score": scores, "cosine": cosines})


def test_agrees_with_gensim(words, rng, tmp_path):
    pairs, vocabulary, embeddings = words
    vectors = KeyedVectors(embeddings.shape[1])
    vectors.add_vectors(list(vocabulary), embeddings)
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"{a}\t{b}\t{score}\n" for a, b, score in pairs), encoding="utf-8")
    _, (rho, p), missing = vectors.evaluate_word_pairs(str(path))
    ours = word_similarity(pairs, vocabulary, embeddings, rng)
    assert ours.rho == pytest.approx(rho, abs=1e-6)
    assert ours.p == pytest.approx(p, rel=1e-3, abs=0)
    assert (ours.used, ours.total) == (180, 200) and missing == 10.0
    for item in ours.items.itertuples():
        assert item.cosine == pytest.approx(vectors.similarity(item.first, item.second), abs=1e-6)


def test_items_hold_the_covered_pairs_in_order(words, rng):
    pairs, vocabulary, embeddings = words
    items = word_similarity(pairs, vocabulary, embeddings, rng).items
    assert list(items) == ["first", "second", "score", "cosine"]
    assert [tuple(row) for row in items[["first", "second", "score"]].to_numpy()] == pairs[20:]
    assert items.index.tolist() == list(range(180))


def test_words_are_lower_cased(rng):
    vocabulary, embeddings = {"sun": 0, "moon": 1, "sea": 2}, np.eye(3, 2, dtype=np.float32)
    embeddings[2] = [1, 1]
    pairs = [Pair("Sun", "moon", 1.0), Pair("sun", "SEA", 3.0), Pair("sun", "sun", 4)]
    found = word_similarity(pairs, vocabulary, embeddings, rng)
    assert found.items["first"].tolist() == ["sun"] * 3
    assert found.items["cosine"].tolist() == pytest.approx([0, np.sqrt(0.5), 1])
    assert found.rho == pytest.approx(1) and found.used == 3
    # One resample in nine holds one pair three times and has no rho; the others have an interval.
    assert found.low <= found.high == pytest.approx(1)


def test_a_zero_embedding_has_cosine_zero(rng):
    embeddings = np.float32([[0, 0], [1, 0], [1, 1]])
    pairs = [Pair("a", "b", 1), Pair("b", "c", 2), Pair("b", "b", 3)]
    found = word_similarity(pairs, {"a": 0, "b": 1, "c": 2}, embeddings, rng)
    assert found.items["cosine"].tolist() == pytest.approx([0, np.sqrt(0.5), 1])


@pytest.mark.parametrize("covered", [0, 2])
def test_too_few_pairs_are_an_error_that_counts_them(rng, covered):
    pairs = [Pair("a", "b", 1), Pair("b", "a", 2)][:covered] + [Pair("x", "y", 3)]
    with pytest.raises(UserError, match=f"only {covered} of {covered + 1} word pairs"):
        word_similarity(pairs, {"a": 0, "b": 1}, np.eye(2, dtype=np.float32), rng)


@pytest.mark.parametrize(
    ("fill", "scores"), [(1.0, (1, 2, 3)), (np.nan, (1, 2, 3)), (None, (2, 2, 2))]
)
def test_no_variation_is_an_error(rng, fill, scores):
    embeddings = np.float32([[1, 2], [3, 1], [0, 1]])
    if fill is not None:
        embeddings[:] = fill
    pairs = [Pair(*words, score) for words, score in zip(("ab", "bc", "ca"), scores, strict=True)]
    with pytest.raises(UserError, match="the 3 word pairs have no correlation"):
        word_similarity(pairs, {"a": 0, "b": 1, "c": 2}, embeddings, rng)


def test_spearman_is_scipys_on_every_row_and_in_every_resample(rng):
    x, y = rng.integers(5, size=30), rng.standard_normal((4, 30)).round(1)
    rho = spearman(x, y)
    for rows in (np.arange(30), *rng.integers(30, size=(20, 30)), np.array([3, 7, 1])):
        expected = [stats.spearmanr(x[rows], row[rows])[0] for row in y]
        np.testing.assert_allclose(rho(rows), expected, rtol=1e-12, equal_nan=True)
    assert np.isnan(spearman(np.ones(5), y[:, :5])(np.arange(5))).all()


def test_the_interval_of_rho_is_as_wide_as_theory_says(rng):
    n = 400
    human = np.arange(n)
    cosine = human + n * rng.standard_normal(n)
    vocabulary = {f"{side}{i}": 2 * i + (side == "b") for i in range(n) for side in "ab"}
    angle = np.stack([np.zeros(n), np.pi * (1 - stats.rankdata(cosine) / n)], axis=1).ravel()
    embeddings = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    pairs = [Pair(f"a{i}", f"b{i}", score) for i, score in enumerate(human)]
    found = word_similarity(pairs, vocabulary, embeddings, rng)
    assert found.rho == pytest.approx(stats.spearmanr(human, cosine)[0])
    # Bonett and Wright (2000): arctanh(rho) has variance (1 + rho^2 / 2) / (n - 3).
    half = 1.96 * np.sqrt((1 + found.rho**2 / 2) / (n - 3))
    expected = np.tanh(np.arctanh(found.rho) + np.array([-half, half]))
    assert [found.low, found.high] == pytest.approx(expected, abs=0.03)


def test_the_same_generator_gives_the_same_interval(words):
    first, again, other = (
        word_similarity(*words, np.random.default_rng(seed), resamples=50) for seed in (1, 1, 2)
    )
    assert first[2:4] == again[2:4] != other[2:4]


def test_pairs_nearer_to_the_humans():
    a = items_of([1, 2, 3, 4], [0.1, 0.2, 0.4, 0.3])
    b = items_of([1, 2, 3, 4], [0.9, 0.2, 0.3, 0.1])
    found = closer_to_humans(a, b)
    # ranks of a: 1 2 4 3, off by 0 0 1 1; ranks of b: 4 2 3 1, off by 3 0 0 3
    assert found["first"].tolist() == ["a0", "a3", "a1", "a2"]
    assert found["gain"].tolist() == [3, 2, 0, -1]
    assert closer_to_humans(b, a)["gain"].tolist() == [1, 0, -2, -3]


def test_only_pairs_of_both_systems_are_compared():
    a = items_of([1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4])
    b = pd.concat([a.iloc[[3, 1, 0]], a.iloc[[1]]])  # one pair is missing, one stands twice
    found = common_pairs(a, b)
    assert found["first"].tolist() == ["a0", "a1", "a3"]
    assert closer_to_humans(a, b)["gain"].tolist() == [0, 0, 0]


def test_the_paired_interval_of_a_mean_is_the_normal_one(rng):
    common, n = rng.standard_normal(3000) * 10, 3000
    a, b = common + 0.1 + rng.standard_normal(n), common
    found = paired_bootstrap([a], [b], rng, resamples=1000)
    assert found.value == pytest.approx(np.mean(a - b))
    half = 1.96 * np.std(a - b) / np.sqrt(n)  # pairing removes the common part, ten times larger
    expected = [found.value - half, found.value + half]
    assert [found.low, found.high] == pytest.approx(expected, abs=7e-3)


def test_seeds_widen_the_interval(rng):
    scores = rng.standard_normal((1, 500)) + np.array([[-1.0], [0.0], [1.0]])
    found = paired_bootstrap(scores, np.zeros((1, 500)), rng, resamples=1000)
    assert found.value == pytest.approx(scores.mean())
    assert found.high - found.low > 1.5  # three seeds drawn of -1, 0 and 1; items alone: 0.18


def test_the_interval_of_one_mean_is_that_of_its_difference_from_zero(rng):
    scores = rng.standard_normal((3, 200)) + np.array([[0.0], [0.5], [1.0]])
    found = mean_bootstrap(scores, np.random.default_rng(1), resamples=200)
    expected = paired_bootstrap(scores, np.zeros((1, 200)), np.random.default_rng(1), resamples=200)
    assert found == expected and found.value == pytest.approx(scores.mean())
    assert found.low < found.value < found.high


def test_constant_difference_has_no_width(rng):
    scores = rng.standard_normal((2, 50))
    found = paired_bootstrap(scores + 0.25, scores, rng, 100)
    assert found[:3] == pytest.approx((0.25,) * 3) and found.p == pytest.approx(2 / 101)


def test_resamples_that_cancel_but_for_rounding_are_zero():
    """Else rounding alone would decide whether an interval that ends at zero lies above it."""
    rounded = np.full((1, 40), 0.1 + 0.2)
    assert (rounded - 0.3).mean() != 0
    found = paired_bootstrap(rounded, np.full((1, 40), 0.3), np.random.default_rng(1), 100)
    assert (found.low, found.high, found.p) == (0, 0, 1)


def test_difference_of_rho(rng):
    human = np.arange(300.0)
    good = human + 100 * rng.standard_normal((3, 300))
    poor = human + 600 * rng.standard_normal((1, 300))
    found = paired_rho_bootstrap(human, good, poor, rng, resamples=300)
    rhos = [stats.spearmanr(human, cosine)[0] for cosine in (*good, *poor)]
    assert found.value == pytest.approx(np.mean(rhos[:3]) - rhos[3])
    assert 0.1 < found.low < found.value < found.high < 1
    same = paired_rho_bootstrap(human, good, good, rng, resamples=20)
    assert same[:3] == pytest.approx((0, 0, 0))
    reverse = paired_rho_bootstrap(human, poor, good, rng, resamples=300)
    assert reverse.value == pytest.approx(-found.value) and reverse.high < 0
