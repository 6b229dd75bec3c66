"""Load a data set, or make a synthetic one."""

import os
from os import PathLike

from ..data import data_provider
from ..data.dataset import Dataset
from ..data.scenes import corpus
from ..errors import UserError
from ..runs.arguments import check_count
from .arguments import check_path


def load_data(path: str | PathLike[str]) -> Dataset:
    """Read captions and image features.

    Args:
        path: a folder in neuraltalk's layout, with `dataset.json` and `vgg_feats.mat`,
            `feats.npy` or `feats.zarr`; or a COCO caption file, `.json` or `.json.gz`, which is
            text alone.

    Returns:
        The data set. Features stay on disk and are read as they are needed.

    Raises:
        UserError: something is missing or wrong; the message names it.
        UserTypeError: `path` is not a path.

    >>> data = load_data("flickr8k/")  # doctest: +SKIP
    """
    folder = check_path("path", path)
    if not os.path.exists(folder):
        raise UserError(f"`path` is {str(path)!r}: no such folder or file; see data/README.md")
    return data_provider.load(folder)


def scenes(*, seed: int = 0, train: int = 2000, val: int = 400) -> Dataset:
    """Make the synthetic data set `scenes`: made-up pictures of a few things, with captions.

    Args:
        seed: the seed; the same seed makes the same data.
        train: number of scenes to train on, with five captions each.
        val: number of scenes to validate with.

    >>> scenes(train=20, val=5).name
    'scenes (synthetic)'
    """
    check_count("seed", seed, least=0)
    check_count("train", train)
    check_count("val", val)
    return corpus.load(seed, train, val)
