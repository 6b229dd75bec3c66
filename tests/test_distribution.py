"""A wheel and an sdist are whole: installed outside the checkout, they train and make Table 1."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest
import small
from conftest import ROOT

# What a checkout may hold beside what is tracked.
TOP = {".git", ".venv", ".venv-newest", "venv", "runs", "build", "dist"}
ANYWHERE = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*_cache")
PAIRS = "dog\tcat\t9\ncar\tboat\t8\nman\twoman\t7\nball\ttree\t1\ndog\tcar\t0.5\n"
SIZES = "--hidden-size 4 --embedding-size 4 --word-freq-threshold 1 --iterations 1".split()


def ignored(folder, names):
    """Names in `folder` that no release has."""
    return {*ANYWHERE(folder, names), *(TOP & set(names) if Path(folder) == ROOT else ())}


def run(*command, cwd):
    """The output of a command that knows nothing of the checkout."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    """An sdist of a copy of the checkout, and the wheel that is built from that sdist."""
    folder = tmp_path_factory.mktemp("distributions")
    shutil.copytree(ROOT, folder / "copy", ignore=ignored)
    run(sys.executable, "-m", "build", "--outdir", folder, folder / "copy", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(distributions):
    return next(distributions.glob("*.whl"))


@pytest.fixture(scope="module")
def sdist(distributions):
    return next(distributions.glob("*.tar.gz"))


def package_files():
    """All files of the package in the checkout, as paths from its root."""
    paths = (ROOT / "imaginet_pt").rglob("*")
    return {
        path.relative_to(ROOT).as_posix()
        for path in paths
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_every_file_of_the_package_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    packed = {name for name in names if ".dist-info/" not in name}
    assert packed == package_files()
    for kind in ("py.typed", ".jinja", "published.json", "LICENSE.wordnet"):
        assert any(name.endswith(kind) for name in packed), kind
    assert any(name.endswith("/LICENSE") for name in names)


def test_the_sdist_has_what_the_checkout_has(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert package_files() <= names
    needed = {"README.md", "LICENSE", "setup.cfg", "pyproject.toml", "CITATION.cff", "FIDELITY.md"}
    scripts = {f"replicate/{path.name}" for path in (ROOT / "replicate").glob("*.py")}
    tests = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")}
    assert needed | scripts | tests | {"data/README.md", "docs/tour.ipynb"} <= names


def installed(distribution, folder):
    """The programs of a new environment that has this distribution, and our libraries."""
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv/bin/python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps",
        distribution, cwd=folder)  # fmt: skip
    where = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    Path(where.strip(), "libraries.pth").write_text("\n".join(libraries))
    return folder / "venv/bin"


def train(distribution, folder):
    """Install a distribution under `folder` and train there; the programs of its environment."""
    programs = installed(distribution, folder)
    place = "import imaginet_pt as im; print(im.__file__, im.__version__)"
    path, version = run(programs / "python", "-c", place, cwd=folder).split()
    assert Path(path).is_relative_to(folder) and version in distribution.name
    small.write(folder / "data")
    run(programs / "imaginet", "train", "--data", "data", "--out", "run", *SIZES, cwd=folder)
    assert (folder / "run/model-card.md").exists()
    return programs


@pytest.mark.slow
def test_an_installed_sdist_trains(sdist, tmp_path):
    train(sdist, tmp_path)


@pytest.mark.slow
def test_an_installed_wheel_trains_evaluates_reports_and_makes_table_1(wheel, tmp_path):
    imaginet = train(wheel, tmp_path) / "imaginet"
    (tmp_path / "pairs.tsv").write_text(PAIRS)
    run(imaginet, "evaluate", "run", "--data", "data", "--out", "evaluation", cwd=tmp_path)
    run(imaginet, "report", "run", "--data", "data", "--out", "report.html", cwd=tmp_path)
    table = run(imaginet, "replicate", "table1", "--data", "data", "--pairs", "OWN=pairs.tsv",
                "--seeds", 1, "--out", "table", cwd=tmp_path)  # fmt: skip
    assert "MULTITASK" in table and (tmp_path / "table/table1.md").exists()
    assert (tmp_path / "evaluation/metrics.json").exists() and (tmp_path / "report.html").exists()
