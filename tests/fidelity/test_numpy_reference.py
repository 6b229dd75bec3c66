"""The paper in one file of NumPy replays the original's runs, and so does the package."""

import json

import imaginet_numpy as paper
import numpy as np
import pytest
from golden_runs import golden_arrays

from imaginet_pt.data import data_provider
from imaginet_pt.data.preprocessing import Tokenizer


@pytest.mark.parametrize("kind", ["shared", "simple"])
def test_the_golden_runs(kind, shared):
    golden = np.load(shared / "goldens" / kind / "golden.npz")
    words = json.loads((shared / "goldens" / kind / "vocab.json").read_text())
    dataset = data_provider.load(shared / "goldens/dataset")
    splits = [
        paper.Split(paper.encode(captions.texts, words), np.array(dataset.features)[captions.rows])
        for captions in (dataset.captions("train"), dataset.captions("val"))
    ]
    rng = np.random.RandomState(123)
    params = paper.parameters(rng, len(words), 64, 20, 24, multitask=kind == "shared")
    initial = golden_arrays(golden, "init_")
    params = {n: a.astype("float32") for n, a in zip(params, initial, strict=True)}
    costs = list(paper.train(params, *splits, rng, epochs=3))
    np.testing.assert_allclose(costs, golden["costs"], rtol=5e-5)
    for array, wanted in zip(params.values(), golden_arrays(golden, "final_"), strict=True):
        np.testing.assert_allclose(array, wanted, atol=2e-4)


def test_the_vocabulary_is_the_package_s():
    captions = ["A dog, a cat!", "a dog\tsees a CAT", "the dog's ball"]
    tokenizer = Tokenizer.fit(captions, 2)
    assert paper.vocabulary(captions, 2) == tokenizer.words
    assert paper.encode(captions, tokenizer.words) == tokenizer.transform(captions)
