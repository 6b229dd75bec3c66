{
    const npy_intp count = PyArray_SIZE($index), size = PyArray_DIMS($parts)[$ndim];
    const npy_intp n = *(npy_int64 *)PyArray_DATA($n);
    if (imaginet_wrong_index($index, $parts, n)) { $fail }
    npy_intp shape[2] = {n, size};
    if (imaginet_output(&$out, 2, shape)) { $fail }
    const npy_int64 *index = (npy_int64 *)PyArray_DATA($index);
    float *from = (float *)PyArray_DATA($parts), *to = (float *)PyArray_DATA($out);
    memset(to, 0, n * size * sizeof(float));
    for (npy_intp i = 0; i < count; i++) {
        float *row = to + index[i] * size;
        for (npy_intp j = 0; j < size; j++) row[j] += from[i * size + j];
    }
}
