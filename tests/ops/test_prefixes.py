"""Distinct prefixes of captions."""

import numpy as np

from imaginet_pt.ops.prefixes import prefixes


def test_prefixes_are_found_by_all_their_words():
    X = np.array([[0, 0, 0, 0], [5, 5, 3, 5], [4, 6, 4, 4], [1, 1, 1, 1]], dtype="int32")
    positions, rows = prefixes(X)
    assert positions.tolist() == [0, 6, 4, 10, 8, 9, 14, 12, 13]
    assert rows.reshape(X.shape).tolist() == [[0] * 4, [2, 2, 1, 2], [4, 5, 3, 4], [7, 8, 6, 7]]
    ends = [tuple(X[: position // 4 + 1, position % 4]) for position in positions]
    assert [ends[row] for row in rows] == [tuple(X[: t + 1, b]) for t in range(4) for b in range(4)]
