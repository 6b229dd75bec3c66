"""The compiled functions of a model, whose parameters are replaced."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from imaginet_pt.backends import functions
from imaginet_pt.runs.compiled_model import CompiledModel


def test_threads_get_what_their_own_parameters_give(monkeypatch):
    def outputs(model, shared, backend):
        def slow(X):
            time.sleep(0.1)
            return {"first": shared["w"].get_value()[0]}

        return slow

    monkeypatch.setattr(functions, "outputs", outputs)
    model = CompiledModel(None, "no backend")
    params = [{"w": np.full(1, epoch, "float32")} for epoch in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda of: model.outputs(of, None)["first"], params))
    assert found == [0, 1, 2, 3]
