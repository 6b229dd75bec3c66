"""Group the positions of a minibatch by the words that precede them, in NumPy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytensor.tensor as pt
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from .types import Array


def prefixes(X: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """List the distinct prefixes of the columns of X, and the prefix at each position.

    Args:
        X: word ids (time, batch), a caption in each column.

    Returns:
        `positions` (distinct,), where each distinct prefix first ends, in the order of time; and
        `rows` (time * batch,), which of them ends at each position: equal for positions (t, b) and
        (t, c) where X[:t + 1, b] equals X[:t + 1, c]. Both count positions in X.ravel().
    """
    positions, rows = [], np.empty(X.shape, dtype="int64")
    before, count, size = np.zeros(X.shape[1], dtype="int64"), 0, int(X.max(initial=0)) + 1
    for t, words in enumerate(X):
        _, first, before = np.unique(before * size + words, return_index=True, return_inverse=True)
        positions.append(t * X.shape[1] + first)
        rows[t] = count + before
        count += len(first)
    return np.concatenate(positions), rows.ravel()


class Prefixes(Op):
    """`prefixes` as an operation. Input: X, (time, batch) int32. Outputs: positions, rows."""

    __props__ = ()

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Apply the operation to `inputs`; return its output, or a list of several."""
        return super().__call__(*inputs, **options)

    def make_node(self, *inputs: Any) -> Apply[Any]:
        """Apply the operation to X."""
        return Apply(self, [pt.as_tensor(inputs[0])], [pt.lvector(), pt.lvector()])

    def perform(
        self, node: Apply[Any], inputs: Sequence[Array], outputs: list[list[Array | None]]
    ) -> None:
        """Compute the outputs with NumPy."""
        outputs[0][0], outputs[1][0] = prefixes(inputs[0])
