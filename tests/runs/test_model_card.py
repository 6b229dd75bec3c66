"""The card of a run: what it tells, and that only the training decides what stands in it."""

import numpy as np
import pandas as pd
import pytest
import small
import yaml
from crash import stand_in

from imaginet_pt.__main__ import COMMANDS
from imaginet_pt.backends import functions
from imaginet_pt.data import data_provider
from imaginet_pt.data.dataset import Dataset
from imaginet_pt.errors import UserError
from imaginet_pt.files.reading import digest
from imaginet_pt.runs import model_card
from imaginet_pt.runs.run_folder import RunFolder
from imaginet_pt.runs.scores import Score, Scores
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small.write(tmp_path_factory.mktemp("data"))


@pytest.fixture
def model(monkeypatch):
    made = stand_in.Model()
    monkeypatch.setattr(functions, "train_step", made.train_step)
    monkeypatch.setattr(functions, "validation_costs", made.validation_costs)
    return made


def card(run):
    return (run / "model-card.md").read_text(encoding="utf-8")


def rows(text, heading):
    """The cells of the table under a heading."""
    lines = text.split(f"## {heading}\n")[1].split("\n## ")[0].splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]


def linear(data, out):
    settings = Settings(model_type="linear", word_freq_threshold=2)
    experiment.train(data, settings, out, None, stand_in.QUIET)
    return out


def test_the_card_tells_data_settings_costs_and_versions(folder, model, tmp_path):
    stand_in.train(data_provider.load(folder), tmp_path / "run")
    text = card(tmp_path / "run")
    assert "\n---\n# Model card: MULTITASK trained on small\n" in text and "synthetic" not in text
    for name in ("dataset.json", "feats.npy"):
        assert [name, digest(folder / name)] in rows(text, "Data")
    settings = dict(rows(text, "Settings")[2:])
    assert settings == {
        name: "none" if name == "zero_shot" else str(value)
        for name, value in stand_in.SETTINGS.as_dict().items()
    }
    costs = pd.read_csv(tmp_path / "run/costs.csv")
    validation = pd.read_csv(tmp_path / "run/validation.csv")
    head, _, *lines = rows(text, "Costs")
    assert head == ["epoch", "training", "textual", "visual", "validation"]
    for epoch, line in enumerate(lines, start=1):
        training = costs[costs["epoch"] == epoch]["cost"].mean()
        wanted = [epoch, training, *validation.iloc[epoch - 1][["textual", "visual", "cost"]]]
        np.testing.assert_allclose(list(map(float, line)), wanted, atol=6e-6)
    assert len(lines) == stand_in.SETTINGS.iterations
    assert f"numpy {np.__version__}" in text and "next-words RUN" in text


def test_a_killed_and_resumed_training_has_the_same_card(folder, model, tmp_path):
    data = data_provider.load(folder)
    stand_in.train(data, tmp_path / "whole")
    model.steps, model.when, model.at = 0, 4, stand_in.kill
    with pytest.raises(stand_in.Killed):
        stand_in.train(data, tmp_path / "killed", checkpoint_minutes=0)
    assert not (tmp_path / "killed/model-card.md").exists()
    stand_in.resume(data, tmp_path / "killed")
    assert card(tmp_path / "killed") == card(tmp_path / "whole")
    (tmp_path / "killed/model-card.md").unlink()  # killed after its last checkpoint
    stand_in.resume(data, tmp_path / "killed")
    assert card(tmp_path / "killed") == card(tmp_path / "whole")


def test_linreg_has_a_card_without_epochs(folder, tmp_path):
    text = card(linear(data_provider.load(folder), tmp_path / "run"))
    assert "# Model card: LINREG" in text and "exact solution" in text
    assert "omission RUN" in text and "next-words" not in text and "another seed" not in text


def test_synthetic_data_is_called_so_and_names_break_no_table(folder, tmp_path):
    data = data_provider.load(folder)
    made = Dataset("made (synthetic)", data.images, data.features, {"a|b": "f00d"}, synthetic=True)
    text = card(linear(made, tmp_path / "run"))
    assert "**The data are synthetic**" in text and r"| a\|b | f00d |" in text


