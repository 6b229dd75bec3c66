"""An exported run: a folder that model hubs take as it is, and that loads like any other run.

config.json        `epoch`, and what run.json says, without the place of the data
vocabulary.json    the token of each id
model.safetensors  parameters by name
scaler.safetensors mean and scale of the image features, if they are scaled
README.md          the model card, with the header that hubs read (`model_card.py`)
"""

import os
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from ..errors import UserError
from ..files import validation
from ..files.arrays import Array
from ..files.tensors import read_tensors
from .run_folder import RunFolder

CARD = "README.md"
MAX_EPOCH = 10**9


class ExportedRun(RunFolder):
    """The files of an exported run: one epoch, which cannot be resumed."""

    DESCRIPTION, ARRAYS = "config.json", ".safetensors"

    def weights(self, iteration: int) -> Path:
        """Return the path of the weights."""
        return self / "model.safetensors"

    def iterations(self) -> list[int]:
        """List the one epoch whose weights are stored.

        Raises:
            UserError: config.json does not tell it.
        """
        path = self / self.DESCRIPTION
        epoch: int = validation.field(self.read_json(self.DESCRIPTION), "epoch", int, path)
        if not 1 <= epoch < MAX_EPOCH:
            raise UserError(f"{path}: 'epoch' is {epoch}; export the run again")
        return [epoch]

    def read_arrays(self, path: Path, wanted: Mapping[str, Array]) -> dict[str, Array]:
        """Read a file of tensors that must have the names and shapes of `wanted`."""
        return read_tensors(path, wanted)


def open_run(path: str | PathLike[str]) -> RunFolder:
    """Return the run at `path`, exported or not.

    Raises:
        UserError: there is no run.
    """
    exported = ExportedRun(path)
    return exported if os.path.isfile(exported / exported.DESCRIPTION) else RunFolder.open(path)
