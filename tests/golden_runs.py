"""What the original's golden runs hold."""


def golden_arrays(golden, prefix):
    """The arrays of a golden.npz whose names begin with `prefix`, in the order of their names."""
    return [golden[name] for name in sorted(golden.files) if name.startswith(prefix)]
