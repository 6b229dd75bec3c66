"""Vectors of words and sentences in formats that other programs read, as bytes.

Each format is a function of names, a list, and of their vectors, (names, size) float32.
"""

import io

import numpy as np
import pandas as pd

from ..errors import UserError
from ..files import reading, validation


def npy(names, vectors):
    """NumPy's format: the vectors alone."""
    file = io.BytesIO()
    np.save(file, vectors)
    return file.getvalue()


def csv(names, vectors):
    """A row a name: the text and its vector, under a header."""
    frame = pd.DataFrame(vectors, index=pd.Index(names, name="text"))
    return frame.to_csv(lineterminator="\n").encode()


def word2vec(names, vectors):
    """word2vec's text format, which gensim's `KeyedVectors.load_word2vec_format` reads.

    Spaces in a name, which the format has no place for, become `_`.
    """
    lines = [f"{len(names)} {vectors.shape[1]}"]
    for name, vector in zip(names, vectors, strict=True):
        lines.append(f"{'_'.join(name.split())} {' '.join(map(str, vector.tolist()))}")
    return "".join(f"{line}\n" for line in lines).encode()


FORMATS = {"npy": npy, "csv": csv, "word2vec": word2vec}


def sentences(lines):
    """The sentences of an input, one a line.

    Raises:
        UserError: there is none, the input is not UTF-8, or a line is no sentence.
    """
    with reading.guard("the input", "give UTF-8 text"):
        texts = [line.strip() for line in lines]
    if not texts:
        raise UserError("no sentence in the input; give one a line")
    for number, text in enumerate(texts, start=1):
        validation.text({"sentence": text}, "sentence", f"line {number} of the input")
    return texts
