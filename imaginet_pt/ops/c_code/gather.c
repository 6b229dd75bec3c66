{
    const npy_intp count = PyArray_SIZE($index), size = PyArray_DIMS($rows)[1];
    if (imaginet_wrong_index($index, $rows, PyArray_DIMS($rows)[0])) { $fail }
    npy_intp shape[$ndim + 1];
    for (int d = 0; d < $ndim; d++) shape[d] = PyArray_DIMS($index)[d];
    shape[$ndim] = size;
    if (imaginet_output(&$out, $ndim + 1, shape)) { $fail }
    const npy_int64 *index = (npy_int64 *)PyArray_DATA($index);
    float *from = (float *)PyArray_DATA($rows), *to = (float *)PyArray_DATA($out);
    for (npy_intp i = 0; i < count; i++)
        memcpy(to + i * size, from + index[i] * size, size * sizeof(float));
}
