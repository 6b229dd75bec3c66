"""Released runs: half precision, no trace of the data but words, and what is lost in the card."""

from dataclasses import replace

import numpy as np
import pytest
import small
from crash.kill_and_resume import contents
from crash.stand_in import Killed
from documented import quick
from documented import run as run_line
from huggingface_hub import ModelCard
from safetensors.numpy import load_file

from imaginet_pt import load_workflow
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError
from imaginet_pt.files.arrays import read_arrays, write_arrays
from imaginet_pt.progress import Progress
from imaginet_pt.replication import release
from imaginet_pt.runs import export
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return data_provider.load(small.write(tmp_path_factory.mktemp("secret"), images=60))


@pytest.fixture
def run(dataset, tmp_path):
    settings = Settings(model_type="linear", word_freq_threshold=2, scaler="standard")
    experiment.train(dataset, settings, tmp_path / "run", None, Progress(quiet=True))
    return Workflow(tmp_path / "run")


def test_a_released_run_answers_almost_as_the_whole_one(run, dataset, tmp_path, capsys):
    folder = tmp_path / "release/LINREG"
    size = release.release(run, dataset, folder, None)
    loaded = load_workflow(folder)
    sentence = "a dog sees a cat"
    whole, half = run.project(sentence), loaded.project(sentence)
    assert 0 < np.abs(half - whole).max() < 2e-3 * np.abs(whole).max()
    assert load_file(folder / "model.safetensors")["linear.w"].dtype == np.float16
    assert size == sum(path.stat().st_size for path in folder.iterdir())
    card = (folder / "README.md").read_text()
    assert (
        ModelCard(card).data.eval_results
        and "## Half precision" in card
        and "| accuracy@5, original, % |" in card
    )
    assert "largest difference of an image feature" in capsys.readouterr().out


def test_nothing_of_the_data_is_left_but_words(run, dataset, tmp_path):
    folder = tmp_path / "release/LINREG"
    export.export(run, folder, "float16")
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"secret" not in content and b".jpg" not in content
    assert not any(text.encode() in content for text in dataset.captions("train").texts)


def test_a_weight_beyond_half_precision_is_refused_before_anything_is_written(run, tmp_path):
    path = run.folder.weights(1)
    arrays = read_arrays(path)
    write_arrays(path, arrays | {"linear.b": arrays["linear.b"] + np.float32(1e5)})
    with pytest.raises(UserError, match="linear.b has values that float16 cannot hold"):
        export.export(Workflow(run.folder.path), tmp_path / "release", "float16")
    assert not (tmp_path / "release").exists()


@pytest.fixture
def command(tmp_path, monkeypatch):
    """The script on small data: a function that runs it and returns what it prints.

    Trainings take a stand-in's steps.
    """
    monkeypatch.chdir(tmp_path)
    small.write(tmp_path / "DIR", images=60)
    with quick():
        yield lambda *options: run_line(
            " ".join(["python replicate/release.py --data DIR --out OUT", *options])
        ).decode()


def test_both_networks_are_released_and_a_second_call_leaves_them(command, tmp_path):
    first = command()
    folders = [tmp_path / "OUT/release" / name for name in ("VISUAL", "MULTITASK")]
    written = [contents(folder) for folder in folders]
    for folder, files in zip(folders, written, strict=True):
        assert set(files) == {"README.md", "config.json", "model.safetensors", "vocabulary.json"}
        assert f"{folder.name}\n\n| on the validation captions | float32 | float16 |" in first
        assert load_workflow(folder).settings.random_seed == 1
    size = sum(len(content) for files in written for content in files.values())
    assert first.endswith(f"OUT/release: {size / 1e6:.1f} MB\n")
    assert len(list((tmp_path / "OUT/models").iterdir())) == 2
    times = [path.stat().st_mtime_ns for folder in folders for path in sorted(folder.iterdir())]

    second = command()
    assert [contents(folder) for folder in folders] == written
    assert times == [
        path.stat().st_mtime_ns for folder in folders for path in sorted(folder.iterdir())
    ]
    for name in ("VISUAL", "MULTITASK"):
        assert f"{name} is in OUT/release/{name} already, and is left as it is." in second
    assert "float16" not in second and second.splitlines()[-1] == first.splitlines()[-1]


@pytest.mark.parametrize("function", ["write_tensors", "write_card"])
def test_a_killed_call_is_continued(function, command, tmp_path, monkeypatch):
    """It ends in the second network: after its weights, or before its card."""
    whole = getattr(export, function)
    calls = []

    def killed(*arguments):
        calls.append(arguments)
        if function == "write_tensors" or len(calls) == 1:
            whole(*arguments)
        if len(calls) == 2:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(export, function, killed)
        with pytest.raises(Killed):
            command()
    visual, multitask = (tmp_path / "OUT/release" / name for name in ("VISUAL", "MULTITASK"))
    left = contents(visual)
    assert (multitask / "model.safetensors").exists() and not (multitask / "README.md").exists()
    told = command()
    assert "VISUAL is in OUT/release/VISUAL already" in told and "MULTITASK\n\n|" in told
    assert contents(visual) == left
    assert "## Half precision" in (multitask / "README.md").read_text()
    assert load_workflow(multitask).settings.model_type == "shared_embeddings"


def other_weights(run):
    path = run.folder.weights(1)
    arrays = read_arrays(path)
    write_arrays(path, arrays | {"linear.b": arrays["linear.b"] + np.float32(1)})
    return Workflow(run.folder.path)


def other_settings(run):
    run.settings = replace(run.settings, random_seed=2)
    return run


@pytest.mark.parametrize("other", [other_weights, other_settings])
def test_another_run_is_not_overwritten(other, run, dataset, tmp_path):
    folder = tmp_path / "release/LINREG"
    export.export(run, folder, "float16")
    before = contents(folder)
    with pytest.raises(UserError, match="LINREG holds another run; move it away, or give another"):
        release.release(other(run), dataset, folder, None)
    assert contents(folder) == before
