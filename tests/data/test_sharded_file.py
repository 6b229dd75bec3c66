"""Features in several files: the numbers of one file, to other readers of zarr too."""

import json
import os
import shutil

import numpy as np
import pytest
import small
import zarr

from imaginet_pt.__main__ import main
from imaginet_pt.backends import select
from imaginet_pt.data import data_provider, image_features, sharded_file
from imaginet_pt.data.feature_file import FeatureFile
from imaginet_pt.data.sharded_file import ShardedMatrix
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

N, SIZE, PER_FILE = 11, 3, 4


@pytest.fixture
def array():
    return np.random.default_rng(0).random((N, SIZE), dtype="f4")


@pytest.fixture
def folder(tmp_path, array, monkeypatch):
    monkeypatch.setattr(sharded_file, "SHARD_BYTES", PER_FILE * SIZE * 4)
    sharded_file.write(tmp_path / "feats.zarr", iter([array[:1], array[1:9], array[9:]]))
    return tmp_path / "feats.zarr"


INDICES = {
    "one": 2, "the last": -1, "all": slice(None), "over two files": slice(3, 9),
    "backwards": slice(None, None, -2), "rows": np.array([4, 0, 10, 2, 2, 3]),
}  # fmt: skip


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_rows_are_those_of_the_array(folder, array, index):
    features = FeatureFile(ShardedMatrix(folder))
    np.testing.assert_array_equal(features[index], array[index])
    assert features.shape == (N, SIZE) and len(list(folder.glob("c/*/0"))) == 3


def test_zarr_reads_it_and_what_zarr_writes_is_read(folder, array, tmp_path):
    np.testing.assert_array_equal(zarr.open_array(folder, mode="r")[:], array)
    made = zarr.create_array(
        tmp_path / "new.zarr", shape=(N, SIZE), dtype="float32", chunks=(5, SIZE), compressors=None
    )
    made[:] = array
    np.testing.assert_array_equal(ShardedMatrix(tmp_path / "new.zarr").rows(0, N), array)


def test_its_digest_is_kept_and_follows_its_files(folder, array, monkeypatch):
    features, first = image_features.load(folder.parent, N)
    np.testing.assert_array_equal(features, array)
    with monkeypatch.context() as patch:
        patch.setattr(image_features, "digest", lambda *_: pytest.fail("hashed again"))
        assert image_features.load(folder.parent, N)[1] == first
    content = bytearray((folder / "c/1/0").read_bytes())
    content[:4] = np.float32(7).tobytes()
    (folder / "c/1/0").write_bytes(content)
    features, second = image_features.load(folder.parent, N)
    assert features[PER_FILE][0] == 7 and first != second


def spoil(folder, **changes):
    path = folder / "zarr.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def nan(folder):
    (folder / "c/1/0").write_bytes(np.full((PER_FILE, SIZE), np.nan, "f4").tobytes())


def chunk(*shape):
    return {"name": "regular", "configuration": {"chunk_shape": shape}}


ZSTD = [*sharded_file.CODECS, {"name": "zstd", "configuration": {"level": 0}}]
PICKLED = [{"name": "pickle", "configuration": {}}]
WRONG = {
    "NaN": (nan, "a feature of image 4 is NaN"),
    "a missing file": (lambda f: (f / "c/1/0").unlink(), "cannot read .*c/1/0"),
    "a short file": (lambda f: os.truncate(f / "c/1/0", 40), "40 bytes, not 48"),
    "a long file": (lambda f: os.truncate(f / "c/1/0", 2**40), "not 48"),
    "no metadata": (lambda f: (f / "zarr.json").unlink(), "cannot read .*zarr.json"),
    "version 2": (lambda f: spoil(f, zarr_format=2), "'zarr_format' is 2, not 3"),
    "doubles": (lambda f: spoil(f, data_type="float64"), "'data_type' is 'float64'"),
    "compressed": (lambda f: spoil(f, codecs=ZSTD), "'codecs' is .*write it uncompressed"),
    "pickled": (lambda f: spoil(f, codecs=PICKLED), "'codecs' is"),
    "transformed": (lambda f: spoil(f, storage_transformers=[{}]), "are transformed"),
    "a vector": (lambda f: spoil(f, shape=[N]), "'shape' is"),
    "huge": (lambda f: spoil(f, shape=[10**30, SIZE]), "'shape' is"),
    "more rows": (lambda f: spoil(f, shape=[10**12, SIZE]), "cannot read .*c/3/0"),
    "huge files": (lambda f: spoil(f, chunk_grid=chunk(2**40, SIZE)), "bytes, not"),
    "empty files": (lambda f: spoil(f, chunk_grid=chunk(0, SIZE)), "'chunk_shape' is"),
    "parts of rows": (lambda f: spoil(f, chunk_grid=chunk(4, 1)), "1 of 3 columns"),
    "no grid": (lambda f: spoil(f, chunk_grid=None), "'chunk_grid' is None"),
    "fewer rows": (lambda f: spoil(f, shape=[N - 1, SIZE]), "10 images, but dataset.json has 11"),
}


@pytest.mark.parametrize("make, told", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_in_one_line(folder, make, told):
    make(folder)
    with pytest.raises(UserError, match=told) as error:
        image_features.load(folder.parent, N)
    assert "\n" not in str(error.value)


def test_a_file_changed_in_use_ends_in_one_line(folder):
    features = FeatureFile(ShardedMatrix(folder))
    os.truncate(folder / "c/1/0", 8)
    np.testing.assert_array_equal(features[:4].shape, (4, SIZE))
    with pytest.raises(UserError, match="c/1/0 was changed while it was in use"):
        features[5]


def test_it_is_written_whole_or_not_at_all(tmp_path, array):
    def broken_off():
        yield array
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sharded_file.write(tmp_path / "feats.zarr", broken_off())
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The same data with one file of features, and with several."""
    one = small.write(tmp_path_factory.mktemp("data") / "one")
    assert main(["data", "import", str(one), str(one.parent / "several"), "--sharded"]) == 0
    return one, one.parent / "several"


def test_import_writes_several_files_and_copies_them(data, tmp_path):
    one, several = (data_provider.load(folder) for folder in data)
    np.testing.assert_array_equal(one.features, several.features)
    assert one.digests.keys() ^ several.digests.keys() == {"feats.npy", "feats.zarr"}
    assert main(["data", "import", str(data[1]), str(tmp_path / "copy")]) == 0
    assert data_provider.load(tmp_path / "copy").digests == several.digests
    shutil.copy(data[0] / "feats.npy", tmp_path / "copy")
    with pytest.raises(UserError, match=r"has feats\.npy and feats\.zarr; move all but one away"):
        data_provider.load(tmp_path / "copy")


def test_a_training_writes_the_same_bytes(data, tmp_path):
    settings = Settings(
        hidden_size=4, embedding_size=4, word_freq_threshold=1, batch_size=4, iterations=2,
        scaler="standard",
    )  # fmt: skip
    written = []
    for number, folder in enumerate(data):
        out = tmp_path / str(number)
        dataset = data_provider.load(folder)
        experiment.train(
            dataset, settings, out, select.get(), Progress(quiet=True), number_of_threads=1
        )
        names = ("costs.csv", "validation.csv", "weights-2.npz", "scaler.npz")
        written.append([(out / name).read_bytes() for name in names])
        kept = json.loads((out / "run.json").read_text())["data"]["digests"]
        assert kept == dataset.digests
    assert written[0] == written[1]
