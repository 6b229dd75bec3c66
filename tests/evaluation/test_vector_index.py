"""An index of vectors: what it finds beside the exact ranking, and which files it reads."""

import json
import os
import shutil
import sys

import numpy as np
import pytest

from imaginet_pt.errors import UserError
from imaginet_pt.evaluation import vector_index
from imaginet_pt.evaluation.neighbors import nearest
from imaginet_pt.evaluation.vector_index import Part
from imaginet_pt.progress import Progress

N, SIZE, K = 3000, 24, 5
QUIET = Progress(quiet=True)
DESCRIBED = {"run": "abc", "data": {"feats.npy": "d"}, "split": "val"}


@pytest.fixture(scope="module")
def vectors():
    """In some directions they vary less than in others."""
    drawn = np.random.default_rng(0).standard_normal((N, SIZE), "f4")
    return drawn / np.arange(1, SIZE + 1, dtype="f4")


@pytest.fixture(scope="module")
def keys():
    return np.random.default_rng(1).permutation(2 * N)[:N]


@pytest.fixture(scope="module")
def part(vectors, keys):
    rows = {int(key): i for i, key in enumerate(keys)}
    return Part(keys, lambda some: vectors[[rows[int(key)] for key in some]])


@pytest.fixture(scope="module")
def built(part, tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    vector_index.write(folder, DESCRIBED, {"images": part}, QUIET)
    return folder


@pytest.mark.parametrize("kept", [SIZE, 2 * SIZE // 3])
def test_it_finds_what_the_exact_ranking_finds(part, keys, vectors, tmp_path, monkeypatch, kept):
    """Along all directions, and along those in which the vectors vary most."""
    monkeypatch.setattr(vector_index, "KEPT", kept)
    vector_index.write(tmp_path, DESCRIBED, {"images": part}, QUIET)
    queries = vectors[:50] + np.roll(vectors[50:100], 3, axis=1) / 9
    index = vector_index.read(tmp_path, DESCRIBED)["images"]
    found = index.nearest(queries, part.vectors_of, K)
    order = np.argsort(keys)
    exact = nearest(queries, vectors[order], K)
    right = keys[order][exact.index]
    hits = [len(set(a) & set(b)) for a, b in zip(found.index, right, strict=True)]
    assert index.axes.shape == (SIZE, kept) and np.mean(hits) >= 0.95 * K
    whole = np.equal(hits, K)  # of a query that misses none, all is the same
    assert whole.any()
    np.testing.assert_array_equal(found.index[whole], right[whole])
    np.testing.assert_allclose(found.similarity[whole], exact.similarity[whole], rtol=1e-6)


def test_equal_vectors_stand_by_their_key(tmp_path):
    ones = Part(np.array([7, 3, 9, 1]), lambda keys: np.ones((len(keys), 3), "f4"))
    vector_index.write(tmp_path, {}, {"captions": ones}, QUIET)
    index = vector_index.read(tmp_path, {})["captions"]
    found = index.nearest(np.ones((2, 3), "f4"), ones.vectors_of, 3)
    assert found.index.tolist() == [[1, 3, 7]] * 2
    np.testing.assert_allclose(found.similarity, 1, rtol=1e-6)


def test_vectors_of_a_run_that_diverged_are_refused(tmp_path):
    wrong = Part(np.arange(4), lambda keys: np.full((len(keys), 3), np.nan, "f4"))
    with pytest.raises(UserError, match="NaN or infinite"):
        vector_index.write(tmp_path, {}, {"captions": wrong}, QUIET)
    assert not list(tmp_path.iterdir())


def test_whole_numbers_keep_the_direction():
    vectors = np.array([[1e-3, -5e-4, 0], [0, 0, 0], [3e8, 0, -1e7]], "f4")
    wanted = [[127, -64, 0], [0, 0, 0], [127, 0, -4]]
    np.testing.assert_array_equal(vector_index.quantized(vectors), wanted)


@pytest.mark.parametrize("key, other", [("run", "x"), ("data", {}), ("split", "test")])
def test_a_stale_index_is_refused(built, key, other):
    with pytest.raises(UserError, match=f"was built for another {key}; build it again"):
        vector_index.read(built, DESCRIBED | {key: other})


def test_one_of_another_version_of_the_library_is_refused(built, monkeypatch):
    monkeypatch.setattr(vector_index, "_engine", lambda: "usearch 1.0")
    with pytest.raises(UserError, match="another engine"):
        vector_index.read(built, DESCRIBED)


def edited(folder, **changes):
    path = folder / "index.json"
    record = json.loads(path.read_text())
    record["files"]["images"] |= changes
    path.write_text(json.dumps(record))


def replaced(folder):
    """Another file, of the same bytes and time."""
    path = folder / "images.usearch"
    before = path.stat()
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def cut(folder):
    os.truncate(folder / "images.usearch", 1000)


def piped(folder):
    (folder / "images.usearch").unlink()
    os.mkfifo(folder / "images.usearch")


def other_directions(folder):
    np.savez(folder / "images.npz", directions=np.eye(SIZE, dtype="f4"))


SPOILED = {
    "copied": (replaced, "is not the file that was built here"),
    "cut off": (cut, "is not the file that was built here"),
    "a pipe": (piped, "named pipe"),
    "other directions": (other_directions, "is not the file that was built here"),
    "other sizes": (lambda f: edited(f, size=SIZE - 1), "does not hold 3,000 vectors of 23"),
    "other numbers": (lambda f: edited(f, vectors=5), "does not hold 5 vectors of 24"),
    "no stamps": (lambda f: edited(f, stamps=None), "'stamps' is None"),
}


@pytest.mark.parametrize("spoil, told", SPOILED.values(), ids=SPOILED)
def test_a_file_that_was_not_written_here_is_not_read(part, tmp_path, spoil, told):
    vector_index.write(tmp_path, DESCRIBED, {"images": part}, QUIET)
    spoil(tmp_path)
    with pytest.raises(UserError, match=told) as error:
        vector_index.read(tmp_path, DESCRIBED)
    assert "\n" not in str(error.value)


def test_an_index_whose_making_was_broken_off_is_none(built, part, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(built, folder)
    asked = []

    def broken_off(keys):
        asked.append(keys)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return part.vectors_of(keys)

    with pytest.raises(KeyboardInterrupt):
        vector_index.write(folder, DESCRIBED, {"images": Part(part.keys, broken_off)}, QUIET)
    with pytest.raises(UserError, match=r"cannot read .*index\.json"):
        vector_index.read(folder, DESCRIBED)


def test_without_the_library_one_line_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "usearch", None)
    with pytest.raises(UserError, match=r"needs usearch: pip install 'imaginet_pt\[index\]'"):
        vector_index.write(tmp_path / "new", {}, {}, QUIET)
    assert not (tmp_path / "new").exists()
