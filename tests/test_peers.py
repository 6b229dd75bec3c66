"""The models that a race is run against have our costs, so that it is fair."""

import numpy as np
import pytest
from benchmarks import workload
from benchmarks.peers import limit, ours
from equations import PLAIN

SIZE = workload.Size(hidden=12, features=7, words=30, skew=1.1, length=6, batch=5)
STEPS = 12
# Module of a peer -> the argument with which it is tested.
PEERS = {
    "pytorch": False,
    "handwritten_jax": None,
    "plain_pytensor": PLAIN.mode,
    "pytensor_ml_cell": PLAIN.mode,
}


@pytest.fixture(scope="module", params=workload.MODELS)
def race(request, tmp_path_factory):
    """A workload, and our costs until each minibatch has been learned from three times."""
    path = tmp_path_factory.mktemp("race") / "workload.npz"
    workload.write(path, request.param, SIZE)
    step = ours.make(path, "c")
    costs = np.array([step(i) for i in range(STEPS)])
    assert (costs[-4:] < costs[:4]).all()
    return path, costs


@pytest.mark.parametrize("module", PEERS)
def test_others_have_our_costs(module, race):
    """From the same parameters; PyTensor's graphs are evaluated without compiling them."""
    reason = f"{module} needs what is not installed: torch, or pytensor-ml from Python 3.12 on"
    peer = pytest.importorskip(f"benchmarks.peers.{module}", reason=reason, exc_type=ImportError)
    path, costs = race
    step = peer.make(path, PEERS[module])
    np.testing.assert_allclose([step(i) for i in range(STEPS)], costs, rtol=2e-4)


def test_the_limit_makes_the_products_of_a_step():
    """Six multiplications for each weight and each row that it meets, of 2 pathways' 9 matrices."""
    X, h, n = np.array([[0, 0], [3, 3], [4, 5]]), SIZE.hidden, 4  # 4 words, 4 beginnings
    rows = {"inputs": n * 3 * h * h, "states": X.size * 3 * h * h}
    rows |= {"scores": n * h * SIZE.words, "images": 2 * h * SIZE.features}
    count = {
        model: 2 * sum(m * k * n for m, k, n in limit.products(model, SIZE, X))
        for model in workload.MODELS
    }
    gru = rows["inputs"] + rows["states"]
    assert count["VISUAL"] == 6 * (gru + rows["images"])
    assert count["TEXTUAL"] == 6 * (gru + rows["scores"])
    assert count["MULTITASK"] == count["VISUAL"] + count["TEXTUAL"]


def test_a_workload_has_as_many_distinct_words_as_real_minibatches():
    generator = np.random.default_rng(0)
    for size in workload.SIZES.values():
        counts = [len(np.unique(workload.minibatch(size, generator)[0])) for _ in range(40)]
        assert abs(np.median(counts) - 272) < 20
