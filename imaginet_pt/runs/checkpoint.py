"""Checkpoints: all that `--resume` needs, the two newest of a run, each with its own checksum.

checkpoint-E-B.npz was written in epoch E after B of its minibatches: the arrays `params/...`,
`update/...` and `history/...` as an .npz file, and behind it the SHA-256 of these bytes, since the
checksums inside an .npz file do not cover the names and shapes.
"""

import hashlib
from pathlib import Path

import numpy as np

from ..errors import UserError
from ..files import reading
from ..files.arrays import read_arrays
from ..files.atomic import atomic
from .history import History

DIGEST_SIZE, BLOCK = hashlib.sha256().digest_size, 2**20  # bytes


class Checkpoints:
    """The checkpoints in the folder of a run. whole: path of the newest known to be whole."""

    def __init__(self, folder):
        self.folder, self.whole = Path(folder), None

    def paths(self):
        """Those that are here, the newest first."""
        numbers = {}
        for path in self.folder.glob("checkpoint-*-*.npz"):
            epoch, _, batch = path.stem.removeprefix("checkpoint-").partition("-")
            if epoch.isdecimal() and batch.isdecimal():
                numbers[path] = int(epoch), int(batch)
        return sorted(numbers, key=numbers.__getitem__, reverse=True)

    def save(self, params, update, history):
        """Write arrays by name and `History`; all but this and the last whole one are removed.

        Raises:
            UserError: it cannot be written; what was there still is.
        """
        path = self.folder / f"checkpoint-{history.epoch}-{history.done}.npz"
        write(path, {"params": params, "update": update, "history": history.arrays()})
        for old in self.paths():
            if old not in (path, self.whole):
                old.unlink()
        self.whole = path

    def newest(self, say):
        """Parameters, arrays of the update rule and `History` of the newest whole checkpoint.

        say: is told of each that is damaged.

        Raises:
            UserError: none is whole.
        """
        wrong = []
        for path in self.paths():
            try:
                found = read(path)
            except UserError as error:
                wrong.append(str(error))
                say(f"{error}; taking the one before")
            else:
                self.whole = path
                return found
        raise UserError(
            f"{self.folder} holds no whole checkpoint ({'; '.join(wrong) or 'none at all'}); "
            "train again with another --out"
        )


def write(path, groups):
    """{group: {name: array}} as a checkpoint, whole or not at all."""
    named = {f"{g}/{name}": a for g, arrays in groups.items() for name, a in arrays.items()}
    with atomic(path, "w+b") as file:
        np.savez(file, **named)
        file.seek(0)
        file.write(hashlib.file_digest(file, "sha256").digest())


def read(path):
    """Parameters, arrays of the update rule and `History` of the checkpoint at `path`.

    Raises:
        UserError: it cannot be read, is damaged, or is no checkpoint.
    """
    _verify(path)
    groups = {"params": {}, "update": {}, "history": {}}
    try:
        for name, array in read_arrays(path).items():
            group, _, rest = name.partition("/")
            groups[group][rest] = array
        return groups["params"], groups["update"], History.of(groups["history"])
    except (KeyError, ValueError, TypeError) as error:
        raise UserError(f"{path} is no checkpoint of this program: {error!r}") from None


def _verify(path):
    """Compare the checksum, reading a block at a time."""
    found = hashlib.sha256()
    with reading.guard(path), open(path, "rb") as file:
        size = left = path.stat().st_size
        while left > DIGEST_SIZE:
            block = file.read(min(BLOCK, left - DIGEST_SIZE))
            found.update(block)
            left -= len(block) or left
        right = found.digest() == file.read()
    if not right:
        raise UserError(f"{path} is damaged: its {size:,} bytes do not have its checksum")
