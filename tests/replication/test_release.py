"""Released runs: half precision, no trace of the data but words, and what is lost in the card."""

import numpy as np
import pytest
import small
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
