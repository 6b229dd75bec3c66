"""Captions and images as a model reads them."""

import numpy as np

from imaginet_pt.data.dataset import Captions
from imaginet_pt.data.examples import Examples, without_images
from imaginet_pt.data.scalers import NoScaler


def test_a_minibatch_has_the_input_the_next_words_and_the_images():
    features = np.arange(6, dtype="float32").reshape(3, 2)
    examples = Examples([[4, 5], [6]], np.array([2, -1]), features, NoScaler())
    X, Y, Z = examples.minibatch(np.array([0, 1]))
    np.testing.assert_array_equal(X.T, [[0, 4, 5], [0, 0, 6]])
    np.testing.assert_array_equal(Y.T, [[4, 5, 1], [0, 6, 1]])
    np.testing.assert_array_equal(Z, [[4, 5], [0, 0]])
    assert (X.dtype, Y.dtype, Z.dtype) == (np.int32, np.int32, np.float32)
    assert features[2, 0] == 4, "the features themselves are not touched"


def test_captions_with_hidden_words_lose_their_image():
    captions = Captions(["a dog", "A Dog", "cats"], np.array([0, 1, 2]))
    np.testing.assert_array_equal(without_images(captions, {"dog"}), [-1, 1, 2])
