{
    PyArrayObject *gradient = imaginet_contiguous_rows($g);
    if (gradient == NULL || $take(&$new_p, $p) || $take(&$new_m, $m) || $take(&$new_v, $v)
        || !PyArray_SAMESHAPE(gradient, $p)) {
        Py_XDECREF(gradient);
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "AdamStep wants C-contiguous arrays of one shape");
        $fail
    }
    const bool matrix = PyArray_NDIM(gradient) == 2;
    const npy_intp rows = matrix ? PyArray_DIMS(gradient)[0] : 1;
    const npy_intp n = rows ? PyArray_SIZE(gradient) / rows : 0;
    const npy_intp stride = matrix ? PyArray_STRIDES(gradient)[0] / (npy_intp)sizeof(float) : n;
    const float *g = (float *)PyArray_DATA(gradient);
    const float rate = *(float *)PyArray_DATA($rate);
    float *p = (float *)PyArray_DATA($new_p);
    float *m = (float *)PyArray_DATA($new_m), *v = (float *)PyArray_DATA($new_v);
    #pragma omp parallel for schedule(static) if(rows * n > 100000)
    for (npy_intp i = 0; i < rows; i++)
        imaginet_adam(p + i * n, g + i * stride, m + i * n, v + i * n, n, rate,
                      $b1, $b2, $e, $l1, $l2);
    Py_DECREF(gradient);
}
