    if ($output != $input) {
        Py_XDECREF($output);
        $output = $input;
        Py_INCREF($output);
    }
