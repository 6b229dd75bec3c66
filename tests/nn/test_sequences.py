"""Sequences of vectors against plain NumPy."""

import numpy as np
import pytensor.tensor as pt
from expressions import BATCH, TIME, evaluate

from imaginet_pt.nn.sequences import Words


def test_distinct_words_are_projected_as_all_words_are(rng):
    vectors, w, b = (rng.normal(size=s).astype("float32") for s in ((4, 5), (5, 6), 6))
    positions = rng.randint(0, 4, (TIME, BATCH))
    words = Words(pt.fmatrix("vectors"), pt.lmatrix("positions"))
    got = evaluate(words.project(w, b), vectors=vectors, positions=positions)
    np.testing.assert_allclose(got, vectors[positions] @ w + b, rtol=1e-5, atol=1e-6)
