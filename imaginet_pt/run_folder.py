"""The folder of a run: what is in it, written whole and read with care.

run.json         settings, data, versions, names of the parameters
vocabulary.json  the token of each id
costs.csv        epoch,batch,cost: a row a minibatch
validation.csv   epoch and the cost of each pathway and of both
times.csv        epoch,seconds
weights-N.npz    parameters after epoch N, by name
scaler.npz       mean and scale of the image features, if they are scaled
model-card.md    what the run is, written when it ends (`model_card.py`)
checkpoint-E-B.npz  all that `--resume` needs (`checkpoint.py`)
lock             held by the process that trains here
"""

import contextlib
import csv
import io
import json
import math
import zipfile
from pathlib import Path

import filelock
import numpy as np
import pandas as pd

from . import checked
from .errors import UserError
from .files import atomic, remove_leftovers

MAX_FEATURES = 2**24  # of an image


class RunFolder:
    """Paths and formats of a run at `path`."""

    def __init__(self, path):
        self.path = Path(path)

    def __truediv__(self, name):
        return self.path / name

    @classmethod
    @contextlib.contextmanager
    def create(cls, path):
        """A new folder at `path`, locked. It becomes a run when its `run.json` is written.

        Raises:
            UserError: there is a run already, or the folder cannot be made or locked.
        """
        folder = cls.made(path)
        with folder.locked():
            if (folder / "run.json").exists():
                raise UserError(
                    f"{path} holds a run already; choose another --out, or --resume {path}"
                )
            yield folder

    @contextlib.contextmanager
    def locked(self):
        """Keeps other processes from training here; the system gives it up when this one dies.

        What a killed process left half-written is removed.

        Raises:
            UserError: another process trains here, or the folder cannot be written.
        """
        try:
            lock = filelock.FileLock(self / "lock", blocking=False).acquire()
        except filelock.Timeout:
            raise UserError(
                f"{self.path} is in use by another training; wait for it or choose another folder"
            ) from None
        except OSError as error:
            raise UserError(
                f"cannot write {self.path}: {error.strerror}; choose another folder"
            ) from None
        with lock:
            remove_leftovers(self.path)
            yield

    @classmethod
    def made(cls, path):
        """The folder at `path`, made if need be.

        Raises:
            UserError: it cannot be made.
        """
        try:
            Path(path).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"cannot make {path}: {error.strerror}; choose another --out") from None
        return cls(path)

    @classmethod
    def open(cls, path):
        """The run at `path`.

        Raises:
            UserError: there is none.
        """
        if not (Path(path) / "run.json").is_file():
            raise UserError(
                f"{path} holds no run (no run.json); give the --out folder of a training"
            )
        return cls(path)

    def weights(self, iteration):
        """The path of the weights of an epoch."""
        return self / f"weights-{iteration}.npz"

    def iterations(self):
        """The epochs whose weights are here, in order."""
        names = (p.stem.removeprefix("weights-") for p in self.path.glob("weights-*.npz"))
        return sorted(int(name) for name in names if name.isdigit())

    def read_json(self, name):
        """The object in the file `name` of the run; raises as `checked.read_json`."""
        return checked.read_json(self / name)

    def described(self):
        """What `run.json` says, its entries of the types that they are written with.

        Raises:
            UserError: it is missing, damaged, or says something else.
        """
        path, content = self / "run.json", self.read_json("run.json")
        for key, kind in {"settings": dict, "data": dict, "features": int}.items():
            checked.field(content, key, kind, path)
        for key, kind in {"digests": dict, "synthetic": bool}.items():
            checked.field(content["data"], key, kind, f"{path}: data")
        checked.name(content["data"], "name", f"{path}: data")
        if not 0 <= content["features"] <= MAX_FEATURES:
            raise UserError(f"{path}: 'features' is {content['features']}; train the run again")
        return content

    def write_json(self, name, content):
        """Write `content` to the file `name` of the run, whole or not at all."""
        with atomic(self / name) as file:
            json.dump(content, file, indent=1, ensure_ascii=False)
            file.write("\n")


def write_table(path, header, rows):
    """A CSV file of `rows` under `header`, whole or not at all."""
    with atomic(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_table(path):
    """Such a file as a DataFrame.

    Raises:
        UserError: no such file, or not a table.
    """
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read the table {path}: {error}; train the run again") from None


def write_arrays(path, arrays):
    """Named arrays as an `.npz` file, whole or not at all."""
    with atomic(path, "wb") as file:
        np.savez(file, **arrays)


def read_arrays(path):
    """The arrays of an `.npz` file by name; checksums are verified, nothing is unpickled.

    Raises:
        UserError: no such file, a damaged one, one that unpacks to far more than its size, or one
            that holds other things than arrays.
    """
    fix = "give a whole .npz file"
    with checked.reading(path, fix), zipfile.ZipFile(path) as archive:
        members, limit = archive.infolist(), checked.unpacked_limit(Path(path))
        if sum(member.file_size for member in members) > limit:
            raise UserError(f"{path} unpacks to more than {limit:,} bytes; {fix}")
        return {m.filename.removesuffix(".npy"): _array(archive, m) for m in members}


PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # NumPy's, which unpack piece by piece


def _array(archive, member):
    """One array, made of nothing but the bytes that are there, whatever its header promises."""
    if member.compress_type not in PACKINGS:
        raise ValueError(f"{member.filename} is packed in another way than NumPy's")
    content = archive.read(member)
    shape, turned, dtype, start = checked.npy_header(io.BytesIO(content))
    values = np.frombuffer(content, dtype, math.prod(shape), start)
    return values.reshape(shape, order="F" if turned else "C")


def adopt(params, arrays, source):
    """`arrays` in the place of `params`: by name, or unnamed (`arr_0`, ...) in their order.

    Raises:
        UserError: one is missing, left over, of another shape, or not of finite numbers; all of
            them are listed.
    """
    if "arr_0" in arrays:
        arrays = {
            name: arrays.pop(f"arr_{i}") for i, name in enumerate(params) if f"arr_{i}" in arrays
        } | arrays
    wrong = [f"{name} is missing" for name in params if name not in arrays]
    wrong += [f"{name} is not of this model" for name in arrays if name not in params]
    wrong += [
        f"{name} {misfit}"
        for name, array in params.items()
        if name in arrays and (misfit := _misfit(arrays[name], array))
    ]
    if wrong:
        raise UserError(f"{source} does not fit the model: {'; '.join(wrong)}")
    return {name: arrays[name].astype(array.dtype) for name, array in params.items()}


def _misfit(array, wanted):
    """What keeps `array` from the place of `wanted`, in words; empty where nothing does."""
    if array.shape != wanted.shape:
        return f"is {array.shape}, not {wanted.shape}"
    if array.dtype.kind not in "fiu":
        return f"holds {array.dtype}, not real numbers"
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(array.astype(wanted.dtype)).all()
    return "" if finite else "has values that are not finite"
