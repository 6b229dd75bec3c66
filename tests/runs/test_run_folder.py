"""The folder of a run, and what is in it where something else wrote there."""

import json
import shutil

import pytest
import small
from crash import stand_in

import imaginet_pt as im
from imaginet_pt.__main__ import main
from imaginet_pt.backends import functions
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError
from imaginet_pt.reports.page import Run
from imaginet_pt.runs import model_card
from imaginet_pt.runs.run_folder import RunFolder
from imaginet_pt.runs.workflow import Workflow


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run trained by plain functions, never changed."""
    folder, model = tmp_path_factory.mktemp("trained"), stand_in.Model()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functions, "train_step", model.train_step)
        patch.setattr(functions, "validation_costs", model.validation_costs)
        stand_in.train(data_provider.load(small.write(folder / "data")), folder / "run")
    return folder / "run"


@pytest.fixture
def run(trained, tmp_path):
    """A copy of it."""
    return shutil.copytree(trained, tmp_path / "run")


WRONG = {
    "empty": b"",
    "other columns": b"a,b\n1,2\n",
    "text in the place of numbers": b"epoch,batch,cost,seconds\none,two,three,four\n",
    "binary": bytes(range(256)) * 4,
    "not a number": b"epoch,batch,cost,seconds\n1,1,nan,nan\n",
    "rows of other lengths": b"epoch,batch,cost,seconds\n1,1,1,1,1,1\n1\n",
    "half a row": b"epoch,batch,cost,seconds\n1,1",
}


@pytest.mark.parametrize("content", WRONG)
@pytest.mark.parametrize("name", ["costs.csv", "validation.csv", "times.csv"])
def test_a_damaged_table_is_one_line(name, content, run):
    (run / name).write_bytes(WRONG[content])
    with pytest.raises(UserError, match=name) as error:
        im.Run(run).history  # noqa: B018
    assert "\n" not in str(error.value)
    reader = (lambda: Run.of("run", Workflow(run))) if name == "times.csv" else None
    with pytest.raises(UserError, match=name):
        (reader or (lambda: model_card.write(RunFolder(run))))()


ENTRIES = [
    "data", "features", "began_with", "settings", "parameters", "versions", "threads",
]  # fmt: skip


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_description_without_an_entry_is_one_line(entry, run):
    content = json.loads((run / "run.json").read_text())
    del content[entry]
    (run / "run.json").write_text(json.dumps(content))
    for opened in (Workflow, lambda run: model_card.write(RunFolder(run)), repr_of):
        with pytest.raises(UserError, match=f"run.json: no '{entry}'"):
            opened(run)


def repr_of(run):
    return repr(im.Run(run))


CHANGES = {
    "features beyond all": {"features": 2**40},
    "a backend that is no name": {"backend": 3},
    "a backend with an escape": {"backend": "\x1b[31m"},
    "a version that is a list": {"versions": {"numpy": []}},
    "a digest that is a number": {"began_with": {"weights": 3}},
    "a parameter that is a number": {"parameters": [3]},
    "data without a name": {"data": {"digests": {}, "synthetic": False}},
    "data with a wrong path": {
        "data": {"digests": {}, "synthetic": False, "name": "x", "path": "a\nb"}
    },
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_description_with_a_wrong_entry_is_one_line(change, run):
    content = json.loads((run / "run.json").read_text()) | CHANGES[change]
    (run / "run.json").write_text(json.dumps(content))
    with pytest.raises(UserError, match="run.json") as error:
        Workflow(run)
    assert "\n" not in str(error.value)


def test_a_description_comes_back_as_it_was_written(run):
    described = RunFolder(run).described()
    again = json.loads(json.dumps(described.to_json()))
    assert again == json.loads((run / "run.json").read_text())


def test_a_description_without_a_backend_is_one_of_linreg(run):
    content = json.loads((run / "run.json").read_text())
    del content["backend"]
    (run / "run.json").write_text(json.dumps(content))
    assert RunFolder(run).described().backend is None


def test_files_that_are_called_nearly_like_weights_are_none(run):
    for name in ("weights-².npz", "weights-03.npz", "weights-0.npz", "weights-1e1.npz"):
        (run / name).write_bytes(b"")
    assert RunFolder(run).iterations() == [1, 2, 3]
    assert Workflow(run).iteration == 3


def test_a_folder_in_the_place_of_a_temporary_file_harms_nothing(run, capsys):
    for name in (".costs.csv.x.part", ".x.part", "checkpoint-9-9.npz"):
        (run / name).mkdir()
        (run / name / "file").write_text("somebody's")
    assert main(["train", "--resume", str(run), "--backend", "c", "--quiet"]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and "Traceback" not in line
