"""What the package's own operations in C share."""

from pytensor.graph.utils import MethodNotDefined
from pytensor.link.c.op import COp

# Options for C code that does many numbers at a time, on all cores; IEEE results stay.
VECTORIZED = ["-fopenmp", "-O3", "-fno-math-errno", "-fno-trapping-math"]

C_OUTPUT = r"""
// An output of this shape: the array of the last call where it fits, else a new one.
static int imaginet_output(PyArrayObject **output, int ndim, npy_intp *shape) {
    if (*output && PyArray_NDIM(*output) == ndim && PyArray_IS_C_CONTIGUOUS(*output)
        && PyArray_CompareLists(PyArray_DIMS(*output), shape, ndim)) return 0;
    Py_XDECREF(*output);
    *output = (PyArrayObject *)PyArray_SimpleNew(ndim, shape, NPY_FLOAT32);
    return *output == NULL;
}
"""

C_EXP = r"""
// exp(x) to 2e-7 relative, as 2^n exp(r): unlike expf, it is done 8 or 16 at a time. Below -87 it
// is exp(-87), above 88.37 infinite.
namespace imaginet {
static inline float exp(float x) {
    const bool infinite = x > 88.37f;
    x = x < -87.0f ? -87.0f : infinite ? 88.0f : x;
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
    return infinite ? INFINITY : e * power.value;
}
template <typename T> static inline double exp(T x) { return ::exp((double)x); }
}
"""


class NativeOp(COp):
    """An operation that says by `shapes(node, shapes)` what shapes its outputs have."""

    def infer_shape(self, *args):
        """`shapes`, by either of PyTensor's signatures: 3.0 gives `fgraph` first."""
        *_, node, shapes = args
        return self.shapes(node, shapes)

    def shapes(self, node, shapes):
        """Shapes of the outputs, from `shapes` of the inputs."""
        raise MethodNotDefined("shapes")


def only_float32(node):
    """C code is for float32; for another type PyTensor takes `perform`, as in gradient checks."""
    if node.inputs[0].dtype != "float32":
        raise MethodNotDefined("c_code")
