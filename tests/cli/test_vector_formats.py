"""Vectors and words that a trained run gives: as the original's, and as gensim reads them."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from gensim.models import KeyedVectors

from imaginet_pt.__main__ import main
from imaginet_pt.cli import vector_formats
from imaginet_pt.cli.commands import project
from imaginet_pt.data import data_provider
from imaginet_pt.runs.workflow import load_workflow

GOLDENS = Path(__file__).parents[1] / "goldens"
OUTPUTS = json.loads((GOLDENS / "outputs.json").read_text())


@pytest.fixture(scope="module")
def golden():
    return np.load(GOLDENS / "outputs.npz")


@pytest.fixture(scope="module")
def converted(shared, tmp_path_factory):
    """The original's checkpoint of its `shared` golden run, as a run of ours."""
    out = tmp_path_factory.mktemp("converted") / "run"
    checkpoint = shared / "goldens/legacy_checkpoint"
    assert main(["convert-legacy", str(checkpoint), str(out), "--quiet"]) == 0
    return out


@pytest.fixture(scope="module")
def workflow(converted):
    return load_workflow(converted)


def test_workflow_projects_sentences_as_the_original(workflow, golden):
    projected = workflow.project(OUTPUTS["sentences"], "batch")
    np.testing.assert_allclose(projected, golden["workflow"], atol=2e-6)


def test_words_are_projected_as_by_the_original(workflow, golden):
    projected = workflow.project_words()
    assert projected.shape == (len(workflow.words()), 64)
    chosen = projected[golden["projected_ids"] - 3]
    np.testing.assert_allclose(chosen, golden["projected"], atol=2e-6)


@pytest.mark.parametrize("kind", ["plain", "pad"])
def test_next_words_are_the_original_s(kind, workflow, golden, shared):
    texts = data_provider.load(shared / "goldens/dataset").captions("val").texts[:64]
    ids = workflow.tokenizer.transform(texts)
    begun = ids if kind == "plain" else [[0, *caption] for caption in ids]
    scores = dict(workflow.model.word_scores(begun, "batch"))
    found = [scores[i].argmax(axis=1) for i in range(len(begun))]
    assert [len(words) for words in found] == golden[f"lengths_{kind}"].tolist()
    assert np.concatenate(found).tolist() == golden[f"next_{kind}"].tolist()


def test_next_words_begin_after_pad_and_are_words(workflow):
    vocabulary = workflow.tokenizer.words
    words = [word for ((word, _),) in workflow.next_words("a dog")]
    begun = [[0, vocabulary.index("a"), vocabulary.index("dog")]]
    ((_, scores),) = workflow.model.word_scores(begun, "none")
    assert words == [vocabulary[i] for i in scores.argmax(axis=1)] and len(words) == 3


def run_cli(monkeypatch, capsysbinary, text, *arguments):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    status = main([*map(str, arguments), "--quiet"])
    return status, capsysbinary.readouterr()


def test_exported_embeddings_are_read_by_gensim(
    converted, workflow, monkeypatch, capsysbinary, tmp_path
):
    status, out = run_cli(monkeypatch, capsysbinary, "", "export", converted)
    assert status == 0
    (tmp_path / "words.txt").write_bytes(out.out)
    keyed = KeyedVectors.load_word2vec_format(tmp_path / "words.txt")
    assert keyed.index_to_key == list(workflow.words())
    np.testing.assert_array_equal(keyed.vectors, workflow.embeddings)


def test_formats_of_project_agree(converted, workflow, monkeypatch, capsysbinary):
    monkeypatch.setattr(project, "load_workflow", lambda args: workflow)  # compiled once
    text = "a dog runs\na man on a bench\n"
    made = {}
    for name in vector_formats.FORMATS:
        arguments = ("project", converted, "--format", name)
        status, out = run_cli(monkeypatch, capsysbinary, text, *arguments)
        assert status == 0
        made[name] = out.out
    expected = workflow.project(["a dog runs", "a man on a bench"])
    np.testing.assert_array_equal(np.load(io.BytesIO(made["npy"])), expected)
    table = pd.read_csv(io.BytesIO(made["csv"]), index_col="text")
    assert list(table.index) == ["a dog runs", "a man on a bench"]
    np.testing.assert_allclose(table.to_numpy(), expected, rtol=1e-6)
    assert made["word2vec"].decode().splitlines()[2].split()[0] == "a_man_on_a_bench"


@pytest.mark.parametrize(("text", "told"), [("", "no sentence"), ("a dog\n\na cat\n", "line 2")])
def test_input_without_sentences_is_one_line(text, told, converted, monkeypatch, capsysbinary):
    status, out = run_cli(monkeypatch, capsysbinary, text, "project", converted)
    assert status == 2 and not out.out
    assert told in out.err.decode() and len(out.err.decode().splitlines()) == 1
