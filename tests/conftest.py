"""What every test shares: strict float32, and the project's data where there is any."""

import os
from pathlib import Path

os.environ.setdefault("PYTENSOR_FLAGS", "warn_float64=raise")

import pytest  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("IMAGINET_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared():
    """Folder with the real captions, features, word pairs and the original's golden runs."""
    if not SHARED.is_dir():
        pytest.skip(
            f"no real data at {SHARED}: set IMAGINET_SHARED to a folder with data/ and goldens/"
        )
    return SHARED
