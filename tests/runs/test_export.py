"""Exported runs: they answer as the run does, and a model hub's client takes them as they are."""

import json
from dataclasses import replace

import huggingface_hub
import numpy as np
import pytest
import small
from crash import stand_in
from equations import PLAIN
from hostile.run_files import plain_functions
from huggingface_hub.repocard import ModelCard, metadata_load
from safetensors.numpy import load_file

import imaginet_pt as im
from imaginet_pt.__main__ import main
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError
from imaginet_pt.files.tensors import write_tensors
from imaginet_pt.runs import export
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment

SENTENCES = ["a dog sees a cat", "a bird", "a man likes a zebra"]
FILES = {"README.md", "config.json", "model.safetensors", "scaler.safetensors", "vocabulary.json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with `data`, the runs LINREG and MULTITASK, and what was evaluated of LINREG."""
    folder = tmp_path_factory.mktemp("export")
    dataset = data_provider.load(small.write(folder / "data"))
    linear = Settings(model_type="linear", word_freq_threshold=1, scaler="standard")
    experiment.train(dataset, linear, folder / "LINREG", None, stand_in.QUIET)
    recurrent = replace(stand_in.SETTINGS, scaler="standard")
    with plain_functions():
        experiment.train(dataset, recurrent, folder / "MULTITASK", PLAIN, stand_in.QUIET)
    run, data, out = (str(folder / name) for name in ("LINREG", "data", "EVAL"))
    assert main(["evaluate", run, "--data", data, "--out", out, "--quiet"]) == 0
    return folder


def exported(folder, name, out, *options):
    words = [folder / name, "--what", "model", "--format", "safetensors", "--out", out, *options]
    return main(["export", *map(str, words), "--quiet"])


@pytest.mark.parametrize("name, epoch", [("LINREG", 1), ("MULTITASK", 2)])
def test_an_exported_run_answers_byte_for_byte(name, epoch, folder, tmp_path):
    assert exported(folder, name, tmp_path / "out", "--iteration", epoch) == 0
    whole = Workflow(folder / name, epoch, PLAIN)
    for iteration in (None, "best", epoch):
        again = Workflow(tmp_path / "out", iteration, PLAIN)
        assert again.iteration == epoch and again.settings == whole.settings
    assert again.project(SENTENCES).tobytes() == whole.project(SENTENCES).tobytes()
    assert again.embeddings.tobytes() == whole.embeddings.tobytes()
    if name == "MULTITASK":
        assert again.surprisal(SENTENCES).equals(whole.surprisal(SENTENCES))
    assert im.load_workflow(tmp_path / "out").words() == whole.words()


def test_the_folder_holds_tensors_json_and_the_card_alone(folder, tmp_path):
    assert exported(folder, "MULTITASK", tmp_path / "out") == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    for path in (tmp_path / "out").glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))
    for path in (tmp_path / "out").glob("*.safetensors"):
        assert all(np.isfinite(array).all() for array in load_file(path).values())
    content = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert str(folder).encode() not in content


def test_an_exported_run_is_exported_again_to_the_same_bytes(folder, tmp_path):
    assert exported(folder, "MULTITASK", tmp_path / "one") == 0
    assert exported(tmp_path, "one", tmp_path / "two") == 0
    for name in FILES - {"README.md"}:  # the card's costs stay with the run
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_hub_s_client_takes_card_and_files(folder, tmp_path):
    out = tmp_path / "out"
    assert exported(folder, "LINREG", out, "--evaluation", folder / "EVAL") == 0
    huggingface_hub.utils.validate_repo_id("somebody/linreg-on-small")
    card = ModelCard.load(out / "README.md")
    assert card.data.library_name == "imaginet_pt" and card.data.license == "mit"
    assert "language-grounding" in card.data.tags
    assert set(card.data.metrics) == {f"accuracy@{k}" for k in (1, 5, 10)} | {"recall@4"}
    assert metadata_load(out / "README.md").keys() >= {"library_name", "tags", "model-index"}
    metrics = json.loads((folder / "EVAL/metrics.json").read_text())
    wanted = {
        f"{name}, {measure}": metrics[task][measure]
        for task, name, measures in (
            ("image_retrieval", "images", ("accuracy@1", "accuracy@5", "accuracy@10")),
            ("paraphrase_retrieval", "paraphrases", ("recall@4",)),
        )
        for measure in measures
    }
    assert {r.metric_name: r.metric_value for r in card.data.eval_results} == wanted
    assert {r.dataset_split for r in card.data.eval_results} == {"val"}
    for path in out.iterdir():  # what its upload begins with: sizes, digests, allowed names
        added = huggingface_hub.CommitOperationAdd(path.name, path)
        assert added.upload_info.size == path.stat().st_size


