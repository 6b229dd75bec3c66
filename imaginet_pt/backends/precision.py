"""Single precision here, whatever PyTensor's `floatX` is in the rest of the program."""

import contextlib
from collections.abc import Iterator

import pytensor


@contextlib.contextmanager
def single_precision() -> Iterator[None]:
    """Build and compile expressions in float32 inside this block; also a decorator."""
    with pytensor.config.change_flags(floatX="float32"):
        yield
