"""Checkpoints of the original: what they hold."""

import functools
import gzip
import json

import numpy as np
import old_checkpoint
import pytest
from old_checkpoint import NO_SCALER, PARAMETERS, WORDS, array, layer, made, model, name, tokenizer

from imaginet_pt.data.scalers import NoScaler, StandardScaler
from imaginet_pt.errors import UserError
from imaginet_pt.legacy.checkpoint import read


@pytest.fixture
def checkpoint(tmp_path):
    """Writes a small checkpoint with some of its files replaced."""
    return functools.partial(old_checkpoint.write, tmp_path)


def test_small_checkpoint(checkpoint):
    found = read(checkpoint())
    assert found.settings == {
        "model_type": "simple",
        "hidden_type": "gru",
        "hidden_size": 3,
        "embedding_size": 2,
        "activation": "tanh",
        "out_activation": "linear",
        "rate": 0.0002,
        "clipnorm": 5.0,
        "cost": "MeanSquaredError",
        "character": False,
        "word_freq_threshold": 3,
        "scaler": "none",
    }
    assert found.vocabulary == WORDS and isinstance(found.scaler, NoScaler)
    assert len(found.parameters) == len(PARAMETERS)
    for mine, original in zip(found.parameters, PARAMETERS, strict=True):
        assert mine.dtype == "float32" and np.array_equal(mine, original)


def inner(kind, **settings):
    module = "passage.layers" if kind == "GatedRecurrent" else "imaginet"
    return made(module, kind, {"settings": settings})


def forked(left, right, below=()):
    """A model of two pathways above the layers `below`."""
    weights = PARAMETERS[:1] * (3 if below else 23) + PARAMETERS[-1:]  # the last is a bias
    top = layer("Combined", weights, left=left, right=right)
    costs = {"cost_z": name("imaginet", "CosineDistance"), "alpha": 0.1, "interpolated": False}
    layers = [layer("Embedding", PARAMETERS[:1], size=2), *below, top]
    return {"config": model()["config"] | costs | {"layers": layers}}


GRU = {"size": 3, "activation": "maxout"}
STACK = inner("Stacked", layers=[inner("GatedRecurrent", **GRU), inner("Dense", activation="tanh")])
DENSE = inner("Dense", activation="tanh")


@pytest.mark.parametrize(
    "model_type, both",
    [
        ("shared_embeddings", forked(STACK, STACK)),
        ("shared_all", forked(DENSE, DENSE, [layer("GatedRecurrent", PARAMETERS[:1] * 10, **GRU)])),
    ],
)
def test_two_pathways(checkpoint, model_type, both):
    found = read(checkpoint(model=both)).settings
    expected = {
        "model_type": model_type,
        "hidden_size": 3,
        "activation": "maxout",
        "out_activation": "tanh",
        "cost": "CosineDistance",
        "alpha": 0.1,
        "non_interpolated": True,
    }
    assert expected.items() <= found.items()


def test_array_in_columns(checkpoint):
    """Fortran order, as NumPy writes a transposed matrix."""
    columns = PARAMETERS[0].copy(order="F")
    written = array(columns.shape, "f4", columns.tobytes(order="A")).replace(b"I00\nS", b"I01\nS")
    found = read(checkpoint(model=model([written, *PARAMETERS[1:]])))
    assert np.array_equal(found.parameters[0], PARAMETERS[0])


def test_array_of_the_other_byte_order(checkpoint):
    written = array((5, 2), "f4", PARAMETERS[0].astype(">f4").tobytes()).replace(b"V<", b"V>")
    found = read(checkpoint(model=model([written, *PARAMETERS[1:]])))
    assert np.array_equal(found.parameters[0], PARAMETERS[0])


@pytest.mark.parametrize("scale", ["scale_", "std_"])
def test_scaler_of_old_and_new_scikit_learn(checkpoint, scale):
    state = {"mean_": np.array([1.0, 2.0, 3.0, 4.0]), scale: np.array([3.0, 4.0, 5.0, 6.0])}
    scaler = made("sklearn.preprocessing.data", "StandardScaler", state)
    found = read(checkpoint(scaler=scaler))
    assert found.settings["scaler"] == "standard" and isinstance(found.scaler, StandardScaler)
    assert found.scaler.mean.tolist() == [1, 2, 3, 4]
    assert found.scaler.scale.tolist() == [3, 4, 5, 6]


def test_golden_checkpoint(shared):
    found = read(shared / "goldens/legacy_checkpoint")
    golden = np.load(shared / "goldens/shared/golden.npz")
    assert found.vocabulary == json.loads((shared / "goldens/shared/vocab.json").read_text())
    assert len(found.parameters) == sum(name.startswith("final_") for name in golden)
    for i, parameter in enumerate(found.parameters):
        assert np.array_equal(parameter, golden[f"final_{i:02}"])
    expected = {
        "model_type": "shared_embeddings",
        "alpha": 0.1,
        "hidden_size": 24,
        "embedding_size": 20,
    }
    assert expected.items() <= found.settings.items()


@pytest.mark.parametrize(
    "changes, told",
    [
        ({"tok": tokenizer(WORDS + ["man"])}, "do not fit 6 words"),
        ({"tok": tokenizer(["PAD", "UNK", "END", "dog", "cat"])}, "begins PAD, END, UNK"),
        (
            {"model": model(recurrent="LstmRecurrent")},
            "13 parameters are not those of simple, lstm",
        ),
        ({"model": model(recurrent="SimpleRecurrent")}, "not what the original writes"),
        ({"model": NO_SCALER}, "not what the original writes"),
        ({"scaler": "none"}, "not what the original writes"),
        ({"tok": tokenizer(lowercase=False)}, "its words keep upper case"),
    ],
)
def test_misfits(checkpoint, changes, told):
    with pytest.raises(UserError, match=told):
        read(checkpoint(**changes))


def test_missing_and_damaged_files(checkpoint):
    folder = checkpoint()
    whole = (folder / "model.univ.pkl.gz").read_bytes()
    for damaged in (whole[:-40], b"not gzip", gzip.compress(gzip.decompress(whole)[:100])):
        (folder / "model.univ.pkl.gz").write_bytes(damaged)
        with pytest.raises(UserError, match="model.univ.pkl.gz: not what the original writes"):
            read(folder)
    (folder / "model.univ.pkl.gz").unlink()
    with pytest.raises(UserError, match="model.univ.pkl.gz: No such file.*give the folder"):
        read(folder)
