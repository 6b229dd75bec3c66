"""Writes checkpoints as the original does, Python 2 pickles, and worse ones."""

import gzip

import numpy as np

SHAPES = [(5, 2), (1, 3)] + 3 * [(2, 3)] + 3 * [(3, 3)] + 3 * [(3,)] + [(3, 4), (4,)]
PARAMETERS = [np.arange(np.prod(s), dtype="float32").reshape(s) + i for i, s in enumerate(SHAPES)]
WORDS = ["PAD", "END", "UNK", "dog", "cät"]


# A writer of Python 2 pickles, protocol 0; bytes stand for themselves.

CONSTANTS = {None: b"N", True: b"I01\n", False: b"I00\n"}
WRITERS = {
    bytes: lambda x: x,
    int: b"I%d\n".__mod__,
    float: lambda x: b"F%s\n" % repr(x).encode(),
    str: lambda x: b"V%s\n" % x.encode("raw_unicode_escape"),
    list: lambda x: b"(l" + b"".join(pickled(item) + b"a" for item in x),
    tuple: lambda x: b"(" + b"".join(map(pickled, x)) + b"t",
    dict: lambda x: b"(d" + b"".join(pickled(k) + pickled(v) + b"s" for k, v in x.items()),
    np.ndarray: lambda x: array(x.shape, x.dtype.str[1:], x.tobytes()),
}


def pickled(x):
    """Operations that push `x`."""
    if x is None or isinstance(x, bool):
        return CONSTANTS[x]
    return WRITERS[type(x)](x)


def name(module, name):
    return f"c{module}\n{name}\n".encode()


def call(function, *arguments):
    return function + pickled(arguments) + b"R"


def array(shape, kind, raw):
    empty = call(
        name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), (0,), b"S'b'\n"
    )
    dtype = (
        call(name("numpy", "dtype"), kind, 0, 1)
        + pickled((3, "<", None, None, None, -1, -1, 0))
        + b"b"
    )
    return (
        empty + pickled((1, tuple(shape), dtype, False, b"S%s\n" % repr(raw)[1:].encode())) + b"b"
    )


def made(module, kind, state):
    """An object of a new-style class."""
    empty = call(
        name("copy_reg", "_reconstructor"), name(module, kind), name("__builtin__", "object"), None
    )
    return empty + pickled(state) + b"b"


def layer(kind, count, **config):
    return {
        "layer_name": kind,
        "layer_module": "passage.layers",
        "config": {"weights": count, **config},
    }


def model(parameters=PARAMETERS, recurrent="GatedRecurrent"):
    config = {
        "cost": name("passage.costs", "MeanSquaredError"),
        "updater": made("passage.updates", "Adam", {"lr": 0.0002, "clipnorm": 5.0}),
        "layers": [
            layer("Embedding", parameters[:1], size=2),
            layer(recurrent, parameters[1:-2], size=3, activation="tanh"),
            layer("Dense", parameters[-2:], size=4, activation="linear"),
        ],
    }
    return {"model_name": "RNN", "model_module": "imaginet", "config": config}


def tokenizer(words=WORDS, lowercase=True):
    state = {
        "encoder": {w: i for i, w in enumerate(words)},
        "character": False,
        "lowercase": lowercase,
        "min_df": 3,
    }
    return made("passage.preprocessing", "Tokenizer", state)


FILES = {"model": "model.univ", "tok": "tok", "scaler": "scaler"}
NO_SCALER = b"(iimaginet\nNoScaler\n(db"


def write(folder, **changes):
    """Write a small checkpoint into `folder`, some of its files replaced; returns the folder."""
    files = {"model": model(), "tok": tokenizer(), "scaler": NO_SCALER} | changes
    for file, content in files.items():
        path = folder / f"{FILES[file]}.pkl.gz"
        path.write_bytes(gzip.compress(pickled(content) + b"."))
    return folder
