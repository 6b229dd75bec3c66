"""Image features: converted once, checked, mapped; and one line for whatever is wrong."""

import json
import os
import shutil
import struct
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from hypothesis import given, settings
from hypothesis import strategies as st
from other_user import owned_by_another

from imaginet_pt.data import image_features, matfile
from imaginet_pt.errors import UserError
from imaginet_pt.files import reading

N = 5


@pytest.fixture
def values():
    return np.random.default_rng(0).random((N, 3), dtype="f4")


def save_mat(folder, array, **options):
    scipy.io.savemat(folder / "vgg_feats.mat", {"feats": array}, **options)


def refused(folder, *words, images=N):
    with pytest.raises(UserError) as caught:
        image_features.load(folder, images)
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    for word in words:
        assert word in line
    assert not [path for path in folder.iterdir() if ".float32." in path.name]


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


def test_finds_feats_among_other_variables(tmp_path, values):
    others = {"x": "text", "y": {"feats": 1}, "z": scipy.sparse.eye(3), "one": 1.0}
    for packed in (False, True):
        scipy.io.savemat(
            tmp_path / "vgg_feats.mat", others | {"feats": values.T}, do_compression=packed
        )
        np.testing.assert_array_equal(image_features.load(tmp_path, N)[0], values)


def test_reads_big_endian_and_short_elements(tmp_path):
    save_mat(tmp_path, np.ones((1, 1), "u1"))
    assert image_features.load(tmp_path, 1)[0][:].tolist() == [[1]]
    elements = struct.pack(">IIII", 6, 8, 6, 0) + struct.pack(">IIii", 5, 8, 2, 1)
    elements += struct.pack(">II8s", 1, 5, b"feats") + struct.pack(">IIhhxxxx", 3, 4, 7, -8)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI"
    matrix = struct.pack(">II", 14, len(elements)) + elements
    (tmp_path / "vgg_feats.mat").write_bytes(head + matrix)
    np.testing.assert_array_equal(image_features.load(tmp_path, 1)[0], [[7, -8]])


def test_a_flipped_byte_in_a_packed_file_is_found(tmp_path, values):
    save_mat(tmp_path, values.T, do_compression=True)
    path = tmp_path / "vgg_feats.mat"
    content = path.read_bytes()
    for place in range(136, len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        refused(tmp_path, "cannot read", "vgg_feats.mat")


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


def forbid(monkeypatch):
    monkeypatch.setattr(image_features, "_make", lambda *_: pytest.fail("made again"))
    monkeypatch.setattr(image_features, "digest", lambda *_: pytest.fail("hashed again"))


@pytest.mark.parametrize("name", ["vgg_feats.mat", "feats.npy"])
def test_a_second_start_neither_converts_nor_hashes(tmp_path, values, name, monkeypatch):
    save_mat(tmp_path, values.T) if name.endswith("mat") else np.save(tmp_path / name, values)
    first = image_features.load(tmp_path, N)
    forbid(monkeypatch)
    second = image_features.load(tmp_path, N)
    np.testing.assert_array_equal(first[0], second[0])
    assert first[1] == second[1]


def test_a_changed_source_is_converted_again(tmp_path, values):
    save_mat(tmp_path, values.T)
    _, before = image_features.load(tmp_path, N)
    save_mat(tmp_path, values.T + 1)
    array, after = image_features.load(tmp_path, N)
    np.testing.assert_array_equal(array, values + 1)
    assert before != after


RECORD = '{"sha256": 5, STAMPS}'


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 10**5, "\udcff", RECORD])
def test_a_useless_record_is_made_again(tmp_path, values, content):
    save_mat(tmp_path, values.T)
    expected = image_features.load(tmp_path, N)[1]
    record = tmp_path / "vgg_feats.float32.json"
    stamps = json.loads(record.read_text())
    del stamps["sha256"]
    content = content.replace("STAMPS", json.dumps(stamps)[1:-1])
    record.write_bytes(content.encode(errors="surrogateescape"))
    assert image_features.load(tmp_path, N)[1] == expected


