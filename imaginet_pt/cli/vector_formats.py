"""Vectors of words and sentences in formats that other programs read, as bytes.

Each format is a function of the names and of their vectors (names, size).
"""

import io
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..files import reading, validation

Vectors = npt.NDArray[np.float32]


def npy(names: Sequence[str], vectors: Vectors) -> bytes:
    """Write the vectors alone, in NumPy's format."""
    file = io.BytesIO()
    np.save(file, vectors)
    return file.getvalue()


def csv(names: Sequence[str], vectors: Vectors) -> bytes:
    """Write a row for each name, the text and its vector, under a header."""
    import pandas as pd

    frame = pd.DataFrame(vectors, index=pd.Index(names, name="text"))
    return str(frame.to_csv(lineterminator="\n")).encode()


def word2vec(names: Sequence[str], vectors: Vectors) -> bytes:
    """Write word2vec's text format, for gensim's `KeyedVectors.load_word2vec_format`.

    Spaces in a name, which the format has no place for, become `_`.
    """
    lines = [f"{len(names)} {vectors.shape[1]}"]
    for name, vector in zip(names, vectors, strict=True):
        lines.append(f"{'_'.join(name.split())} {' '.join(map(str, vector.tolist()))}")
    return "".join(f"{line}\n" for line in lines).encode()


FORMATS: dict[str, Callable[[Sequence[str], Vectors], bytes]] = {
    "npy": npy, "csv": csv, "word2vec": word2vec,
}  # fmt: skip


def read_sentences(lines: Iterable[str]) -> list[str]:
    """Read the sentences of an input, one a line.

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
