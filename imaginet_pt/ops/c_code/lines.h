// A line is a row of numbers that lie side by side in memory, along the last axis or the first.

// The axis of the lines that all of n arrays have, and the shape that they share; -1 where there is
// none. broadcast: (n, ndim) flags of the axes along which an array has one number for all.
static int imaginet_axis(PyArrayObject **x, const bool *broadcast, int n, int ndim,
                         npy_intp *shape) {
    std::vector<char> along(ndim, 1), known(ndim, 0);
    for (int d = 0; d < ndim; d++) shape[d] = 1;
    for (int i = 0; i < n; i++)
        for (int d = 0; d < ndim; d++) {
            const npy_intp size = PyArray_DIMS(x[i])[d];
            if (broadcast[i * ndim + d]) {
                if (size != 1) return -1;
                continue;
            }
            if (known[d] && size != shape[d]) return -1;
            known[d] = 1;
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
static inline char *imaginet_line(PyArrayObject *x, const bool *broadcast, int axis, npy_intp line,
                                  const npy_intp *shape) {
    char *at = PyArray_BYTES(x);
    for (int d = PyArray_NDIM(x) - 1; d >= 0; d--)
        if (d != axis) {
            if (!broadcast[d]) at += line % shape[d] * PyArray_STRIDES(x)[d];
            line /= shape[d];
        }
    return at;
}
