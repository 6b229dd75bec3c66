    if (imaginet_lines(&$output, $ndim, shape, $dtype, axis)) { $fail }
