"""Time and memory of both retrieval tasks at the paper's size, on random vectors.

25,000 captions against 5,000 images of 4,096 features, and 25,000 against 25,000 hidden states of
1,024, as in MS-COCO's validation set:

    python tests/benchmarks/evaluation_size.py
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from imaginet_pt.evaluation.ranking import image_retrieval, paraphrase_retrieval

CAPTIONS, IMAGES, FEATURES, HIDDEN = 25_000, 5_000, 4_096, 1_024


def rectified(generator, *shape):
    vectors = generator.standard_normal(shape, dtype=np.float32)
    return np.maximum(vectors, 0, out=vectors)


def peak():
    """Largest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(name, task, *arrays):
    start = time.perf_counter()
    metrics = task(*arrays).metrics
    seconds = time.perf_counter() - start
    print(f"{name}: {seconds:.1f} s, {metrics}")
    return seconds


def main():
    generator = np.random.default_rng(0)
    predicted = rectified(generator, CAPTIONS, FEATURES)
    images = rectified(generator, IMAGES, FEATURES)
    states = rectified(generator, CAPTIONS, HIDDEN)
    image = np.arange(CAPTIONS) % IMAGES
    vectors = peak()
    seconds = measure("image retrieval", image_retrieval, predicted, images, image)
    seconds += measure("paraphrase retrieval", paraphrase_retrieval, states, states, image)
    print(f"both: {seconds:.1f} s, at most {peak() - vectors:.0f} MB above the vectors")


if __name__ == "__main__":
    main()