def test_a_touched_source_is_hashed_and_not_converted_again(tmp_path, values, monkeypatch):
    save_mat(tmp_path, values.T)
    _, before = image_features.load(tmp_path, N)
    os.utime(tmp_path / "vgg_feats.mat", ns=(0, 0))
    with monkeypatch.context() as patch:
        patch.setattr(image_features, "_make", lambda *_: pytest.fail("made again"))
        array, after = image_features.load(tmp_path, N)
    np.testing.assert_array_equal(array, values)
    assert before == after
    forbid(monkeypatch)
    image_features.load(tmp_path, N)


def test_another_source_of_the_same_size_and_time_is_converted_again(tmp_path, values):
    np.save(tmp_path / "feats.npy", values.astype("f8"))
    image_features.load(tmp_path, N)
    path = tmp_path / "feats.npy"
    before = path.stat()
    np.save(path, values.astype("f8") + 1)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    np.testing.assert_array_equal(image_features.load(tmp_path, N)[0], values + 1)


ALTERED = {
    "NaN": lambda a: np.where(a == a[2, 1], np.nan, a),
    "double": lambda a: a.astype("f8"),
    "int8": lambda a: a.astype("i1"),
    "in columns": np.asfortranarray,
    "turned": lambda a: np.ascontiguousarray(a.T),
    "flat": np.ravel,
    "other values": lambda a: a + 1,
    "objects": lambda a: a.astype(object),
}


@pytest.mark.parametrize("change", ALTERED.values(), ids=ALTERED)
@pytest.mark.parametrize("keep_time", [False, True])
def test_an_altered_copy_is_made_again(tmp_path, values, change, keep_time):
    """Even where its record was altered with it, as far as a file of a stranger's can be."""
    save_mat(tmp_path, values.T)
    image_features.load(tmp_path, N)
    copy, record = tmp_path / "vgg_feats.float32.npy", tmp_path / "vgg_feats.float32.json"
    known, before = json.loads(record.read_text()), copy.stat()
    np.save(copy, change(values), allow_pickle=True)
    if keep_time:
        os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
    known["features"][:2] = copy.stat().st_size, copy.stat().st_mtime_ns
    record.write_text(json.dumps(known))
    array, digests = image_features.load(tmp_path, N)
    np.testing.assert_array_equal(array, values)
    assert digests["vgg_feats.mat"] == image_features.digest(tmp_path / "vgg_feats.mat")


@pytest.mark.parametrize("change", [ALTERED["double"], ALTERED["int8"], ALTERED["flat"]])
def test_a_copy_of_another_type_is_made_again_whatever_its_record_says(tmp_path, values, change):
    save_mat(tmp_path, values.T)
    image_features.load(tmp_path, N)
    copy, record = tmp_path / "vgg_feats.float32.npy", tmp_path / "vgg_feats.float32.json"
    np.save(copy, change(values))
    known = json.loads(record.read_text())
    record.write_text(json.dumps(known | {"features": image_features._stamp(copy)}))
    np.testing.assert_array_equal(image_features.load(tmp_path, N)[0], values)


def test_the_files_of_another_machine_are_made_again(tmp_path, values):
    """An archive brings sizes and times along, but not what the system notes of itself."""
    (tmp_path / "a").mkdir()
    save_mat(tmp_path / "a", values.T)
    image_features.load(tmp_path / "a", N)
    np.save(tmp_path / "a/vgg_feats.float32.npy", values + 1)
    record = tmp_path / "a/vgg_feats.float32.json"
    known = json.loads(record.read_text())
    stamp = image_features._stamp(tmp_path / "a/vgg_feats.float32.npy")
    record.write_text(json.dumps(known | {"features": stamp}))
    shutil.copytree(tmp_path / "a", tmp_path / "b")  # keeps times
    np.testing.assert_array_equal(image_features.load(tmp_path / "b", N)[0], values)


def test_a_conversion_is_announced_in_one_line(tmp_path, values):
    save_mat(tmp_path, values.T)
    lines = []
    for _ in range(2):
        image_features.load(tmp_path, N, lines.append)
    (line,) = lines
    assert "vgg_feats.mat" in line and "vgg_feats.float32.npy" in line


