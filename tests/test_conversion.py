"""The original's checkpoint as a run of ours."""

import numpy as np
from reference import PLAIN

from imaginet_pt import cli, data_provider
from imaginet_pt.workflow import Workflow


def test_a_converted_checkpoint_predicts_what_the_original_did(shared, tmp_path):
    source = shared / "goldens/legacy_checkpoint"
    assert cli.main(["convert-legacy", str(source), str(tmp_path / "run"), "--quiet"]) == 0
    captions = data_provider.load(shared / "goldens/dataset").captions("val").texts
    made = Workflow(tmp_path / "run", backend=PLAIN).outputs(captions, "batch")
    golden = np.load(shared / "goldens/shared/golden.npz")
    np.testing.assert_allclose(made["output_vis"], golden["preds"], atol=2e-3)
    np.testing.assert_allclose(made["hidden_text"], golden["ht"], atol=2e-3)


def test_a_folder_without_a_checkpoint_is_told(tmp_path, capsys):
    assert cli.main(["convert-legacy", str(tmp_path), str(tmp_path / "run")]) == 2
    assert "model.univ.pkl.gz" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
