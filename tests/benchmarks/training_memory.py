"""Resident memory of a MULTITASK training at COCO's shape and the paper's sizes.

123,287 images of 4,096 features (2.0 GB, made here under a temporary folder), five captions each of
about eleven words, 8,800 words, layers of 1,024. A few minibatches are trained, and every minibatch
of an epoch is made, so that all features are read:

    python tests/benchmarks/training_memory.py
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from imaginet_pt import backends, data_provider, experiment, functions, iterators
from imaginet_pt.settings import Settings

IMAGES, FEATURES, TRAIN, WORDS, MINIBATCHES = 123_287, 4_096, 113_287, 8_800, 20


def caption(generator):
    """About eleven words, the r-th most frequent of which comes with a probability near 1 / r."""
    ranks = np.minimum(WORDS ** generator.random(generator.integers(8, 15)), WORDS - 1)
    return " ".join(f"w{int(rank)}" for rank in ranks)


def write(folder, generator):
    """A data set of COCO's shape in neuraltalk's layout, features a block of images at a time."""
    feats = np.lib.format.open_memmap(
        folder / "feats.npy", mode="w+", dtype="float32", shape=(IMAGES, FEATURES)
    )
    for i in range(0, IMAGES, 1000):
        feats[i : i + 1000] = np.maximum(generator.standard_normal(feats[i : i + 1000].shape), 0)
    feats.flush()
    images = [
        {
            "imgid": i, "filename": f"{i}.jpg", "split": "train" if i < TRAIN else "val",
            "sentences": [{"raw": caption(generator)} for _ in range(5)],
        }
        for i in range(IMAGES)
    ]  # fmt: skip
    for i in range(0, WORDS, 11):  # every word occurs
        images[i]["sentences"][0]["raw"] = " ".join(f"w{word}" for word in range(i, i + 11))
    (folder / "dataset.json").write_text(json.dumps({"dataset": "coco's shape", "images": images}))


def resident():
    """{kind of resident memory: MB} of this process: the peak, and now in all and without files."""
    wanted = {"VmHWM": "peak", "VmRSS": "now", "RssAnon": "without file pages"}
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    return {wanted[x[0][:-1]]: int(x[1]) // 1024 for x in lines if x and x[0][:-1] in wanted}


def train(folder):
    dataset = data_provider.load(folder)
    print("data loaded:", resident(), flush=True)
    settings = Settings(model_type="shared_embeddings", word_freq_threshold=1)
    rng = np.random.RandomState(settings.random_seed)
    inputs = experiment.prepare(dataset, settings, rng, None)
    rule = experiment.update_rule(settings)
    state = experiment.first_state(inputs.model, rule, rng)
    step = functions.training(inputs.model, rule, state, backends.get("c"))
    print("compiled:", resident(), flush=True)
    order = iterators.batches(inputs.train.lengths(), settings.batch_size, rng)
    for i, indices in enumerate(order):
        minibatch = inputs.train.minibatch(indices)
        if i < MINIBATCHES:
            step(*minibatch)
    print(f"{MINIBATCHES} minibatches trained, all {i + 1} made:", resident())


def main():
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), np.random.default_rng(1))
        print("data written", flush=True)
        train(Path(folder))


if __name__ == "__main__":
    main()
