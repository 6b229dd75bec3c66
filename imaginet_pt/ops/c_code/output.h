// An output of this shape: the array of the last call where it fits, else a new one.
// Returns nonzero where there is no memory.
static int imaginet_output(PyArrayObject **output, int ndim, npy_intp *shape) {
    if (*output && PyArray_NDIM(*output) == ndim && PyArray_IS_C_CONTIGUOUS(*output)
        && PyArray_CompareLists(PyArray_DIMS(*output), shape, ndim)) return 0;
    Py_XDECREF(*output);
    *output = (PyArrayObject *)PyArray_SimpleNew(ndim, shape, NPY_FLOAT32);
    return *output == NULL;
}
