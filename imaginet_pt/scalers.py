"""Scaling of image features before training, by scikit-learn's names and definitions."""

from dataclasses import dataclass

import numpy as np

BLOCK = 4096  # images read at once


@dataclass(frozen=True)
class StandardScaler:
    """(Z - mean) / scale, feature by feature; arrays (features,)."""

    mean: np.ndarray
    scale: np.ndarray
    stored = True  # in the run's scaler.npz

    @classmethod
    def fit(cls, features, rows):
        """Mean and standard deviation over captions, whose images are `rows` of `features`.

        A row below 0 stands for an image of zeros; a feature that never varies is not scaled.
        """
        images, counts = np.unique(rows[rows >= 0], return_counts=True)
        mean = _weighted(lambda Z: Z, features, images, counts) / len(rows)
        squares = _weighted(lambda Z: (Z - mean) ** 2, features, images, counts)
        variance = (squares + np.sum(rows < 0) * mean**2) / len(rows)
        return cls(mean, np.where(variance > 0, np.sqrt(variance), 1.0))

    def transform(self, Z):
        return ((Z - self.mean) / self.scale).astype("float32")

    def inverse_transform(self, Z):
        return (Z * self.scale + self.mean).astype("float32")


def _weighted(f, features, images, counts):
    """Sum over images of count * f(feature vector), float64, read in blocks."""
    total = np.zeros(features.shape[1])
    for i in range(0, len(images), BLOCK):
        block = features[images[i : i + BLOCK]].astype("float64")
        total += counts[i : i + BLOCK] @ f(block)
    return total


@dataclass(frozen=True)
class NoScaler:
    """Features as they are."""

    stored = False

    @classmethod
    def fit(cls, features, rows):
        return cls()

    def transform(self, Z):
        return Z

    def inverse_transform(self, Z):
        return Z


SCALERS: dict[str, type[StandardScaler] | type[NoScaler]] = {
    "none": NoScaler,
    "standard": StandardScaler,
}
