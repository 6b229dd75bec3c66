"""The same work for everybody in a race: minibatches of real shape, and first parameters.

The r-th most frequent word comes with a probability near 1 / r^skew, such that a minibatch of 832
tokens has about 272 distinct words, the median of Flickr8k's; and captions begin alike about as
often as there, where the places of a minibatch have 0.81 as many distinct prefixes (here 0.82). The
rate is a tenth of the paper's, at which 1,024 units begin with a jump of the cost that makes
rounding grow.
"""

from dataclasses import asdict, dataclass, replace

import numpy as np

from imaginet_pt.data import data_provider
from imaginet_pt.data.iterators import batches
from imaginet_pt.files.arrays import write_arrays
from imaginet_pt.nn import models
from imaginet_pt.settings import Settings
from imaginet_pt.training import preparation

RATE = 2e-5
ALIKE = [0.24, 0.46, 0.20, 0.06, 0.04]  # chances to begin like a caption before for 0 ... 4 words
MODELS = {
    "VISUAL": {"model_type": "simple"},
    "MULTITASK": {"model_type": "shared_embeddings", "alpha": 0.1},
    "TEXTUAL": {"model_type": "shared_embeddings", "alpha": 1.0},
}


@dataclass(frozen=True)
class Size:
    """hidden: units of each layer and of an embedding; length: tokens of a caption with its PAD."""

    hidden: int
    features: int
    words: int
    skew: float
    length: int = 13
    batch: int = 64


SIZES = {"paper": Size(1024, 4096, 8800, 1.145), "small": Size(256, 1280, 2540, 1.085)}


def settings(model, size):
    """`Settings` of one of `MODELS`."""
    sizes = {"hidden_size": size.hidden, "embedding_size": size.hidden}
    return Settings(**MODELS[model], **sizes, rate=RATE)


def minibatch(size, generator):
    """X and Y (length, batch) int32, PAD first and END last; Z (batch, features) float32."""
    p = 1 / np.arange(1, size.words - 2) ** size.skew
    ids = generator.choice(size.words - 3, (size.length - 1, size.batch), p=p / p.sum()) + 3
    ids = ids.astype("int32")
    for caption in range(1, size.batch):
        alike = generator.choice(len(ALIKE), p=ALIKE)
        ids[:alike, caption] = ids[:alike, generator.integers(caption)]
    X = np.concatenate([np.zeros((1, size.batch), "int32"), ids])
    Y = np.concatenate([ids, np.ones((1, size.batch), "int32")])
    Z = np.maximum(generator.standard_normal((size.batch, size.features), "float32"), 0)
    return X, Y, Z


def generated(size, count=4, seed=1):
    """A list of minibatches."""
    generator = np.random.default_rng(seed)
    return [minibatch(size, generator) for _ in range(count)]


def epoch(size, data, seed=1):
    """`size` with the words and features of the data set, and its minibatches of an epoch."""
    dataset, rng = data_provider.load(data), np.random.RandomState(seed)
    train = preparation.prepare(dataset, settings("MULTITASK", size), rng, None)
    order = batches(train.train.lengths(), size.batch, rng)
    minibatches = [train.train.minibatch(indices) for indices in order]
    words, features = len(train.tokenizer.words), minibatches[0].Z.shape[1]
    return replace(size, words=words, features=features), minibatches


def write(path, model, size, minibatches=None, seed=1):
    """The workload of a race as an archive of arrays, which every peer reads."""
    rng = np.random.RandomState(seed)
    built = models.build(settings(model, size), size.words, size.features)
    arrays = {f"param.{name}": array for name, array in built.parameters(rng).items()}
    for i, made in enumerate(minibatches or generated(size, seed=seed)):
        arrays |= {f"{name}.{i}": array for name, array in zip("XYZ", made, strict=True)}
    arrays |= {f"size.{name}": np.asarray(value) for name, value in asdict(size).items()}
    write_arrays(path, arrays | {"model": np.frombuffer(model.encode(), "uint8")})


def read(path):
    """(model, `Size`, parameters by name, list of minibatches) of `write`."""
    with np.load(path, allow_pickle=False) as arrays:
        model = arrays["model"].tobytes().decode()
        size = Size(**{n[5:]: arrays[n].item() for n in arrays if n.startswith("size.")})
        params = {n[6:]: arrays[n] for n in arrays if n.startswith("param.")}
        count = sum(n.startswith("X.") for n in arrays)
        minibatches = [tuple(arrays[f"{n}.{i}"] for n in "XYZ") for i in range(count)]
    return model, size, params, minibatches


def rule(model, size):
    """The update rule of the race: Adam as the original has it."""
    return preparation.update_rule(settings(model, size))
