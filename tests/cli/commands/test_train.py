"""`imaginet train`: the names of the paper's models, and what it says."""

import re
from unittest.mock import MagicMock

import pytest
import small
from crash import stand_in

from imaginet_pt.__main__ import COMMANDS, main
from imaginet_pt.backends import functions
from imaginet_pt.cli.commands.train import read_settings
from imaginet_pt.cli.parser import build_parser
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress
from imaginet_pt.settings import Settings


def parsed(*options):
    line = ["train", "--data", "here", "--out", "there", *options]
    return read_settings(build_parser(COMMANDS, "train").parse_args(line))


NAMES = {
    "visual": Settings(model_type="simple"),
    "VISUAL": Settings(model_type="simple"),
    "multitask": Settings(model_type="shared_embeddings", alpha=0.1),
    "textual": Settings(model_type="shared_embeddings", alpha=1.0),
    "linreg": Settings(model_type="linear"),
    "simple": Settings(model_type="simple"),
}


@pytest.mark.parametrize("name", NAMES)
def test_models_have_the_names_of_the_tables(name):
    assert parsed("--model-type", name) == NAMES[name]


def test_other_settings_go_with_them():
    assert parsed("--model-type", "multitask", "--alpha", "0.3").alpha == 0.3
    assert parsed("--model-type", "textual", "--alpha", "1").alpha == 1
    with pytest.raises(UserError, match="leave `alpha` out"):
        parsed("--model-type", "textual", "--alpha", "0.3")


def test_what_to_do_next_is_said_at_the_end(tmp_path, capsys):
    data, out = small.write(tmp_path / "my data"), tmp_path / "RUN"
    options = ["--model-type", "linreg", "--word-freq-threshold", "1"]
    assert main(["train", "--data", str(data), "--out", str(out), *options]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"{out} is trained; next: imaginet evaluate {out} --data '{data}' --out EVAL"
    )


def test_what_is_trained_is_said_before_it_takes_long(tmp_path, capsys, monkeypatch):
    bar = MagicMock()
    bar.__enter__.return_value = bar
    monkeypatch.setattr(Progress, "bar", lambda *arguments, **options: bar)
    model = stand_in.Model()
    monkeypatch.setattr(functions, "train_step", model.train_step)
    monkeypatch.setattr(functions, "validation_costs", model.validation_costs)
    data, out = small.write(tmp_path / "data"), tmp_path / "RUN"
    options = "--model-type multitask --hidden-size 4 --embedding-size 4 --word-freq-threshold 9"
    main(["train", "--data", str(data), "--out", str(out), "--iterations", "1", *options.split()])
    captions, vocabulary, parameters, compiling = capsys.readouterr().err.splitlines()[:4]
    assert captions.startswith("small: 48 captions of 16 images to train on, 24 captions")
    assert vocabulary.endswith("are not in it and read as UNK")
    assert parameters.startswith("shared_embeddings: ") and parameters.endswith(f"to {out}")
    assert compiling.startswith("compiling with ")
    bar.set_description.assert_called_once_with("epoch 1/1", refresh=False)
    ((cost,), _) = bar.set_postfix_str.call_args
    assert re.fullmatch(r"cost \d+\.\d{4}", cost)


def test_words_that_cannot_be_read_say_why(capsys):
    assert main("train --data scenes --out run --zero-shot nowhere.txt".split()) == 2
    line = capsys.readouterr().err
    assert "nowhere.txt" in line and "give a text file of words" in line and "read_w" not in line
