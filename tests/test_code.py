"""The code's habits, which whoever checks the project checks by running its tests."""

import subprocess
import sys

import pytest
from conftest import ROOT

CHECKS = {
    "lint": ["ruff", "check"],
    "format": ["ruff", "format", "--check"],
    "types": ["mypy"],
}


@pytest.mark.parametrize("what", CHECKS)
def test_the_code(what):
    """The settings are in ruff.toml and setup.cfg; `ruff check --fix`, `ruff format` put right."""
    done = subprocess.run(
        [sys.executable, "-m", *CHECKS[what]], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
