"""Generated data of COCO's shape: its number of images, the paper's features and vocabulary."""

import json

import numpy as np

IMAGES, FEATURES, TRAIN, WORDS = 123_287, 4_096, 113_287, 8_800


def caption(generator):
    """About eleven words, the r-th most frequent of which comes with a probability near 1 / r."""
    ranks = np.minimum(WORDS ** generator.random(generator.integers(8, 15)), WORDS - 1)
    return " ".join(f"w{int(rank)}" for rank in ranks)


def write(folder, generator, images=IMAGES, train=TRAIN):
    """A data set in neuraltalk's layout, its features made a block of images at a time."""
    feats = np.lib.format.open_memmap(
        folder / "feats.npy", mode="w+", dtype="float32", shape=(images, FEATURES)
    )
    for i in range(0, images, 1000):
        feats[i : i + 1000] = np.maximum(generator.standard_normal(feats[i : i + 1000].shape), 0)
    feats.flush()
    made = [
        {
            "imgid": i, "filename": f"{i}.jpg", "split": "train" if i < train else "val",
            "sentences": [{"raw": caption(generator)} for _ in range(5)],
        }
        for i in range(images)
    ]  # fmt: skip
    for i in range(0, WORDS, 11):  # every word occurs
        made[i]["sentences"][0]["raw"] = " ".join(f"w{word}" for word in range(i, i + 11))
    (folder / "dataset.json").write_text(json.dumps({"dataset": "coco's shape", "images": made}))
