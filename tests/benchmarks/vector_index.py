"""What an index of vectors finds, and in what time and memory, beside the exact ranking.

    python tests/benchmarks/vector_index.py --vectors 100000 --out FOLDER [--like DATA]

Made-up vectors of 1,280 numbers, and queries beside them. Image features that were standardized
have a spectrum that falls slowly and lie in clusters, which is what makes them hard or easy to
search. So the vectors are a mixture of 2,000 Gaussians in directions whose variances fall as
r ** -0.9, half of it inside a cluster: 256 directions then have 0.73 of the variance, those of
Flickr8k's features 0.74. (They are along the axes: the index finds its own directions.) With --like
DATA the same is measured of a data set's own features, as they are and standardized, and of as many
made-up ones: whether these are easier to search shows there.

The vectors lie in a file, 5 GB for a million. Each step runs in a process of its own: build the
index, find exactly, find by the index as `neighbors` does. Times are those of the processor, of all
threads together, which other work on the machine changes less, and in brackets those of the clock.
"""

import argparse
import json
import multiprocessing
import time
from pathlib import Path

import numpy as np

from imaginet_pt.data import data_provider
from imaginet_pt.data.feature_file import FeatureFile, NpyMatrix
from imaginet_pt.evaluation import vector_index
from imaginet_pt.evaluation.neighbors import nearest
from imaginet_pt.progress import Progress

SIZE, FALL = 1280, 0.9
CLUSTERS, WITHIN = 2000, 0.5  # share of the variance that is inside a cluster
K, BLOCK = 10, 10_000


class Source:
    """Draws vectors: clusters around centres, in directions that matter less and less."""

    def __init__(self, seed=1):
        rng = np.random.default_rng(seed)
        self.scale = np.sqrt(np.arange(1, SIZE + 1) ** -FALL).astype("f4")
        self.centres = rng.standard_normal((CLUSTERS, SIZE), "f4") * np.float32((1 - WITHIN) ** 0.5)

    def draw(self, count, rng):
        inside = rng.standard_normal((count, SIZE), "f4") * np.float32(WITHIN**0.5)
        return (inside + self.centres[rng.integers(CLUSTERS, size=count)]) * self.scale


def standardized(features):
    """Features, each less its mean and by its deviation."""
    deviation = features.std(axis=0)
    return (features - features.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


def write(path, count, source):
    """Write vectors into a .npy file, a block at a time; nothing if it is there."""
    if path.exists():
        return
    rng, part = np.random.default_rng(2), path.with_suffix(".part")
    file = np.lib.format.open_memmap(part, mode="w+", dtype="<f4", shape=(count, SIZE))
    for start in range(0, count, BLOCK):
        file[start : start + BLOCK] = source.draw(min(BLOCK, count - start), rng)
    file.flush()
    part.rename(path)


def exact(vectors, queries):
    """The K nearest of each query, found exactly, one block of vectors after the other."""
    keys, similarity = np.empty((len(queries), 0), int), np.empty((len(queries), 0), "f4")
    for start in range(0, len(vectors), BLOCK):
        near = nearest(queries, vectors[start : start + BLOCK], K)
        keys = np.hstack([keys, near.index + start])
        similarity = np.hstack([similarity, near.similarity])
        best = np.argsort(-similarity, axis=1, kind="stable")[:, :K]
        keys = np.take_along_axis(keys, best, axis=1)
        similarity = np.take_along_axis(similarity, best, axis=1)
    return keys


def resident(kind="VmRSS"):
    """Resident memory of this process in MB: now, or VmHWM, the most so far."""
    lines = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[kind].split()[0]) // 1024


def in_process(function, *arguments):
    """What `function` returns, and its seconds of the processor and the clock, in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (function, arguments))


def _timed(function, arguments):
    start = now()
    result = function(*arguments)
    return result, now() - start


def now():
    """Seconds of the processor, and of the clock."""
    return np.array([time.process_time(), time.perf_counter()])


def told(times, unit=1, digits=0):
    """Seconds of the processor, and in brackets of the clock."""
    return f"{times[0] * unit:.{digits}f} ({times[1] * unit:.{digits}f})"


def build(path, folder):
    vectors = FeatureFile(NpyMatrix(path))
    part = vector_index.Part(np.arange(len(vectors)), vectors.__getitem__)
    vector_index.write(folder, {"file": str(path)}, {"images": part}, Progress(quiet=True))
    return resident("VmHWM")


def search(path, folder, queries):
    """Keys found by the index, seconds of each query, resident MB; one query at a time."""
    vectors, before = FeatureFile(NpyMatrix(path)), resident()
    index = vector_index.read(folder, {"file": str(path)})["images"]
    found, seconds = [], []
    for query in queries:
        start = now()
        found.append(index.nearest(query[None], vectors.__getitem__, K).index[0])
        seconds.append(now() - start)
    return np.stack(found), np.array(seconds), before, resident("VmHWM")


def find_exactly(path, queries):
    return exact(FeatureFile(NpyMatrix(path)), queries)


def measure(path, folder, queries):
    """The row of the table for the vectors in a file."""
    memory, build_seconds = in_process(build, path, folder)
    right, exact_seconds = in_process(find_exactly, path, queries)
    (found, seconds, before, after), _ = in_process(search, path, folder, queries)
    hits = [len(set(a) & set(b)) for a, b in zip(found, right, strict=True)]
    return {
        "vectors": NpyMatrix(path).shape[0],
        "build s": told(build_seconds),
        "build MB": memory,
        "file MB": (folder / "images.usearch").stat().st_size // 2**20,
        "recall@10": round(float(np.mean(hits)) / K, 4),
        "p50 ms": told(np.quantile(seconds, 0.5, axis=0), 1000, 1),
        "p95 ms": told(np.quantile(seconds, 0.95, axis=0), 1000, 1),
        "resident MB": after,
        "of it without the index": before,
        "exact ms": told(exact_seconds / len(queries), 1000, 1),
    }


def compare(folder, out, source, rng):
    """The same of a data set's own features, and of as many made-up ones."""
    features = np.asarray(data_provider.load(folder).features[:8000])
    kinds = {
        "features": features,
        "standardized": standardized(features),
        "made up": source.draw(len(features), rng),
    }
    for name, vectors in kinds.items():  # the last ones are the queries
        path = out / f"{name.replace(' ', '-')}.npy"
        np.save(path, np.ascontiguousarray(vectors[:-200], "<f4"))
        print(f"{name}:", json.dumps(measure(path, path.with_suffix(""), vectors[-200:])))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--out", type=Path, required=True, help="folder for the vectors")
    parser.add_argument("--like", metavar="DATA", help="a data set of features of 1,280")
    args = parser.parse_args()
    args.out.mkdir(exist_ok=True)
    source, rng = Source(), np.random.default_rng(3)
    if args.like:
        compare(args.like, args.out, source, rng)
    path = args.out / f"{args.vectors}.npy"
    write(path, args.vectors, source)
    queries = source.draw(args.queries, rng)
    print(json.dumps(measure(path, args.out / f"{args.vectors}", queries)))


if __name__ == "__main__":
    main()
