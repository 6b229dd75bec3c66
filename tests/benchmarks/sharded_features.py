"""Feeding an epoch of COCO's shape from one file of features, and from other formats beside it.

    python tests/benchmarks/sharded_features.py [--images 123287] [--minibatches 0]

Each format is written and read in a process of its own: the images of every minibatch of 64
captions in random order, five captions an image, as training reads them. A quarter of the features
is above zero, as after a ReLU. `rows.zarr` and `rows.parquet` are what the libraries zarr and
pyarrow make of it, if they are installed: rows compressed one by one in shards, and groups of 64
rows. Files are read once after the system was told to forget them (`cold`), and once more. Times
are those of the processor, and in brackets those of the clock.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks.vector_index import in_process, now, resident, told  # noqa: E402

from imaginet_pt.data import sharded_file  # noqa: E402
from imaginet_pt.data.feature_file import FeatureFile, NpyMatrix  # noqa: E402
from imaginet_pt.data.sharded_file import ShardedMatrix  # noqa: E402

FEATURES, BATCH, CAPTIONS, BLOCK = 4096, 64, 5, 1000


def blocks(images):
    """Features of images, none negative, a block at a time."""
    rng = np.random.default_rng(1)
    for start in range(0, images, BLOCK):
        shape = min(BLOCK, images - start), FEATURES
        yield np.maximum(rng.standard_normal(shape, "f4") - np.float32(0.67), 0)


def write_npy(path, images):
    file = np.lib.format.open_memmap(path, mode="w+", dtype="<f4", shape=(images, FEATURES))
    for start, block in zip(range(0, images, BLOCK), blocks(images), strict=True):
        file[start : start + BLOCK] = block
    file.flush()


def write_sharded(path, images):
    sharded_file.write(path, blocks(images))


def write_zarr(path, images):
    import zarr

    array = zarr.create_array(
        path, shape=(images, FEATURES), dtype="float32", chunks=(1, FEATURES),
        shards=(4096, FEATURES),
    )  # fmt: skip
    held, start = [], 0
    for block in blocks(images):  # a shard at a time
        held = [np.concatenate([*held, block])]
        while len(held[0]) >= 4096:
            array[start : start + 4096] = held[0][:4096]
            held, start = [held[0][4096:]], start + 4096
    array[start:] = held[0]


def write_parquet(path, images):
    import pyarrow as pa
    import pyarrow.parquet as pq

    kind = pa.list_(pa.float32(), FEATURES)
    with pq.ParquetWriter(path, pa.schema([("features", kind)])) as writer:
        for block in blocks(images):
            rows = pa.FixedSizeListArray.from_arrays(pa.array(block.reshape(-1)), FEATURES)
            table = pa.table({"features": rows.cast(kind)})
            writer.write_table(table, row_group_size=BATCH)


def open_zarr(path):
    import zarr

    array = zarr.open_array(path, mode="r")
    return lambda rows: np.asarray(array.oindex[rows])


def open_parquet(path):
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    per_block = -(-BLOCK // BATCH)

    def read(rows):
        found = np.empty((len(rows), FEATURES), "f4")
        for place, row in enumerate(rows):
            block, inside = divmod(int(row), BLOCK)
            group = file.read_row_group(block * per_block + inside // BATCH).column(0)
            values = group.chunk(0).flatten().to_numpy()
            found[place] = values.reshape(-1, FEATURES)[inside % BATCH]
        return found

    return read


FORMATS = {
    "feats.npy": (write_npy, lambda path: FeatureFile(NpyMatrix(path)).__getitem__),
    "feats.zarr": (write_sharded, lambda path: FeatureFile(ShardedMatrix(path)).__getitem__),
    "rows.zarr": (write_zarr, open_zarr),
    "rows.parquet": (write_parquet, open_parquet),
}


def files_of(path):
    return [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]


def forget(path):
    """Have the system forget what it keeps of the files."""
    for file in files_of(path):
        handle = os.open(file, os.O_RDONLY)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def write(name, path, images):
    FORMATS[name][0](path, images)
    return resident("VmHWM"), sum(file.stat().st_size for file in files_of(path)) // 2**20


def feed(name, path, images, minibatches):
    """Seconds of each minibatch, and the memory in MB that reading took."""
    read, rng = FORMATS[name][1](path), np.random.default_rng(2)
    order, seconds = rng.permutation(images * CAPTIONS) // CAPTIONS, []
    before, end = resident(), minibatches * BATCH or len(order)
    for start in range(0, end, BATCH):
        rows, begin = order[start : start + BATCH], now()
        read(rows)
        seconds.append(now() - begin)
    return np.array(seconds), resident("VmHWM") - before


def measure(name, folder, images, minibatches):
    path = folder / name
    (written, size), write_seconds = in_process(write, name, path, images)
    row = {"format": name, "MB": size, "write s": told(write_seconds), "write peak MB": written}
    for state in ("cold", "cached"):
        if state == "cold":
            forget(path)
        (seconds, memory), _ = in_process(feed, name, path, images, minibatches)
        p50, p95 = (told(np.quantile(seconds, q, axis=0), 1000, 2) for q in (0.5, 0.95))
        total = told(seconds.sum(axis=0), digits=1)
        row[state] = {"all s": total, "p50 ms": p50, "p95 ms": p95, "MB": memory}
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=123_287)
    parser.add_argument("--minibatches", type=int, default=0, help="0 for the whole epoch")
    parser.add_argument(
        "--formats", nargs="+", default=["feats.npy", "feats.zarr"], choices=FORMATS
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in args.formats:
            print(
                json.dumps(measure(name, Path(folder), args.images, args.minibatches)), flush=True
            )


if __name__ == "__main__":
    main()