@pytest.mark.parametrize(
    "settings, name, does, lacks",
    [
        ({"model_type": "simple"}, "VISUAL", "its image", "next-words"),
        ({"model_type": "shared_embeddings", "alpha": 1.0}, "TEXTUAL", "no image", "project"),
        ({"model_type": "shared_all"}, "IMAGINET", "a variant (`shared_all`)", "exact solution"),
    ],
)
def test_each_model_is_called_what_it_is(settings, name, does, lacks, folder, model, tmp_path):
    settings = Settings(hidden_size=3, embedding_size=4, word_freq_threshold=1, **settings)
    data = data_provider.load(folder)
    experiment.train(data, settings, tmp_path / "run", stand_in.BACKEND, stand_in.QUIET)
    text = card(tmp_path / "run")
    assert f"# Model card: {name} trained" in text and does in text and lacks not in text


def test_every_command_of_a_card_is_one(folder, model, tmp_path):
    stand_in.train(data_provider.load(folder), tmp_path / "run")
    lines = [line.split() for line in card(tmp_path / "run").splitlines() if line[:4] == "    "]
    lines = [line for line in lines if line[0] == "python"]
    assert len(lines) == 8 and all(line[1:3] == ["-m", "imaginet_pt"] for line in lines)
    assert {line[3] for line in lines} <= set(COMMANDS)


def test_the_header_is_what_model_hubs_read(folder, model, tmp_path):
    stand_in.train(data_provider.load(folder), tmp_path / "run")
    header = yaml.safe_load(card(tmp_path / "run").split("---\n")[1])
    assert header["license"] == "mit" and header["library_name"] == "imaginet_pt"
    assert "model-index" not in header  # nothing was measured
    rows = [
        Score("images", "accuracy@5", 0.25, 0.125, None, 0.0625),
        Score("a: b", "c", None, None, None, 0.5),
    ]
    scores = Scores('sm"all: {1}', "val", "none", rows)
    text = model_card.text(RunFolder.open(tmp_path / "run"), scores)
    (of_model,) = yaml.safe_load(text.split("---\n")[1])["model-index"]
    assert of_model["name"] == "MULTITASK trained on small"
    (result,) = of_model["results"]
    assert result["task"]["type"] == "image-retrieval"
    assert result["dataset"] == {"name": scores.data, "type": scores.data, "split": "val"}
    assert result["metrics"] == [
        {"type": "accuracy@5", "name": "images, accuracy@5", "value": 0.25}
    ]


def test_scores_licence_and_citation_stand_in_the_card(folder, model, tmp_path):
    stand_in.train(data_provider.load(folder), tmp_path / "run")
    assert "`imaginet evaluate` writes it again with them" in card(tmp_path / "run")
    score = Score("images", "accuracy@5", 0.25, None, None, 0.0625)
    run = RunFolder.open(tmp_path / "run")
    text = model_card.text(run, Scores("small", "val", "none", [score]))
    assert rows(text, "Scores")[-1] == ["images, accuracy@5", "25.0 %", "-", "6.2 %"]
    beside = Scores("small", "val", "none", [score._replace(linreg=0.2)])
    columns = rows(model_card.text(run, beside), "Scores")
    assert columns[0] == ["in order", "scrambled", "LINREG", "by chance"]
    assert columns[-1][1:] == ["25.0 %", "-", "20.0 %", "6.2 %"]
    measured = Scores("small", "val", "none", [score], 3, synthetic=True)
    text = model_card.text(run, measured, place="runs/mine")
    assert "On split val of small, synthetic data, at epoch 3, captions read" in text
    assert "RUN is runs/mine. Weights" in text
    assert "MIT licence" in text and "@inproceedings{chrupala2015learning" in text


def test_a_damaged_table_is_told(folder, model, tmp_path):
    stand_in.train(data_provider.load(folder), tmp_path / "run")
    (tmp_path / "run/validation.csv").write_text("")
    with pytest.raises(UserError, match="validation.csv"):
        model_card.write(RunFolder.open(tmp_path / "run"))
