"""Kernels of the package's own operations, as functions of arrays that numba compiles.

They do what `c_code/` does, in the same order. Loops that LLVM is to vectorize are functions of
their own, since what it may assume of rounding is said of a whole function.
"""

import math
from typing import Any, TypeAlias

import numba
import numpy as np

Array: TypeAlias = Any  # numba's arrays are not NumPy's to a type checker
PARALLEL = 100_000  # from so many numbers on, several threads take a share each
SHARES = 16  # of the rows of scores, each of which one thread sums
EXP = tuple(1 / math.factorial(n) for n in range(7, -1, -1))  # of the polynomial of exp

# What LLVM may do: fuse a product with a sum; and in sums, change the order of the terms. Division
# is IEEE's, as NumPy's: Python's, which raises an exception for zero, cannot be vectorized.
_fused = numba.njit(fastmath={"contract"}, error_model="numpy")
_reordered = numba.njit(fastmath={"contract", "reassoc", "nsz"}, error_model="numpy")


@_fused
def exp32(x: Any) -> Any:
    """Return exp(x) of a float32 to 2e-7 relative, as `c_code/exp.h` does, many at a time."""
    largest, smallest = np.float32(88.37), np.float32(-87)
    bounded = x
    if x > largest:
        bounded = np.float32(88)
    if x < smallest:
        bounded = smallest
    n = np.floor(bounded * np.float32(1.44269504) + np.float32(0.5))
    r = (bounded - n * np.float32(0.693359375)) + n * np.float32(2.12194440e-4)
    e = np.float32(EXP[0])
    e = e * r + np.float32(EXP[1])
    e = e * r + np.float32(EXP[2])
    e = e * r + np.float32(EXP[3])
    e = e * r + np.float32(EXP[4])
    e = e * r + np.float32(EXP[5])
    e = e * r + np.float32(EXP[6])
    e = e * r + np.float32(EXP[7])
    power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
    return np.float32(np.inf) if x > largest else e * power


@_fused
def sigmoid32(x: Any) -> Any:
    """Return 1 / (1 + exp(-x)) of a float32."""
    return np.float32(1) / (np.float32(1) + exp32(-x))


@_fused
def _adam_row(p: Array, g: Array, m: Array, v: Array, rate: Any, constants: Any) -> None:
    b1, b2, e, l1, l2 = constants
    for i in range(p.size):
        m[i] += b1 * (g[i] - m[i])
        v[i] += b2 * (g[i] * g[i] - v[i])
        step = m[i] / (np.sqrt(v[i]) + e)
        if l2 != 0:
            step += l2 * p[i]
        if l1 != 0:
            step += l1 * np.sign(p[i])
        p[i] -= rate * step


@numba.njit(parallel=True)
def adam_matrix(p: Array, g: Array, m: Array, v: Array, rate: Any, constants: Any) -> None:
    """Make one step of Adam in place, for matrices; `adam.adam_step` has the equations.

    Args:
        p: a parameter, which becomes the new one.
        g: its gradient.
        m: the running mean of gradients, which becomes the new one.
        v: the running mean of squared gradients, which becomes the new one.
        rate: the step size.
        constants: b1, b2, e, l1 and l2, of the type of the numbers.
    """
    if p.size < PARALLEL:
        for i in range(p.shape[0]):
            _adam_row(p[i], np.ascontiguousarray(g[i]), m[i], v[i], rate, constants)
    else:
        for i in numba.prange(p.shape[0]):
            _adam_row(p[i], np.ascontiguousarray(g[i]), m[i], v[i], rate, constants)


@numba.njit
def adam_vector(p: Array, g: Array, m: Array, v: Array, rate: Any, constants: Any) -> None:
    """Make one step of Adam in place, for vectors."""
    _adam_row(p, g, m, v, rate, constants)


@numba.njit
def _flipped(bits: Any) -> Any:
    """Turn a float32's bits into an int32 of the same order, or that back into the bits."""
    return bits ^ ((bits >> np.int32(31)) & np.int32(0x7FFFFFFF))


@numba.njit
def _add_bias(scores: Array, bias: Array, out: Array) -> Any:
    """Write scores + bias, float32, to `out`; return the largest, or any if one is no number.

    LLVM vectorizes the search for the largest of integers, but not of floats.
    """
    top = np.int32(-(2**31))
    for j in range(out.size):
        total = np.float32(scores[j] + bias[j])
        out[j] = total
        top = max(top, _flipped(total.view(np.int32)))
    return np.int32(_flipped(top)).view(np.float32)


@_reordered
def _exponentiate(x: Array, top: Any) -> Any:
    """Replace x by exp(x - top); return the sum of these."""
    total = x.dtype.type(0)
    for j in range(x.size):
        x[j] = exp32(x[j] - top)
        total += x[j]
    return total


@_fused
def _scale(x: Array, factor: Any) -> None:
    for j in range(x.size):
        x[j] *= factor


@_fused
def _accumulate(total: Array, x: Array) -> None:
    for j in range(x.size):
        total[j] += x[j]


