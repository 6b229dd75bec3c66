"""Write vectors of words and sentences as bytes in formats that other programs read.

Each format is a function of the names and of their vectors (names, size).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

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


SPACE = re.compile(r"\s")


def word2vec(names: Sequence[str], vectors: Vectors) -> bytes:
    """Write word2vec's text format, for gensim's `KeyedVectors.load_word2vec_format`.

    Spaces in a name, which the format does not allow, become `_`.
    """
    lines = [f"{len(names)} {vectors.shape[1]}"]
    for name, vector in zip(names, vectors, strict=True):
        lines.append(f"{SPACE.sub('_', name)} {' '.join(map(str, vector.tolist()))}")
    return "".join(f"{line}\n" for line in lines).encode()


FORMATS: dict[str, Callable[[Sequence[str], Vectors], bytes]] = {
    "npy": npy, "csv": csv, "word2vec": word2vec,
}  # fmt: skip
