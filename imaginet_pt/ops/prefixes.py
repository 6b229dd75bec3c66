"""Which places of a minibatch the same words lead to, with NumPy."""

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op


def prefixes(X):
    """Where each distinct prefix of the columns of X (time, batch) ends first; which ends where.

    Returns `places` (distinct,) in the order of time, and `rows` (time * batch,), of `places`, both
    int64 and flat over (time, batch): columns t, b and t, c with equal X[:t + 1] have one row.
    """
    places, rows = [], np.empty(X.shape, dtype="int64")
    before, known, size = np.zeros(X.shape[1], dtype="int64"), 0, int(X.max(initial=0)) + 1
    for t, words in enumerate(X):
        _, first, before = np.unique(before * size + words, return_index=True, return_inverse=True)
        places.append(t * X.shape[1] + first)
        rows[t] = known + before
        known += len(first)
    return np.concatenate(places), rows.ravel()


class Prefixes(Op):
    """`prefixes` of X, (time, batch) int32."""

    __props__ = ()

    def make_node(self, X):
        return Apply(self, [pt.as_tensor(X)], [pt.lvector(), pt.lvector()])

    def perform(self, node, inputs, outputs):
        outputs[0][0], outputs[1][0] = prefixes(inputs[0])
