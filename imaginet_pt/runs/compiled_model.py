"""A recurrent model's functions, compiled once for the parameters of all epochs."""

import functools
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..backends import functions, select
from ..backends.protocol import Backend
from ..nn.models import Imaginet

Params = dict[str, npt.NDArray[np.float32]]


class CompiledModel:
    """Outputs and word scores of a model, each compiled when it is first needed.

    Each call passes the parameters. If they are other arrays than in the call before, they replace
    those in the compiled functions first, without a copy. Calls of several threads wait for each
    other.
    """

    def __init__(self, model: Imaginet, backend: Backend | None = None) -> None:
        """Prepare `model` for `backend`, by default that of `select.get("auto")`."""
        self._model, self._backend = model, backend
        self._current: Params = {}
        self._shared: dict[str, Any] = {}
        self._lock = threading.Lock()

    def outputs(self, params: Params, X: npt.NDArray[np.int32]) -> dict[str, npt.NDArray[Any]]:
        """Compute `Imaginet.outputs` of ids X (time, batch), arrays by name."""
        with self._lock:
            self._load(params)
            result: dict[str, npt.NDArray[Any]] = self._outputs(X)
        return result

    def word_scores(self, params: Params, X: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Compute `Imaginet.word_scores` of ids X (time, batch): (time, batch, words)."""
        with self._lock:
            self._load(params)
            scores: npt.NDArray[np.float32] = self._word_scores(X)
        return scores

    def _load(self, params: Params) -> None:
        """Put `params` into the shared variables, unless they are there already."""
        if not self._shared:
            self._shared = functions.State(params, {}).params
        elif params is not self._current:
            for name, array in params.items():
                self._shared[name].set_value(np.asarray(array, order="C"), borrow=True)
        self._current = params

    @functools.cached_property
    def _outputs(self) -> Callable[..., Any]:
        return self._compile(functions.outputs)

    @functools.cached_property
    def _word_scores(self) -> Callable[..., Any]:
        return self._compile(functions.word_scores)

    def _compile(self, build: Callable[..., Any]) -> Callable[..., Any]:
        compiled: Callable[..., Any] = build(
            self._model, self._shared, self._backend or select.get()
        )
        return compiled
