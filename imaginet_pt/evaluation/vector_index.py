"""An index of very many vectors: it finds likely neighbours, which are then ranked exactly.

`ranking` compares a query with all candidates, and is right by definition. An index compares it
with a few thousand, and with less of each: vectors are kept as whole numbers of one byte in the
`KEPT` directions in which a sample of them varies most, in a graph (HNSW, by usearch). It lists
`LISTED` candidates, whose cosines are computed anew from the vectors themselves: so similarities
and the order of what was found are the exact ones, and a neighbour can be missing, but none is
misplaced.

A folder holds NAME.usearch and NAME.npz, the graph and the directions, for each of `NAMES` that was
indexed, and `index.json`, which says what they were built from. The library that reads a graph
trusts its file, so a file is read only if it is the very one that was written here: size, times,
inode and owner must be those in `index.json`. An index that was copied, or that somebody else
made, is to be built again.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..backends.threads import available_cores
from ..errors import CHOOSE, UserError, explained, reason
from ..files import json_files, reading, validation
from ..files.arrays import read_arrays, write_arrays
from ..files.atomic import atomic, temporary_folder, writing
from ..files.folders import make_folder
from ..progress import Progress
from .neighbors import Nearest, nearest
from .ranking import Indices, Vectors, unit

EXTRA = "pip install 'imaginet_pt[index]'"
RECORD, BUILD = "index.json", "build it again by imaginet index"
NAMES, AXES = ("captions", "images"), "directions"
# Neighbours that a vector is linked to, candidates when it is added and when a query is read.
# `python tests/benchmarks/vector_index.py` measures what they find, and in what time.
CONNECTIVITY, EXPANSION_ADD, EXPANSION_SEARCH = 16, 64, 512
KEPT, SAMPLE = 384, 5000  # directions, and the vectors that they are found by
LISTED = 128  # candidates that are ranked exactly
BLOCK = 1000  # vectors in memory at a time
SEED = 0  # of the sample

VectorsOf = Callable[[Indices], Vectors]


class Part(NamedTuple):
    """What one index is built from.

    Attributes:
        keys: (n,) int, one at least, each another.
        vectors_of: returns the vectors (m, d) float32 of m of the keys.
    """

    keys: Indices
    vectors_of: VectorsOf


def stamp(path: Path) -> list[int]:
    """Return a file's state: [bytes, two times in ns, inode, owner].

    The second time is when the file last changed on this machine, which no archive can set.
    """
    s = path.stat()
    return [s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_uid]


def directions(part: Part) -> Vectors:
    """Return the directions (d, `KEPT`) in which vectors of length one vary most, by a sample."""
    drawn = np.random.default_rng(SEED).permutation(len(part.keys))[:SAMPLE]
    sample = unit(part.vectors_of(part.keys[np.sort(drawn)]))
    _, vectors = np.linalg.eigh(sample.T @ sample)
    return np.ascontiguousarray(vectors[:, ::-1][:, :KEPT], np.float32)


def quantized(vectors: Vectors) -> npt.NDArray[np.int8]:
    """Return vectors (n, d) as whole numbers from -127 to 127, each scaled by its largest value.

    A cosine does not depend on the scales.
    """
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    scaled = vectors * (127 / np.where(largest > 0, largest, 1))
    return np.rint(scaled).astype(np.int8)


def build(part: Part, axes: Vectors, bar: Any) -> Any:
    """Return usearch's index of the vectors of `part`, along `axes` (d, kept); `bar` counts them.

    Raises:
        UserError: usearch is missing, or a vector holds NaN or infinity.
    """
    index = _new(axes.shape[1])
    for start in range(0, len(part.keys), BLOCK):
        keys = part.keys[start : start + BLOCK]
        content = quantized(unit(part.vectors_of(keys)) @ axes)
        index.add(keys.astype(np.uint64), content, threads=available_cores())
        bar.update(len(keys))
    return index


def write(
    folder: Path, described: Mapping[str, Any], parts: Mapping[str, Part], progress: Progress
) -> None:
    """Write the indexes of `parts`, by some of `NAMES`, and what they are `described` by.

    The description is written last, and one that was there is removed first: a folder that has one
    is whole.

    Raises:
        UserError: usearch is missing, or the folder cannot be written.
    """
    record: dict[str, Any] = {**described, "engine": _engine()}
    files = {}
    make_folder(folder)
    (folder / RECORD).unlink(missing_ok=True)
    for name, part in parts.items():
        axes = directions(part)
        with progress.bar(f"indexing {name}", len(part.keys), unit="vector") as bar:
            index = build(part, axes, bar)
        _save(index, folder / f"{name}.usearch")
        write_arrays(folder / f"{name}.npz", {AXES: axes})
        files[name] = {"vectors": len(index), "size": len(axes), "stamps": _stamps(folder, name)}
    with atomic(folder / RECORD) as file:
        json.dump(record | {"files": files}, file, indent=1)


def _save(index: Any, path: Path) -> None:
    """Write an index whole or not at all."""
    full = f"free space or {CHOOSE}"
    with writing(path), temporary_folder(path.parent) as temporary:
        with explained(lambda error: f"cannot write {path}: {reason(error)}; {full}", RuntimeError):
            index.save(temporary / path.name)
        os.replace(temporary / path.name, path)


def _stamps(folder: Path, name: str) -> list[list[int]]:
    """Return the states of the two files of an index."""
    return [stamp(folder / f"{name}{suffix}") for suffix in (".usearch", ".npz")]


@dataclass(frozen=True)
class VectorIndex:
    """One index, read from its file as it is needed.

    Attributes:
        view: usearch's index.
        axes: the directions (d, kept) along which it has vectors.
    """

    view: Any
    axes: Vectors

    def nearest(self, queries: Vectors, vectors_of: VectorsOf, k: int) -> Nearest:
        """Find the `k` nearest to each query among the candidates that the index lists.

        Args:
            queries: (n, d) float32.
            vectors_of: returns the vectors (m, d) float32 of m keys of the index.
            k: how many to find, at most `LISTED`.

        Returns:
            Nearest of shape (n, k), its index the keys; equally near ones stand by their key.
        """
        found = [self._nearest(query[None], vectors_of, k) for query in queries]
        return Nearest(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))

    def _nearest(self, query: Vectors, vectors_of: VectorsOf, k: int) -> Nearest:
        keys = np.sort(self.listed(query)[0])
        near = nearest(query, vectors_of(keys), k)
        return near._replace(index=keys[near.index])

    def listed(self, queries: Vectors) -> Indices:
        """Return the keys that the index lists for queries (n, d): (n, `LISTED`) or fewer."""
        content = quantized(unit(queries) @ self.axes)
        found = self.view.search(content, min(LISTED, len(self.view)), threads=1)
        keys: Indices = np.atleast_2d(found.keys).astype(np.int64)
        return keys


def read(folder: Path, described: Mapping[str, Any]) -> dict[str, VectorIndex]:
    """Open the indexes in `folder`, by name.

    Args:
        folder: the folder that `write` filled.
        described: what they must have been built from.

    Raises:
        UserError: usearch is missing; the folder has no index, or one of something else, or its
            files are not the ones that were written there.
    """
    path = folder / RECORD
    known = json_files.read_json(path, limit=reading.MAX_FILE)
    for key, value in (dict(described) | {"engine": _engine()}).items():
        if known.get(key) != value:
            raise UserError(f"{folder} was built for another {key}; {BUILD}")
    files = validation.field(known, "files", dict, path)
    return {name: _view(folder, name, files[name]) for name in NAMES if name in files}


def _view(folder: Path, name: str, record: Any) -> VectorIndex:
    """Open the files of one index, which must be the ones that were written."""
    path, place = folder / f"{name}.usearch", f"{folder / RECORD}: {name}"
    vectors, size = (validation.field(record, key, int, place) for key in ("vectors", "size"))
    written = validation.field(record, "stamps", list, place)
    with reading.open_file(path, BUILD):  # no pipe and no device
        if _stamps(folder, name) != written:
            raise UserError(f"{path} is not the file that was built here; {BUILD}")
        axes = read_arrays(folder / f"{name}.npz", [AXES])[AXES]
        view = _new(axes.shape[1])
        view.view(path)
    if (len(view), len(axes)) != (vectors, size):
        raise UserError(f"{path} does not hold {vectors:,} vectors of {size:,}; {BUILD}")
    return VectorIndex(view, axes)


def _new(size: int) -> Any:
    """Return an empty index of vectors of `size` numbers."""
    return _usearch().Index(
        ndim=size, metric="cos", dtype="i8", connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD, expansion_search=EXPANSION_SEARCH,
    )  # fmt: skip


def _engine() -> str:
    _usearch()
    return f"usearch {metadata.version('usearch')}"


def _usearch() -> Any:
    """Import the package that indexes, which is optional."""
    with explained(lambda error: f"an index of vectors needs usearch: {EXTRA}", ImportError):
        from usearch import index
    return index
