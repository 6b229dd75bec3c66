"""Writes archives as the programs of 2016 and 2017 do, and worse ones."""

import io
import json
import zipfile

import numpy as np
from numpy.lib import format as npy
from old_checkpoint import call, made, name, pickled

WORDS = ["<BEG>", "<END>", "<UNK>", "dog", "cät"]
GRU = [(1, 3), *3 * [(2, 3)], *3 * [(3, 3)], *3 * [(3,)]]
SHAPES = [(5, 2), *GRU, (3, 4), (4,)]  # embeddings, GRU, image
PARAMETERS = [np.arange(np.prod(s), dtype="f4").reshape(s) / 8 + i for i, s in enumerate(SHAPES)]
CONFIG = {
    "task": "cimaginet.defn.visual\nVisual\np1\n.",
    "size_embed": 2, "size": 3, "depth": 1, "size_target": 4, "lr": 0.0002, "max_norm": 5.0,
    "residual": False, "contrastive": False, "activation": "clipped_rectify", "size_vocab": 5,
}  # fmt: skip
NO_SCALER = b"(iimaginet.simple_data\nNoScaler\n(db"


def weights(parameters=PARAMETERS):
    """An array of arrays as NumPy saves it: a header, and a pickle."""
    file = io.BytesIO()
    header = {"descr": "|O", "fortran_order": False, "shape": (len(parameters),)}
    npy.write_array_header_1_0(file, header)
    empty = call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), (0,), "b")
    dtype = call(name("numpy", "dtype"), "O8", 0, 1)
    dtype += pickled((3, "|", None, None, None, -1, -1, 63)) + b"b"
    state = pickled((1, (len(parameters),), dtype, False, list(parameters)))
    return file.getvalue() + empty + state + b"b."


def vocabulary(words=WORDS, minimum=3):
    """A mapper of words to numbers."""
    ids = {word: i for i, word in enumerate(words)}
    table = {"encoder": ids, "decoder": dict(enumerate(words)), "max": len(words)}
    frequencies = dict.fromkeys(words[3:], 10) | {"seldom": 1}
    return made("funktional.util", "IdMapper", {
        "min_df": minimum, "freq": frequencies, "ids": made("funktional.util", "IdTable", table),
        "BEG": "<BEG>", "END": "<END>", "UNK": "<UNK>", "BEG_ID": 0, "END_ID": 1, "UNK_ID": 2,
    })  # fmt: skip


def data(mapper=None, scaler=NO_SCALER):
    batcher = {"mapper": mapper or vocabulary(), "pad_end": False, "BEG": 0, "END": 1}
    both = {"batcher": made("imaginet.simple_data", "Batcher", batcher), "scaler": scaler}
    return pickled(both) + b"."


def members(**changes):
    """The content of each member, some of them replaced."""
    config = json.dumps(CONFIG | changes.pop("config", {})).encode()
    own = {"weights.npy": weights(), "config.json": config, "data.pkl": data()}
    return own | {name.replace("_", "."): content for name, content in changes.items()}


def zipped(content, packing=zipfile.ZIP_DEFLATED):
    """An archive of these members, as bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, of_member in content.items():
            archive.writestr(name, of_member)
    return file.getvalue()


def write(path, **changes):
    """Write a small archive, some of its members replaced; returns its path."""
    path.write_bytes(zipped(members(**changes)))
    return path
