"""Vectors of words and sentences in formats that other programs read, as bytes.

Each format is a function of the names and of their vectors (names, size).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO, TypeAlias

from ..errors import UserError
from ..files import reading, validation

MAX_SENTENCES = 1_000_000  # of an input

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]


def npy(names: Sequence[str], vectors: Vectors) -> bytes:
    """Write the vectors alone, in NumPy's format."""
    import numpy as np

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


def read_sentences(lines: TextIO) -> list[str]:
    """Read the sentences of an input, one a line.

    Raises:
        UserError: there is none, the input is not UTF-8 or has too many, or a line is no sentence.
    """
    texts: list[str] = []
    with reading.guard("the input", "give UTF-8 text"):
        # A line that is longer than any sentence is read no further.
        while line := lines.readline(validation.MAX_TEXT + 2):
            place = f"line {len(texts) + 1} of the input"
            text = line.removeprefix("\ufeff").strip() if not texts else line.strip()
            texts.append(validation.text({"sentence": text}, "sentence", place))
            if len(texts) > MAX_SENTENCES:
                raise UserError(f"the input has over {MAX_SENTENCES:,} sentences; split it up")
    if not texts:
        raise UserError("no sentence in the input; give one a line")
    return texts
