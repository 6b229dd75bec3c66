"""The cost of words as one operation, with C and with NumPy.

It replaces a softmax, the choice of the targets, a mean and their gradients, which as separate
operations read and write the scores of all words at all places a dozen times.
"""

import math

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply
from pytensor.link.c.op import COp

from .gather import C_OUTPUT, VECTORIZED, only_float32

LOWEST, HIGHEST = math.log(1e-7), math.log1p(-1e-7)


class CrossEntropy(COp):
    """Mean of -log p(target), p = softmax(scores + bias), and its gradients, in one pass.

    Inputs: scores (n, words); bias (words,); targets (n,) int32.
    Outputs: cost (); its derivatives by scores (n, words) and by bias (words,).
    p is clipped to [1e-7, 1 - 1e-7]; a clipped row has no gradient.
    """

    __props__ = ()

    def make_node(self, scores, bias, targets):
        scores, bias, targets = map(pt.as_tensor, (scores, bias, targets))
        cost = pt.tensor(dtype=scores.dtype, shape=())
        return Apply(self, [scores, bias, targets], [cost, scores.type(), bias.type()])

    def perform(self, node, inputs, outputs):
        scores, bias, targets = inputs
        rows, n = np.arange(len(targets)), scores.dtype.type(len(targets))
        p = scores + bias
        p -= p.max(axis=1, keepdims=True)
        chosen = p[rows, targets]
        np.exp(p, out=p)
        total = p.sum(axis=1)
        log_p = chosen - np.log(total)
        counts = ((log_p >= LOWEST) & (log_p <= HIGHEST)).astype(p.dtype)
        p *= (counts / (total * n))[:, None]
        p[rows, targets] -= counts / n
        outputs[0][0] = np.asarray(-np.clip(log_p, LOWEST, HIGHEST).mean(), dtype=p.dtype)
        outputs[1][0], outputs[2][0] = p, p.sum(axis=0)

    def connection_pattern(self, node):
        return [[True, False, False], [True, False, False], [False, False, False]]

    def pullback(self, inputs, outputs, cotangents):
        cost = cotangents[0]
        if isinstance(cost.type, DisconnectedType):
            return [disconnected_type() for _ in inputs]
        return [cost * outputs[1], cost * outputs[2], disconnected_type()]

    def infer_shape(self, *args):  # PyTensor 3.0 gives `fgraph` first
        *_, shapes = args
        return [(), shapes[0], shapes[1]]

    def c_headers(self, **kwargs):
        return ["<math.h>", "<omp.h>", "<vector>"]

    def c_compile_args(self, **kwargs):
        return VECTORIZED

    def c_code_cache_version(self):
        return (2,)

    def c_support_code(self, **kwargs):
        return C_OUTPUT + C_CROSS_ENTROPY

    def c_code(self, node, name, inputs, outputs, sub):
        only_float32(node)
        (scores, bias, targets), (cost, by_scores, by_bias) = inputs, outputs
        return C_CALL.format(
            scores=scores, bias=bias, targets=targets, cost=cost, by_scores=by_scores,
            by_bias=by_bias, fail=sub["fail"], lowest=LOWEST, highest=HIGHEST,
        )  # fmt: skip


C_CROSS_ENTROPY = r"""
// exp(x) for x <= 0 to 2e-7 relative, as 2^n exp(r): unlike expf, it is done 8 or 16 at a time.
static inline float imaginet_exp(float x) {
    x = x < -87.0f ? -87.0f : x;
    const float n = floorf(x * 1.44269504f + 0.5f);
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float e = 1.0f / 5040;
    e = e * r + 1.0f / 720;
    e = e * r + 1.0f / 120;
    e = e * r + 1.0f / 24;
    e = e * r + 1.0f / 6;
    e = e * r + 0.5f;
    e = e * r + 1.0f;
    e = e * r + 1.0f;
    union { npy_int32 bits; float value; } power = { ((npy_int32)n + 127) << 23 };
    return e * power.value;
}

// From one row of `words` scores to the derivatives of its cost, d; the cost is returned.
static double imaginet_row(const float *s, const float *bias, float *d, npy_intp words,
                           npy_intp target, npy_intp n, double lowest, double highest) {
    float top = -INFINITY, total = 0;
    #pragma omp simd reduction(max:top)
    for (npy_intp j = 0; j < words; j++) { d[j] = s[j] + bias[j]; top = d[j] > top ? d[j] : top; }
    const float chosen = d[target] - top;
    #pragma omp simd reduction(+:total)
    for (npy_intp j = 0; j < words; j++) { d[j] = imaginet_exp(d[j] - top); total += d[j]; }
    const double log_p = chosen - log((double)total);
    const bool clipped = log_p < lowest || log_p > highest;
    const float scale = clipped ? 0.0f : 1.0f / (total * n);
    #pragma omp simd
    for (npy_intp j = 0; j < words; j++) d[j] *= scale;
    if (!clipped) d[target] -= 1.0f / n;
    return -(log_p < lowest ? lowest : log_p > highest ? highest : log_p);
}

// Threads take rows in fixed shares and their sums are added in order: equal runs, equal bytes.
static double imaginet_rows(const float *s, const float *bias, const npy_int32 *targets,
                            float *d, float *by_bias, npy_intp n, npy_intp words,
                            double lowest, double highest) {
    const int threads = omp_get_max_threads();
    std::vector<double> costs(threads, 0.0);
    std::vector<float> sums((size_t)threads * words, 0.0f);
    #pragma omp parallel for schedule(static, 1) num_threads(threads)
    for (int t = 0; t < threads; t++) {
        float *sum = &sums[(size_t)t * words];
        for (npy_intp i = n * t / threads; i < n * (t + 1) / threads; i++) {
            float *row = d + i * words;
            costs[t] += imaginet_row(s + i * words, bias, row, words, targets[i], n, lowest,
                                     highest);
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
    npy_intp *shape = PyArray_DIMS({scores});
    npy_int32 *targets = (npy_int32 *)PyArray_DATA({targets});
    if (!PyArray_IS_C_CONTIGUOUS({scores}) || !PyArray_IS_C_CONTIGUOUS({bias})
        || !PyArray_IS_C_CONTIGUOUS({targets})) {{
        PyErr_SetString(PyExc_ValueError, "CrossEntropy wants C-contiguous arrays");
        {fail}
    }}
    for (npy_intp i = 0; i < shape[0]; i++)
        if (targets[i] < 0 || targets[i] >= shape[1]) {{
            PyErr_Format(PyExc_IndexError, "no word %d among %ld", targets[i], (long)shape[1]);
            {fail}
        }}
    if (imaginet_output(&{cost}, 0, shape) || imaginet_output(&{by_scores}, 2, shape)
        || imaginet_output(&{by_bias}, 1, shape + 1)) {{ {fail} }}
    *(float *)PyArray_DATA({cost}) = (float)imaginet_rows(
        (float *)PyArray_DATA({scores}), (float *)PyArray_DATA({bias}), targets,
        (float *)PyArray_DATA({by_scores}), (float *)PyArray_DATA({by_bias}), shape[0], shape[1],
        {lowest!r}, {highest!r});
}}
"""
