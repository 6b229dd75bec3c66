"""Read an archive of the original's successors of 2016 and 2017, such as `model.zip`.

reimaginet, on the library funktional, writes three files into it: `weights.npy`, an array of
arrays, which NumPy pickles; `config.json`, settings and the name of the model's class; `data.pkl`,
vocabulary and scaler. Their GRU has z and 1 - z the other way round than the original's, which the
signs of z's parameters undo, and reads END after a sentence.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..data import preprocessing
from ..data.preprocessing import SPECIAL
from ..data.scalers import NoScaler, StandardScaler
from ..errors import UserError, quoted
from ..files import arrays, json_files, reading
from .checkpoint import Checkpoint, count_features, naming, read_scaler, typed
from .unpickler import Refused, load

Weights = list[npt.NDArray[np.float32]]

MEMBERS = ["config.json", "data.pkl", "weights.npy"]
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the program's, which unpack piece by piece
MAX_CONFIG = 2**16  # bytes; the program's have some 500
TASK = re.compile(r"c([\w.]{1,60})\n(\w{1,60})\n(p\d+\n)?\.")  # the pickle of a class
MARKS = ["<BEG>", "<END>", "<UNK>"]  # for PAD, END and UNK
COUNTS = {"gru": 10, "dense": 2}  # parameters of a layer: of a GRU h0, w of z, r and h, u, b
OF_Z = (1, 4, 7)  # among those of a GRU
ACTIVATION = "clipped_rectify"  # of h~, where config.json does not choose
FIX = "give the model.zip of a training"


class Layout(NamedTuple):
    """A model of ours: its type, the layers in the archive's order, and settings that it has."""

    model_type: str
    layers: str
    settings: dict[str, Any] = {}


# Class of the model, none for one of two pathways, and number of parameters -> what it is here.
LAYOUTS = {
    ("visual.Visual", 13): Layout("simple", "visual.gru visual.dense"),
    ("visual.Visual", 23): Layout("deep-simple", "shared.gru visual.gru visual.dense"),
    ("vectorsum.VectorSum", 3): Layout("add", "visual.dense"),
    ("lm.LM", 13): Layout(
        "shared_embeddings", "textual.gru textual.dense", {"alpha": 1.0, "activation": ACTIVATION}
    ),
    ("", 25): Layout(
        "shared_embeddings",
        "visual.gru textual.gru textual.dense visual.dense",
        {"activation": ACTIVATION},
    ),
}
# Part of the name of a class -> what no model of ours does.
OTHERS = {
    "rhn": "has recurrent highway networks",
    "audiovis": "hears speech",
    "visual2": "puts sentences and pictures into one space",
    "visual3": "attends to the states of all words",
    "vectorsum2": "puts sentences and pictures into one space",
    "1h": "reads words as one-hot vectors",
}


def read(path: str | PathLike[str]) -> Checkpoint:
    """Read the archive at `path`.

    Raises:
        UserError: it is damaged or more than data, or its model is of another architecture.
    """
    with reading.open_file(path, FIX) as file, zipfile.ZipFile(file) as archive:
        members = _members(archive, path)
        config = _config(archive, members["config.json"], path)
        size = reading.size_of(file)  # bounds what is unpacked, whatever a member says of itself
        with naming(path):
            with archive.open(members["weights.npy"]) as stream:
                weights = _weights(stream, size)
            layout = _layout(config, weights)
            with archive.open(members["data.pkl"]) as stream:
                data = load(stream, size)
            return _checkpoint(config, weights, layout, data, path)


def _checkpoint(
    config: Mapping[str, Any], weights: Weights, layout: Layout, data: Any, path: object
) -> Checkpoint:
    """Put together what the three members hold."""
    mapper, layers = data["batcher"].state["mapper"].state, tuple(layout.layers.split())
    words = _words(mapper["ids"].state["encoder"], path)
    settings = _settings(config) | layout.settings
    settings |= {
        "model_type": layout.model_type,
        "word_freq_threshold": typed(mapper["min_df"], int),
        "character": all(len(word) == 1 for word in words[len(SPECIAL) :]),
    }
    features = 0
    scaler: NoScaler | StandardScaler = NoScaler()
    if "visual.dense" in layers:
        features = count_features(weights[-1], settings["out_activation"])
        scaling, scaler = read_scaler(data["scaler"], features)
        settings |= scaling
    parameters = _with_our_gates(weights, layers)
    return Checkpoint(settings, parameters, words, scaler, features, layers, reads_end=True)


