"""A run that stands in for a trained one: which captions find their image is known."""

import numpy as np

from imaginet_pt.data.dataset import Dataset, Image
from imaginet_pt.files.folders import make_folder
from imaginet_pt.runs.run_folder import RunFolder


class Tokenizer:
    """A caption is its words' numbers."""

    def transform(self, texts):
        return [[int(word) for word in text.split()] for text in texts]


class Unscaled:
    def transform(self, features):
        return features


class Run:
    """A run that finds the image of a caption by the number the caption begins with.

    right: {iteration: how many captions of `dataset()` get their own image's vector; the others
    get the next image's}; with random weights, at iteration 0, none do. Every evaluation is counted
    in `asked`.
    """

    tokenizer, scaler = Tokenizer(), Unscaled()

    def __init__(self, folder, right, hidden=True, iteration=None, asked=None):
        self.folder, self.right, self.hidden = RunFolder(make_folder(folder)), right, hidden
        self.iteration = max(right) if iteration is None else iteration
        self.asked = [] if asked is None else asked
        for k in right:
            self.folder.weights(k).touch()

    @property
    def model(self):
        return self

    def at(self, iteration):
        return Run(self.folder.path, self.right, self.hidden, iteration, self.asked)

    def with_random_weights(self):
        return Run(self.folder.path, self.right, self.hidden, 0, self.asked)

    def outputs(self, captions, padding):
        assert padding == "batch"
        self.asked.append(self.iteration)
        first = np.array([ids[0] for ids in captions])
        wrong = np.arange(len(first)) >= self.right.get(self.iteration, 0)
        vectors = np.eye(N_IMAGES, dtype=np.float32)[(first + wrong) % N_IMAGES]
        states = {"hidden_vis": vectors} if self.hidden else {}
        return {"output_vis": vectors} | states


N_IMAGES = 12


def dataset(name="small", captions=2, last=0):
    """Images i with captions "i i+last", 0 the same in any order, and unit vectors as features."""
    images = tuple(
        Image(i, "val", f"{i}.jpg", captions * (f"{i} {i + last}",)) for i in range(N_IMAGES)
    )
    return Dataset(name, images, np.eye(N_IMAGES, dtype=np.float32), {}, synthetic=False)
