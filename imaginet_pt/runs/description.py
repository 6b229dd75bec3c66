"""Describe a run in its `run.json`: settings, data, versions and threads."""

import os
import platform
from importlib.metadata import version

from ..files.arrays import write_arrays
from ..files.reading import digest

PACKAGES = ["pytensor", "numpy", "scipy"]
THREADS = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]  # limit those of products


def describe_data(dataset):
    """What `run.json` says of the data."""
    data = {"name": dataset.name, "synthetic": dataset.synthetic, "digests": dataset.digests}
    return {"data": data, "features": 0 if dataset.features is None else dataset.features.shape[1]}


def digests_of(paths):
    return {name: digest(path) for name, path in paths.items() if path}


def describe(folder, described, settings, params, tokenizer, scaler):
    """Write what does not change in a run: vocabulary, scaler and `run.json`, the last.

    described: entries of `run.json` on data, features, backend and beginning.
    """
    tokenizer.save(folder / "vocabulary.json")
    if scaler.stored:
        write_arrays(folder / "scaler.npz", vars(scaler))
    description = {
        "settings": settings.as_dict(),
        "parameters": list(params),
        "versions": {"python": platform.python_version()} | {p: version(p) for p in PACKAGES},
        "threads": {"cpus": os.cpu_count(), **_thread_limits()},
    }
    folder.write_json("run.json", described | description)


def _thread_limits():
    return {name: os.environ[name] for name in THREADS if name in os.environ}
