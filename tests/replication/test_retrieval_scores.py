"""Scores of retrieval: those of known vectors, and what is kept of them beside a run."""

import numpy as np
import pandas as pd
import pytest
from retrieving_run import Run, dataset

from imaginet_pt.progress import Progress
from imaginet_pt.replication import retrieval_scores

QUIET = Progress(quiet=True)


def test_scores_of_a_run_are_those_of_its_vectors(tmp_path):
    """An oracle scores 1; one image in 12, the next one, is nearer where it is not."""
    run = Run(tmp_path / "run", {1: 24, 2: 0})
    oracle, lost = (retrieval_scores.scores(run, k, dataset()) for k in (1, 2))
    assert set(oracle) == set(retrieval_scores.NAMES)
    assert all(oracle[f"{o} accuracy@5"].mean() == 1 for o in retrieval_scores.ORDERS)
    # The right image is behind the next one and tied with 10: four of these 11 are in the five.
    assert lost["original accuracy@5"] == pytest.approx(4 / 11, rel=1e-15)
    assert oracle["original recall@4"] == pytest.approx(1 / 4)  # one paraphrase, found


def test_scrambled_captions_are_scored_as_such(tmp_path):
    """The run goes by the first word, which scrambling moves to the end in about half of them."""
    found = retrieval_scores.scores(Run(tmp_path / "run", {1: 24}), 1, dataset(last=1))
    for score in retrieval_scores.SCORES:
        original, scrambled = (found[f"{o} {score}"].mean() for o in retrieval_scores.ORDERS)
        assert 0 < scrambled < original


def test_a_caption_without_a_paraphrase_has_no_recall(tmp_path):
    found = retrieval_scores.scores(Run(tmp_path / "run", {1: 12}), 1, dataset(captions=1))
    assert np.isnan(found["original recall@4"]).all()
    assert not np.isnan(found["original accuracy@5"]).any()


def test_scores_are_kept_and_used_again(tmp_path):
    run = Run(tmp_path / "run", {1: 24, 3: 12})
    first = retrieval_scores.items({"VISUAL": [run]}, dataset(), QUIET)
    assert run.asked == [1, 1, 3, 3]  # each epoch once in each order
    again = retrieval_scores.items({"VISUAL": [run]}, dataset(), QUIET)
    assert len(run.asked) == 4
    pd.testing.assert_frame_equal(again, first)
    assert list(first.groupby("iteration")["accuracy@5"].mean())[0] == 1


def truncated(path):
    path.write_bytes(path.read_bytes()[:-200])


def emptied(path):
    path.write_bytes(b"")


def flipped(path):
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)


def flagged(path):
    """As if it were encrypted."""
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] ^= 1
    path.write_bytes(content)


def of_other_captions(path):
    np.savez(path, **{name: np.zeros(3) for name in retrieval_scores.NAMES})


def of_another_kind(path):
    np.savez(path, accuracy=np.zeros(24))


def of_an_earlier_version(path):
    """In single precision, which rounds shares of tied candidates."""
    np.savez(path, **{name: np.zeros(24, np.float32) for name in retrieval_scores.NAMES})


@pytest.mark.parametrize(
    "damage",
    [
        truncated,
        emptied,
        flipped,
        flagged,
        of_other_captions,
        of_another_kind,
        of_an_earlier_version,
    ],
)
def test_a_damaged_file_is_made_again(damage, tmp_path):
    run = Run(tmp_path / "run", {2: 24})
    whole = retrieval_scores.scores(run, 2, dataset())
    path = tmp_path / "run/retrieval-val-2.npz"
    before = path.read_bytes()
    damage(path)
    again = retrieval_scores.scores(run, 2, dataset())
    assert all(np.array_equal(again[name], whole[name]) for name in whole)
    assert path.read_bytes() == before and len(run.asked) == 4
