"""The models that a race is run against have our costs, so that it is fair."""

import numpy as np
import pytest
from benchmarks import workload
from benchmarks.peers import ours

SIZE = workload.Size(hidden=12, features=7, words=30, skew=1.1, length=6, batch=5)
STEPS = 12


@pytest.mark.parametrize("model", workload.MODELS)
def test_pytorch_has_our_costs(model, tmp_path):
    """From the same parameters, also when each minibatch has been learned from three times."""
    reason = "PyTorch is not installed; pip install torch"
    pytorch = pytest.importorskip("benchmarks.peers.pytorch", reason=reason, exc_type=ImportError)
    path = tmp_path / "workload.npz"
    workload.write(path, model, SIZE)
    ours_step, torch_step = ours.make(path, "c"), pytorch.make(path, compiled=False)
    costs = np.array([(ours_step(i), torch_step(i)) for i in range(STEPS)])
    assert (costs[-4:, 0] < costs[:4, 0]).all()
    np.testing.assert_allclose(costs[:, 1], costs[:, 0], rtol=2e-4)


def test_a_workload_has_as_many_distinct_words_as_real_minibatches():
    generator = np.random.default_rng(0)
    for size in workload.SIZES.values():
        counts = [len(np.unique(workload.minibatch(size, generator)[0])) for _ in range(40)]
        assert abs(np.median(counts) - 272) < 20
