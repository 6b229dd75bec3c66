"""The content of run.json: a run's settings, data, versions and threads.

It is written once, as the last file of a new run, and is read nowhere but here.
"""

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from os import PathLike
from typing import Any, Self

from ..backends import threads
from ..data.dataset import Dataset
from ..errors import UserError
from ..files import json_files, validation
from ..settings import Settings

PACKAGES = ["pytensor", "numpy", "scipy"]
THREADS = threads.VARIABLES
MAX_FEATURES = 2**24  # of an image
# Settings of the training that no checkpoint of the original tells.
UNTOLD = (
    "update", "l1", "l2", "maxnorm", "iterations", "patience", "least_iterations", "batch_size",
    "ridge_alpha", "choose_ridge_alpha", "mask", "shuffle", "zero_shot", "random_seed",
    "snapshot_freq",
)  # fmt: skip


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that compute."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def describe_data(dataset: Dataset) -> dict[str, Any]:
    """Return the entry `data` of run.json; it has a `path` only if that can be printed."""
    path = {"path": dataset.source} if dataset.source and dataset.source.isprintable() else {}
    return {
        "name": dataset.name,
        "synthetic": dataset.synthetic,
        "digests": dataset.digests,
        **path,
    }


@dataclass(frozen=True)
class RunDescription:
    """The content of run.json.

    Attributes:
        data: the data's name, whether it is synthetic, the SHA-256 of each of its files, and its
            path when the training began.
        features: number of features of an image, 0 without images.
        backend: name of the backend that trained the run, None for LINREG.
        began_with: SHA-256 of the vocabulary and of the weights that were given, if any.
        settings: all settings of the training.
        parameters: names of the parameters, in the order of the original.
        compiler: the backend in words, with its version; empty if nothing was compiled.
        versions: versions of Python and of the libraries, by name.
        reads_end: whether the model reads END after a sentence, as those of archives do.
        threads: what `threads.describe` returns; in older runs the number of processors, and the
            variables that limited threads.
    """

    data: Mapping[str, Any]
    features: int
    backend: str | None
    began_with: Mapping[str, str]
    settings: Settings
    parameters: Iterable[str]
    compiler: str = ""
    reads_end: bool = False
    versions: Mapping[str, str] = field(default_factory=package_versions)
    threads: Mapping[str, Any] = field(default_factory=threads.describe)

    @property
    def converted(self) -> bool:
        """Whether the weights are from a checkpoint of the original, which says little of them."""
        return self.backend == "theano"

    def known_settings(self) -> dict[str, Any]:
        """Return the settings in JSON's types, without those that nobody knows."""
        known = self.settings.as_dict()
        return {s: v for s, v in known.items() if not (self.converted and s in UNTOLD)}

    def to_json(self) -> dict[str, Any]:
        """Return the description in JSON's types."""
        return {
            "data": dict(self.data),
            "features": self.features,
            "backend": self.backend,
            **({"compiler": self.compiler} if self.compiler else {}),
            **({"reads_end": True} if self.reads_end else {}),
            "began_with": dict(self.began_with),
            "settings": self.settings.as_dict(),
            "parameters": list(self.parameters),
            "versions": dict(self.versions),
            "threads": dict(self.threads),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any], path: str | PathLike[str]) -> Self:
        """Check the `content` of the run.json at `path`.

        Raises:
            UserError: an entry is missing, of another type, or has an impossible value.
        """
        for key, kind in ENTRIES.items():
            validation.field(content, key, kind, path)
        _check_data(content["data"], f"{path}: data")
        if not 0 <= content["features"] <= MAX_FEATURES:
            raise UserError(f"{path}: 'features' is {content['features']}; train the run again")
        if content.get("backend") is not None:
            validation.name(content, "backend", path)
        if "compiler" in content:
            validation.name(content, "compiler", path)
        if "reads_end" in content:
            validation.field(content, "reads_end", bool, path)
        for key in ("began_with", "versions"):
            _check_names(content[key], f"{path}: {key}")
        validation.check_words(content["parameters"], path)
        entries = {name: content[name] for name in ENTRIES if name != "settings"}
        return cls(
            settings=Settings.of(content["settings"], path),
            backend=content.get("backend"),
            compiler=content.get("compiler", ""),
            reads_end=content.get("reads_end", False),
            **entries,
        )


# Entries of run.json that must be there -> their JSON types.
ENTRIES: dict[str, type] = {
    "data": dict, "features": int, "began_with": dict, "settings": dict, "parameters": list,
    "versions": dict, "threads": dict,
}  # fmt: skip


def _check_data(data: Mapping[str, Any], place: str) -> None:
    validation.field(data, "digests", dict, place)
    validation.field(data, "synthetic", bool, place)
    validation.name(data, "name", place)
    if "path" in data:
        validation.name(data, "path", place)
    _check_names(data["digests"], f"{place}: digests")


def _check_names(texts: Mapping[str, Any], place: str) -> None:
    """Check that all keys and values of an object are printable strings."""
    for key in texts:
        validation.name({"key": key}, "key", place)
        validation.name(texts, key, place)


def read_description(path: str | PathLike[str]) -> RunDescription:
    """Read the run.json at `path`.

    Raises:
        UserError: it is missing or damaged, or does not describe a run.
    """
    return RunDescription.from_json(json_files.read_json(path), path)
