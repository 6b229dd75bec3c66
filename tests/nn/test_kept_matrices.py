"""Matrices in the user's cache: the same bytes from there, whatever has become of the files."""

import os

import numpy as np
import pytest

from imaginet_pt.files import arrays
from imaginet_pt.nn import inits, kept_matrices
from imaginet_pt.nn.kept_matrices import kept

SOURCE = np.random.RandomState(1).normal(size=(6, 4))
MATRIX = SOURCE.astype("float32") / 3


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The user's cache, whose folder of matrices is returned; it is not there yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "imaginet_pt/orthogonal"


class Computation:
    """Makes `MATRIX`, and counts how often."""

    times = 0

    def __call__(self):
        self.times += 1
        return MATRIX.copy()


def computations(source=SOURCE, scale=1.1):
    """How often one call of `kept` computes; its result is always the same."""
    computation = Computation()
    matrix = kept(source, scale, computation)
    assert matrix.dtype == np.float32 and matrix.flags.writeable
    np.testing.assert_array_equal(matrix, MATRIX)
    return computation.times


def test_a_matrix_is_computed_once(folder):
    assert [computations() for _ in range(3)] == [1, 0, 0]
    assert len(list(folder.iterdir())) == 1 and folder.stat().st_mode & 0o777 == 0o700


def test_another_one_is_another(folder, monkeypatch):
    changed = SOURCE.copy()
    changed[5, 3] = np.nextafter(changed[5, 3], 1)
    assert [computations(), computations(changed), computations(scale=1.2)] == [1, 1, 1]
    monkeypatch.setattr(kept_matrices, "LIBRARIES", ["another BLAS"])
    assert computations() == 1 and len(list(folder.iterdir())) == 4


def flipped(content):
    return content[:200] + bytes([content[200] ^ 1]) + content[201:]


def archive(tmp_path, **changes):
    path = tmp_path / "made.npz"
    digest = kept_matrices._digest(MATRIX)
    arrays.write_arrays(path, {"matrix": MATRIX, "digest": digest} | changes)
    return path.read_bytes()


DAMAGES = {
    "empty": lambda content, tmp: b"",
    "cut off": lambda content, tmp: content[:-40],
    "a flipped bit": lambda content, tmp: flipped(content),
    "something else": lambda content, tmp: b"A dog runs.",
    "another matrix": lambda content, tmp: archive(tmp, matrix=MATRIX + 1),
    "another shape": lambda content, tmp: archive(tmp, matrix=MATRIX[:3]),
    "another type": lambda content, tmp: archive(tmp, matrix=MATRIX.astype("float64")),
    "too much": lambda content, tmp: archive(tmp, more=MATRIX),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_made_anew(damage, folder, tmp_path):
    computations()
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    path.write_bytes(DAMAGES[damage](whole, tmp_path))
    assert [computations(), computations()] == [1, 0] and path.read_bytes() == whole


def test_every_byte_counts(folder):
    computations()
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        computations()


@pytest.mark.parametrize("mode", [0o777, 0o500])
def test_a_folder_that_cannot_be_used_stops_nothing(mode, folder, monkeypatch):
    folder.mkdir(parents=True)
    folder.chmod(mode)
    if mode == 0o500:  # root may write there all the same

        def refuse(*arguments):
            raise PermissionError("no")

        monkeypatch.setattr(kept_matrices, "write_arrays", refuse)
    assert [computations(), computations()] == [1, 1] and not list(folder.iterdir())


def test_a_link_in_the_place_of_a_file_is_not_followed_when_writing(folder, tmp_path):
    computations()
    (path,) = folder.iterdir()
    target = tmp_path / "mine"
    target.write_text("mine")
    path.unlink()
    path.symlink_to(target)
    assert computations() == 1 and target.read_text() == "mine"


def test_what_was_not_used_for_longest_is_removed(folder, monkeypatch):
    sources = [SOURCE + i for i in range(4)]
    for age, source in enumerate(sources[:3]):
        computations(source)
        (new,) = (path for path in folder.iterdir() if path.stat().st_mtime > 10)
        os.utime(new, (age + 1, age + 1))
    size = new.stat().st_size
    assert computations(sources[0]) == 0
    monkeypatch.setattr(kept_matrices, "MAX_BYTES", 3 * size)
    computations(sources[3])
    assert [computations(sources[i]) for i in (0, 2, 3)] == [0, 0, 0]
    assert computations(sources[1]) == 1


@pytest.mark.parametrize("shape", [(6, 6), (9, 5), (5, 9)])
def test_initial_weights_are_the_same_from_the_cache(shape, folder, monkeypatch):
    def draw():
        return inits.materialize({"w": inits.orthogonal(np.random.RandomState(1), shape)})["w"]

    plain = draw()
    assert not folder.exists()
    monkeypatch.setattr(inits, "WORTH_KEEPING", 1)
    for _ in range(2):
        again = draw()
        assert again.tobytes() == plain.tobytes() and again.dtype == plain.dtype
        assert len(list(folder.iterdir())) == 1
