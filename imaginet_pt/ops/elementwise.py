"""Elementwise operations in C that does many numbers at a time.

PyTensor's own C code steps through an array by strides that it reads as it runs, and calls `expf`;
both keep a compiler from vectorizing. Here the numbers of a line lie side by side.
"""

import functools
from dataclasses import dataclass

from pytensor.compile.mode import optdb
from pytensor.graph.basic import Variable
from pytensor.graph.rewriting.basic import in2out, node_rewriter
from pytensor.tensor.elemwise import Elemwise

from .base import C_EXP, VECTORIZED

DTYPES = {"float32", "bool"}


@dataclass(frozen=True)
class _Array:
    """C code for one array. number: name of its number at hand; array: its own; symbol: of it."""

    number: str
    array: str
    symbol: Variable

    @property
    def ctype(self):
        return self.symbol.type.dtype_specs()[1]

    @property
    def repeated(self):
        """For each axis, 1 where the array has one number that stands for all along it, or 0."""
        return [int(n == 1) for n in self.symbol.type.shape]

    @property
    def flags(self):
        return f"{{{', '.join(map(str, self.repeated))}}}"

    def line(self):
        return f"""
        static const bool {self.number}_repeated[] = {self.flags};
        {self.ctype} *{self.number}_line = ({self.ctype} *)imaginet_line(
            {self.array}, {self.number}_repeated, axis, line, shape);"""

    def read(self):
        along = {0: "j", len(self.repeated): "0"}
        place = along.get(sum(self.repeated), f"{self.number}_repeated[axis] ? 0 : j")
        return f"const {self.ctype} {self.number} = {self.number}_line[{place}];"

    def written(self):
        return f"{self.number}_line[j] = {self.number};"


def _arrays(letter, names, symbols):
    pairs = enumerate(zip(names, symbols, strict=True))
    return [_Array(f"{letter}{i}", *pair) for i, pair in pairs]


class Linewise(Elemwise):
    """`Elemwise` of arrays of `DTYPES`: in C line by line, where all have lines along one axis.

    Where they have not, it does what `Elemwise` does.
    """

    def c_headers(self, **kwargs):
        return [*super().c_headers(**kwargs), "<math.h>"]

    def c_compile_args(self, **kwargs):
        return VECTORIZED

    def c_support_code(self, **kwargs):
        return super().c_support_code(**kwargs) + C_EXP + C_LINES

    def c_code_cache_version_apply(self, node):
        version = super().c_code_cache_version_apply(node)
        return version and (1, *version)

    def c_code(self, node, name, inputs, outputs, sub):
        ins, outs = _arrays("x", inputs, node.inputs), _arrays("y", outputs, node.outputs)
        numbers = [[a.number for a in arrays] for arrays in (ins, outs)]
        return C_LINEWISE.format(
            general=super().c_code(node, name, inputs, outputs, sub),
            arrays=", ".join(inputs), flags=", ".join(a.flags for a in ins), n=len(ins),
            ndim=node.outputs[0].ndim,
            made="".join(self._made(i, a, inputs, sub["fail"]) for i, a in enumerate(outs)),
            lines="".join(a.line() for a in ins + outs),
            read="".join(a.read() for a in ins),
            declared="".join(f"{a.ctype} {a.number};" for a in outs),
            task=self.scalar_op.c_code(
                self.make_scalar_node(*node.inputs), f"{name}_line", *numbers, sub
            ),
            written="".join(a.written() for a in outs),
        )  # fmt: skip

    def _made(self, i, output, inputs, fail):
        """C code that has an output's array ready: its own, or that of the input it replaces."""
        if i in self.inplace_pattern:
            return C_SAME.format(output=output.array, input=inputs[self.inplace_pattern[i]])
        _, _, dtype = output.symbol.type.dtype_specs()
        return C_NEW.format(output=output.array, ndim=output.symbol.ndim, dtype=dtype, fail=fail)


