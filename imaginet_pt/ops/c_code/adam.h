// The output is the old array itself. Returns nonzero where that is not C-contiguous.
static int imaginet_reuse(PyArrayObject **output, PyArrayObject *old) {
    Py_INCREF(old);
    Py_XSETREF(*output, old);
    return !PyArray_IS_C_CONTIGUOUS(old);
}

// The output is a copy of the old array. Returns nonzero where there is no memory.
static int imaginet_copy(PyArrayObject **output, PyArrayObject *old) {
    Py_XDECREF(*output);
    *output = (PyArrayObject *)PyArray_NewCopy(old, NPY_CORDER);
    return *output == NULL;
}

// One step for n numbers, each by itself: any number of threads gives equal bytes.
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

// The gradient itself where each row is contiguous, else a contiguous copy. The rows may be far
// apart, as they are where this is one gate's part of the gradient of all gates.
static PyArrayObject *imaginet_contiguous_rows(PyArrayObject *g) {
    if (PyArray_NDIM(g) == 2 && PyArray_STRIDES(g)[1] == sizeof(float)) {
        Py_INCREF(g);
        return g;
    }
    return (PyArrayObject *)PyArray_GETCONTIGUOUS(g);
}