def test_what_a_killed_conversion_left_is_removed_by_the_next(tmp_path, values):
    save_mat(tmp_path, values.T)
    (tmp_path / ".imaginet-abcdabcd.part").write_bytes(bytes(1000))
    image_features.load(tmp_path, N)
    assert not list(tmp_path.glob(".imaginet-*"))


def test_features_of_very_long_rows_take_little_memory(tmp_path):
    save_mat(tmp_path, np.ones((2**19, 40), "f4"))
    tracemalloc.start()
    image_features.load(tmp_path, 40)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * image_features.BLOCK


def test_more_features_than_any_network_has_are_refused(tmp_path):
    np.save(tmp_path / "feats.npy", np.ones((1, image_features.MAX_FEATURES + 1), "f4"))
    refused(tmp_path, "1,048,577 features an image, at most 1,048,576", images=1)


@pytest.mark.parametrize("name", ["vgg_feats.mat", "feats.npy"])
def test_a_pipe_in_the_place_of_features_is_refused(tmp_path, name):
    os.mkfifo(tmp_path / name)
    refused(tmp_path, "a named pipe")


def test_a_matrix_that_unpacks_to_gigabytes_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "UNPACKED_FLOOR", 2**16)
    save_mat(tmp_path, np.zeros((2**14, N), "f4"), do_compression=True)
    refused(tmp_path, "unpacks to more than 65,536 bytes", images=N)
    limits = iter([2**60])  # what it promises passes, what it makes does not
    monkeypatch.setattr(reading, "unpacked_limit", lambda size: next(limits, 2**15))
    refused(tmp_path, "unpacks to more than", images=N)


def test_a_damaged_copy_is_made_again(tmp_path, values):
    save_mat(tmp_path, values.T)
    image_features.load(tmp_path, N)
    (tmp_path / "vgg_feats.float32.npy").write_bytes(b"torn")
    np.testing.assert_array_equal(image_features.load(tmp_path, N)[0], values)


def test_a_known_file_must_still_fit_the_images(tmp_path, values):
    save_mat(tmp_path, values.T)
    image_features.load(tmp_path, N)
    with pytest.raises(UserError, match="features of 5 images, but dataset.json has 4"):
        image_features.load(tmp_path, 4)


@pytest.fixture
def read_only(tmp_path, values, monkeypatch):
    """A read-only folder with features, and a cache folder for this test."""
    folder = tmp_path / "data"
    folder.mkdir()
    save_mat(folder, values.T)
    folder.chmod(0o555)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield folder
    folder.chmod(0o755)


def test_read_only_source_goes_to_the_users_cache(read_only, tmp_path, values, monkeypatch):
    array, _ = image_features.load(read_only, N)
    cache = tmp_path / "cache/imaginet_pt"
    assert array.path.parent == cache and cache.stat().st_mode & 0o777 == 0o700
    assert os.listdir(read_only) == ["vgg_feats.mat"]
    forbid(monkeypatch)
    np.testing.assert_array_equal(image_features.load(read_only, N)[0], values)


def test_a_cache_of_somebody_else_is_refused(read_only, tmp_path, monkeypatch):
    (tmp_path / "cache/imaginet_pt").mkdir(parents=True)
    owned_by_another(tmp_path / "cache/imaginet_pt", monkeypatch)
    refused(read_only, "imaginet_pt is somebody else's", "XDG_CACHE_HOME")


def test_a_cache_that_cannot_be_made_is_named(read_only, tmp_path):
    (tmp_path / "cache").write_text("a file")
    refused(read_only, "cannot write", "XDG_CACHE_HOME")


def test_refuses_none_and_two(tmp_path, values):
    refused(tmp_path, "no image features", "vgg_feats.mat or feats.npy")
    save_mat(tmp_path, values.T)
    np.save(tmp_path / "feats.npy", values)
    refused(tmp_path, "vgg_feats.mat and feats.npy", "move one")


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


MATRICES = {
    "text": np.array(["abcde"]),
    "cells": np.array([["a"] * N], dtype=object),
    "sparse": scipy.sparse.eye(N),
}


@pytest.mark.parametrize("array", MATRICES.values(), ids=MATRICES)
def test_refuses_mat_variables_that_are_no_matrix(tmp_path, array):
    save_mat(tmp_path, array)
    refused(tmp_path, "not a full matrix of real numbers", "feats.npy (images x features)")


