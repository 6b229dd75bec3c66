"""Captions and their images as a model reads them."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .dataset import Captions
from .feature_file import Features
from .iterators import Minibatch, batches, padded
from .preprocessing import END, PAD, tokenize
from .scalers import NoScaler, StandardScaler


@dataclass(frozen=True)
class Examples:
    """Captions of a split, ready to be put into minibatches.

    Attributes:
        captions: a list of word ids for each caption, without PAD and END.
        rows: (captions,), the row of `features` of each caption's image; -1 for an image of zeros.
        features: (images, features) float32, or None for text alone.
        scaler: scales the features.
    """

    captions: list[list[int]]
    rows: npt.NDArray[np.int64]
    features: Features | None
    scaler: StandardScaler | NoScaler

    def lengths(self) -> list[int]:
        """Return the number of words of each caption."""
        return [len(ids) for ids in self.captions]

    def shapes(self, size: int) -> set[tuple[int, int]]:
        """Return the possible shapes (time, batch) of minibatches of `size`, in any order.

        At most one for each length of a caption, and one for the last, smaller minibatch.
        """
        lengths = np.array(self.lengths()) + 1
        return {(lengths[i].max(), len(i)) for i in batches(lengths, size)}

    def minibatch(self, indices: npt.NDArray[np.int64], share: slice = slice(None)) -> Minibatch:
        """Return the minibatch of these captions: input PAD + caption, target caption + END.

        Args:
            indices: indices of the captions.
            share: the part of the minibatch whose images are read; Z has only their rows.
        """
        captions = [self.captions[i] for i in indices]
        X = padded([[PAD, *ids] for ids in captions])
        Y = padded([[*ids, END] for ids in captions])
        return Minibatch(X, Y, self._images(self.rows[indices[share]]))

    def _images(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        if self.features is None:
            return np.zeros((len(rows), 0), dtype="float32")
        Z = np.ascontiguousarray(self.features[np.maximum(rows, 0)])
        Z[rows < 0] = 0
        return self.scaler.transform(Z)


def without_images(captions: Captions, words: Collection[str]) -> npt.NDArray[np.int64]:
    """Return the rows of `captions`, with -1 for captions that contain one of `words` (zero-shot).

    As in the original, captions are not lower-cased before the search: `dog` does not match "Dog".
    """
    words = set(words)
    hidden = np.array([not words.isdisjoint(tokenize(text)) for text in captions.texts], dtype=bool)
    return np.where(hidden, -1, captions.rows)
