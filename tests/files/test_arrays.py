"""Named arrays: names and sizes are compared before anything is read."""

import io
import zipfile

import numpy as np
import pytest

from imaginet_pt.errors import UserError
from imaginet_pt.files import arrays
from imaginet_pt.files.arrays import match_parameters, read_arrays, write_arrays

PARAMS = {"W": np.ones((2, 3), "f4"), "b": np.zeros(3, "f4")}


@pytest.fixture
def path(tmp_path):
    write_arrays(tmp_path / "x.npz", PARAMS)
    return tmp_path / "x.npz"


def test_arrays_come_back(path):
    read = read_arrays(path, PARAMS)
    assert list(read) == ["W", "b"]
    for name, array in PARAMS.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype
    assert read_arrays(path).keys() == read.keys()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["f4", ">f8", "i2", "?", "c8", "U3"])
def test_any_array_comes_back_in_any_order(tmp_path, dtype, order):
    array = np.arange(6).reshape(2, 3).astype(dtype, order=order)
    write_arrays(tmp_path / "x.npz", {"a": array, "scalar": array[0, 1]})
    read = read_arrays(tmp_path / "x.npz")
    np.testing.assert_array_equal(read["a"], array)
    assert read["scalar"].shape == ()


def forbid(monkeypatch):
    monkeypatch.setattr(arrays, "_read_member", lambda *_: pytest.fail("read"))


def test_names_are_compared_before_anything_is_read(path, monkeypatch):
    forbid(monkeypatch)
    for names, words in {
        ("W",): "'b' is not of this model",
        ("W", "b", "c"): "c is missing",
    }.items():
        with pytest.raises(UserError, match=words):
            read_arrays(path, names)


def test_unnamed_arrays_stand_in_their_order(tmp_path):
    np.savez(tmp_path / "x.npz", *PARAMS.values())
    read = match_parameters(PARAMS, read_arrays(tmp_path / "x.npz", PARAMS), "x")
    np.testing.assert_array_equal(read["W"], PARAMS["W"])
    with pytest.raises(UserError, match="'arr_1' is not of this model"):
        read_arrays(tmp_path / "x.npz", ["W"])


def test_thousands_of_members_make_a_short_line(tmp_path, monkeypatch):
    forbid(monkeypatch)
    for count, words in ((900, "and 897 more"), (30_000, "has 30,000 members")):
        with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
            for i in range(count):
                archive.writestr(f"a-rather-long-name-{i}.npy", b"")
        with pytest.raises(UserError, match=words) as caught:
            read_arrays(tmp_path / "x.npz", [f"W{i}" for i in range(0)])
        assert len(str(caught.value)) < 500


def test_an_archive_that_bursts_is_refused_unread(tmp_path, monkeypatch):
    forbid(monkeypatch)
    np.savez_compressed(tmp_path / "x.npz", W=np.zeros(2**26))
    with pytest.raises(UserError, match="unpacks to more than 33,554,432 bytes"):
        read_arrays(tmp_path / "x.npz")


def member(content, name="W.npy", packing=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def npy(shape, dtype="<f4"):
    file = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue()


DAMAGED = {
    "no archive": b"text",
    "no array": member(b"text"),
    "a huge promise": member(npy((10**12,)) + bytes(8)),
    "an impossible shape": member(npy((2**62, 2**62))),
    "a negative shape": member(npy((-1,))),
    "objects": member(npy((1,), "|O") + bytes(8)),
    "another packing": member(npy((1,)) + bytes(4), packing=zipfile.ZIP_BZIP2),
    "a name with a line end": member(b"", "a\nb\x1b[31m.npy", zipfile.ZIP_LZMA),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damage_is_told_in_one_line(tmp_path, content):
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(UserError, match="x.npz") as caught:
        read_arrays(tmp_path / "x.npz")
    assert str(caught.value).isprintable() and len(str(caught.value)) < 400


def test_parameters_that_do_not_fit_are_listed(tmp_path):
    wrong = {"W": np.ones((3, 2)), "c": np.ones(1)}
    with pytest.raises(UserError) as caught:
        match_parameters(PARAMS, wrong, "x.npz")
    assert str(caught.value) == (
        "x.npz does not fit the model: b is missing; 'c' is not of this model; "
        "W is (3, 2), not (2, 3)"
    )
    for bad, words in ((np.full(3, np.nan), "not finite"), (np.array(["a"] * 3), "real numbers")):
        with pytest.raises(UserError, match=words):
            match_parameters(PARAMS, PARAMS | {"b": bad}, "x.npz")


@pytest.mark.parametrize("value", [7e4, np.inf, np.nan])
def test_what_another_type_cannot_hold_is_refused(value):
    wanted = r"run: w has values that float16 cannot hold \(over 65,504, or not finite\); choose"
    with pytest.raises(UserError, match=wanted):
        arrays.converted(np.array([1, value]), "float16", "run: w")
    assert arrays.converted(np.array([1, 6e4]), "float16", "w").dtype == np.float16
