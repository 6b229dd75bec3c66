// Positions by their row: those of row i are order[begin[i]] to order[begin[i + 1] - 1].
struct imaginet_positions {
    std::vector<npy_intp> begin, order;
    imaginet_positions(const npy_int64 *rows, npy_intp positions, npy_intp n)
        : begin(n + 1, 0), order(positions) {
        for (npy_intp i = 0; i < positions; i++) begin[rows[i] + 1]++;
        for (npy_intp i = 0; i < n; i++) begin[i + 1] += begin[i];
        std::vector<npy_intp> next(begin);
        for (npy_intp i = 0; i < positions; i++) order[next[rows[i]]++] = i;
    }
};

// From one row of scores, s, compute the derivatives, d, of the summed cost of its positions by
// these scores. Returns that sum.
static double imaginet_row(const float *s, const float *bias, float *d, npy_intp words,
                           const npy_int32 *targets, const npy_intp *position, const npy_intp *end,
                           npy_intp n, double lowest, double highest) {
    float top = -INFINITY, total = 0;
    #pragma omp simd reduction(max:top)
    for (npy_intp j = 0; j < words; j++) { d[j] = s[j] + bias[j]; top = d[j] > top ? d[j] : top; }
    #pragma omp simd reduction(+:total)
    for (npy_intp j = 0; j < words; j++) { d[j] = imaginet::exp(d[j] - top); total += d[j]; }
    double cost = 0;
    std::vector<npy_int32> unclipped;
    for (; position < end; position++) {
        const npy_int32 target = targets[*position];
        const float score = s[target] + bias[target] - top;
        const double log_p = score - log((double)total);
        cost -= log_p < lowest ? lowest : log_p > highest ? highest : log_p;
        if (log_p >= lowest && log_p <= highest) unclipped.push_back(target);
    }
    const float scale = unclipped.size() / (total * n);
    #pragma omp simd
    for (npy_intp j = 0; j < words; j++) d[j] *= scale;
    for (npy_int32 target : unclipped) d[target] -= 1.0f / n;
    return cost;
}

// Threads take rows in fixed shares and their sums are added in order: equal runs, equal bytes.
static double imaginet_rows(const float *s, const float *bias, const imaginet_positions &positions,
                            const npy_int32 *targets, float *d, float *d_bias, npy_intp rows,
                            npy_intp words, double lowest, double highest) {
    const int threads = omp_get_max_threads();
    const npy_intp n = positions.order.size();
    const npy_intp *order = positions.order.data(), *begin = positions.begin.data();
    std::vector<double> costs(threads, 0.0);
    std::vector<float> sums((size_t)threads * words, 0.0f);
    #pragma omp parallel for schedule(static, 1) num_threads(threads)
    for (int t = 0; t < threads; t++) {
        float *sum = &sums[(size_t)t * words];
        for (npy_intp i = rows * t / threads; i < rows * (t + 1) / threads; i++) {
            float *row = d + i * words;
            costs[t] += imaginet_row(s + i * words, bias, row, words, targets, order + begin[i],
                                     order + begin[i + 1], n, lowest, highest);
            #pragma omp simd
            for (npy_intp j = 0; j < words; j++) sum[j] += row[j];
        }
    }
    double cost = 0;
    for (int t = 0; t < threads; t++) {
        cost += costs[t];
        for (npy_intp j = 0; j < words; j++)
            d_bias[j] = (t ? d_bias[j] : 0.0f) + sums[(size_t)t * words + j];
    }
    return cost / n;
}
