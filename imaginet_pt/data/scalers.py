"""Scaling of image features before training, by scikit-learn's names and definitions."""

from dataclasses import dataclass

import numpy as np

from ..errors import UserError
from ..files.arrays import match_parameters, read_arrays

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

        features: (images, size); rows: (captions,), below 0 for an image of zeros. A feature that
        never varies is not scaled.
        """
        images, counts = np.unique(rows[rows >= 0], return_counts=True)
        mean = _weighted(lambda Z: Z, features, images, counts) / len(rows)
        squares = _weighted(lambda Z: (Z - mean) ** 2, features, images, counts)
        variance = (squares + np.sum(rows < 0) * mean**2) / len(rows)
        return cls(mean, np.where(variance > 0, np.sqrt(variance), 1.0))

    @classmethod
    def of(cls, features, source):
        """The scaler of `features` features whose arrays stand in the file `source`.

        Raises:
            UserError: they are no such scaler's.
        """
        wanted = {name: np.broadcast_to(np.float64(0), features) for name in ("mean", "scale")}
        scaler = cls(**match_parameters(wanted, read_arrays(source), source))
        if not (scaler.scale > 0).all() or not scaler._in_range():
            raise UserError(
                f"{source}: a scale is not above 0, or scaled features are beyond float32; "
                "train the run again"
            )
        return scaler

    def _in_range(self):
        """Whether features of 0 and 1 are finite when scaled and when scaled back."""
        ends = np.array([[0.0], [1.0]])
        with np.errstate(over="ignore"):
            made = np.concatenate([self.transform(ends), self.inverse_transform(ends)])
        return np.isfinite(made).all()

    def transform(self, Z):
        """Features Z (rows, features), scaled, float32."""
        return ((Z - self.mean) / self.scale).astype("float32")

    def inverse_transform(self, Z):
        """Scaled features Z (rows, features) as they were, float32."""
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
    """Features as they are, by the methods of `StandardScaler`."""

    stored = False

    @classmethod
    def fit(cls, features, rows):
        return cls()

    @classmethod
    def of(cls, features, source):
        return cls()

    def transform(self, Z):
        return Z

    def inverse_transform(self, Z):
        return Z


SCALERS: dict[str, type[StandardScaler] | type[NoScaler]] = {
    "none": NoScaler,
    "standard": StandardScaler,
}
