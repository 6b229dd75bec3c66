"""The cost of words as one operation, with C and with NumPy.

It replaces a softmax, the choice of the targets, a mean and their gradients, which as separate
operations read and write the scores of all words at all places a dozen times.
"""

import math

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply

from .base import C_EXP, C_OUTPUT, VECTORIZED, NativeOp, only_float32

LOWEST, HIGHEST = math.log(1e-7), math.log1p(-1e-7)


class CrossEntropy(NativeOp):
    """Mean over places of -log p(target), p = softmax(scores + bias), and its gradients, at once.

    Inputs: scores (n, words), of places that may share them; bias (words,); rows (places,) int64,
    of `scores`; targets (places,) int32.
    Outputs: cost (); its derivatives by scores (n, words) and by bias (words,).
    p is clipped to [1e-7, 1 - 1e-7]; a place where it is has no gradient.
    """

    __props__ = ()

    def make_node(self, scores, bias, rows, targets):
        inputs = scores, bias, *_ = [pt.as_tensor(x) for x in (scores, bias, rows, targets)]
        cost = pt.tensor(dtype=scores.dtype, shape=())
        return Apply(self, inputs, [cost, scores.type(), bias.type()])

    def perform(self, node, inputs, outputs):
        scores, bias, rows, targets = inputs
        n = scores.dtype.type(len(targets))
        p = scores + bias
        p -= p.max(axis=1, keepdims=True)
        chosen = p[rows, targets]
        np.exp(p, out=p)
        total = p.sum(axis=1)
        log_p = chosen - np.log(total[rows])
        counts = ((log_p >= LOWEST) & (log_p <= HIGHEST)).astype(p.dtype)
        p *= (np.bincount(rows, counts, len(p)).astype(p.dtype) / (total * n))[:, None]
        np.subtract.at(p, (rows, targets), counts / n)
        outputs[0][0] = np.asarray(-np.clip(log_p, LOWEST, HIGHEST).mean(), dtype=p.dtype)
        outputs[1][0], outputs[2][0] = p, p.sum(axis=0)

    def connection_pattern(self, node):
        return [[True, False, False]] * 2 + [[False, False, False]] * 2

    def pullback(self, inputs, outputs, cotangents):
        cost = cotangents[0]
        if isinstance(cost.type, DisconnectedType):
            return [disconnected_type() for _ in inputs]
        return [cost * outputs[1], cost * outputs[2], disconnected_type(), disconnected_type()]

    def shapes(self, node, shapes):
        return [(), shapes[0], shapes[1]]

    def c_headers(self, **kwargs):
        return ["<math.h>", "<omp.h>", "<vector>"]

    def c_compile_args(self, **kwargs):
        return VECTORIZED

    def c_code_cache_version(self):
        return (4,)

    def c_support_code(self, **kwargs):
        return C_OUTPUT + C_EXP + C_CROSS_ENTROPY

    def c_code(self, node, name, inputs, outputs, sub):
        only_float32(node)
        names = "scores bias rows targets cost by_scores by_bias".split()
        arrays = dict(zip(names, [*inputs, *outputs], strict=True))
        return C_CALL.format(**arrays, fail=sub["fail"], lowest=LOWEST, highest=HIGHEST)


