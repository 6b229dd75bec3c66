"""Runs with random weights, for tests of the explorer's pages."""

from dataclasses import replace

import numpy as np
import pytest
from crash import stand_in

from imaginet_pt.backends import functions, select
from imaginet_pt.data import data_provider
from imaginet_pt.files.arrays import read_arrays, write_arrays
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

SIZES = {"hidden_size": 16, "embedding_size": 12, "word_freq_threshold": 1, "iterations": 1}
# The kinds of run that the page supports, with a few activations and scalings among them.
KINDS = {
    "VISUAL": {"model_type": "simple", "scaler": "standard", "out_activation": "linear"},
    "MULTITASK": {"model_type": "shared_embeddings"},
    "LSTM": {"model_type": "shared_embeddings", "hidden_type": "lstm", "activation": "tanh"},
    "TEXTUAL": {"model_type": "shared_embeddings", "alpha": 1.0},
    "LINREG": {"model_type": "linear"},
}
SCALE = 0.4  # of random weights: states are neither tiny nor at the edge of their activation
# A caption that would run if a page let it.
HOSTILE = '</script><script>window.hurt = 1</script><img src=x onerror="window.hurt = 2">'


def python_backend():
    """Compiles without C, so that a test waits for no compiler."""
    return replace(select.get("c"), mode="FAST_COMPILE", description="Python")


def make_run(folder, data, seed=0, **settings):
    """A run in `folder` of one epoch, in which no compiled function took part."""
    settings = Settings(**(SIZES | settings))
    dataset = data_provider.load(data)
    if settings.model_type == "linear":
        experiment.train(dataset, settings, folder, None, stand_in.QUIET)
        return folder
    with pytest.MonkeyPatch.context() as patch:
        model = stand_in.Model()
        patch.setattr(functions, "train_step", model.train_step)
        patch.setattr(functions, "validation_costs", model.validation_costs)
        experiment.train(dataset, settings, folder, stand_in.BACKEND, stand_in.QUIET)
    rng, path = np.random.RandomState(seed), folder / "weights-1.npz"
    arrays = {n: rng.normal(0, SCALE, a.shape).astype("f4") for n, a in read_arrays(path).items()}
    write_arrays(path, arrays)
    return folder
