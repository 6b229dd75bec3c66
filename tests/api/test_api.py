"""The Python interface: the whole way from data to neighbours, and what each call returns."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small
from gensim.models import KeyedVectors

import imaginet_pt as im

SIZES = {"hidden_size": 8, "embedding_size": 6, "word_freq_threshold": 1, "batch_size": 8}
TASKS = {"image_retrieval", "paraphrase_retrieval"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("api")


@pytest.fixture(scope="module")
def data(folder):
    return im.load_data(small.write(folder / "flickr8k"))


@pytest.fixture(scope="module")
def epochs():
    return []


@pytest.fixture(scope="module")
def run(folder, data, epochs):
    """A run of two of three epochs, which its callback ended."""

    def on_epoch(epoch):
        epochs.append(epoch)
        return epoch["epoch"] == 2

    path = folder / "mine"
    return im.train(
        data, path, on_epoch=on_epoch, model_type="shared_embeddings", iterations=3, **SIZES
    )


@pytest.fixture(scope="module")
def w(run):
    return im.load_workflow(run.path)


def test_history_is_a_table_of_epochs(run, epochs):
    assert list(run.history.columns) == [
        "epoch", "costs", "validation", "seconds", "validation_textual", "validation_visual",
    ]  # fmt: skip
    assert run.history["epoch"].tolist() == [1, 2]
    assert run.history["costs"].is_monotonic_decreasing
    assert epochs == run.history.to_dict("records")


def test_a_stopped_run_is_taken_up(folder, data, run, tmp_path):
    whole = im.train(
        data, tmp_path / "whole", model_type="shared_embeddings", iterations=3, **SIZES
    )
    im.train(
        data, tmp_path / "run", im.Settings(model_type="shared_embeddings", iterations=3, **SIZES),
        on_epoch=lambda epoch: True,
    )  # fmt: skip
    resumed = im.resume(data, tmp_path / "run")
    assert len(resumed.history) == 3
    costs = [(r.path / "costs.csv").read_bytes() for r in (whole, resumed)]
    assert costs[0] == costs[1]


def test_settings_come_by_name_or_together(run, data, tmp_path):
    assert run.settings.hidden_size == 8 and run.settings.model_type == "shared_embeddings"
    settings = im.Settings(model_type="linear", word_freq_threshold=1)
    linear = im.train(data, tmp_path / "linear", settings, ridge_alpha=2.0)
    assert linear.settings.ridge_alpha == 2.0 and linear.settings.model_type == "linear"
    assert not len(linear.history)
    assert linear.workflow().project("a dog").shape == (12,)


def test_metrics_read_like_a_mapping(run, data, w):
    metrics = im.evaluate(run, data, split="val")
    assert set(metrics) >= TASKS and len(metrics) == len(dict(metrics)) and "padding" in metrics
    assert 0 <= metrics["image_retrieval"]["accuracy@5"] <= 1
    assert isinstance(metrics.items, pd.DataFrame) and len(metrics.items) == 24
    assert dict(im.evaluate(w, data)) == dict(im.evaluate(str(run.path), data)) == dict(metrics)


def test_a_sentence_is_one_and_a_list_is_several(w):
    assert w.project("a dog chases a cat").shape == (12,)
    assert w.project(["a dog", "a cat sees a dog"]).shape == (2, 12)
    assert w.project([]).shape == (0, 12)
    np.testing.assert_array_equal(w.project("a dog"), w.project(["a dog"])[0])


def test_words_and_their_neighbours(w):
    assert -1 <= w.similarity("dog", "cat") <= 1
    assert "dog" not in dict(w.most_similar("dog")) and len(w.most_similar("dog", 3)) == 3
    keyed = w.to_keyed_vectors()
    assert isinstance(keyed, KeyedVectors)
    assert keyed.similarity("dog", "cat") == pytest.approx(w.similarity("dog", "cat"), abs=1e-6)


def test_neighbours_of_a_sentence(w, data):
    caption = data.captions("val").texts[0]
    near = w.neighbors(caption, data)
    assert list(near.columns) == ["rank", "similarity", "caption"]
    assert near["caption"][0] == caption and near["similarity"][0] == pytest.approx(1, abs=1e-5)
    assert near["similarity"].is_monotonic_decreasing and near["rank"].tolist() == [1, 2, 3, 4, 5]
    images = w.neighbors(caption, data, k=2, of="images")
    assert list(images.columns) == ["rank", "similarity", "image", "filename", "caption"]
    named = {image.imgid: image for image in data.split("val")}
    for row in images.itertuples():
        assert named[row.image].filename == row.filename
        assert named[row.image].sentences[0] == row.caption


def test_omission_of_each_word(w):
    table = w.omission("a dog sees the zebra")
    assert table["word"].tolist()[:3] == ["a", "dog", "sees"]
    assert table["position"].tolist() == [1, 2, 3, 4, 5]
    whole, without = w.project("a dog sees the zebra"), w.project("a sees the zebra")
    cosine = whole @ without / np.linalg.norm(whole) / np.linalg.norm(without)
    assert table["score"][1] == pytest.approx(1 - cosine, abs=1e-5)


def test_surprisal_and_next_words(w):
    table = w.surprisal("a dog")
    assert table["word"].tolist()[:2] == ["a", "dog"] and (table["bits"] > 0).all()
    likeliest = dict(w.next_words("a", k=1000)[1])
    assert 2 ** -table["bits"][1] == pytest.approx(likeliest["dog"], rel=1e-4)


def test_word_similarity_with_given_pairs(w, run, tmp_path):
    pairs = [("dog", "cat", 9), ("car", "boat", 8), ("man", "woman", 7), ("ball", "tree", 1)]
    found = im.word_similarity(w, pairs)
    assert found.used == 4 and found.items["score"].tolist() == [9, 8, 7, 1]
    lines = "".join(f"{a}\t{b}\t{score}\n" for a, b, score in pairs)
    (tmp_path / "pairs.txt").write_text(lines)
    assert im.word_similarity(run, tmp_path / "pairs.txt").rho == found.rho


def test_simlex_is_at_hand(tmp_path):
    """scenes has 30 and more of its pairs."""
    linear = im.train(im.scenes(train=300, val=5), tmp_path / "scenes", model_type="linear")
    found = im.word_similarity(linear)
    assert found.total == 999 and found.used > 20 and -1 <= found.low <= found.rho <= found.high


def test_reprs_are_short_lines(run, w, data):
    for value in (run, w, im.evaluate(run, data)):
        assert len(repr(value)) < 200 and "\n" not in repr(value), repr(value)
    assert repr(run).startswith("Run(") and "epoch 2" in repr(run)


def test_repr_of_data_is_a_short_line(data):
    for value in (data, im.scenes(train=3, val=2)):
        assert len(repr(value)) < 200 and "\n" not in repr(value), repr(value)


def test_a_run_stands_for_its_path(run, tmp_path):
    assert Path(run) == run.path
    assert im.Run(run).path == run.path
    assert im.load_workflow(run, 1).iteration == 1 == run.workflow(1).iteration


def test_progress_is_shown_when_wanted(data, tmp_path, capsys):
    im.train(data, tmp_path / "quiet", model_type="shared_embeddings", iterations=1, **SIZES)
    assert capsys.readouterr() == ("", "")
    im.train(data, tmp_path / "told", model_type="shared_embeddings", iterations=1, quiet=False,
             **SIZES)  # fmt: skip
    assert "epoch 1/1" in capsys.readouterr().err
