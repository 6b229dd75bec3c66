"""Nothing of ours is unpickled or evaluated, wherever it comes from."""

import ast
import configparser
from pathlib import Path

import pytest

from imaginet_pt.errors import UserError
from imaginet_pt.runs.run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(p for part in ("imaginet_pt", "replicate") for p in (ROOT / part).rglob("*.py"))
READERS = {"pickle", "cPickle", "dill", "shelve", "marshal", "joblib", "cloudpickle"}
# It reads pickles with a table of inert names; see tests/legacy/test_legacy_hostile.py.
ALLOWED = {"legacy/unpickler.py": {"pickle"}}


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
    text = (ROOT / "imaginet_pt/legacy/unpickler.py").read_text(encoding="utf-8")
    assert "pickle.load" not in text and "pickle.Unpickler" not in text
    tree = ast.parse(text)
    (finder,) = (n for n in ast.walk(tree) if getattr(n, "name", "") == "find_class")
    docstring, first, *_ = finder.body
    assert isinstance(docstring, ast.Expr) and isinstance(first, ast.If)
    assert ast.unparse(first.test) == "(module, name) not in TABLE"
    assert isinstance(first.body[0], ast.Raise)


def test_a_link_in_the_place_of_a_lock_leaves_its_target_alone(tmp_path):
    """By filelock since 3.20.1: 3.14 to 3.20.0 empty the target."""
    (tmp_path / "target").write_text("precious")
    (tmp_path / "lock").symlink_to("target")
    with pytest.raises(UserError), RunFolder(tmp_path).locked():
        pytest.fail("locked")
    assert (tmp_path / "target").read_text() == "precious"
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert "filelock>=3.20.1" in config["options"]["install_requires"].split()
