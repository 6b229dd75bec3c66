"""Checkpoints: everything needed to resume a training, each with its own checksum.

checkpoint-E-B.npz was written in epoch E after B of its minibatches. It is an .npz file with the
arrays `params/...`, `update/...` and `history/...`, followed by the SHA-256 of its bytes, since the
checksums inside an .npz file do not cover names and shapes.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import UserError, attempt, explained
from ..files import reading
from ..files.arrays import read_arrays
from ..files.atomic import atomic
from .history import History

Arrays = dict[str, npt.NDArray[Any]]
DIGEST_SIZE, BLOCK = hashlib.sha256().digest_size, 2**20  # bytes
NAME = re.compile(r"checkpoint-([0-9]{1,9})-([0-9]{1,9})\.npz")


class Checkpoint(NamedTuple):
    """The state of a training: parameters and arrays of the update rule by name, and history."""

    params: Arrays
    update: Arrays
    history: History


class Checkpoints:
    """The checkpoints in the folder of a run, of which the two newest are kept.

    Attributes:
        folder: the run's folder.
        whole: the path of the newest checkpoint known to be undamaged, if any.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = Path(folder)
        self.whole: Path | None = None

    def paths(self) -> list[Path]:
        """Return the paths of all checkpoints, the newest first."""
        positions = {
            path: (int(match[1]), int(match[2]))
            for path in self.folder.glob("checkpoint-*-*.npz")
            if (match := NAME.fullmatch(path.name))
        }
        return sorted(positions, key=positions.__getitem__, reverse=True)

    def save(
        self,
        params: Mapping[str, npt.NDArray[Any]],
        update: Mapping[str, npt.NDArray[Any]],
        history: History,
    ) -> None:
        """Write a checkpoint, then remove all others but the last undamaged one.

        Raises:
            UserError: it cannot be written; the older checkpoints are still there.
        """
        path = self.folder / f"checkpoint-{history.epoch}-{history.done}.npz"
        write(path, {"params": params, "update": update, "history": history.to_arrays()})
        for old in self.paths():
            if old not in (path, self.whole):
                old.unlink()
        self.whole = path

    def newest(self, warn: Callable[[str], object]) -> Checkpoint:
        """Read the newest undamaged checkpoint.

        Args:
            warn: called with a line about each damaged checkpoint.

        Raises:
            UserError: there is no undamaged checkpoint.
        """
        errors = []
        for path in self.paths():
            checkpoint, damage = attempt(read, path)
            if checkpoint is None:
                errors.append(damage)
                continue
            for error in errors:
                warn(f"{error}; using the one before")
            self.whole = path
            return checkpoint
        raise UserError(
            f"{self.folder} holds no whole checkpoint ({'; '.join(errors) or 'none at all'}); "
            "train again with another `out`"
        )


def write(path: Path, groups: Mapping[str, Mapping[str, npt.NDArray[Any]]]) -> None:
    """Write {group: {name: array}} as a checkpoint, whole or not at all."""
    arrays: dict[str, Any] = {
        f"{group}/{name}": array for group, named in groups.items() for name, array in named.items()
    }
    with atomic(path, "w+b") as file:
        np.savez(file, **arrays)
        file.seek(0)
        file.write(hashlib.file_digest(file, "sha256").digest())


def read(path: Path) -> Checkpoint:
    """Read the checkpoint at `path`.

    Raises:
        UserError: it cannot be read, is damaged, or is not a checkpoint.
    """
    _verify(path)
    groups: dict[str, Arrays] = {"params": {}, "update": {}, "history": {}}
    other = f"{path} is no checkpoint of this program"
    kinds = KeyError, ValueError, TypeError
    with explained(lambda error: f"{other}: {error!r}", *kinds):
        for name, array in read_arrays(path).items():
            group, _, rest = name.partition("/")
            groups[group][rest] = array
        history = History.from_arrays(groups["history"])
    return Checkpoint(groups["params"], groups["update"], history)


def _verify(path: Path) -> None:
    """Compare the checksum of a checkpoint, reading a block at a time."""
    computed = hashlib.sha256()
    with reading.open_file(path) as file:
        size = left = reading.size_of(file)
        while left > DIGEST_SIZE:
            block = file.read(min(BLOCK, left - DIGEST_SIZE))
            computed.update(block)
            left -= len(block) or left
        matches = computed.digest() == file.read()
    if not matches:
        raise UserError(f"{path} is damaged: its {size:,} bytes do not match its checksum")
