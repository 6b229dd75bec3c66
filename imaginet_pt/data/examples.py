"""Captions and their images as a model reads them."""

from dataclasses import dataclass

import numpy as np

from .image_features import release
from .iterators import Minibatch, batches, padded
from .preprocessing import END, PAD, tokenize
from .scalers import NoScaler, StandardScaler


@dataclass(frozen=True)
class Examples:
    """Captions of a split, ready to be put into minibatches.

    captions: a list of word ids each, without PAD and END; rows: (n,), the row of `features` each
    describes, below 0 for an image of zeros; features: (images, size), or None for text alone.
    """

    captions: list[list[int]]
    rows: np.ndarray
    features: np.ndarray | None
    scaler: StandardScaler | NoScaler

    def lengths(self):
        """Words of each caption, a list."""
        return [len(ids) for ids in self.captions]

    def shapes(self, size):
        """Shapes (time, batch) of all minibatches of `size`, however they are shuffled.

        At most one for each length of a caption, and one of the last minibatch, which is smaller.
        """
        lengths = np.array(self.lengths()) + 1
        return {(lengths[i].max(), len(i)) for i in batches(lengths, size)}

    def minibatch(self, indices, share=slice(None)):
        """The minibatch of these captions: input PAD + caption, target caption + END, images.

        share: the places in it whose images are read; Z has only their rows.
        """
        captions = [self.captions[i] for i in indices]
        X = padded([[PAD, *ids] for ids in captions])
        Y = padded([[*ids, END] for ids in captions])
        return Minibatch(X, Y, self._images(self.rows[indices[share]]))

    def _images(self, rows):
        if self.features is None:
            return np.zeros((len(rows), 0), dtype="float32")
        Z = np.ascontiguousarray(self.features[np.maximum(rows, 0)])
        release(self.features)
        Z[rows < 0] = 0
        return self.scaler.transform(Z)


def without_images(captions, words):
    """Rows of `captions`, with -1 for those in which one of `words` occurs (zero-shot).

    The captions are not lowered here, as in the original: "Dog" is not found by `dog`.
    """
    hidden = np.array([not words.isdisjoint(tokenize(text)) for text in captions.texts], dtype=bool)
    return np.where(hidden, -1, captions.rows)
