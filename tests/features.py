"""Files of image features, and what refuses them."""

import pytest
import scipy.io
from refusals import one_line

from imaginet_pt.data import image_features
from imaginet_pt.errors import UserError

N = 5  # images


def save_mat(folder, array, **options):
    scipy.io.savemat(folder / "vgg_feats.mat", {"feats": array}, **options)


def refused(folder, *words, images=N):
    with pytest.raises(UserError) as caught:
        image_features.load(folder, images)
    one_line(caught, words)
    assert not [path for path in folder.iterdir() if ".float32." in path.name]