def test_scores_of_other_weights_are_refused(folder, tmp_path, capsys):
    assert exported(folder, "MULTITASK", tmp_path / "out", "--evaluation", folder / "EVAL") == 2
    assert "is not of" in capsys.readouterr().err and not (tmp_path / "out").exists()


SCORES = {
    "no share": {"chance": {"accuracy@5": 3}},
    "not a number": {"chance": {"accuracy@5": float("nan")}},
    "no measure": {"chance": {"accuracy@5\nx: y": 0.5}, "image_retrieval": {
        "accuracy@5\nx: y": 0.5, "scrambled": {"accuracy@5\nx: y": 0.5}}},
    "no name": {"data": "a\x1b[31m"},
    "a list": {"image_retrieval": []},
    "no scrambled": {"image_retrieval": {"accuracy@5": 0.5}},
    "no chance": {"chance": None},
}  # fmt: skip


@pytest.mark.parametrize("kind", SCORES)
def test_scores_that_are_none_are_refused_in_one_line(kind, folder, tmp_path, capsys):
    metrics = json.loads((folder / "EVAL/metrics.json").read_text()) | SCORES[kind]
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    assert exported(folder, "LINREG", tmp_path / "out", "--evaluation", tmp_path) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and "metrics.json" in line and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options, told",
    [
        (["--what", "model"], "--out is missing"),
        (["--what", "model", "--out", "X", "--format", "npy"], "choose safetensors"),
        (["--format", "safetensors"], "choose word2vec, npy, csv"),
        (["--out", "X"], "vectors go to > FILE"),
    ],
)
def test_options_that_do_not_go_together(options, told, folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(folder / "LINREG"), *options]) == 2
    assert told in capsys.readouterr().err and not (tmp_path / "X").exists()


def test_a_folder_with_a_run_is_not_written_into(folder, tmp_path, capsys):
    assert exported(folder, "LINREG", tmp_path / "out") == 0
    before = (tmp_path / "out/config.json").read_bytes()
    for taken in (tmp_path / "out", folder / "MULTITASK"):
        assert exported(folder, "LINREG", taken) == 2
        assert "holds a run already" in capsys.readouterr().err
    assert (tmp_path / "out/config.json").read_bytes() == before
    assert not (folder / "MULTITASK/config.json").exists()


@pytest.mark.parametrize(
    "name, key, value", [("model", "linear.b", np.nan), ("scaler", "scale", -1.0)]
)
def test_numbers_that_no_run_has_are_refused(name, key, value, folder, tmp_path):
    run = export.export(Workflow(folder / "LINREG"), tmp_path / "out")
    path = tmp_path / f"out/{name}.safetensors"
    arrays = load_file(path)
    write_tensors(path, arrays | {key: np.full_like(arrays[key], value)})
    with pytest.raises(UserError, match=f"{name}.safetensors"):
        Workflow(run.path)


@pytest.mark.parametrize("epoch", [0, -1, 10**9, "1", None, True, [1]])
def test_an_epoch_that_is_none_is_refused(epoch, folder, tmp_path):
    export.export(Workflow(folder / "LINREG"), tmp_path / "out")
    path = tmp_path / "out/config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"epoch": epoch}))
    with pytest.raises(UserError, match=r"config.json: 'epoch' is"):
        Workflow(tmp_path / "out")
