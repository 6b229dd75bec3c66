"""The folder of a run: its files, written whole or not at all, and checked when read.

run.json         settings, data, versions, names of the parameters (`description.py`)
vocabulary.json  the token of each id
costs.csv        epoch,batch,cost: one row per minibatch
validation.csv   epoch, the cost of each pathway, and their weighted sum
times.csv        epoch,seconds
weights-N.npz    parameters after epoch N, by name
scaler.npz       mean and scale of the image features, if they are scaled
model-card.md    a description of the run, written at its end (`model_card.py`)
checkpoint-E-B.npz  everything needed to resume the training (`checkpoint.py`)
lock             held by the process that trains here
"""

import contextlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

import filelock
import numpy.typing as npt

from ..data.preprocessing import Tokenizer
from ..data.scalers import SCALERS, NoScaler, StandardScaler
from ..errors import CHOOSE, UserError, explained
from ..files import json_files
from ..files.arrays import Array, read_arrays, write_arrays
from ..files.atomic import atomic, remove_leftovers, writing
from ..files.folders import make_folder
from ..files.tables import read_table
from .description import RunDescription, read_description

BEST: Literal["best"] = "best"  # the epoch of the lowest validation cost
Iteration: TypeAlias = int | Literal["best"] | None  # an epoch; None is the last
WEIGHTS = re.compile(r"weights-([1-9][0-9]{0,8})\.npz")


class RunFolder:
    """The files of the run in the folder `path`."""

    DESCRIPTION, ARRAYS = "run.json", ".npz"  # the file's name, and the ending of files of arrays

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    @classmethod
    @contextlib.contextmanager
    def create(cls, path: str | PathLike[str]) -> Iterator[Self]:
        """Make a new folder at `path` and lock it; it becomes a run when `begin` writes run.json.

        Raises:
            UserError: there is a run already, or the folder cannot be made or locked.
        """
        folder = cls(make_folder(path))
        with folder.locked():
            cls.check_new(path)
            yield folder

    @staticmethod
    def check_new(path: str | PathLike[str]) -> None:
        """Check that there is no run at `path` yet.

        Raises:
            UserError: there is one.
        """
        if os.path.exists(Path(path) / "run.json"):
            raise UserError(f"{path} holds a run already; choose another `out`, or `resume` {path}")

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training here, and remove unfinished files of a killed one.

        The system releases the lock when this process dies.

        Raises:
            UserError: another process trains here, or the folder cannot be written.
        """
        busy = f"{self.path} is in use by another training; wait for it or {CHOOSE}"
        with writing(self.path), explained(lambda error: busy, filelock.Timeout):
            lock = filelock.FileLock(self / "lock", blocking=False).acquire()
        with lock:
            remove_leftovers(self.path)
            yield

    @classmethod
    def open(cls, path: str | PathLike[str]) -> Self:
        """Return the run at `path`.

        Raises:
            UserError: there is no run.
        """
        if not os.path.isfile(Path(path) / cls.DESCRIPTION):
            raise UserError(f"{path} holds no run (no run.json); give the folder of a training")
        return cls(path)

    def weights(self, iteration: int) -> Path:
        """Return the path of the weights of an epoch."""
        return self / f"weights-{iteration}.npz"

    def iterations(self) -> list[int]:
        """List the epochs whose weights are stored, in order."""
        names = (WEIGHTS.fullmatch(path.name) for path in self.path.glob("weights-*.npz"))
        return sorted(int(match[1]) for match in names if match)

    def epoch(self, iteration: Iteration) -> int:
        """Return the epoch that `iteration` is, of those whose weights are here.

        Args:
            iteration: its number, None for the last, or "best" for that of the lowest validation
                cost.

        Raises:
            UserError: there are no weights, none of this epoch, or no validation costs of any.
        """
        epochs = self.iterations()
        if not epochs:
            raise UserError(f"{self.path} holds no weights yet; let its training finish an epoch")
        if iteration == BEST and len(epochs) > 1:  # LINREG has one, and no validation costs
            return self._best_epoch(epochs)
        if iteration is None or iteration == BEST:
            return epochs[-1]
        if iteration not in epochs:
            present = ", ".join(map(str, epochs))
            raise UserError(f"`iteration` is {iteration}; {self.path} has {present}")
        return iteration

    def _best_epoch(self, epochs: Collection[int]) -> int:
        costs = read_table(self / "validation.csv", ["epoch", "cost"]).set_index("epoch")["cost"]
        known = costs[costs.index.isin(epochs)]
        if known.empty:
            raise UserError(f"{self / 'validation.csv'} has no cost of an epoch with weights")
        return int(known.idxmin())

    def begin(
        self,
        description: RunDescription,
        tokenizer: Tokenizer,
        scaler: NoScaler | StandardScaler,
    ) -> None:
        """Write the files that never change: vocabulary, scaler and, last, run.json."""
        tokenizer.save(self / "vocabulary.json")
        if isinstance(scaler, StandardScaler):
            arrays: dict[str, npt.NDArray[Any]] = vars(scaler)
            write_arrays(self / "scaler.npz", arrays)
        self.write_json("run.json", description.to_json())

    def described(self) -> RunDescription:
        """Read run.json.

        Raises:
            UserError: it is missing or damaged, or does not describe a run.
        """
        return read_description(self / self.DESCRIPTION)

    def read_arrays(self, path: Path, wanted: Mapping[str, Array]) -> dict[str, Array]:
        """Read a file of arrays that must have the names of `wanted`.

        Raises:
            UserError: it is missing or damaged, or has other arrays.
        """
        return read_arrays(path, wanted)

    def scaler(self, description: RunDescription) -> NoScaler | StandardScaler:
        """Read the scaler of the image features.

        Raises:
            UserError: there is none though the settings want one, or it has other features.
        """
        kind, path = SCALERS[description.settings.scaler], self / f"scaler{self.ARRAYS}"
        wanted = kind.placeholders(description.features)
        return kind.of(description.features, self.read_arrays(path, wanted) if wanted else {}, path)

    def read_json(self, name: str) -> dict[str, Any]:
        """Read the object in the JSON file `name` of the run; see `json_files.read_json`."""
        return json_files.read_json(self / name)

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write `content` to the JSON file `name` of the run, whole or not at all."""
        with atomic(self / name) as file:
            json.dump(content, file, indent=1, ensure_ascii=False)
            file.write("\n")
