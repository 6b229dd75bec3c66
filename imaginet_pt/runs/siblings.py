"""Find LINREG among the runs beside a run."""

import contextlib
import os
from pathlib import Path

from ..errors import UserError, attempt
from .run_folder import RunFolder
from .workflow import Workflow


def find_linreg(workflow: Workflow) -> Workflow | None:
    """Load the first trained LINREG in the folder that holds a run's folder.

    It must have the run's data and its threshold of words, as the LINREG of a table has. None if
    there is none, or if the run is one itself; folders that cannot be read are passed over.
    """
    if workflow.settings.model_type == "linear":
        return None
    folder = Path(os.path.relpath(workflow.folder.path.resolve().parent))
    paths = sorted(path.parent for path in folder.glob("*/run.json"))
    loaded = (attempt(Workflow, path)[0] for path in paths if _is_linreg(path, workflow))
    return next(filter(None, loaded), None)


def _is_linreg(path: Path, workflow: Workflow) -> bool:
    """Tell whether a trained LINREG is at `path`, of the data and the threshold of a run."""
    folder = RunFolder(path)
    with contextlib.suppress(UserError):
        description = folder.described()
        settings = description.settings
        return (
            settings.model_type == "linear"
            and settings.word_freq_threshold == workflow.settings.word_freq_threshold
            and description.data["digests"] == workflow.data["digests"]
            and bool(folder.iterations())
        )
    return False
