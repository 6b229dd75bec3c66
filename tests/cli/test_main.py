"""The command line: what works, and that mistakes are told in one line with exit status 2."""

import io
import json
import shutil

import numpy as np
import pytest
import small
from crash.kill_and_resume import contents

from imaginet_pt import __main__ as program

SMALL = "--hidden-size 8 --embedding-size 6 --iterations 2 --word-freq-threshold 1 --quiet".split()


def main(*arguments):
    return program.main([str(a) for a in arguments])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return small.write(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    assert main("train", "--data", data, "--out", out, *SMALL) == 0
    return out


def test_evaluate_writes_metrics_and_items(run, data, tmp_path):
    out = tmp_path / "eval"
    arguments = ["--data", data, "--split", "val", "--iteration", 1, "--padding", "none"]
    assert main("evaluate", run, *arguments, "--out", out, "--quiet") == 0
    metrics = json.loads((out / "metrics.json").read_text())
    images, paraphrases = metrics["image_retrieval"], metrics["paraphrase_retrieval"]
    assert {"accuracy@1", "accuracy@5", "accuracy@10", "median_rank", "captions"} <= set(images)
    assert {"recall@4", "median_rank"} <= set(paraphrases)
    assert set(images["scrambled"]) == set(images) - {"scrambled"}
    assert metrics["padding"] == "none" and metrics["iteration"] == 1
    header, *rows = (out / "items.csv").read_text().splitlines()
    assert len(rows) == images["captions"] == 24
    assert "image_retrieval original accuracy@5" in header


def test_a_model_without_a_textual_pathway_predicts_no_words(run, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("a dog\n"))
    assert main("next-words", run) == 2
    assert "does not predict words" in capsys.readouterr().err


def test_resume_of_a_finished_run_changes_nothing(run, data):
    before = (run / "costs.csv").read_bytes()
    assert main("train", "--data", data, "--resume", run, "--quiet") == 0
    assert (run / "costs.csv").read_bytes() == before


def test_help_shows_defaults_and_where_they_come_from(capsys):
    with pytest.raises(SystemExit) as stop:
        main("train", "--help")
    shown = " ".join(capsys.readouterr().out.split())
    assert stop.value.code == 0
    assert "default 1024; paper section 4" in shown and "imaginet train --data scenes" in shown


def changed(data, folder, change):
    """A copy of the data whose dataset.json went through `change`."""
    folder.mkdir()
    content = json.loads((data / "dataset.json").read_text())
    change(content["images"])
    (folder / "dataset.json").write_text(json.dumps(content))
    (folder / "feats.npy").write_bytes((data / "feats.npy").read_bytes())
    return folder


def bad_features(folder, change):
    features = np.load(folder / "feats.npy")
    np.save(folder / "feats.npy", change(features))
    return folder


DAMAGE = {
    "an image with no caption": lambda images: images[1].update(sentences=[]),
    "an empty caption": lambda images: images[1]["sentences"][0].update(raw=" "),
    "no split val": lambda images: [image.update(split="train") for image in images],
    "an id twice": lambda images: images[1].update(imgid=0),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damaged_captions(what, data, tmp_path, capsys):
    folder = changed(data, tmp_path / "data", DAMAGE[what])
    refused(capsys, tmp_path, "train", "--data", folder)


FEATURES = {
    "a column too few": lambda f: f[:-1],
    "not a number": lambda f: np.where(np.arange(len(f))[:, None] == 3, np.nan, f),
}


@pytest.mark.parametrize("what", FEATURES)
def test_damaged_features(what, data, tmp_path, capsys):
    folder = bad_features(changed(data, tmp_path / "data", lambda images: None), FEATURES[what])
    refused(capsys, tmp_path, "train", "--data", folder)


def refused(capsys, tmp_path, *arguments):
    """One line on the error stream, exit status 2, and no run left behind."""
    capsys.readouterr()
    command, *options = arguments
    assert main(command, *SMALL, *options, "--out", tmp_path / "out") == 2
    shown = capsys.readouterr().err.strip().splitlines()
    assert len(shown) == 1 and shown[0].startswith("imaginet: error: "), shown
    assert not (tmp_path / "out").exists()
    return shown[0]


OPTIONS = [
    ("--activation", "magic", "choose one of clipped_maxout, "),
    ("--hidden-type", "rnn", "choose one of gru, lstm"),
    ("--update", "LBFGS", "choose one of Adadelta, "),
    ("--model-type", "transformer", "choose one of add, "),
    ("--alpha", "2", "between 0 and 1"),
    ("--alpha", "much", "invalid float value"),
    ("--hidden-size", "0", "between 1 and 65,536"),
    ("--backend", "cuda", "invalid choice"),
    ("--init-tokenizer", "nowhere.json", "nowhere.json"),
    ("--init-weights", "nowhere.npz", "nowhere.npz"),
]


@pytest.mark.parametrize("option, value, told", OPTIONS)
def test_options_that_cannot_be(option, value, told, data, tmp_path, capsys):
    assert told in refused(capsys, tmp_path, "train", "--data", data, option, value)


def test_data_that_is_not_there(tmp_path, capsys):
    assert "nowhere" in refused(capsys, tmp_path, "train", "--data", "nowhere")


def test_a_folder_that_cannot_be_made(data, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main("train", "--data", data, "--out", tmp_path / "file/run", *SMALL) == 2
    shown = capsys.readouterr().err.strip().splitlines()
    assert len(shown) == 1 and "choose another --out" in shown[0]


def test_a_run_is_not_written_over(run, data, capsys):
    assert main("train", "--data", data, "--out", run, *SMALL) == 2
    assert "holds a run already" in capsys.readouterr().err


def test_resume_takes_no_other_settings(run, data, capsys):
    arguments = ["--data", data, "--resume", run, "--hidden-size", 9]
    assert main("train", *arguments) == 2
    assert "--hidden-size 9" in capsys.readouterr().err


def test_no_such_iteration_or_split(run, data, tmp_path, capsys):
    for option, value in (("--iteration", 7), ("--split", "test")):
        out = tmp_path / "eval"
        assert main("evaluate", run, "--data", data, option, value, "--out", out) == 2
        assert str(value) in capsys.readouterr().err
        assert not out.exists()


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_truncated_weights_are_refused(share, run, data, tmp_path, capsys):
    copy = tmp_path / "run"
    copy.mkdir()
    for path in run.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    weights = (run / "weights-2.npz").read_bytes()
    (copy / "weights-2.npz").write_bytes(weights[: int(share * len(weights))])
    assert main("evaluate", copy, "--data", data, "--out", tmp_path / "eval") == 2
    assert "weights-2.npz" in capsys.readouterr().err


def test_the_same_command_writes_the_same_bytes_into_another_folder(run, data, tmp_path):
    assert main("train", "--data", data, "--out", tmp_path / "again", *SMALL) == 0
    made, first = contents(tmp_path / "again"), contents(run)
    assert made == first and made["costs.csv"] and made["weights-2.npz"] and made["run.json"]


def test_data_with_other_features_is_refused(run, tmp_path, capsys):
    other = small.write(tmp_path / "data", features=5)
    assert main("evaluate", run, "--data", other, "--out", tmp_path / "eval") == 2
    assert "5 features per image, the run predicts 12" in capsys.readouterr().err


def copied(run, folder, **changes):
    """A copy of the run in which entries of run.json are others."""
    shutil.copytree(run, folder)
    described = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(described | changes))
    return folder


def test_settings_that_are_none_are_listed(run, data, tmp_path, capsys):
    settings = json.loads((run / "run.json").read_text())["settings"]
    settings |= {"hidden_size": "8", "depth": 3}
    del settings["alpha"]
    copy = copied(run, tmp_path / "run", settings=settings)
    for command in (["train", "--resume", copy], ["evaluate", copy, "--out", tmp_path / "eval"]):
        assert main(*command, "--data", data) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "alpha is missing; depth is unknown; hidden_size is '8'" in line


def test_a_linear_run_is_not_taken_up(data, tmp_path, capsys):
    arguments = ["--data", data, "--model-type", "linear", "--out", tmp_path / "run", *SMALL]
    assert main("train", *arguments) == 0
    assert main("train", "--data", data, "--resume", tmp_path / "run") == 2
    assert "is LINREG" in capsys.readouterr().err
    assert "raise it" in refused(capsys, tmp_path, *linear_without_penalty(data))


def linear_without_penalty(data):
    return ["train", "--data", data, "--model-type", "linear", "--ridge-alpha", 0]
