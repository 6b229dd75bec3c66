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
import json
from pathlib import Path

import filelock

from ..errors import UserError
from ..files import json_files, validation
from ..files.atomic import atomic, remove_leftovers
from ..files.folders import make_folder

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
        folder = cls(make_folder(path))
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
        """The object in the file `name` of the run; raises as `json_files.read_json`."""
        return json_files.read_json(self / name)

    def described(self):
        """What `run.json` says, its entries of the types that they are written with.

        Raises:
            UserError: it is missing, damaged, or says something else.
        """
        path, content = self / "run.json", self.read_json("run.json")
        for key, kind in {"settings": dict, "data": dict, "features": int}.items():
            validation.field(content, key, kind, path)
        for key, kind in {"digests": dict, "synthetic": bool}.items():
            validation.field(content["data"], key, kind, f"{path}: data")
        validation.name(content["data"], "name", f"{path}: data")
        if not 0 <= content["features"] <= MAX_FEATURES:
            raise UserError(f"{path}: 'features' is {content['features']}; train the run again")
        return content

    def write_json(self, name, content):
        """Write `content` to the file `name` of the run, whole or not at all."""
        with atomic(self / name) as file:
            json.dump(content, file, indent=1, ensure_ascii=False)
            file.write("\n")
