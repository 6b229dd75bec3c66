"""LINREG: what it is solved from, and the choice of its penalty on the validation cost."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..data import bag_of_words
from ..data.dataset import Dataset
from ..data.preprocessing import Tokenizer
from ..data.scalers import SCALERS, NoScaler, StandardScaler
from ..nn import linreg
from ..progress import Progress
from ..runs.checkpoint import Arrays
from ..settings import Settings

PENALTIES = tuple(10.0**k for k in range(-3, 6))
BLOCK = 4096  # captions whose images are predicted at once

Row = tuple[float, float]


@dataclass(frozen=True)
class Regression:
    """Captions and images of LINREG.

    Attributes:
        dataset: with the splits "train" and "val".
        tokenizer: the vocabulary.
        scaler: of the image features.
    """

    dataset: Dataset
    tokenizer: Tokenizer
    scaler: NoScaler | StandardScaler

    @property
    def multiply_adds(self) -> int:
        """How many multiply-adds the products of word counts take."""
        return len(self.dataset.captions("train").texts) * len(self.tokenizer.words) ** 2

    def counts(self, split: str) -> Any:
        """Return the word counts of a split, a sparse array (captions, words)."""
        ids = self.tokenizer.transform(self.dataset.captions(split).texts)
        return bag_of_words.count_words(ids, len(self.tokenizer.words))

    def weights(self, X: Any, penalty: float) -> Arrays:
        """Solve it for the word counts X of the training captions; the parameters by name."""
        features: Any = self.dataset.features
        rows = self.dataset.captions("train").rows
        w, b = linreg.ridge(X, rows, features, self.scaler, penalty)
        return {"linear.w": w, "linear.b": b}

    def validation_cost(self, X: Any, params: Arrays) -> float:
        """Return the mean squared error of the validation captions with the word counts X."""
        rows, errors = self.dataset.captions("val").rows, []
        for i in range(0, len(rows), BLOCK):
            predicted = X[i : i + BLOCK] @ params["linear.w"] + params["linear.b"]
            errors.append(((predicted - self._images(rows[i : i + BLOCK])) ** 2).mean(axis=1))
        return float(np.concatenate(errors).mean())

    def _images(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        features: Any = self.dataset.features
        scaled: npt.NDArray[np.float32] = self.scaler.transform(np.asarray(features[rows]))
        return scaled


def prepare(dataset: Dataset, settings: Settings) -> Regression:
    """Make the vocabulary and the scaler of the training captions and their images."""
    captions = dataset.captions("train")
    tokenizer = Tokenizer.fit(captions.texts, settings.word_freq_threshold, settings.unit)
    scaler = SCALERS[settings.scaler].fit(dataset.features, captions.rows)
    return Regression(dataset, tokenizer, scaler)


def solve(
    regression: Regression, settings: Settings, progress: Progress
) -> tuple[Settings, Arrays, list[Row]]:
    """Solve LINREG with its penalty, or with the one of `PENALTIES` that validates best.

    Returns:
        The settings with the penalty that was taken, the parameters by name, and the penalties
        tried with their validation costs, none where there was no choice.
    """
    if not settings.choose_ridge_alpha:
        progress.note("solving the least squares ...")
        with progress.waiting("solving the least squares"):
            params = regression.weights(regression.counts("train"), settings.ridge_alpha)
        return settings, params, []
    X = regression.counts("train")
    valid, costs = regression.counts("val"), list[Row]()
    with progress.bar("penalties", len(PENALTIES), unit="penalty") as bar:
        for penalty in PENALTIES:
            params = regression.weights(X, penalty)
            cost = regression.validation_cost(valid, params)
            if all(cost < earlier for _, earlier in costs):
                chosen, best = replace(settings, ridge_alpha=penalty), params
            costs.append((penalty, cost))
            bar.update()
    return chosen, best, costs
