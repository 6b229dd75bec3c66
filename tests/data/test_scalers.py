"""Scaling of features counts each image once a caption."""

import numpy as np

from imaginet_pt.data.scalers import StandardScaler


def test_standard_scaler_counts_an_image_once_a_caption():
    rng = np.random.RandomState(3)
    features = rng.normal(3, 2, (5, 4)).astype("float32")
    features[:, 3] = 7
    rows = np.array([0, 0, 1, 4, -1])
    Z = np.where(rows[:, None] >= 0, features[rows], 0).astype("float64")
    scaler = StandardScaler.fit(features, rows)
    np.testing.assert_allclose(scaler.mean, Z.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(scaler.scale, Z.std(axis=0), rtol=1e-6)
    scaled = scaler.transform(features)
    np.testing.assert_allclose(scaler.inverse_transform(scaled), features, rtol=1e-5)
    constant = StandardScaler.fit(features, np.array([0, 1]))
    assert constant.scale[3] == 1