def _members(archive: zipfile.ZipFile, path: object) -> dict[str, zipfile.ZipInfo]:
    """Return the three members by name; there must be no others."""
    members = {member.filename: member for member in archive.infolist()}
    if sorted(members) != MEMBERS or len(archive.infolist()) != len(MEMBERS):
        raise UserError(f"{path} does not hold {', '.join(MEMBERS)} alone; {FIX}")
    if any(member.compress_type not in PACKINGS for member in members.values()):
        raise UserError(f"{path} is packed in another way than the program's; {FIX}")
    return members


def _config(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: object) -> dict[str, Any]:
    with archive.open(member) as stream:
        content = stream.read(MAX_CONFIG + 1)
    if len(content) > MAX_CONFIG:
        raise UserError(f"{path}: {member.filename} has more than {MAX_CONFIG:,} bytes; {FIX}")
    config: dict[str, Any] = json_files.parse_json(content, dict, f"{path}: {member.filename}")
    return config


def _weights(stream: IO[bytes], size: int) -> Weights:
    """Return the parameters: a `.npy` header, and then a pickle of an array of arrays."""
    arrays.read_npy_header(stream)
    content = load(stream, size)
    return [np.array(array.values, "float32") for array in content.items]


def _layout(config: Mapping[str, Any], weights: Weights) -> Layout:
    """Find what the model is here.

    Raises:
        Refused: its architecture or its cost is not one of ours; the message names it.
    """
    task = "" if config.get("task") is None else _class_name(typed(config["task"], str))
    for reason in _reasons(task, config, len(weights)):
        raise Refused(f"{task or 'the model'} {reason}; no model of this program does")
    return LAYOUTS[task, len(weights)]


def _class_name(pickled: str) -> str:
    """Return the name of the class that a pickle names, without reading it as a pickle."""
    match = TASK.fullmatch(pickled)
    if not match:
        raise Refused(f"refused: the task is {quoted(pickled)}, not a class; {FIX}")
    return f"{match[1]}.{match[2]}".removeprefix("imaginet.defn.")


def _reasons(task: str, config: Mapping[str, Any], parameters: int) -> Iterator[str]:
    """Yield what the model does and none of ours does."""
    yield from (reason for part, reason in OTHERS.items() if part in task.partition(".")[0])
    if config.get("size_embed") == "onehot":
        yield OTHERS["1h"]
    if (task, parameters) not in LAYOUTS:
        yield f"has {parameters} parameters, those of other layers or of more"
    if task == "visual.Visual" and parameters > 13 and config.get("residual"):
        yield "has residual connections between its layers"
    if task == "visual.Visual" and (config.get("contrastive") or config.get("margin")):
        yield "learns by comparing with other pictures"


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that config.json tells, by our names, and those that all models share."""
    size = typed(config["size_embed"], int)
    return {
        "hidden_type": "gru",
        "hidden_size": typed(config.get("size", size), int),
        "embedding_size": size,
        "activation": typed(config.get("activation", ACTIVATION), str),
        "out_activation": "linear",
        "cost": "CosineDistance",
        "rate": float(config["lr"]),
        "clipnorm": float(config["max_norm"] or 0),
    }


def _words(encoder: Mapping[Any, Any], path: object) -> list[str]:
    """Return the token of each id.

    Raises:
        UserError: it is no vocabulary, or has upper case, in which no text is read here.
    """
    tokens = {typed(number, int): token for token, number in encoder.items()}
    words = [tokens[number] for number in range(len(encoder))]
    if words[: len(MARKS)] != MARKS:
        raise UserError(f"{path}: the vocabulary does not begin {', '.join(MARKS)}; {FIX}")
    words[: len(MARKS)] = SPECIAL
    preprocessing.vocabulary(words, path)
    for word in words[len(SPECIAL) :]:
        if word != word.lower():
            raise UserError(f"{path}: {quoted(word)} has upper case; text is read in lower case")
    return words


def _with_our_gates(weights: Weights, layers: Iterable[str]) -> Weights:
    """Change the signs of the parameters of z, since sigmoid(-x) = 1 - sigmoid(x)."""
    ours, first = list(weights), 1
    for layer in layers:
        kind = layer.partition(".")[2]
        for i in OF_Z if kind == "gru" else ():
            ours[first + i] = -ours[first + i]
        first += COUNTS[kind]
    return ours
