"""Mutual information against scikit-learn, bins, and states of beginnings."""

from types import SimpleNamespace

import numpy as np
from sklearn.metrics import mutual_info_score

from imaginet_pt.evaluation import units


def test_information_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    contexts = [tuple(rng.choice(["a", "b", "c"], 2)) for _ in range(400)]
    bins = rng.integers(units.BINS, size=(400, 3))
    bins[:, 1] = [hash(context) % 7 for context in contexts]
    theirs = [mutual_info_score([str(c) for c in contexts], unit) for unit in bins.T]
    np.testing.assert_allclose(units.mutual_information(bins, contexts), theirs, atol=1e-12)


def test_bins_are_of_one_size_and_ties_share_one():
    values = np.random.default_rng(0).normal(size=(1000, 2)).astype(np.float32)
    values[:300, 1] = 0
    bins = units.binned(values)
    assert set(np.bincount(bins[:, 0])) == {1000 // units.BINS}
    assert len(set(bins[:300, 1])) == 1


def test_states_are_those_after_each_beginning():
    class Model:
        def raw_outputs(self, captions, padding):
            self.read = captions
            return {"hidden_vis": np.array([[len(ids), ids[-1]] for ids in captions], "f4")}

    run = SimpleNamespace(model=Model())
    states = units.states(run, [[5, 6], [5, 7, 8]], "hidden_vis")
    assert states.tolist() == [[2, 5], [3, 6], [2, 5], [3, 7], [4, 8]]
    assert run.model.read == [[0, 5], [0, 5, 6], [0, 5, 7], [0, 5, 7, 8]]
