"""The package against runs of the original program: same costs, same predictions, same figures."""

import json

import numpy as np
import pytest
from golden_runs import golden_arrays

from imaginet_pt.backends import select
from imaginet_pt.data import data_provider
from imaginet_pt.evaluation import retrieval
from imaginet_pt.nn import models
from imaginet_pt.progress import Progress
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

GOLDEN = {"shared": "shared_embeddings", "simple": "simple"}
OUTPUTS = {"output_vis": "preds", "hidden_vis": "hv", "hidden_text": "ht"}


@pytest.fixture(scope="module", params=GOLDEN)
def replay(request, shared, tmp_path_factory):
    """A run of three epochs from the original's initial parameters and vocabulary."""
    folder, out = shared / "goldens" / request.param, tmp_path_factory.mktemp(request.param)
    golden = np.load(folder / "golden.npz")
    np.savez(out / "init.npz", *golden_arrays(golden, "init_"))
    dataset = data_provider.load(shared / "goldens/dataset")
    settings = Settings(
        model_type=GOLDEN[request.param], hidden_size=24, embedding_size=20, iterations=3,
        word_freq_threshold=3, random_seed=123,
    )  # fmt: skip
    experiment.train(
        dataset, settings, out / "run", select.get("c"), Progress(quiet=True),
        init_tokenizer=folder / "vocab.json", init_weights=out / "init.npz",
    )  # fmt: skip
    result = json.loads((folder / "result.json").read_text())
    return golden, result, dataset, Workflow(out / "run"), out / "run"


def test_costs_of_all_minibatches(replay):
    golden, run = replay[0], replay[-1]
    costs = np.loadtxt(run / "costs.csv", delimiter=",", skiprows=1)[:, 2]
    assert len(costs) == 36
    np.testing.assert_allclose(costs, golden["costs"], rtol=5e-5)


def test_parameters_after_training(replay):
    golden, workflow = replay[0], replay[3]
    for ours, theirs in zip(
        workflow.model.params.values(), golden_arrays(golden, "final_"), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_vectors_of_sentences(replay):
    golden, _, dataset, workflow, _ = replay
    made = workflow.outputs(dataset.captions("val").texts, "batch")
    for name, vectors in made.items():
        np.testing.assert_allclose(vectors, golden[OUTPUTS[name]], atol=2e-3)


def test_retrieval(replay):
    _, result, dataset, workflow, _ = replay
    metrics, items = retrieval.retrieval(workflow, dataset, "val", "batch", "hidden_vis")
    images, paraphrases = metrics["image_retrieval"], metrics["paraphrase_retrieval"]
    assert images["accuracy@5"] == pytest.approx(result["acc5"], abs=1e-12)
    assert images["median_rank"] == result["median_rank"]
    assert images["scrambled"]["accuracy@5"] == pytest.approx(result["acc5_scrambled"], abs=1e-12)
    assert paraphrases["recall@4"] == pytest.approx(result["recall4"], abs=1e-12)
    scrambled = paraphrases["scrambled"]["recall@4"]
    assert scrambled == pytest.approx(result["recall4_scrambled"], abs=1e-12)
    assert len(items) == result["n_val"]


@pytest.mark.parametrize("kind", GOLDEN)
def test_initial_parameters_come_from_the_seed(kind, shared):
    """Equal to the original's up to the signs of singular vectors, which depend on LAPACK."""
    golden = np.load(shared / "goldens" / kind / "golden.npz")
    settings = Settings(model_type=GOLDEN[kind], hidden_size=24, embedding_size=20)
    drawn = models.build(settings, 407, 64).parameters(np.random.RandomState(123))
    for (name, ours), theirs in zip(drawn.items(), golden_arrays(golden, "init_"), strict=True):
        if name == "embeddings":
            np.testing.assert_array_equal(ours, theirs)
        elif ours.ndim == 2 and ours.any():
            # u or v with columns or rows turned: the products with the transpose that keep it.
            axis = 0 if ours.shape[0] >= ours.shape[1] else 1
            signs = np.sign((ours * theirs).sum(axis=axis, keepdims=True))
            np.testing.assert_allclose(ours * signs, theirs, atol=2e-5, err_msg=name)
        else:
            np.testing.assert_array_equal(ours, theirs)
