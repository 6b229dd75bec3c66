"""The structure of the package: imports point downward, in no circle, and nothing grows too long.

Which room may import which is written in setup.cfg, under [importlinter].
"""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest
from conftest import ROOT

from imaginet_pt import __main__
from imaginet_pt.replication import command

PACKAGE = "imaginet_pt"
SOURCES = sorted([*(ROOT / PACKAGE).rglob("*.py"), *(ROOT / "replicate").glob("*.py")])
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 40
# Module -> the modules that it imports by their names in a table, which no import statement shows.
BY_NAME = {
    f"{PACKAGE}.__main__": list(__main__.COMMANDS.values()),
    command.__name__: [f"{PACKAGE}.replication.{module}" for module, _ in command.SCRIPTS.values()],
}
# The files that may import by name: what they import is in BY_NAME, or under TYPE_CHECKING too.
DYNAMIC = {"__init__.py", "cli/parser.py", "replication/command.py"}


def import_graph() -> dict[str, set[str]]:
    """The modules that each module of the package imports, by statement or by name."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    imports = {
        module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules
    }
    for module, targets in BY_NAME.items():
        assert set(targets) <= graph.modules, f"{module} names modules that do not exist"
        imports[module] |= set(targets)
    return imports


def cycle(imports: dict[str, set[str]]) -> list[str]:
    """A circle of imports, empty where there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_module_imports_itself_by_way_of_others():
    assert cycle(import_graph()) == []


def test_a_circle_is_seen():
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}})


def lint_imports(config: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command as main; main()"
    command_line = [sys.executable, "-c", program, "--no-cache", str(config)]
    return subprocess.run(command_line, cwd=ROOT, capture_output=True, text=True)


def test_imports_go_downward():
    done = lint_imports(ROOT / "setup.cfg")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_an_import_that_goes_upward_is_seen(tmp_path):
    """The contract turned upside down is broken."""
    text = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    assert text.count("    evaluation\n    runs\n") == 1
    (tmp_path / "setup.cfg").write_text(
        text.replace("    evaluation\n    runs\n", "    runs\n    evaluation\n")
    )
    done = lint_imports(tmp_path / "setup.cfg")
    assert done.returncode == 1 and "Imports go downward from room to room BROKEN" in done.stdout


def test_what_is_imported_by_name_lies_below():
    """Commands lie in cli or replication, scripts beside the command that names them."""
    floors = {"cli", "replication"}
    for targets in BY_NAME.values():
        assert {target.split(".")[1] for target in targets} <= floors
    commands = [name for name in import_graph() if name.startswith(f"{PACKAGE}.cli.commands.")]
    assert set(commands) <= set(BY_NAME[f"{PACKAGE}.__main__"]), "a command without an entry"


def test_only_named_files_import_by_name():
    users = {
        path.relative_to(ROOT / PACKAGE).as_posix()
        for path in (ROOT / PACKAGE).rglob("*.py")
        if "import_module" in path.read_text(encoding="utf-8")
    }
    assert users <= DYNAMIC


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            assert length <= MOST_LINES_OF_A_FUNCTION, f"{node.name} has {length} lines"


def test_each_room_says_what_lives_there_and_what_does_not():
    for path in (ROOT / PACKAGE).glob("*/__init__.py"):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert 3 <= len(text.splitlines()) <= 6, path
