"""Scale image features before training, with scikit-learn's names and definitions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..files.arrays import match_parameters

BLOCK = 4096  # images read at once

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StandardScaler:
    """(Z - mean) / scale, feature by feature.

    Attributes:
        mean: (features,).
        scale: (features,), the standard deviation.
    """

    mean: Float64
    scale: Float64

    @classmethod
    def fit(cls, features: Any, rows: npt.NDArray[np.int64]) -> "StandardScaler":
        """Compute mean and standard deviation over captions.

        Args:
            features: (images, features). A feature that never varies is not scaled.
            rows: (captions,), the row of `features` of each caption's image; below 0 for zeros.
        """
        images, counts = np.unique(rows[rows >= 0], return_counts=True)
        mean = _weighted(lambda Z: Z, features, images, counts) / len(rows)
        squares = _weighted(lambda Z: (Z - mean) ** 2, features, images, counts)
        variance = (squares + np.sum(rows < 0) * mean**2) / len(rows)
        return cls(mean, np.where(variance > 0, np.sqrt(variance), 1.0))

    @classmethod
    def of(
        cls, features: int, arrays: Mapping[str, npt.NDArray[Any]], source: object
    ) -> "StandardScaler":
        """Restore the scaler of `features` features from the arrays of the file `source`.

        Raises:
            UserError: they are not those of such a scaler.
        """
        scaler = cls(**match_parameters(cls.placeholders(features), arrays, source))
        if not (scaler.scale > 0).all() or not scaler._in_range():
            raise UserError(
                f"{source}: a scale is not above 0, or scaled features are beyond float32; "
                "train the run again"
            )
        return scaler

    @classmethod
    def placeholders(cls, features: int) -> dict[str, Float64]:
        """Return zeros of the shapes of the arrays that a run's folder keeps."""
        return {name: np.broadcast_to(np.float64(0), features) for name in ("mean", "scale")}

    def _in_range(self) -> bool:
        """Tell whether the features 0 and 1 stay finite when scaled and when scaled back."""
        ends = np.array([[0.0], [1.0]])
        with np.errstate(over="ignore"):
            scaled = np.concatenate([self.transform(ends), self.inverse_transform(ends)])
        return bool(np.isfinite(scaled).all())

    def transform(self, Z: npt.NDArray[Any]) -> Float32:
        """Return the features Z (rows, features) scaled."""
        return ((Z - self.mean) / self.scale).astype("float32")

    def inverse_transform(self, Z: npt.NDArray[Any]) -> Float32:
        """Return the scaled features Z (rows, features) on their original scale."""
        return (Z * self.scale + self.mean).astype("float32")


def _weighted(
    f: Callable[[Float64], Float64],
    features: Any,
    images: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
) -> Float64:
    """Sum over images of count * f(feature vector), read in blocks."""
    total = np.zeros(features.shape[1])
    for i in range(0, len(images), BLOCK):
        block = features[images[i : i + BLOCK]].astype("float64")
        total += counts[i : i + BLOCK] @ f(block)
    return total


@dataclass(frozen=True)
class NoScaler:
    """A scaler that leaves features unchanged, with the methods of `StandardScaler`."""

    @classmethod
    def fit(cls, features: Any, rows: npt.NDArray[np.int64]) -> "NoScaler":
        """Return a NoScaler: there is nothing to compute."""
        return cls()

    @classmethod
    def placeholders(cls, features: int) -> dict[str, Float64]:
        """Return nothing: a run's folder keeps no arrays of it."""
        return {}

    @classmethod
    def of(
        cls, features: int, arrays: Mapping[str, npt.NDArray[Any]], source: object
    ) -> "NoScaler":
        """Return a NoScaler, which keeps no arrays."""
        return cls()

    def transform(self, Z: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return Z unchanged."""
        return Z

    def inverse_transform(self, Z: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return Z unchanged."""
        return Z


SCALERS: dict[str, type[StandardScaler] | type[NoScaler]] = {
    "none": NoScaler,
    "standard": StandardScaler,
}
