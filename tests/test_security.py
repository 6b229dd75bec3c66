"""Nothing of ours is unpickled or evaluated, wherever it comes from."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(p for part in ("imaginet_pt", "replicate") for p in (ROOT / part).rglob("*.py"))
READERS = {"pickle", "cPickle", "dill", "shelve", "marshal", "joblib", "cloudpickle"}
# It reads pickles with a table of inert names; see tests/legacy/test_legacy_hostile.py.
ALLOWED = {"legacy/checkpoint.py": {"pickle"}}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_unpickled_or_evaluated(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names
    }
    imported |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported & READERS <= ALLOWED.get(f"{path.parent.name}/{path.name}", set())
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        name = ast.unparse(call.func)
        assert name not in ("eval", "exec", "pd.read_pickle", "os.system"), name
        options = {option.arg: ast.unparse(option.value) for option in call.keywords}
        assert options.get("allow_pickle", "False") == "False" and options.get("shell") is None
        if name in ("np.load", "numpy.load"):
            assert options.get("allow_pickle") == "False", f"{path.name}, line {call.lineno}"


def test_the_reader_of_pickles_finds_no_name_but_those_of_its_table():
    text = (ROOT / "imaginet_pt/legacy/checkpoint.py").read_text(encoding="utf-8")
    assert "pickle.load" not in text and "pickle.Unpickler" not in text
    assert "def find_class(self, module, name):\n        if (module, name) not in TABLE:" in text