def test_refuses_values_of_an_unknown_type(tmp_path, values):
    save_mat(tmp_path, values.T)
    path, tag = tmp_path / "vgg_feats.mat", struct.pack("<II", 7, values.nbytes)
    path.write_bytes(path.read_bytes().replace(tag, struct.pack("<II", 8, values.nbytes)))
    refused(tmp_path, "unknown type 8")


def test_refuses_a_name_that_is_too_long(tmp_path, values):
    scipy.io.savemat(tmp_path / "vgg_feats.mat", {"feats": values.T})
    path, tag = tmp_path / "vgg_feats.mat", struct.pack("<II", 1, 5)
    path.write_bytes(path.read_bytes().replace(tag, struct.pack("<II", 1, 10**9)))
    refused(tmp_path, "header is damaged")


def test_a_matrix_with_a_short_name(tmp_path, values):
    scipy.io.savemat(tmp_path / "x.mat", {"x": values.T})
    with matfile.open_matrix(tmp_path / "x.mat", "x", "fix") as matrix:
        assert matrix.shape == (3, N)
        np.testing.assert_array_equal(np.vstack(list(matrix.columns(2))), values)


def test_refuses_another_variable(tmp_path, values):
    scipy.io.savemat(tmp_path / "vgg_feats.mat", {"fc7": values.T})
    refused(tmp_path, "no variable 'feats', only ['fc7']", "-v7")


def test_refuses_other_versions(tmp_path):
    save_mat(tmp_path, np.ones((30, N)), format="4")
    refused(tmp_path, "no MATLAB 5 file", "-v7")
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    (tmp_path / "vgg_feats.mat").write_bytes(header + bytes(512))
    refused(tmp_path, "7.3 (HDF5)", "-v7", "feats.npy (images x features)")


def test_refuses_object_arrays_unread(tmp_path):
    np.save(tmp_path / "feats.npy", np.array([[print]] * N), allow_pickle=True)
    refused(tmp_path, "cannot read", "Python objects")


def test_refuses_a_header_that_promises_too_much(tmp_path, values):
    save_mat(tmp_path, values.T)
    path = tmp_path / "vgg_feats.mat"
    shape, size = struct.pack("<ii", 3, N), struct.pack("<I", 3 * N * 4)
    content = path.read_bytes().replace(shape, struct.pack("<ii", 2 * 10**8, N))
    path.write_bytes(content)
    refused(tmp_path, "60 bytes of values do not fill a matrix of shape (200000000, 5)")
    path.write_bytes(content.replace(size, struct.pack("<I", 4 * 10**9)))
    refused(tmp_path, "unpacks to more than")
    path.unlink()
    np.save(tmp_path / "feats.npy", values)
    head, tail = (tmp_path / "feats.npy").read_bytes().split(b"(5, 3), }" + b" " * 11)
    (tmp_path / "feats.npy").write_bytes(head + b"(5, 200000000000), }" + tail)
    refused(tmp_path, "cannot read", "feats.npy")


def test_refuses_an_archive_that_bursts(tmp_path):
    save_mat(tmp_path, np.zeros((reading.UNPACKED_FLOOR // 8, N), "u2"), do_compression=True)
    refused(tmp_path, "unpacks to more than 33,554,432 bytes")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("twentieths", range(20))
def test_refuses_a_truncated_mat(tmp_path, values, packed, twentieths):
    save_mat(tmp_path, values.T, do_compression=packed)
    path = tmp_path / "vgg_feats.mat"
    path.write_bytes(path.read_bytes()[: path.stat().st_size * twentieths // 20])
    refused(tmp_path, "cannot read", "vgg_feats.mat")


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


def test_the_record_says_what_it_stands_for(tmp_path, values):
    np.save(tmp_path / "feats.npy", values)
    _, digests = image_features.load(tmp_path, N)
    record = json.loads((tmp_path / "feats.float32.json").read_text())
    assert record["sha256"] == digests["feats.npy"]
    assert record["source"][0] == (tmp_path / "feats.npy").stat().st_size
