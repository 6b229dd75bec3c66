"""One step of Adam as one operation, with C and with NumPy.

As separate operations it goes through five arrays of the size of each parameter one number at a
time, since the step size, which all share, keeps PyTensor's loop from being done many at a time.
"""

from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply
from pytensor.graph.rewriting.basic import in2out, node_rewriter

from .base import VECTORIZED, NativeOp, only_float32


def adam_step(p, g, m, v, rate, *, b1, b2, e, l1, l2, xp):
    """New parameter and moments, arrays of one shape; `updates.Adam` has the equations.

    xp: the module whose `sqrt` and `sign` go with the arrays.
    """
    m = m + b1 * (g - m)
    v = v + b2 * (g * g - v)
    step = m / (xp.sqrt(v) + e)
    if l2:
        step = step + l2 * p
    if l1:
        step = step + l1 * xp.sign(p)
    return p - rate * step, m, v


@dataclass(frozen=True)
class AdamStep(NativeOp):
    """`adam` of p, g, m, v of one shape and the step size rate ().

    inplace: the new p, m and v take the places of the old.
    """

    b1: float
    b2: float
    e: float
    l1: float
    l2: float
    inplace: bool = False

    __props__ = ("b1", "b2", "e", "l1", "l2", "inplace")

    @property
    def constants(self):
        return {name: getattr(self, name) for name in self.__props__ if name != "inplace"}

    @property
    def destroy_map(self):
        return {0: [0], 1: [2], 2: [3]} if self.inplace else {}

    def make_node(self, p, g, m, v, rate):
        inputs = [pt.as_tensor(x) for x in (p, g, m, v, rate)]
        return Apply(self, inputs, [inputs[i].type() for i in (0, 2, 3)])

    def perform(self, node, inputs, outputs):
        old = [inputs[i] for i in (0, 2, 3)]
        made = adam_step(*inputs, **self.constants, xp=np)
        for storage, array, new in zip(outputs, old, made, strict=True):
            if self.inplace:
                array[...] = new
            storage[0] = array if self.inplace else np.asarray(new, dtype=array.dtype)

    def shapes(self, node, shapes):
        return [shapes[0]] * 3

    def c_headers(self, **kwargs):
        return ["<math.h>", "<omp.h>"]

    def c_compile_args(self, **kwargs):
        return VECTORIZED

    def c_code_cache_version(self):
        return (2,)

    def c_support_code(self, **kwargs):
        return C_ADAM

    def c_code(self, node, name, inputs, outputs, sub):
        only_float32(node)
        numbers = {name: f"{float(np.float32(x))!r}f" for name, x in self.constants.items()}
        kept = "imaginet_kept" if self.inplace else "imaginet_copy"
        return C_CALL.format(
            **dict(zip(["p", "g", "m", "v", "rate"], inputs, strict=True)),
            **dict(zip(["new_p", "new_m", "new_v"], outputs, strict=True)),
            **numbers, kept=kept, fail=sub["fail"],
        )  # fmt: skip


@node_rewriter([AdamStep], inplace=True)
def _in_place(fgraph, node):
    if node.op.inplace:
        return False
    return AdamStep(**node.op.constants, inplace=True)(*node.inputs, return_list=True)


optdb.register("imaginet_adam_in_place", in2out(_in_place), "fast_run", "inplace", position=70)

C_ADAM = r"""
// The output is the old array itself, or a copy of it.
static int imaginet_kept(PyArrayObject **output, PyArrayObject *old) {
    Py_INCREF(old);
    Py_XSETREF(*output, old);
    return !PyArray_IS_C_CONTIGUOUS(old);
}

static int imaginet_copy(PyArrayObject **output, PyArrayObject *old) {
    Py_XDECREF(*output);
    *output = (PyArrayObject *)PyArray_NewCopy(old, NPY_CORDER);
    return *output == NULL;
}

// Each number goes its own way: any number of threads, equal bytes.
static inline void imaginet_adam(float *p, const float *g, float *m, float *v, npy_intp n,
                                 float rate, float b1, float b2, float e, float l1, float l2) {
    #pragma omp simd
    for (npy_intp i = 0; i < n; i++) {
        m[i] += b1 * (g[i] - m[i]);
        v[i] += b2 * (g[i] * g[i] - v[i]);
        float step = m[i] / (sqrtf(v[i]) + e);
        if (l2 != 0) step += l2 * p[i];
        if (l1 != 0) step += l1 * ((p[i] > 0) - (p[i] < 0));
        p[i] -= rate * step;
    }
}

// The gradient with its columns side by side: itself, or a copy. Its rows may lie apart, as those
// of one gate's part of the gradient of all gates do.
static PyArrayObject *imaginet_rows_of(PyArrayObject *g) {
    if (PyArray_NDIM(g) == 2 && PyArray_STRIDES(g)[1] == sizeof(float)) {
        Py_INCREF(g);
        return g;
    }
    return (PyArrayObject *)PyArray_GETCONTIGUOUS(g);
}
"""

C_CALL = r"""
{{
    PyArrayObject *gradient = imaginet_rows_of({g});
    if (gradient == NULL || {kept}(&{new_p}, {p}) || {kept}(&{new_m}, {m}) || {kept}(&{new_v}, {v})
        || !PyArray_SAMESHAPE(gradient, {p})) {{
        Py_XDECREF(gradient);
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "AdamStep wants C-contiguous arrays of one shape");
        {fail}
    }}
    const bool matrix = PyArray_NDIM(gradient) == 2;
    const npy_intp rows = matrix ? PyArray_DIMS(gradient)[0] : 1;
    const npy_intp n = rows ? PyArray_SIZE(gradient) / rows : 0;
    const npy_intp apart = matrix ? PyArray_STRIDES(gradient)[0] / (npy_intp)sizeof(float) : n;
    const float *g = (float *)PyArray_DATA(gradient);
    const float rate = *(float *)PyArray_DATA({rate});
    float *p = (float *)PyArray_DATA({new_p});
    float *m = (float *)PyArray_DATA({new_m}), *v = (float *)PyArray_DATA({new_v});
    #pragma omp parallel for schedule(static) if(rows * n > 100000)
    for (npy_intp i = 0; i < rows; i++)
        imaginet_adam(p + i * n, g + i * apart, m + i * n, v + i * n, n, rate,
                      {b1}, {b2}, {e}, {l1}, {l2});
    Py_DECREF(gradient);
}}
"""
