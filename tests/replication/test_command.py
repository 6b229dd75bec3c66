"""`imaginet replicate`: its help, and that it does what the scripts of a bare clone do."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import bare
import pytest
import small

from imaginet_pt.__main__ import main
from imaginet_pt.replication import command

ROOT = Path(__file__).resolve().parents[2]
FILES = {"all": "run_all"}  # name of a script: its file under replicate/, where it differs


def test_the_help_lists_every_script_and_loads_none():
    code = (
        "import sys; from imaginet_pt.__main__ import main\n"
        "try: main(['replicate', '--help'])\n"
        "finally: print(sorted({'pytensor', 'pandas', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr
    for name, (_, description) in command.SCRIPTS.items():
        assert name in done.stdout and description[:40] in " ".join(done.stdout.split())


@pytest.mark.parametrize("name", command.SCRIPTS)
def test_a_script_is_described_alike_everywhere(name, capsys):
    module, description = command.SCRIPTS[name]
    docstring = importlib.import_module(f"imaginet_pt.replication.{module}").__doc__
    script = (ROOT / "replicate" / f"{FILES.get(name, name)}.py").read_text()
    for text in (docstring, ast.get_docstring(ast.parse(script))):
        assert text.splitlines()[0].startswith(description.rstrip("."))
    assert len(script.splitlines()) < 40 and f'bare.main("{name}")' in script
    with pytest.raises(SystemExit):
        main(["replicate", name, "--help"])
    help_text = capsys.readouterr().out
    assert docstring.strip() in help_text and "--data" in help_text


def test_an_unknown_script_is_answered_with_those_that_exist(capsys):
    assert main(["replicate", "table9"]) == 2
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1 and "'table1'" in told


def test_the_command_and_the_script_do_the_same(tmp_path):
    data = small.write(tmp_path / "data", images=60)
    (tmp_path / "pairs.tsv").write_text("dog\tcat\t9\ncar\tboat\t8\nman\twoman\t7\nball\ttree\t1\n")
    options = ["--data", data, "--pairs", f"pets={tmp_path / 'pairs.tsv'}", "--seeds", 1]
    programs = {
        "script": [sys.executable, ROOT / "replicate/table1.py"],
        "command": [sys.executable, "-m", "imaginet_pt", "replicate", "table1"],
    }
    for name, program in programs.items():
        arguments = [*program, *options, "--out", tmp_path / name]
        done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr
    for file in ("table1.csv", "table1.md", "table1-items.csv", "table1-pairs.csv"):
        by_script, by_command = (tmp_path / name / file for name in programs)
        assert by_script.read_bytes() == by_command.read_bytes()


def test_a_bare_clone_reads_the_dependencies_from_setup_cfg():
    wanted = bare.list_dependencies()
    assert {"pytensor", "threadpoolctl", "scipy_openblas32", "filelock"} <= set(wanted)
    assert all(name.isidentifier() for name in wanted)


def test_a_missing_package_is_named_in_one_line(monkeypatch, capsys):
    dependencies = bare.list_dependencies()
    monkeypatch.setattr(bare, "list_dependencies", lambda: [*dependencies, "no_such_package"])
    assert bare.main("table1") == 2
    told = capsys.readouterr().err
    assert told.startswith("no_such_package not installed: run  pip install -e ")
    assert len(told.splitlines()) == 1
