"""Image features to write and to read."""

import numpy as np
import pytest
from features import N


@pytest.fixture
def values():
    """Features of `N` images."""
    return np.random.default_rng(0).random((N, 3), dtype="f4")
