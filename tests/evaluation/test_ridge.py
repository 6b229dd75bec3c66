"""Ridge regression on categories, against scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import Ridge

from imaginet_pt.evaluation.ridge import one_hot, ridge, tuned


@pytest.fixture
def words():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"word": rng.choice(list("abcdefgh"), 300), "place": rng.choice(3, 300)})
    table["both"] = table["word"] + ":" + table["place"].astype(str)
    return table.astype(str)


@pytest.fixture
def scores(words):
    noise = np.random.default_rng(1).normal(size=(300, 2))
    effect = 3 * (words["word"] < "d") + (words["place"] == "1")
    return noise + effect.to_numpy()[:, None]


@pytest.mark.parametrize("alpha", [0.25, 4.0])
def test_weights_are_those_of_scikit_learn(words, scores, alpha):
    X, names = one_hot(words)
    w, b = ridge(X, scores, alpha)
    encoder = DictVectorizer()
    theirs = Ridge(alpha=alpha, solver="cholesky").fit(
        encoder.fit_transform(words.to_dict("records")).toarray(), scores
    )
    order = [list(encoder.get_feature_names_out()).index(name) for name in names]
    np.testing.assert_allclose(w.T, theirs.coef_[:, order], atol=1e-9)
    np.testing.assert_allclose(b, theirs.intercept_, atol=1e-9)


def test_a_level_that_was_not_fitted_weighs_nothing(words, scores):
    X, names = one_hot(words)
    fitted = (words["word"] != "h").to_numpy()
    w, _ = ridge(X[fitted], scores[fitted], 1.0)
    assert np.abs(w[names.index("word=h")]).max() < 1e-12
    assert np.abs(w[names.index("word=a")]).min() > 0.1


def test_the_penalty_is_chosen_on_the_fold_for_each_score(words, scores):
    X, _ = one_hot(words)
    noise = np.random.default_rng(2).normal(size=300)
    Y, fold = np.stack([10 * scores[:, 0], noise], axis=1), np.arange(300) % 4 == 0
    w, b, chosen = tuned(X, Y, fold, [0.25, 1.0, 1000.0])
    for i, alpha in enumerate(chosen):
        losses = {}
        for a in (0.25, 1.0, 1000.0):
            theirs = Ridge(alpha=a).fit(X[~fold].toarray(), Y[~fold, i])
            losses[a] = ((theirs.predict(X[fold].toarray()) - Y[fold, i]) ** 2).sum()
        assert alpha == min(losses, key=losses.get)
        theirs = Ridge(alpha=alpha, solver="cholesky").fit(X.toarray(), Y[:, i])
        np.testing.assert_allclose(w[:, i], theirs.coef_, atol=1e-8)
