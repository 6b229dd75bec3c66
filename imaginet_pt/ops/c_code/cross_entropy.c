{
    npy_intp *shape = PyArray_DIMS($scores), n = PyArray_SIZE($targets);
    npy_int32 *targets = (npy_int32 *)PyArray_DATA($targets);
    npy_int64 *rows = (npy_int64 *)PyArray_DATA($rows);
    if (!PyArray_IS_C_CONTIGUOUS($scores) || !PyArray_IS_C_CONTIGUOUS($bias)
        || !PyArray_IS_C_CONTIGUOUS($targets) || !PyArray_IS_C_CONTIGUOUS($rows)
        || PyArray_SIZE($rows) != n) {
        PyErr_SetString(PyExc_ValueError, "CrossEntropy wants C-contiguous arrays");
        $fail
    }
    for (npy_intp i = 0; i < n; i++)
        if (targets[i] < 0 || targets[i] >= shape[1] || rows[i] < 0 || rows[i] >= shape[0]) {
            PyErr_Format(PyExc_IndexError, "no word %d in row %ld of the scores (%ld, %ld)",
                         targets[i], (long)rows[i], (long)shape[0], (long)shape[1]);
            $fail
        }
    if (imaginet_output(&$cost, 0, shape) || imaginet_output(&$d_scores, 2, shape)
        || imaginet_output(&$d_bias, 1, shape + 1)) { $fail }
    *(float *)PyArray_DATA($cost) = (float)imaginet_rows(
        (float *)PyArray_DATA($scores), (float *)PyArray_DATA($bias),
        imaginet_positions(rows, n, shape[0]), targets, (float *)PyArray_DATA($d_scores),
        (float *)PyArray_DATA($d_bias), shape[0], shape[1], $lowest, $highest);
}
