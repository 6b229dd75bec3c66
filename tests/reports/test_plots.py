"""Figures are the same whatever a matplotlibrc file says, and draw what their font has."""

import json
import subprocess
import sys

import pytest

from imaginet_pt.errors import UserError
from imaginet_pt.reports import plots

DRAW = """
import hashlib
from imaginet_pt.cli.commands import omission
from imaginet_pt.reports import image_cards, plots
row = image_cards.Row("Original", "a dog", [image_cards.Card(1, 0.5, ("a dog", "two"), None)])
figures = omission.draw(["a", "dog"], [0.1, 0.2], "title"), image_cards.draw("title", [row])
for figure in figures:
    print(hashlib.sha256(b"".join(plots.content(figure, k) for k in plots.FORMATS)).hexdigest())
"""
STRANGE = "text.usetex: True\nlines.linewidth: 9\naxes.facecolor: red\nfont.family: fantasy\n"


def test_a_matplotlibrc_in_the_folder_changes_nothing(tmp_path):
    drawn = []
    for name, content in {"plain": None, "strange": STRANGE}.items():
        (tmp_path / name).mkdir()
        if content:
            (tmp_path / name / "matplotlibrc").write_text(content)
        done = subprocess.run(
            [sys.executable, "-c", DRAW], cwd=tmp_path / name, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        drawn.append(done.stdout)
    assert drawn[0] == drawn[1] and len(drawn[0].split()) == 2


def test_what_the_font_lacks_is_replaced_and_named():
    assert plots.drawable("a dög, 你\n\x1b") == "a dög, �\n�"
    assert plots.undrawable(["a dög"]) == ""
    assert "lacks 2 of the characters" in plots.undrawable(["你", "你好"])


def test_a_kind_is_the_name_s():
    assert plots.kind_of("a/b.PNG") == "png" and plots.kind_of("b.svg") == "svg"
    with pytest.raises(UserError, match="om.jpg ends in none of"):
        plots.kind_of("om.jpg")


def test_lines_of_many_runs_differ():
    styles = [plots.style(i) for i in range(105)]
    assert len({json.dumps(style) for style in styles}) == 105
