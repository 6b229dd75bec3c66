"""Benchmarks that call functions of the scripts have all options that these read."""

import small
from benchmarks.script_options import script_options

from imaginet_pt.data import data_provider
from imaginet_pt.progress import Progress
from imaginet_pt.replication import grid


def test_what_is_missing_is_trained_with_them(tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "train_runs", lambda dataset, runs, options, *others: (runs, options))
    dataset = data_provider.load(small.write(tmp_path / "data"))
    options = script_options(seeds=2, out=tmp_path / "out")
    runs, used = grid.train_missing(dataset, ["VISUAL"], options, None, Progress(quiet=True))
    assert [run.settings.random_seed for run in runs] == [1, 2]
    assert used is options and not any(run.finished() for run in runs)
