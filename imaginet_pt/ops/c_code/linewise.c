{
PyArrayObject *arrays[] = {$arrays};
static const bool broadcast[][$ndim] = {$broadcast};
npy_intp shape[$ndim];
const int axis = imaginet_axis(arrays, broadcast[0], $n, $ndim, shape);
if (axis < 0) {
    $fallback
} else {
    $outputs
    const npy_intp size = PyArray_MultiplyList(shape, $ndim);
    for (npy_intp line = 0; line < (size ? size / shape[axis] : 0); line++) {
        $lines
        using imaginet::exp;
        #pragma omp simd
        for (npy_intp j = 0; j < shape[axis]; j++) {
            $loads
            $declarations
            $body
            $stores
        }
    }
}
}
