"""Norms of words: files read and refused, ages against scikit-learn's logistic regression."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from imaginet_pt.data import norms
from imaginet_pt.errors import UserError

MONTHS = np.arange(16.0, 31)
RATINGS = "Word\tBigram\tConc.M\nDog\t0\t4.9\nzebra crossing\t1\t4.5\nidea\t0\t1.6\n"


def test_an_age_is_where_a_logistic_curve_passes_one_half():
    rng = np.random.default_rng(0)
    shares = np.clip(1 / (1 + np.exp(-0.4 * (MONTHS - 22))) + 0.03 * rng.normal(size=15), 0, 1)
    months = np.repeat(MONTHS, 2)[:, None]
    said, weights = np.tile([1, 0], 15), np.stack([shares, 1 - shares], axis=1).ravel()
    theirs = LogisticRegression(C=1e9, tol=1e-9, max_iter=1000).fit(months, said, weights)
    age = -theirs.intercept_[0] / theirs.coef_[0, 0]
    np.testing.assert_allclose(norms.acquisition(shares[None], MONTHS), [age], atol=1e-4)


def test_what_does_not_rise_is_never_known():
    assert norms.acquisition(np.array([np.linspace(0.8, 0.2, 15)]), MONTHS) == [np.inf]


def wordbank(path, rows):
    header = ["num_item_id", "definition", "type", "category", *(f"{m:.0f}" for m in MONTHS)]
    lines = [",".join(f'"{cell}"' for cell in header)]
    for name, kind, middle in rows:
        shares = 1 / (1 + np.exp(-0.5 * (MONTHS - middle)))
        lines.append(f'1,"{name}","{kind}","x",' + ",".join(f"{s:.3f}" for s in shares))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_ages_of_single_words_and_of_their_earliest_item(tmp_path):
    rows = [("fish (animal)", "word", 19), ("fish (food)", "word", 24), ("Dog", "word", 17)]
    rows += [("late", "word", 33), ("choo choo", "word", 18), ("ed", "word_endings", 20)]
    ages = norms.read_ages(wordbank(tmp_path / "w.csv", rows))
    assert ages == pytest.approx({"dog": 17, "fish": 19}, abs=0.05)


def test_concreteness_of_single_words(tmp_path):
    (tmp_path / "c.txt").write_text(RATINGS)
    assert norms.read_concreteness(tmp_path / "c.txt") == {"dog": 4.9, "idea": 1.6}


@pytest.mark.parametrize(
    "text, reason",
    [
        ("Word\tX\na\t1\n", "has no column Conc.M"),
        ("Word\tConc.M\na\t7\n", "not between 1 and 5"),
        ("Word\tConc.M\na\tx\n", "not between 1 and 5"),
    ],
)
def test_another_file_is_refused(tmp_path, text, reason):
    (tmp_path / "c.txt").write_text(text)
    with pytest.raises(UserError, match=reason) as error:
        norms.read_concreteness(tmp_path / "c.txt")
    assert "\n" not in str(error.value) and "give the file of Brysbaert" in str(error.value)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("definition,type\ndog,word\n", "no columns of months"),
        ("definition,type,16,17\ndog,word,0.2,30\n", "not between 0 and 1"),
    ],
)
def test_another_table_than_wordbanks_is_refused(tmp_path, text, reason):
    (tmp_path / "w.csv").write_text(text)
    with pytest.raises(UserError, match=reason):
        norms.read_ages(tmp_path / "w.csv")


def test_the_real_norms(shared):
    ages = norms.read_ages(shared / "data/norms/wordbank_american_english_proportions.csv")
    concreteness = norms.read_concreteness(shared / "data/norms/brysbaert_concreteness.tsv")
    assert len(concreteness) > 37_000 and concreteness["dog"] > 4.5 > 2 > concreteness["the"]
    assert ages["ball"] < ages["because"] and 400 < len(ages) < 680
