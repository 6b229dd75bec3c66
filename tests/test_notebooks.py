"""The notebooks of docs/ run from the first cell to the last, and show what came of it."""

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

NOTEBOOKS = sorted((ROOT / "docs").glob("*.ipynb"))
LARGEST = 100_000  # bytes of one with its output


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, tmp_path, monkeypatch):
    """In a folder of its own, with this checkout's package; nothing is written to stderr."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = read(path)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        assert [output.text for output in outputs if output.get("name") == "stderr"] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_with_its_output(path):
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert sum(map(bool, (cell.outputs for cell in cells))) > 5
    assert path.stat().st_size < LARGEST
    assert "/tmp" not in path.read_text(encoding="utf-8")


def test_both_notebooks_are_there():
    assert [path.stem for path in NOTEBOOKS] == ["own_captions", "tour"]
