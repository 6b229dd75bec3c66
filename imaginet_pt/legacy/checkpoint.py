"""Checkpoints of the original program, read without running anything that stands in them.

The original's `utils.serialize`, tokenizer and scaler are Python 2 pickles, and a pickle is a
program that may call any function by name. Here the names of a fixed table become inert objects
that remember what they were given, arrays are rebuilt from their bytes, and any other name, and
any operation that Python 2 did not write, ends the reading.
"""

import gzip
import pickle
import pickletools
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..data.preprocessing import SPECIAL
from ..data.scalers import NoScaler, StandardScaler
from ..errors import UserError
from ..files.reading import open_regular

RATIO, SLACK = (
    10,
    2**20,
)  # bytes unfolded: at most 10 a byte of the file (the original's: 2.5) + 1 MiB
OPERATIONS = 5_000_000  # in one file; the original's have some 100,000 for 10,000 words


@dataclass(frozen=True)
class Checkpoint:
    """What a folder of the original holds.

    settings: by the names of `settings.Settings`, those that the files tell.
    parameters: float32 arrays in the order of the original model's `params`.
    vocabulary: the token of each id.
    lowercase: whether its tokenizer lowers the text (`main.py` always does).
    """

    settings: dict
    parameters: list[np.ndarray]
    vocabulary: list[str]
    lowercase: bool
    scaler: NoScaler | StandardScaler


def read(folder):
    """The `Checkpoint` in `folder`: model.univ.pkl.gz, tok.pkl.gz and scaler.pkl.gz.

    Raises:
        UserError: a file is missing, is something else, asks for more than data, or the model
            does not fit the vocabulary.
    """
    folder = Path(folder)
    model, parameters = _load(folder / "model.univ.pkl.gz", _model)
    tokens, vocabulary, lowercase = _load(folder / "tok.pkl.gz", _tokenizer)
    scaling, scaler = _load(folder / "scaler.pkl.gz", _scaler)
    if parameters[0].shape != (len(vocabulary), model["embedding_size"]):
        raise UserError(
            f"{folder}: embeddings {parameters[0].shape} do not fit {len(vocabulary)} words of "
            f"size {model['embedding_size']}; take model and tokenizer of one training"
        )
    return Checkpoint(model | tokens | scaling, parameters, vocabulary, lowercase, scaler)


# Objects that do nothing.


class Inert:
    """Stands for an object of the original: `arguments` it was made with, and its `state`."""

    arguments: tuple
    state: Any

    def __new__(cls, *arguments):
        self = object.__new__(cls)
        self.arguments, self.state = arguments, {}
        return self

    def __setstate__(self, state):
        self.state = state


class _Reconstructor(Inert):
    """`copy_reg._reconstructor(kind, object, None)`: an empty object of that kind."""

    def __new__(cls, kind, *_):
        return Inert.__new__(kind)


class _Array(Inert):
    """A NumPy array, `values`, made of nothing but the bytes that are there."""

    def __setstate__(self, state):
        _, shape, dtype, fortran, raw = state
        kind, order = dtype.arguments[0], dtype.state[1]
        if (
            kind not in ("f4", "f8", "i4", "i8")
            or order not in ("<", ">")
            or min(shape, default=0) < 0
        ):
            raise UserError("refused: an array that is not of plain numbers; it is no model")
        flat = np.frombuffer(raw.encode("latin1"), order + kind)
        self.values = flat.reshape(shape, order="F" if fortran else "C")


STAND_INS = {
    "__builtin__": "object",
    "numpy": "dtype ndarray",
    "numpy.core.multiarray": "scalar",
    "imaginet": "CategoricalCrossEntropySwapped CosineDistance Dense NoScaler Stacked WrappedLayer",
    "passage.activations": "softmax rectify tanh sigmoid linear t_rectify t_linear maxout "
    "conv_maxout clipped_maxout clipped_rectify hard_tanh steeper_sigmoid hard_sigmoid",
    "passage.costs": "MeanSquaredError",
    "passage.inits": "uniform normal orthogonal",
    "passage.iterators": "SortedPadded",
    "passage.layers": "Embedding GatedRecurrent LstmRecurrent",
    "passage.preprocessing": "Tokenizer",
    "passage.theano_utils": "floatX intX",
    "passage.updates": "Adam Regularizer",
    "sklearn.preprocessing.data": "StandardScaler",
    "theano.gof.link": "Container",
    "theano.gof.utils": "scratchpad",
    "theano.sandbox.cuda.type": "CudaNdarrayType CudaNdarray_unpickler",
    "theano.sandbox.cuda.var": "CudaNdarraySharedVariable",
    "theano.tensor.sharedvar": "TensorSharedVariable",
    "theano.tensor.type": "TensorType",
    "theano.tensor.var": "TensorVariable",
}
TABLE = {
    (module, name): type(name, (Inert,), {})
    for module, names in STAND_INS.items()
    for name in names.split()
} | {
    ("copy_reg", "_reconstructor"): _Reconstructor,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
}


# The reading of a file.


# Python 2's operations, without those that refer to elsewhere (extensions, persistent ids).
PYTHON_2 = {
    ord(operation.code): pickle._Unpickler.dispatch[ord(operation.code)]
    for operation in pickletools.opcodes
    if operation.proto <= 2 and not operation.name.startswith(("EXT", "PERSID", "BINPERSID"))
}


