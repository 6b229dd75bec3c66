"""Export a run at one epoch: write the folder that `exported_run` reads."""

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy.typing as npt

from ..data.scalers import StandardScaler
from ..errors import UserError
from ..files.arrays import converted
from ..files.atomic import atomic
from ..files.folders import make_folder
from ..files.tensors import write_tensors
from .exported_run import CARD, ExportedRun
from .workflow import Workflow


def export(workflow: Workflow, out: str | PathLike[str], precision: str = "float32") -> ExportedRun:
    """Write a run at its epoch into the folder `out`, without its card.

    Args:
        workflow: the run.
        out: a new folder, or one without a run in it.
        precision: the type of the weights, "float32" or "float16".

    Raises:
        UserError: there is a run already, or a weight is too large for the type.
    """
    folder = ExportedRun(out)
    for name in ("run.json", folder.DESCRIPTION):
        if (folder / name).exists():
            raise UserError(f"`out` {out} holds a run already ({name}); choose a new folder")
    weights = _converted(workflow, precision)
    make_folder(out)
    write_tensors(folder.weights(workflow.iteration), weights)
    if isinstance(workflow.scaler, StandardScaler):
        write_tensors(folder / f"scaler{folder.ARRAYS}", vars(workflow.scaler))
    workflow.tokenizer.save(folder / "vocabulary.json")
    folder.write_json(folder.DESCRIPTION, {"epoch": workflow.iteration} | _description(workflow))
    return folder


def write_card(folder: ExportedRun, text: str) -> None:
    """Write the card of an exported run."""
    with atomic(folder / CARD) as file:
        file.write(text)


def size(folder: ExportedRun) -> int:
    """Return the size of an exported run in bytes."""
    return sum(path.stat().st_size for path in Path(folder.path).iterdir())


def _converted(workflow: Workflow, precision: str) -> dict[str, npt.NDArray[Any]]:
    """Return the weights in another type, all of them finite."""
    path = workflow.folder.path
    return {
        name: converted(array, precision, f"{path}: {name}")
        for name, array in workflow.model.params.items()
    }


def _description(workflow: Workflow) -> dict[str, Any]:
    """Return what the run's description says, without the place of the data on this machine."""
    described = workflow.folder.described()
    data = {name: value for name, value in described.data.items() if name != "path"}
    return replace(described, data=data).to_json()
