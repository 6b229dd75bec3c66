"""Image features: converted once, checked, mapped; and one line for whatever is wrong."""

import os
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from features import N, refused, save_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from imaginet_pt.data import image_features
from imaginet_pt.errors import UserError


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "u1"])
def test_mat_becomes_a_mapped_float32_array(tmp_path, values, dtype, packed, monkeypatch):
    monkeypatch.setattr(image_features, "BLOCK", 2)
    values = (values * 9).astype(dtype)
    save_mat(tmp_path, values.T, do_compression=packed)
    array, digests = image_features.load(tmp_path, N)
    assert array.path == tmp_path / "vgg_feats.float32.npy" and array.dtype == "<f4"
    assert np.load(array.path, mmap_mode="r").flags.c_contiguous
    np.testing.assert_array_equal(array, values.astype("f4"))
    assert digests == {"vgg_feats.mat": image_features.digest(tmp_path / "vgg_feats.mat")}


def test_float32_npy_is_used_in_place(tmp_path, values):
    np.save(tmp_path / "feats.npy", values)
    before = (tmp_path / "feats.npy").stat()
    array, _ = image_features.load(tmp_path, N)
    assert array.path == tmp_path / "feats.npy" and array.dtype == np.float32
    assert (tmp_path / "feats.npy").stat() == before
    assert not (tmp_path / "feats.float32.npy").exists()


@pytest.mark.parametrize("dtype, order", [("f8", "C"), ("f4", "F"), (">f4", "C"), ("i8", "C")])
def test_other_npy_is_converted(tmp_path, values, dtype, order, monkeypatch):
    monkeypatch.setattr(image_features, "BLOCK", 2)
    values = (values * 9).astype(dtype, order=order)
    np.save(tmp_path / "feats.npy", values)
    array, _ = image_features.load(tmp_path, N)
    assert array.path == tmp_path / "feats.float32.npy"
    assert np.load(array.path, mmap_mode="r").flags.c_contiguous
    np.testing.assert_array_equal(array, values.astype("f4"))


def test_features_of_very_long_rows_take_little_memory(tmp_path):
    save_mat(tmp_path, np.ones((2**19, 40), "f4"))
    tracemalloc.start()
    image_features.load(tmp_path, 40)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * image_features.BLOCK


def test_more_features_than_any_network_has_are_refused(tmp_path):
    np.save(tmp_path / "feats.npy", np.ones((1, image_features.MAX_FEATURES + 1), "f4"))
    refused(tmp_path, "1,048,577 features per image, at most 1,048,576", images=1)


@pytest.mark.parametrize("name", ["vgg_feats.mat", "feats.npy"])
def test_a_pipe_in_the_place_of_features_is_refused(tmp_path, name):
    os.mkfifo(tmp_path / name)
    refused(tmp_path, "a named pipe")


def test_refuses_none_and_two(tmp_path, values):
    refused(tmp_path, "no image features", "vgg_feats.mat, feats.npy or feats.zarr")
    save_mat(tmp_path, values.T)
    np.save(tmp_path / "feats.npy", values)
    refused(tmp_path, "vgg_feats.mat and feats.npy", "move all but one")


def odd(**changes):
    """Features of which some are replaced: {place: value}."""
    array = np.ones((N, 3))
    array[3, 1] = changes["value"]
    return array


ARRAYS = {
    "NaN": (odd(value=np.nan), ["image 3 is NaN"]),
    "infinite": (odd(value=-np.inf), ["image 3"]),
    "too large for float32": (odd(value=1e39), ["image 3", "too large"]),
    "complex": (np.ones((N, 3), complex), ["real numbers"]),
    "few images": (np.ones((4, 3)), ["4 images, but dataset.json has 5", "belong together"]),
    "transposed": (np.ones((3, N)), ["3 images", "save it transposed"]),
    "three axes": (np.ones((N, 3, 2)), ["feats", "matrix"]),
    "no features": (np.ones((N, 0)), ["feats"]),
}


@pytest.mark.parametrize("array, words", ARRAYS.values(), ids=ARRAYS)
def test_refuses_wrong_values(tmp_path, array, words, monkeypatch):
    monkeypatch.setattr(image_features, "BLOCK", 2)
    np.save(tmp_path / "feats.npy", array)
    refused(tmp_path, "feats.npy", *words)
    (tmp_path / "feats.npy").unlink()
    save_mat(tmp_path, array.T)
    refused(tmp_path, "vgg_feats.mat", *words)


def test_nan_in_place_is_refused(tmp_path):
    np.save(tmp_path / "feats.npy", odd(value=np.nan).astype("f4"))
    refused(tmp_path, "image 3 is NaN")


def test_refuses_object_arrays_unread(tmp_path):
    np.save(tmp_path / "feats.npy", np.array([[print]] * N), allow_pickle=True)
    refused(tmp_path, "cannot read", "Python objects")


def test_leaves_nothing_half_written(tmp_path):
    array = np.ones((3 * image_features.BLOCK, 2))
    array[-1, 0] = np.nan
    np.save(tmp_path / "feats.npy", array)
    refused(tmp_path, f"image {len(array) - 1} is NaN", images=len(array))
    assert os.listdir(tmp_path) == ["feats.npy"]


@settings(max_examples=300, deadline=None)
@given(st.booleans(), st.sampled_from(["vgg_feats.mat", "feats.npy"]), st.data())
def test_any_damage_is_refused_or_gives_whole_features(packed, name, data):
    values = np.arange(N * 3, dtype="f4").reshape(N, 3)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        np.save(folder / name, values)
        if name.endswith("mat"):
            save_mat(folder, values.T, do_compression=packed)
        content = bytearray((folder / name).read_bytes())
        for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
            content[place] = data.draw(st.integers(0, 255))
        (folder / name).write_bytes(content)
        try:
            array, _ = image_features.load(folder, N)
        except UserError as error:
            assert len(str(error).splitlines()) == 1
        else:
            assert len(array) == N and array.dtype == "f4" and np.isfinite(array).all()


def test_features_that_are_replaced_while_they_are_converted_are_refused(
    tmp_path, values, monkeypatch
):
    """Else the old ones would stand under the new ones' digest for good."""
    np.save(tmp_path / "feats.npy", values.astype("f8"))
    np.save(tmp_path / "new.npy", values.astype("f8") + 1)
    make = image_features._make

    def slow(*arguments):
        make(*arguments)
        os.replace(tmp_path / "new.npy", tmp_path / "feats.npy")

    monkeypatch.setattr(image_features, "_make", slow)
    with pytest.raises(UserError, match="changed while it was read"):
        image_features.load(tmp_path, N)
    monkeypatch.undo()
    np.testing.assert_allclose(image_features.load(tmp_path, N)[0][:], values + 1, rtol=1e-6)
