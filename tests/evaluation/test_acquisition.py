"""When words become known: areas against scikit-learn, ages and correlations by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score

from imaginet_pt.evaluation import acquisition
from imaginet_pt.evaluation.partial import partial_spearman


def test_areas_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    scores, right = rng.integers(6, size=(4, 50)).astype(float), rng.random((4, 50)) < 0.3
    theirs = [roc_auc_score(r, s) for r, s in zip(right, scores, strict=True)]
    np.testing.assert_allclose(acquisition.areas(scores, right), theirs)


def test_the_age_is_where_half_of_the_way_is_passed():
    curves = np.array([[0.0, -8, 0.5], [1, -8, 0.5], [3, -4, 0.4], [4, -2, 0.5]])
    half = acquisition.halfway(curves)
    assert half.tolist() == [2, -5, np.inf]
    assert acquisition.ages(curves, half).tolist() == [1.5, 1.75, 4]


def test_one_threshold_of_all():
    curves = np.array([[0.4, 0.8, 0.5], [0.6, 0.45, 0.6], [0.9, 0.7, 0.7]])
    np.testing.assert_allclose(acquisition.ages(curves, 0.75), [1.5, 0, 3])


@pytest.fixture
def variables():
    rng = np.random.default_rng(0)
    z, w = rng.normal(size=(2, 80))
    return z + rng.normal(size=80), z - w + rng.normal(size=80), z, w


def test_without_anything_fixed_it_is_spearman(variables):
    x, y, _, _ = variables
    np.testing.assert_allclose(partial_spearman(x, y), stats.spearmanr(x, y).statistic)


def test_with_one_variable_fixed_it_is_the_formula(variables):
    x, y, z, _ = variables
    rho = stats.spearmanr(np.stack([x, y, z]), axis=1).statistic
    by_hand = (rho[0, 1] - rho[0, 2] * rho[1, 2]) / np.sqrt(
        (1 - rho[0, 2] ** 2) * (1 - rho[1, 2] ** 2)
    )
    np.testing.assert_allclose(partial_spearman(x, y, [z]), by_hand)


def test_without_spread_it_is_undefined_and_no_noise(variables):
    x, y, z, w = variables
    for fixed in ([], [z], [z, w]):
        assert np.isnan(partial_spearman(np.ones(80), y, fixed))
    assert np.isnan(partial_spearman(z, y, [z])) and np.isnan(partial_spearman(x, w, [z, w]))
    both = partial_spearman(np.stack([x, np.ones(80)]), y, [z])
    assert np.isnan(both).tolist() == [False, True]


def test_with_two_variables_fixed_it_is_that_of_residuals(variables):
    ranks = [stats.rankdata(values) for values in variables]
    fixed = np.stack(ranks[2:], axis=1)
    left = [r - LinearRegression().fit(fixed, r).predict(fixed) for r in ranks[:2]]
    theirs = stats.pearsonr(*left).statistic
    x, y, z, w = variables
    both = partial_spearman(np.stack([x, -x]), y, [z, w])
    np.testing.assert_allclose(both, [theirs, -theirs])
