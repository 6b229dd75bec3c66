"""Features in a file: rows as an array gives them, and one line where the file is changed."""

import gc
import os
import pickle

import numpy as np
import pytest

from imaginet_pt.data.feature_file import FeatureFile, NpyMatrix
from imaginet_pt.errors import UserError

N, SIZE = 6, 3


@pytest.fixture
def array():
    return np.arange(N * SIZE, dtype="float32").reshape(N, SIZE)


@pytest.fixture
def features(tmp_path, array):
    np.save(tmp_path / "feats.npy", array)
    return FeatureFile(NpyMatrix(tmp_path / "feats.npy"))


INDICES = {
    "one": 2, "the last": -1, "all": slice(None), "a slice": slice(1, 4),
    "backwards": slice(None, None, -2), "rows": np.array([4, 0, 1, 2, 2, 5]), "a list": [3, -2],
    "none": np.array([], dtype=int), "truths": np.arange(N) % 2 == 0,
}  # fmt: skip


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_rows_are_those_of_the_array(features, array, index):
    rows = features[index]
    np.testing.assert_array_equal(rows, array[index])
    assert rows.shape == array[index].shape and rows.dtype == np.float32


def test_is_taken_for_an_array(features, array):
    np.testing.assert_array_equal(np.asarray(features), array)
    np.testing.assert_array_equal(np.array(features, dtype="f8"), array)
    assert (len(features), features.shape, features.ndim) == (N, (N, SIZE), 2)
    assert repr(features).endswith("feats.npy', 6 x 3)")


def test_a_row_that_is_not_there_is_an_error(features):
    with pytest.raises(IndexError):
        features[N]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["f8", ">f4", "i2"])
def test_any_numbers_in_any_order(tmp_path, array, dtype, order):
    array = array.astype(dtype, order=order)
    np.save(tmp_path / "x.npy", array)
    matrix = NpyMatrix(tmp_path / "x.npy")
    np.testing.assert_array_equal(matrix.rows(2, 5), array[2:5])
    assert matrix.rows(2, 5).dtype == array.dtype and not matrix.is_float32


def overwrite(path):
    np.save(path, np.zeros((N, SIZE), "f4"))


CHANGES = {
    "emptied": lambda path: os.truncate(path, 0),
    "cut short": lambda path: os.truncate(path, path.stat().st_size - 20),
    "overwritten": overwrite,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_changed_in_use_ends_in_one_line(features, change):
    """Were it mapped, the system would end this process by SIGBUS."""
    change(features.path)
    with pytest.raises(UserError, match="feats.npy was changed while it was in use"):
        features[[1, 5]]


def test_a_file_replaced_in_use_is_read_on(features, array, tmp_path):
    np.save(tmp_path / "new.npy", array + 1)
    os.replace(tmp_path / "new.npy", features.path)
    np.testing.assert_array_equal(features[:], array)


def test_values_that_are_not_finite_are_refused_where_they_are_read(tmp_path, array):
    array[4, 1] = np.nan
    np.save(tmp_path / "feats.npy", array)
    features = FeatureFile(NpyMatrix(tmp_path / "feats.npy"))
    np.testing.assert_array_equal(features[:4], array[:4])
    with pytest.raises(UserError, match="not finite"):
        features[4]


def test_features_are_sent_to_other_processes(features, array, tmp_path):
    """As those of Python 3.14 and of macOS, which begin with nothing."""
    sent = pickle.dumps(features)
    del features
    gc.collect()
    np.testing.assert_array_equal(pickle.loads(sent)[2], array[2])
    os.utime(tmp_path / "feats.npy", (1, 1))
    with pytest.raises(UserError, match="changed while it was in use"):
        pickle.loads(sent)
