"""Features in several files, and the description of an index of vectors, made badly."""

import json
import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
from hostile import damage
from hostile.data_files import FEATURES

from imaginet_pt.data import image_features, sharded_file
from imaginet_pt.evaluation import vector_index
from imaginet_pt.progress import Progress

STAMP = [1, 2, 3, 4, 5]  # of each file of an index
SHARDED = ("zarr.json", "c/0/0", "c/1/0")
DESCRIBED = {"run": "a", "data": {"feats.npy": "b"}, "split": "val"}


def sharded():
    """The files of `FEATURES`, two rows in each, by their names."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "feats.zarr")
        with mock.patch.object(sharded_file, "SHARD_BYTES", 2 * FEATURES[0].nbytes):
            sharded_file.write(path, iter([FEATURES]))
        return {name: (path / name).read_bytes() for name in SHARDED}


WHOLE = sharded()
METADATA = json.loads(WHOLE["zarr.json"])
SHARDS = [WHOLE["c/0/0"], np.full((2, 4), np.inf, "f4").tobytes()]
SHARD_CORPUS = [b"", bytes(10**6), WHOLE["c/0/0"][:-1], np.full((2, 4), np.nan, "f4").tobytes()]
PART = vector_index.Part(np.arange(3), lambda keys: FEATURES[keys] + 1)
INDEX = {
    **DESCRIBED, "engine": vector_index._engine(),
    "files": {"images": {"vectors": 3, "size": 4, "stamps": [STAMP, STAMP]}},
}  # fmt: skip


def read_sharded(name):
    """One of the files is the content, the others are whole."""

    def read(folder, content):
        for other, bytes_of in {**WHOLE, name: content}.items():
            path = folder / "feats.zarr" / other
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes_of)
        array, digests = image_features.load(folder, len(FEATURES))
        assert array.shape == FEATURES.shape and list(digests) == ["feats.zarr"]
        found = np.asarray(array)
        assert np.isfinite(found).all()
        np.testing.assert_array_equal(found[2:], FEATURES[2:])
        if name == "zarr.json":
            np.testing.assert_array_equal(found, FEATURES)

    return read


def read_index(folder, content):
    """The description is the content; its file is taken for the one that was written."""
    with mock.patch.object(vector_index, "stamp", lambda path: STAMP):
        vector_index.write(folder, DESCRIBED, {"images": PART}, Progress(quiet=True))
        (folder / "index.json").write_bytes(content)
        read = vector_index.read(folder, DESCRIBED)
    for index in read.values():
        found = index.nearest(FEATURES[1:2] + 1, PART.vectors_of, 1)
        assert found.index.tolist() == [[1]]


INDEX_CORPUS = [json.dumps(INDEX | {"files": files}).encode() for files in ({}, [], None, {"x": 1})]
index_documents = damage.documents(INDEX)
metadata_documents = damage.documents(METADATA)
