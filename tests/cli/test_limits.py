"""Where the system allows too little: one line at once, and what to allow."""

import os
import resource
import subprocess
import sys

import pytest
from conftest import ROOT

from imaginet_pt.cli import limits
from imaginet_pt.errors import UserError

NEEDED = {"RLIMIT_NOFILE": limits.OPEN_FILES, "RLIMIT_AS": limits.ADDRESS_SPACE}


@pytest.mark.parametrize(
    "name, allowed, wanted",
    [
        ("RLIMIT_NOFILE", 5, "only 5 files may be open; allow at least 64: ulimit -n 64"),
        ("RLIMIT_NOFILE", 31, "only 31 files may be open; allow at least 64: ulimit -n 64"),
        ("RLIMIT_AS", 3 * 10**8, "only 300 MB of address space are allowed; allow at least 2 GB"),
        ("RLIMIT_AS", 6 * 10**8, "only 600 MB of address space are allowed; allow at least 2 GB"),
    ],
)
def test_a_command_that_is_allowed_too_little_says_so_in_one_line(name, allowed, wanted, tmp_path):
    def restrict():
        resource.setrlimit(getattr(resource, name), (allowed, allowed))

    out = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-m", "imaginet_pt", "train", "--data=scenes", f"--out={out}"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True, capture_output=True,
        preexec_fn=restrict, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"imaginet: error: {wanted}")
    assert len(done.stderr.splitlines()) == 1 and not out.exists()


@pytest.mark.parametrize("name", NEEDED)
def test_what_suffices_or_is_not_limited_is_taken(name, monkeypatch):
    number = getattr(resource, name)
    for soft in (NEEDED[name], resource.RLIM_INFINITY):
        values = {number: soft}
        monkeypatch.setattr(
            resource, "getrlimit", lambda n, v=values: (v.get(n, resource.RLIM_INFINITY), -1)
        )
        limits.check_limits()
    values[number] = NEEDED[name] - 1
    with pytest.raises(UserError):
        limits.check_limits()
