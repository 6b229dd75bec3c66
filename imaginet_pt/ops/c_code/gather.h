// Returns nonzero, with a Python exception set, unless both arrays are C-contiguous and each of the
// indices is a row of n.
static int imaginet_wrong_index(PyArrayObject *index, PyArrayObject *source, npy_intp n) {
    if (!PyArray_IS_C_CONTIGUOUS(index) || !PyArray_IS_C_CONTIGUOUS(source)) {
        PyErr_SetString(PyExc_ValueError, "Gather and Scatter want C-contiguous arrays");
        return 1;
    }
    const npy_int64 *rows = (npy_int64 *)PyArray_DATA(index);
    for (npy_intp i = 0; i < PyArray_SIZE(index); i++)
        if (rows[i] < 0 || rows[i] >= n) {
            PyErr_Format(PyExc_IndexError, "no row %ld among %ld", (long)rows[i], (long)n);
            return 1;
        }
    return 0;
}
