"""The original's checkpoint as a run of ours."""

from pathlib import Path

import numpy as np
import pytest
from equations import PLAIN

import imaginet_pt as im
from imaginet_pt.__main__ import main
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError
from imaginet_pt.runs import model_card
from imaginet_pt.runs.workflow import Workflow

CHECKPOINTS = Path(__file__).parents[1] / "goldens/checkpoints"
KINDS = sorted(path.name for path in CHECKPOINTS.iterdir() if path.is_dir())


def converted(source, out):
    assert main(["convert-legacy", str(source), str(out), "--quiet"]) == 0
    return Workflow(out, backend=PLAIN)


def test_a_converted_checkpoint_predicts_what_the_original_did(shared, tmp_path):
    workflow = converted(shared / "goldens/legacy_checkpoint", tmp_path / "run")
    captions = data_provider.load(shared / "goldens/dataset").captions("val").texts
    made = workflow.outputs(captions, "batch")
    golden = np.load(shared / "goldens/shared/golden.npz")
    np.testing.assert_allclose(made["output_vis"], golden["preds"], atol=2e-6)
    np.testing.assert_allclose(made["hidden_text"], golden["ht"], atol=2e-6)
    card = model_card.text(workflow.folder)
    assert "converted from the original's checkpoint" in card
    assert "trained with imaginet_pt" not in card and "of seed" not in card
    assert "Made with\n\ntheano.\n" in card  # and none of the libraries that are here


@pytest.mark.parametrize("kind", KINDS)
def test_other_kinds_of_model_predict_what_the_original_did(kind, shared, tmp_path):
    workflow = converted(CHECKPOINTS / kind, tmp_path / "run")
    images = data_provider.load(shared / "goldens/dataset").split("val")[:20]
    texts = [text for image in images for text in image.sentences]
    made = workflow.outputs(texts, "batch")["output_vis"]
    np.testing.assert_allclose(made, np.load(CHECKPOINTS / "preds.npz")[kind], atol=2e-6)


def test_a_folder_without_a_checkpoint_is_told(tmp_path, capsys):
    assert main(["convert-legacy", str(tmp_path), str(tmp_path / "run")]) == 2
    assert "model.univ.pkl.gz" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_converted_run_is_not_resumed(tmp_path):
    data = im.scenes(train=4, val=2)
    with pytest.raises(UserError, match="was converted and has no checkpoint; train a new run"):
        im.resume(data, converted(CHECKPOINTS / KINDS[0], tmp_path / "run").folder.path)
