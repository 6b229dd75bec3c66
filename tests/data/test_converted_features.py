"""The converted copy of features and its record: made once, bound to their source, made again."""

import json
import os
import shutil

import numpy as np
import pytest
from features import N, refused, save_mat
from other_user import owned_by_another

from imaginet_pt.data import image_features
from imaginet_pt.errors import UserError


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
    refused(read_only, "imaginet_pt belongs to somebody else", "XDG_CACHE_HOME")


def test_a_cache_that_cannot_be_made_is_named(read_only, tmp_path):
    (tmp_path / "cache").write_text("a file")
    refused(read_only, "cannot write", "XDG_CACHE_HOME")


def test_the_record_says_what_it_stands_for(tmp_path, values):
    np.save(tmp_path / "feats.npy", values)
    _, digests = image_features.load(tmp_path, N)
    record = json.loads((tmp_path / "feats.float32.json").read_text())
    assert record["sha256"] == digests["feats.npy"]
    assert record["source"][0] == (tmp_path / "feats.npy").stat().st_size
