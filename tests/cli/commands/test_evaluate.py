"""`imaginet evaluate`: what it prints, and that it writes over nothing."""

import json
import os
import shutil

import pytest
import small
import trained
from documented import quick

from imaginet_pt.__main__ import main
from imaginet_pt.runs import siblings
from imaginet_pt.runs.workflow import Workflow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with data and LINREG."""
    folder = tmp_path_factory.mktemp("evaluate")
    trained.linreg(small.write(folder / "data"), folder / "LINREG")
    return folder


@pytest.fixture(scope="module")
def multitask(folder):
    """MULTITASK beside LINREG, with the same threshold of words."""
    return train(folder, "MULTITASK", 1)


def train(folder, name, threshold):
    options = f"--model-type multitask --alpha 0.1 --iterations 1 --word-freq-threshold {threshold}"
    sizes = "--hidden-size 4 --embedding-size 4 --quiet"
    words = ["train", "--data", folder / "data", "--out", folder / name]
    with quick():
        assert main([*words, *options.split(), *sizes.split()]) == 0
    return folder / name


def evaluate(folder, out, run="LINREG"):
    arguments = [folder / run, "--data", folder / "data", "--out", out]
    return main(["evaluate", *map(str, arguments)])


def read_metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def shown(text):
    """The heads of the printed table, and the cells of each of its rows by name."""
    heads, *lines = [line for line in text.splitlines() if "%" in line or "in order" in line]
    cells = {line[:27].strip(): line[27:].replace("%", "").split() for line in lines}
    return heads.replace("in order", "order").replace("by chance", "chance").split(), cells


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


def test_linreg_beside_a_run_stands_in_its_table(folder, multitask, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    assert evaluate(folder, folder / "alone") == 0
    assert shown(capsys.readouterr().out)[0] == ["order", "scrambled", "chance"]
    with quick():
        assert evaluate(folder, folder / "beside", "MULTITASK") == 0
    printed = capsys.readouterr().out
    heads, cells = shown(printed)
    assert heads == ["order", "scrambled", "LINREG", "chance"]
    assert printed.splitlines()[-1] == "LINREG: LINREG"
    alone, beside = (read_metrics(folder / name) for name in ("alone", "beside"))
    for task in ("image_retrieval", "paraphrase_retrieval"):
        assert beside["linreg"][task] == alone[task]
    value = 100 * alone["image_retrieval"]["accuracy@5"]
    assert cells["images, accuracy@5"][2] == f"{value:.1f}"
    assert "| LINREG |" in (folder / "beside/model-card.md").read_text()


def test_a_linreg_of_other_words_is_not_held_beside_a_run(folder, capsys):
    train(folder, "RARE", 9)
    with quick():
        assert evaluate(folder, folder / "other", "RARE") == 0
    assert shown(capsys.readouterr().out)[0] == ["order", "scrambled", "chance"]
    assert "linreg" not in read_metrics(folder / "other")


def test_nothing_is_written_over(folder, capsys):
    before = (folder / "LINREG/run.json").read_bytes()
    assert evaluate(folder, folder / "LINREG") == 2
    assert "holds a run; choose a new folder" in capsys.readouterr().err
    assert (folder / "LINREG/run.json").read_bytes() == before
    assert not (folder / "LINREG/metrics.json").exists()
    assert evaluate(folder, folder / "twice") == 0
    assert evaluate(folder, folder / "twice") == 2
    assert "holds an evaluation already" in capsys.readouterr().err


def test_what_is_no_folder_is_refused_before_anything_is_read(folder, capsys):
    assert main(["evaluate", "nowhere", "--data", "nowhere", "--out", os.devnull]) == 2
    assert "--out /dev/null is no folder; choose a new one" in capsys.readouterr().err


@pytest.mark.parametrize("seed", ["-1", "1.5", "4294967296", "x"])
def test_a_scramble_seed_that_cannot_be_is_refused(seed, folder, capsys):
    words = ["evaluate", folder / "LINREG", "--data", folder / "data", "--out", folder / "S"]
    assert main([*map(str, words), f"--scramble-seed={seed}"]) == 2
    assert "is no seed; give a whole number from 0 to 2**32 - 1" in capsys.readouterr().err
    assert not (folder / "S").exists()


def test_a_damaged_linreg_beside_the_run_is_passed_over(folder, multitask, tmp_path):
    for run in (multitask, folder / "LINREG"):
        shutil.copytree(run, tmp_path / run.name)
    (tmp_path / "LINREG/weights-1.npz").write_bytes(b"PK")
    assert siblings.find_linreg(Workflow(multitask)).folder.path.name == "LINREG"
    assert siblings.find_linreg(Workflow(tmp_path / multitask.name)) is None
