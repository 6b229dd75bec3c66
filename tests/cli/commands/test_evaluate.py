"""`imaginet evaluate`: what it prints, and that it writes over nothing."""

import json

import pytest
import small

from imaginet_pt.__main__ import main
from imaginet_pt.data import data_provider
from imaginet_pt.progress import Progress
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with data and LINREG."""
    folder = tmp_path_factory.mktemp("evaluate")
    data = data_provider.load(small.write(folder / "data"))
    settings = Settings(model_type="linear", word_freq_threshold=1)
    experiment.train(data, settings, folder / "LINREG", None, Progress(quiet=True))
    return folder


def evaluate(folder, out):
    arguments = [folder / "LINREG", "--data", folder / "data", "--out", out]
    return main(["evaluate", *map(str, arguments)])


def test_the_table_is_printed_with_chance(folder, capsys):
    assert evaluate(folder, folder / "EVAL") == 0
    metrics = json.loads((folder / "EVAL/metrics.json").read_text())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "LINREG, epoch 1, trained on small"
    shown = {line[:27].strip(): line[27:].replace("%", "").split() for line in lines[2:]}
    images, others = metrics["image_retrieval"], metrics["paraphrase_retrieval"]
    for k in (1, 5, 10):  # 8 images in split val
        values = images[f"accuracy@{k}"], images["scrambled"][f"accuracy@{k}"], min(1, k / 8)
        assert shown[f"images, accuracy@{k}"] == [f"{100 * value:.1f}" for value in values]
    values = others["recall@4"], others["scrambled"]["recall@4"], 2 / 23  # of 24 captions
    assert shown["paraphrases, recall@4"] == [f"{100 * value:.1f}" for value in values]
    card = (folder / "EVAL/model-card.md").read_text()  # has the same
    for name, cells in shown.items():
        assert f"| {name} | " + " | ".join(f"{cell} %" for cell in cells) + " |\n" in card


def test_nothing_is_written_over(folder, capsys):
    before = (folder / "LINREG/run.json").read_bytes()
    assert evaluate(folder, folder / "LINREG") == 2
    assert "holds a run; choose a new folder" in capsys.readouterr().err
    assert (folder / "LINREG/run.json").read_bytes() == before
    assert not (folder / "LINREG/metrics.json").exists()
    assert evaluate(folder, folder / "twice") == 0
    assert evaluate(folder, folder / "twice") == 2
    assert "holds an evaluation already" in capsys.readouterr().err
