"""Read a checkpoint of the original program: settings, parameters, vocabulary and scaler.

The original's model, tokenizer and scaler are Python 2 pickles (see `unpickler`). The type of every
value from one is checked before the value is used.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ..data import preprocessing
from ..data.scalers import NoScaler, StandardScaler
from ..errors import UserError, explained
from ..files.reading import open_file
from .unpickler import Refused, unpickle

T = TypeVar("T")

AGAIN = "make it again with the program that wrote it"
RECURRENT = {"GatedRecurrent": ("gru", 10), "LstmRecurrent": ("lstm", 12)}  # and parameters of one
# Layers from bottom to top -> type of model, and how many recurrent and dense layers it has.
MODELS = {
    "Embedding Recurrent Dense": ("simple", 1, 1),
    "Embedding Recurrent Recurrent Dense": ("deep-simple", 2, 1),
    "Embedding Combined": ("shared_embeddings", 2, 2),
    "Embedding Recurrent Combined": ("shared_all", 1, 2),
}


@dataclass(frozen=True)
class Checkpoint:
    """The content of a folder of the original.

    Attributes:
        settings: the settings that the files tell, by the names of `settings.Settings`.
        parameters: float32 arrays in the order of the original model's `params`.
        vocabulary: the token of each id.
        scaler: the scaler of the image features.
        features: number of features of an image.
        layers: the layers above the embeddings in the order of `parameters`, by the names of
            `models.Imaginet`; empty where it is that of the model.
        reads_end: whether sentences are read with END after them.
    """

    settings: dict[str, Any]
    parameters: list[npt.NDArray[np.float32]]
    vocabulary: list[str]
    scaler: NoScaler | StandardScaler
    features: int
    layers: tuple[str, ...] = ()
    reads_end: bool = False


def read(folder: str | PathLike[str]) -> Checkpoint:
    """Read the checkpoint in `folder`: model.univ.pkl.gz, tok.pkl.gz and scaler.pkl.gz.

    Raises:
        UserError: a file is missing, is something else or more than data, or the files do not fit
            together.
    """
    folder = Path(folder)
    with _reading(folder / "model.univ.pkl.gz") as content:
        model, parameters = _model(content)
        features = count_features(parameters[-1], model["out_activation"])
    with _reading(folder / "tok.pkl.gz") as content:
        tokens, words = _tokenizer(content)
        preprocessing.vocabulary(words, folder / "tok.pkl.gz")
    with _reading(folder / "scaler.pkl.gz") as content:
        scaling, scaler = read_scaler(content, features)
    if parameters[0].shape != (len(words), model["embedding_size"]):
        raise UserError(
            f"{folder}: embeddings {parameters[0].shape} do not fit {len(words)} words of "
            f"size {model['embedding_size']}; give the model and tokenizer of one training"
        )
    return Checkpoint(model | tokens | scaling, parameters, words, scaler, features)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[Any]:
    """Read the object in a file; errors, in the block too, name the file."""
    with open_file(path, "give the folder of a trained original") as file, naming(path):
        yield unpickle(file)


def naming(path: object) -> contextlib.AbstractContextManager[None]:
    """Turn any error in the block into one line that names the file.

    Raises:
        UserError: the line.
    """

    def message(error: Exception) -> str:
        if isinstance(error, Refused):
            return f"{path}: {error}"
        # What an error of Python says may be as long as what was read.
        return f"{path}: not what the original writes ({type(error).__name__}); {AGAIN}"

    return explained(message, Exception)


def _model(serialized: Any) -> tuple[dict[str, Any], list[npt.NDArray[np.float32]]]:
    """Return settings and parameters of a model that `utils.serialize` wrote."""
    config = serialized["config"]
    layers = [(typed(layer["layer_name"], str), layer["config"]) for layer in config["layers"]]
    names = " ".join("Recurrent" if name in RECURRENT else name for name, _ in layers)
    model_type, recurrent_layers, dense_layers = MODELS[names]
    (recurrent, inner), (_, outer) = _visual_pathway(layers)
    hidden_type, count = RECURRENT[recurrent]
    weights = [array.values for _, layer in layers for array in layer["weights"]]
    if len(weights) != 1 + count * recurrent_layers + 2 * dense_layers:
        raise Refused(f"{len(weights)} parameters are not those of {model_type}, {hidden_type}")
    settings = {
        "model_type": model_type,
        "hidden_type": hidden_type,
        "hidden_size": typed(inner["size"], int),
        "embedding_size": typed(layers[0][1]["size"], int),
        "activation": typed(inner["activation"], str),
        "out_activation": typed(outer["activation"], str),
        "rate": float(config["updater"].state["lr"]),
        "clipnorm": float(config["updater"].state["clipnorm"]),
    }
    return settings | _costs(config), [np.array(array, "float32") for array in weights]


def typed(value: Any, kind: type[T]) -> T:
    """Return `value` after checking that it has exactly this type."""
    if type(value) is not kind:
        raise TypeError
    return value


def _visual_pathway(layers: list[tuple[str, Any]]) -> tuple[tuple[str, Any], tuple[str, Any]]:
    """Return class and settings of the first layer above the embeddings and of the image layer."""
    (name, config) = layers[-1]
    if name != "Combined":
        return layers[1], layers[-1]
    right = config["right"]
    stack = right.state["settings"]["layers"] if type(right).__name__ == "Stacked" else [right]
    pathway = layers[1:-1] + [(type(layer).__name__, layer.state["settings"]) for layer in stack]
    return pathway[0], pathway[-1]


def _costs(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the costs."""
    if "cost_z" not in config:
        return {"cost": config["cost"].__name__}
    return {
        "cost": config["cost_z"].__name__,
        "alpha": float(config["alpha"]),
        "non_interpolated": not config["interpolated"],
    }


def count_features(bias: npt.NDArray[np.float32], activation: str) -> int:
    """Return the number of image features: the size of the last layer's bias."""
    if bias.ndim != 1:
        raise Refused(f"the bias of the image has the shape {bias.shape}; it is no model")
    features = len(bias) // 2 if "maxout" in activation else len(bias)
    if features == 0:
        raise Refused("the model predicts images of no features; it is no model")
    return features


def _tokenizer(tokenizer: Any) -> tuple[dict[str, Any], list[str]]:
    """Return settings and the token of each id.

    Raises:
        Refused: its words keep upper case, which `main.py`'s never do.
    """
    state = tokenizer.state
    if not state["lowercase"]:
        raise Refused("its words keep upper case, and text is read in lower case here")
    tokens = {typed(number, int): token for token, number in state["encoder"].items()}
    vocabulary = [tokens[number] for number in range(len(state["encoder"]))]
    settings = {
        "character": bool(state["character"]),
        "word_freq_threshold": typed(state["min_df"], int),
    }
    return settings, vocabulary


def read_scaler(scaler: Any, features: int) -> tuple[dict[str, Any], NoScaler | StandardScaler]:
    """Return the setting and the scaler; scikit-learn before 0.17 called the scale `std_`."""
    if type(scaler).__name__ == "NoScaler":
        return {"scaler": "none"}, NoScaler()
    name = "scale_" if "scale_" in scaler.state else "std_"
    mean, scale = (
        scaler.state[part].values.astype("float64", copy=False) for part in ("mean_", name)
    )
    if mean.shape != (features,) or scale.shape != (features,):
        raise Refused(f"it scales {mean.shape} features, the model has {features}")
    if not (np.isfinite(mean).all() and np.isfinite(scale).all() and (scale > 0).all()):
        raise Refused("a mean is not finite, or a scale is not above 0")
    return {"scaler": "standard"}, StandardScaler(mean, scale)