@node_rewriter([Elemwise])
def _linewise(fgraph, node):
    op, variables = node.op, [*node.inputs, *node.outputs]
    if type(op) is not Elemwise or any(v.type.dtype not in DTYPES for v in variables):
        return False
    if node.outputs[0].ndim < 2 or all(n == 1 for n in node.outputs[0].type.shape):
        return False
    return Linewise(op.scalar_op, op.inplace_pattern)(*node.inputs, return_list=True)


@functools.cache
def register():
    """Have PyTensor take `Linewise` wherever it can, in what it compiles to C from now on.

    Inside loops too, which know no other way to be told.
    """
    optdb.register("imaginet_linewise", in2out(_linewise), "fast_run", "cxx_only", position=70)


C_LINES = r"""
// The axis along which the numbers of each of n arrays lie side by side, the last or the first, and
// the shape that they share; -1 where there is none. repeated: (n, ndim) flags of the axes along
// which an array has one number for all.
static int imaginet_axis(PyArrayObject **x, const bool *repeated, int n, int ndim,
                         npy_intp *shape) {
    std::vector<char> along(ndim, 1);
    for (int d = 0; d < ndim; d++) shape[d] = 1;
    for (int i = 0; i < n; i++)
        for (int d = 0; d < ndim; d++) {
            const npy_intp size = PyArray_DIMS(x[i])[d];
            if (repeated[i * ndim + d]) {
                if (size != 1) return -1;
                continue;
            }
            if (shape[d] != 1 && size != shape[d]) return -1;
            shape[d] = size;
            along[d] &= PyArray_STRIDES(x[i])[d] == PyArray_ITEMSIZE(x[i]);
        }
    return along[ndim - 1] ? ndim - 1 : along[0] ? 0 : -1;
}

// An output of this shape with its lines along `axis`: that of the last call where it fits.
static int imaginet_lines(PyArrayObject **output, int ndim, npy_intp *shape, int dtype, int axis) {
    if (*output && PyArray_CompareLists(PyArray_DIMS(*output), shape, ndim)
        && (axis ? PyArray_IS_C_CONTIGUOUS(*output) : PyArray_IS_F_CONTIGUOUS(*output))) return 0;
    Py_XDECREF(*output);
    *output = (PyArrayObject *)PyArray_EMPTY(ndim, shape, dtype, !axis);
    return *output == NULL;
}

// Where the line-th line of an array begins, lines counted over the axes other than their own.
static inline char *imaginet_line(PyArrayObject *x, const bool *repeated, int axis, npy_intp line,
                                  const npy_intp *shape) {
    char *at = PyArray_BYTES(x);
    for (int d = PyArray_NDIM(x) - 1; d >= 0; d--)
        if (d != axis) {
            if (!repeated[d]) at += line % shape[d] * PyArray_STRIDES(x)[d];
            line /= shape[d];
        }
    return at;
}
"""

C_SAME = r"""
    if ({output} != {input}) {{
        Py_XDECREF({output});
        {output} = {input};
        Py_INCREF({output});
    }}
"""

C_NEW = r"""
    if (imaginet_lines(&{output}, {ndim}, shape, {dtype}, axis)) {{ {fail} }}
"""

C_LINEWISE = r"""
{{
PyArrayObject *arrays[] = {{{arrays}}};
static const bool repeated[][{ndim}] = {{{flags}}};
npy_intp shape[{ndim}];
const int axis = imaginet_axis(arrays, repeated[0], {n}, {ndim}, shape);
if (axis < 0) {{
    {general}
}} else {{
    {made}
    const npy_intp size = PyArray_MultiplyList(shape, {ndim});
    for (npy_intp line = 0; line < (size ? size / shape[axis] : 0); line++) {{
        {lines}
        using imaginet::exp;
        #pragma omp simd
        for (npy_intp j = 0; j < shape[axis]; j++) {{
            {read}
            {declared}
            {task}
            {written}
        }}
    }}
}}
}}
"""
