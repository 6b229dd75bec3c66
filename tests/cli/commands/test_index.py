"""`imaginet index`, and `neighbors` by it: the neighbours that the exact search finds."""

import json

import pytest
import small
import trained
from crash import stand_in
from hostile import run_files

from imaginet_pt.__main__ import main
from imaginet_pt.data import data_provider
from imaginet_pt.evaluation import neighbors
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

SENTENCES = ["A man sees a ball in the park.", "a dog"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return small.write(tmp_path_factory.mktemp("data"), images=60)


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    return trained.linreg(data, tmp_path_factory.mktemp("runs") / "LINREG")


@pytest.fixture(scope="module")
def index(run, data, tmp_path_factory):
    out = tmp_path_factory.mktemp("index")
    assert main(["index", str(run), "--data", str(data), "--out", str(out), "--quiet"]) == 0
    return out


def near(capsys, *words):
    assert main(["neighbors", *map(str, words), *SENTENCES, "--scramble", "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_neighbours_by_the_index_are_the_exact_ones(run, data, index, capsys):
    exact = near(capsys, run, "--data", data)
    found = near(capsys, run, "--data", data, "--index", index)
    assert {row["kind"] for row in found} == {"caption", "image"}
    for row, wanted in zip(found, exact, strict=True):
        assert row.pop("cosine") == pytest.approx(wanted.pop("cosine"), abs=1e-6)
        assert row == wanted


def test_the_index_is_used(run, data, index, capsys, monkeypatch):
    monkeypatch.setattr(neighbors, "captions", None)
    monkeypatch.setattr(neighbors, "images", None)
    assert near(capsys, run, "--data", data, "--index", index)


def test_an_index_of_other_data_is_refused_in_one_line(run, index, tmp_path, capsys):
    other = small.write(tmp_path / "other", images=60, seed=1)
    assert main(["neighbors", str(run), "--data", str(other), "--index", str(index), "a dog"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told == [
        f"imaginet: error: {index} was built for another data; build it again by imaginet index"
    ]


def test_captions_alone_are_indexed_where_no_images_are_predicted(data, tmp_path, capsys):
    settings = Settings(
        **vars(stand_in.SETTINGS) | {"model_type": "shared_embeddings", "alpha": 1.0}
    )
    with run_files.plain_functions():
        experiment.train(
            data_provider.load(data), settings, tmp_path / "run", stand_in.BACKEND, stand_in.QUIET
        )
    words = ["index", tmp_path / "run", "--data", data, "--out", tmp_path / "index"]
    assert main([str(word) for word in words]) == 0
    assert "captions alone: " in capsys.readouterr().err
    assert not (tmp_path / "index/images.usearch").exists()
