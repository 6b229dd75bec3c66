"""A small made-up data set, for tests of training that need not learn anything."""

import json

import numpy as np

NOUNS = "dog cat bird man woman child car boat ball tree".split()
VERBS = "sees chases likes".split()


def write(folder, images=24, features=12, seed=0):
    """A folder in neuraltalk's layout: two thirds train, one third val, three captions each."""
    rng = np.random.RandomState(seed)
    folder.mkdir(parents=True, exist_ok=True)
    records = [
        {
            "imgid": i,
            "filename": f"{i}.jpg",
            "split": "train" if i % 3 else "val",
            "sentences": [
                {"raw": sentence(rng), "imgid": i, "sentid": 3 * i + k} for k in range(3)
            ],
        }
        for i in range(images)
    ]
    (folder / "dataset.json").write_text(json.dumps({"images": records, "dataset": "small"}))
    np.save(folder / "feats.npy", rng.uniform(0, 1, (images, features)).astype("float32"))
    return folder


def sentence(rng):
    a, b = rng.choice(NOUNS, 2)
    tail = " in the park" if rng.rand() < 0.5 else ""
    return f"A {a} {rng.choice(VERBS)} a {b}{tail}."
