"""Words and their vectors: cosines, nearest words, and export to gensim."""

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..data.preprocessing import plain
from ..errors import UserError, UserTypeError, quoted
from .arguments import check_count

if TYPE_CHECKING:
    from gensim.models import KeyedVectors


class WordVectors:
    """Words in lower case and their vectors, (words, size); error messages name `source`."""

    def __init__(
        self, words: Sequence[str], vectors: npt.NDArray[np.float32], source: object
    ) -> None:
        self.words, self.vectors, self.source = list(words), vectors, source
        self.rows = {word: i for i, word in enumerate(words)}

    def similarity(self, a: str, b: str) -> float:
        """Compute the cosine of two words' vectors; see `Workflow.similarity`."""
        x, y = _unit(self.vectors[[self.row("a", a), self.row("b", b)]])
        return float(x @ y)

    def most_similar(self, word: str, k: int) -> list[tuple[str, float]]:
        """Find the `k` words nearest to `word`; see `Workflow.most_similar`."""
        check_count("k", k)
        row, units = self.row("word", word), _unit(self.vectors)
        cosines = units @ units[row]
        nearest = [i for i in np.argsort(-cosines, kind="stable") if i != row][:k]
        return [(self.words[i], float(cosines[i])) for i in nearest]

    def to_keyed_vectors(self) -> "KeyedVectors":
        """Return the words and their vectors as gensim's `KeyedVectors`."""
        from gensim.models import KeyedVectors

        keyed = KeyedVectors(self.vectors.shape[1])
        keyed.add_vectors(self.words, self.vectors)
        return keyed

    def row(self, name: str, word: str) -> int:
        """Return the row of a word, the argument `name`, after lower-casing it.

        Raises:
            UserTypeError: it is not a string.
            UserError: it is unknown; the nearest known words are named.
        """
        if not isinstance(word, str):
            raise UserTypeError(f"`{name}` is {quoted(word)}; it must be a string")
        for known in (word.lower(), plain(word)):
            if known in self.rows:
                return self.rows[known]
        near = ", ".join(map(repr, difflib.get_close_matches(word.lower(), self.words, 3)))
        raise UserError(
            f"`{name}` is {quoted(word)}, which is not in the vocabulary of {self.source}; "
            + (f"did you mean {near}?" if near else "no word there is similar")
        )


def _unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Scale rows (n, size) to length one; rows of zeros stay zero."""
    norms = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    units: npt.NDArray[np.float64] = vectors / np.where(norms > 0, norms, 1)
    return units