class _Unpickler(pickle._Unpickler):
    """Python's own that is written in Python: its operations are a table, which can be cut, and its
    memory grows with what is read, not with what the file promises."""

    dispatch = PYTHON_2

    def find_class(self, module, name):
        if (module, name) not in TABLE:
            raise UserError(
                f"refused: it names {ascii(f'{module}.{name}')[:80]}, which is no part of a "
                "checkpoint; nothing was run; get the file from whoever trained the model"
            )
        return TABLE[module, name]


class _Bounded:
    """A stream from which only `limit` bytes, in `OPERATIONS` short reads, can be taken."""

    def __init__(self, stream, limit):
        self.stream, self.left, self.operations = stream, limit, OPERATIONS

    def read(self, size):
        self.operations -= size == 1  # each operation begins with a read of its one byte
        return self._counted(self.stream.read(min(size, self.left + 1)))

    def readline(self):
        return self._counted(self.stream.readline(self.left + 1))

    def _counted(self, data):
        self.left -= len(data)
        if self.left < 0 or self.operations < 0:
            raise UserError("refused: it unfolds to far more than its size; it is no model")
        return data


@contextmanager
def _reading(path):
    """Say which file a mistake is in; a damaged or hostile pickle fails in any way there is."""
    try:
        yield
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; give the folder of a trained original") from None
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    except Exception as error:
        raise UserError(
            f"{path}: not what the original writes ({type(error).__name__}); "
            "make it again with the original's convert.py"
        ) from None


def _load(path, extract):
    """`extract` of the object in the gzipped pickle `path`."""
    with _reading(path), open_regular(path) as packed, gzip.open(packed) as file:
        bounded = _Bounded(file, SLACK + RATIO * path.stat().st_size)
        return extract(_Unpickler(bounded, encoding="latin1").load())


# What the three objects say.

RECURRENT = {"GatedRecurrent": ("gru", 10), "LstmRecurrent": ("lstm", 12)}  # and parameters of one
# layers from bottom to top -> type of model, its recurrent and its dense layers
MODELS = {
    "Embedding Recurrent Dense": ("simple", 1, 1),
    "Embedding Recurrent Recurrent Dense": ("deep-simple", 2, 1),
    "Embedding Combined": ("shared_embeddings", 2, 2),
    "Embedding Recurrent Combined": ("shared_all", 1, 2),
}


def _model(serialized):
    """Settings and parameters of what `utils.serialize` made of a model."""
    config = serialized["config"]
    layers = [(layer["layer_name"], layer["config"]) for layer in config["layers"]]
    names = " ".join("Recurrent" if name in RECURRENT else name for name, _ in layers)
    model_type, recurrent_layers, dense_layers = MODELS[names]
    (recurrent, inner), (_, outer) = _visual_pathway(layers)
    hidden_type, count = RECURRENT[recurrent]
    weights = [array.values for _, layer in layers for array in layer["weights"]]
    if len(weights) != 1 + count * recurrent_layers + 2 * dense_layers:
        raise UserError(f"{len(weights)} parameters are not those of {model_type}, {hidden_type}")
    settings = {
        "model_type": model_type,
        "hidden_type": hidden_type,
        "hidden_size": int(inner["size"]),
        "embedding_size": int(layers[0][1]["size"]),
        "activation": inner["activation"],
        "out_activation": outer["activation"],
        "rate": float(config["updater"].state["lr"]),
        "clipnorm": float(config["updater"].state["clipnorm"]),
    }
    return settings | _costs(config), [np.array(array, "float32") for array in weights]


def _visual_pathway(layers):
    """(class, settings) of the first layer above the embeddings and of the one of image vectors."""
    (name, config) = layers[-1]
    if name != "Combined":
        return layers[1], layers[-1]
    right = config["right"]
    stack = right.state["settings"]["layers"] if type(right).__name__ == "Stacked" else [right]
    pathway = layers[1:-1] + [(type(layer).__name__, layer.state["settings"]) for layer in stack]
    return pathway[0], pathway[-1]


def _costs(config):
    """Settings of the cost of one pathway, or of both."""
    if "cost_z" not in config:
        return {"cost": config["cost"].__name__}
    return {
        "cost": config["cost_z"].__name__,
        "alpha": float(config["alpha"]),
        "non_interpolated": not config["interpolated"],
    }


def _tokenizer(tokenizer):
    """Settings, the token of each id, and whether text is lowered."""
    state = tokenizer.state
    tokens = {number: token for token, number in state["encoder"].items()}
    vocabulary = [tokens[number] for number in range(len(state["encoder"]))]
    if vocabulary[:3] != SPECIAL or not all(isinstance(token, str) for token in vocabulary):
        raise UserError("its vocabulary is not one of texts that begins PAD, END, UNK")
    settings = {
        "character": bool(state["character"]),
        "word_freq_threshold": int(state["min_df"]),
    }
    return settings, vocabulary, bool(state["lowercase"])


def _scaler(scaler):
    """Setting and scaler; scikit-learn before 0.17 called the scale `std_`."""
    if type(scaler).__name__ == "NoScaler":
        return {"scaler": "none"}, NoScaler()
    scale = scaler.state["scale_" if "scale_" in scaler.state else "std_"]
    return {"scaler": "standard"}, StandardScaler(scaler.state["mean_"].values, scale.values)
