"""Bad files of every kind, a few of each; thousands of them by `tests/hostile/generate.py`."""

import pytest
from hostile import archive_files, data_files, export_files, generate, run_files, wrong_things
from hostile.kinds import KINDS

from imaginet_pt.errors import UserError


@pytest.mark.parametrize("kind", KINDS)
def test_each_file_is_right_or_refused_in_one_line(kind):
    tally = generate.tallied(kind, number=30, seed=1)
    assert not tally.wrong
    assert tally.inputs >= 30 and tally.accepted and tally.refused
    assert tally.peak < generate.MEMORY


FILES = {
    "a run's weights": (run_files.RUN.folder / "weights-2.npz").read_bytes(),
    "scaler.npz": (run_files.RUN.folder / "scaler.npz").read_bytes(),
    "checkpoint": run_files.CHECKPOINT,
    "run.json": (run_files.RUN.folder / "run.json").read_bytes().rstrip(),
    "a run's vocabulary": (run_files.RUN.folder / "vocabulary.json").read_bytes(),
    "feats.npy": data_files.WHOLE[2],
    "vgg_feats.mat": data_files.WHOLE[0],
    "exported weights": export_files.WEIGHTS,
    "successors' archive": archive_files.WHOLE,
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_cut_off_at_any_twentieth_is_refused(kind, tmp_path):
    content = FILES[kind]
    for twentieth in range(20):
        folder = tmp_path / str(twentieth)
        folder.mkdir()
        with pytest.raises(UserError):
            KINDS[kind].read(folder, content[: len(content) * twentieth // 20])
    (tmp_path / "whole").mkdir()
    KINDS[kind].read(tmp_path / "whole", content)


def test_each_option_refuses_each_wrong_thing_in_one_line():
    """Hundreds of command lines; 20,000 by `tests/hostile/wrong_things.py`."""
    cases = 300
    outcomes, wrong = generate.apart(wrong_things.tried, cases, 1)
    assert not wrong
    assert sum(map(len, outcomes.values())) > 200