@numba.njit
def _log_p(scores: Array, bias: Array, top: Any, log_total: float, word: int) -> float:
    return np.float64(scores[word] + bias[word] - top) - log_total


@numba.njit(error_model="numpy")
def _cost_of_row(
    scores: Array, bias: Array, d: Array, targets: Array, n: int, lowest: float, highest: float
) -> float:
    """Write to `d` the derivatives of the summed cost of `targets` by a row of scores.

    Args:
        scores: (words,).
        bias: (words,).
        d: (words,), the output.
        targets: those of the positions that share the row.
        n: the number of positions in all rows, by which the derivatives are divided.
        lowest: the logarithm to which that of a probability is clipped from below.
        highest: the same from above.

    Returns:
        The sum of the costs.
    """
    top = _add_bias(scores, bias, d)
    total = _exponentiate(d, top)
    log_total, cost, unclipped = math.log(np.float64(total)), 0.0, 0
    for word in targets:
        log_p = _log_p(scores, bias, top, log_total, word)
        clipped = log_p
        if log_p < lowest:
            clipped = lowest
        if log_p > highest:
            clipped = highest
        cost -= clipped
        unclipped += lowest <= log_p <= highest
    _scale(d, d.dtype.type(unclipped) / (total * d.dtype.type(n)))
    for word in targets:
        if lowest <= _log_p(scores, bias, top, log_total, word) <= highest:
            d[word] -= d.dtype.type(1) / d.dtype.type(n)
    return cost


@numba.njit
def _by_row(rows: Array, n: int) -> Any:
    """Return positions ordered by their row, and where those of each of n rows begin, (n + 1,)."""
    begin, order = np.zeros(n + 1, np.int64), np.empty(rows.size, np.int64)
    for row in rows:
        begin[row + 1] += 1
    begin = np.cumsum(begin)
    following = begin.copy()
    for i in range(rows.size):
        order[following[rows[i]]] = i
        following[rows[i]] += 1
    return order, begin


@numba.njit
def _within(index: Array, n: int) -> bool:
    return bool(np.all((index >= 0) & (index < n)))


@numba.njit(parallel=True)
def cross_entropy(
    scores: Array, bias: Array, rows: Array, targets: Array, lowest: float, highest: float
) -> Any:
    """Return the mean cost of positions and its derivatives; `CrossEntropy` has the arguments.

    Rows are summed in `SHARES` and these in order: any number of threads gives equal bytes.
    """
    n, (count, words) = targets.size, scores.shape
    if rows.size != n or not _within(rows, count) or not _within(targets, words):
        raise IndexError("a row or a word beyond the scores")
    order, begin = _by_row(rows, count)
    ordered = targets[order]
    costs, sums = np.zeros(SHARES), np.zeros((SHARES, words), scores.dtype)
    d, d_bias = np.empty_like(scores), np.zeros_like(bias)
    for s in numba.prange(SHARES):
        for i in range(count * s // SHARES, count * (s + 1) // SHARES):
            of_row = ordered[begin[i] : begin[i + 1]]
            costs[s] += _cost_of_row(scores[i], bias, d[i], of_row, n, lowest, highest)
            _accumulate(sums[s], d[i])
    for s in range(SHARES):
        _accumulate(d_bias, sums[s])
    return np.array(scores.dtype.type(costs.sum() / n)), d, d_bias


@numba.njit
def gather(rows: Array, index: Array) -> Array:
    """Return rows[index], (n, size), for an index (n,)."""
    if not _within(index, rows.shape[0]):
        raise IndexError("no such row")
    out = np.empty((index.size, rows.shape[1]), rows.dtype)
    for i in range(index.size):
        out[i] = rows[index[i]]
    return out


@numba.njit
def scatter(parts: Array, index: Array, n: int) -> Array:
    """Return the sums of the `parts` (m, size) of equal index (m,): (n, size)."""
    if not _within(index, n):
        raise IndexError("no such row")
    out = np.zeros((n, parts.shape[1]), parts.dtype)
    for i in range(index.size):
        _accumulate(out[index[i]], parts[i])
    return out


@numba.njit
def unique(x: Array) -> Any:
    """Return the distinct numbers of x (n,), where each first stands, and which of them each is."""
    order = np.argsort(x, kind="mergesort")
    first, inverse = np.empty(x.size, np.int64), np.empty(x.size, np.int64)
    count = 0
    for i in order:
        if count == 0 or x[i] != x[first[count - 1]]:
            first[count] = i
            count += 1
        inverse[i] = count - 1
    return x[first[:count]], first[:count], inverse


@numba.njit
def prefixes(X: Array) -> Any:
    """Return the distinct prefixes of X and the prefix at each position: `prefixes.prefixes`."""
    time, batch = X.shape
    positions, rows = np.empty(time * batch, np.int64), np.empty(time * batch, np.int64)
    before, count = np.zeros(batch, np.int64), 0
    size = np.int64(X.max()) + 1 if X.size else 1
    for t in range(time):
        _, first, before = unique(before * size + X[t])
        positions[count : count + first.size] = t * batch + first
        rows[t * batch : (t + 1) * batch] = count + before
        count += first.size
    return positions[:count], rows
