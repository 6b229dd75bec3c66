"""Rows of a matrix at given places, and the sum of their gradients, with C and with NumPy."""

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import disconnected_type
from pytensor.graph.basic import Apply

from .base import C_OUTPUT, NativeOp, only_float32


class _Rows(NativeOp):
    """What the two operations share: C code over `places` flat indices and rows of `size`."""

    __props__ = ()

    def c_support_code(self, **kwargs):
        return C_OUTPUT

    def c_compile_args(self, **kwargs):
        return ["-O3"]

    def c_code_cache_version(self):
        return (1,)


class Gather(_Rows):
    """rows (n, size), index int64 (...) -> rows[index], (..., size)."""

    def make_node(self, rows, index):
        rows, index = pt.as_tensor(rows), pt.cast(index, "int64")
        shape = (*index.type.shape, rows.type.shape[1])
        return Apply(self, [rows, index], [pt.tensor(dtype=rows.dtype, shape=shape)])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0][inputs[1]]

    def shapes(self, node, shapes):
        return [(*shapes[1], shapes[0][1])]

    def connection_pattern(self, node):
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        rows, index = inputs
        return [Scatter()(cotangents[0], index, rows.shape[0]), disconnected_type()]

    def c_code(self, node, name, inputs, outputs, sub):
        only_float32(node)
        return C_GATHER.format(
            rows=inputs[0], index=inputs[1], out=outputs[0], fail=sub["fail"],
            ndim=node.inputs[1].ndim,
        )  # fmt: skip


class Scatter(_Rows):
    """parts (..., size), index int64 (...), n -> (n, size), row i the sum of parts at index i."""

    def make_node(self, parts, index, n):
        parts, n = pt.as_tensor(parts), pt.cast(n, "int64")
        out = pt.tensor(dtype=parts.dtype, shape=(None, parts.type.shape[-1]))
        return Apply(self, [parts, index, n], [out])

    def perform(self, node, inputs, outputs):
        parts, index, n = inputs
        total = np.zeros((int(n), parts.shape[-1]), dtype=parts.dtype)
        np.add.at(total, index, parts)
        outputs[0][0] = total

    def shapes(self, node, shapes):
        return [(node.inputs[2], shapes[0][-1])]

    def c_code(self, node, name, inputs, outputs, sub):
        only_float32(node)
        return C_SCATTER.format(
            parts=inputs[0], index=inputs[1], n=inputs[2], out=outputs[0], fail=sub["fail"],
            ndim=node.inputs[1].ndim,
        )  # fmt: skip


C_CHECK = r"""
    npy_int64 *index = (npy_int64 *)PyArray_DATA({index});
    if (!PyArray_IS_C_CONTIGUOUS({index}) || !PyArray_IS_C_CONTIGUOUS(source)) {{
        PyErr_SetString(PyExc_ValueError, "Gather and Scatter want C-contiguous arrays");
        {fail}
    }}
    for (npy_intp i = 0; i < places; i++)
        if (index[i] < 0 || index[i] >= n) {{
            PyErr_Format(PyExc_IndexError, "no row %ld among %ld", (long)index[i], (long)n);
            {fail}
        }}
"""

C_GATHER = (
    r"""
{{
    PyArrayObject *source = {rows};
    const npy_intp places = PyArray_SIZE({index}), n = PyArray_DIMS(source)[0];
    const npy_intp size = PyArray_DIMS(source)[1];
"""
    + C_CHECK
    + r"""
    npy_intp shape[{ndim} + 1];
    for (int d = 0; d < {ndim}; d++) shape[d] = PyArray_DIMS({index})[d];
    shape[{ndim}] = size;
    if (imaginet_output(&{out}, {ndim} + 1, shape)) {{ {fail} }}
    float *from = (float *)PyArray_DATA(source), *to = (float *)PyArray_DATA({out});
    for (npy_intp i = 0; i < places; i++)
        memcpy(to + i * size, from + index[i] * size, size * sizeof(float));
}}
"""
)

C_SCATTER = (
    r"""
{{
    PyArrayObject *source = {parts};
    const npy_intp places = PyArray_SIZE({index}), n = *(npy_int64 *)PyArray_DATA({n});
    const npy_intp size = PyArray_DIMS(source)[{ndim}];
"""
    + C_CHECK
    + r"""
    npy_intp shape[2] = {{n, size}};
    if (imaginet_output(&{out}, 2, shape)) {{ {fail} }}
    float *from = (float *)PyArray_DATA(source), *to = (float *)PyArray_DATA({out});
    memset(to, 0, n * size * sizeof(float));
    for (npy_intp i = 0; i < places; i++) {{
        float *row = to + index[i] * size;
        for (npy_intp j = 0; j < size; j++) row[j] += from[i * size + j];
    }}
}}
"""
)
