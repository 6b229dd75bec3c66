"""Word counts of captions, the input of LINREG."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse

from .preprocessing import SPECIAL


def count_words(captions: Sequence[Sequence[int]], n_words: int) -> Any:
    """Count how often each known word occurs in lists of ids; sparse, (captions, words).

    The special ids (PAD, END, UNK) are not counted.
    """
    columns = np.array([i for ids in captions for i in ids], dtype=np.int64)
    rows = np.repeat(np.arange(len(captions)), [len(ids) for ids in captions])
    shape = (len(captions), n_words)
    X = scipy.sparse.csr_array((np.ones(len(columns)), (rows, columns)), shape=shape)
    return X[:, len(SPECIAL) :]
