"""Runs by their folders, at the last epoch or at another: RUN@3, and RUN@0 before training."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from ..backends.protocol import Backend
from ..errors import UserError
from ..runs.trained_model import RecurrentModel
from ..runs.workflow import Workflow
from . import supported

EPOCH = re.compile(r"(.+)@(\d{1,9})")


def load(paths: Sequence[str], backend: Backend) -> dict[str, Workflow]:
    """Load runs, each named by its folder's own name where that is enough to tell them apart.

    Raises:
        UserError: one is no run, has no such epoch, or is not `supported`.
    """
    paths = list(dict.fromkeys(paths))
    names = [Path(os.path.abspath(path)).name for path in paths]
    if len(set(names)) < len(names):
        names = list(paths)
    return {name: _load(path, backend) for name, path in zip(names, paths, strict=True)}


def _load(path: str, backend: Backend) -> Workflow:
    match = None if Path(path).exists() else EPOCH.fullmatch(path)
    workflow = Workflow(match[1] if match else path, backend=backend)
    supported.check(workflow)
    if not match:
        return workflow
    epoch = int(match[2])
    return workflow.at(epoch) if epoch else _untrained(workflow)


def _untrained(workflow: Workflow) -> Workflow:
    """Return the run before training, as at epoch 0.

    Raises:
        UserError: it has no epochs, or its first weights are not those of its seed alone.
    """
    description, path = workflow.folder.described(), workflow.folder.path
    if not isinstance(workflow.model, RecurrentModel):
        raise UserError(f"{path} has no epochs; give it without @0")
    given = "weights" in description.began_with or description.converted
    if given or workflow.settings.shuffle:
        raise UserError(f"{path}@0: the weights that it began with are not known; give an epoch")
    return workflow.with_random_weights()
