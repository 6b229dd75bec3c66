"""The help of the scripts' options says what they are."""

from imaginet_pt.replication import grid, options
from imaginet_pt.settings import Settings


def test_presets_tell_their_sizes():
    told, scenes = options.PRESETS_HELP, grid.SCENES_DEMO
    assert f"demo has layers of {grid.PRESETS['demo']['hidden_size']} units" in told
    assert f"(of {scenes['hidden_size']} on scenes, with {scenes['iterations']} epochs)" in told
    assert f"paper of {Settings().hidden_size:,}" in told and grid.PRESETS["paper"] == {}
    assert f"both with {Settings().iterations} epochs" in told
    assert tuple(grid.PRESETS) == options.PRESETS