C_CROSS_ENTROPY = r"""
// Places by their row: those of row i are order[begin[i]] to order[begin[i + 1] - 1].
struct imaginet_places {
    std::vector<npy_intp> begin, order;
    imaginet_places(const npy_int64 *rows, npy_intp places, npy_intp n)
        : begin(n + 1, 0), order(places) {
        for (npy_intp i = 0; i < places; i++) begin[rows[i] + 1]++;
        for (npy_intp i = 0; i < n; i++) begin[i + 1] += begin[i];
        std::vector<npy_intp> next(begin);
        for (npy_intp i = 0; i < places; i++) order[next[rows[i]]++] = i;
    }
};

// From one row of scores, s, to the derivatives by them of the costs of its places, d; the sum of
// these costs is returned.
static double imaginet_row(const float *s, const float *bias, float *d, npy_intp words,
                           const npy_int32 *targets, const npy_intp *place, const npy_intp *end,
                           npy_intp n, double lowest, double highest) {
    float top = -INFINITY, total = 0;
    #pragma omp simd reduction(max:top)
    for (npy_intp j = 0; j < words; j++) { d[j] = s[j] + bias[j]; top = d[j] > top ? d[j] : top; }
    #pragma omp simd reduction(+:total)
    for (npy_intp j = 0; j < words; j++) { d[j] = imaginet::exp(d[j] - top); total += d[j]; }
    double cost = 0;
    std::vector<npy_int32> kept;
    for (; place < end; place++) {
        const npy_int32 target = targets[*place];
        const float chosen = s[target] + bias[target] - top;
        const double log_p = chosen - log((double)total);
        cost -= log_p < lowest ? lowest : log_p > highest ? highest : log_p;
        if (log_p >= lowest && log_p <= highest) kept.push_back(target);
    }
    const float scale = kept.size() / (total * n);
    #pragma omp simd
    for (npy_intp j = 0; j < words; j++) d[j] *= scale;
    for (npy_int32 target : kept) d[target] -= 1.0f / n;
    return cost;
}

// Threads take rows in fixed shares and their sums are added in order: equal runs, equal bytes.
static double imaginet_rows(const float *s, const float *bias, const imaginet_places &places,
                            const npy_int32 *targets, float *d, float *by_bias, npy_intp rows,
                            npy_intp words, double lowest, double highest) {
    const int threads = omp_get_max_threads();
    const npy_intp n = places.order.size();
    const npy_intp *order = places.order.data(), *begin = places.begin.data();
    std::vector<double> costs(threads, 0.0);
    std::vector<float> sums((size_t)threads * words, 0.0f);
    #pragma omp parallel for schedule(static, 1) num_threads(threads)
    for (int t = 0; t < threads; t++) {
        float *sum = &sums[(size_t)t * words];
        for (npy_intp i = rows * t / threads; i < rows * (t + 1) / threads; i++) {
            float *row = d + i * words;
            costs[t] += imaginet_row(s + i * words, bias, row, words, targets, order + begin[i],
                                     order + begin[i + 1], n, lowest, highest);
            #pragma omp simd
            for (npy_intp j = 0; j < words; j++) sum[j] += row[j];
        }
    }
    double cost = 0;
    for (int t = 0; t < threads; t++) {
        cost += costs[t];
        for (npy_intp j = 0; j < words; j++)
            by_bias[j] = (t ? by_bias[j] : 0.0f) + sums[(size_t)t * words + j];
    }
    return cost / n;
}
"""

C_CALL = r"""
{{
    npy_intp *shape = PyArray_DIMS({scores}), n = PyArray_SIZE({targets});
    npy_int32 *targets = (npy_int32 *)PyArray_DATA({targets});
    npy_int64 *rows = (npy_int64 *)PyArray_DATA({rows});
    if (!PyArray_IS_C_CONTIGUOUS({scores}) || !PyArray_IS_C_CONTIGUOUS({bias})
        || !PyArray_IS_C_CONTIGUOUS({targets}) || !PyArray_IS_C_CONTIGUOUS({rows})
        || PyArray_SIZE({rows}) != n) {{
        PyErr_SetString(PyExc_ValueError, "CrossEntropy wants C-contiguous arrays");
        {fail}
    }}
    for (npy_intp i = 0; i < n; i++)
        if (targets[i] < 0 || targets[i] >= shape[1] || rows[i] < 0 || rows[i] >= shape[0]) {{
            PyErr_Format(PyExc_IndexError, "no word %d in row %ld of the scores (%ld, %ld)",
                         targets[i], (long)rows[i], (long)shape[0], (long)shape[1]);
            {fail}
        }}
    if (imaginet_output(&{cost}, 0, shape) || imaginet_output(&{by_scores}, 2, shape)
        || imaginet_output(&{by_bias}, 1, shape + 1)) {{ {fail} }}
    *(float *)PyArray_DATA({cost}) = (float)imaginet_rows(
        (float *)PyArray_DATA({scores}), (float *)PyArray_DATA({bias}),
        imaginet_places(rows, n, shape[0]), targets, (float *)PyArray_DATA({by_scores}),
        (float *)PyArray_DATA({by_bias}), shape[0], shape[1], {lowest!r}, {highest!r});
}}
"""
