"""What every test shares: strict float32, and the project's data where there is any."""

import os
import signal
from pathlib import Path

os.environ.setdefault("PYTENSOR_FLAGS", "floatX=float32,warn_float64=raise")

import numpy as np
import pytest
from browser import chromium, page_at  # noqa: F401

# A shell has its background jobs ignore Ctrl-C, nohup has them ignore SIGHUP, and every process
# below inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("IMAGINET_SHARED", ROOT.parent / "shared"))


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the slow tests too")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--slow"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow; give --slow"))


@pytest.fixture(scope="session")
def shared():
    """Folder with the real captions, features, word pairs and the original's golden runs."""
    if not SHARED.is_dir():
        pytest.skip(
            f"no real data at {SHARED}: set IMAGINET_SHARED to a folder with data/ and goldens/"
        )
    return SHARED


@pytest.fixture
def rng():
    """A generator that draws the same in each test."""
    return np.random.RandomState(7)
