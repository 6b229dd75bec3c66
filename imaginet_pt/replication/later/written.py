"""Results of the later analyses, as their scripts left them in a folder."""

from collections.abc import Container
from pathlib import Path

import pandas as pd

from ..results import Result

NAMES = ["kadar2017", "minimal_pairs", "word_learning", "little_data"]


def read_results(out: Path) -> dict[str, Result]:
    """Return the results that are in the folder `out`, by name, without their items."""
    return {name: _read(name, out) for name in NAMES if (out / f"{name}.md").is_file()}


def _read(name: str, out: Path) -> Result:
    title, _, text = (out / f"{name}.md").read_text(encoding="utf-8").partition("\n\n")
    files = [*out.glob(f"{name}.*"), *out.glob(f"{name}-*.csv")]
    return Result(name, title, text, pd.DataFrame(), sorted(path.name for path in files))


def reasons(found: Container[str]) -> dict[str, str]:
    """Say of each analysis that is not `found` how its result comes here."""
    return {
        name: f"run imaginet replicate {name} with the same options first; this page shows what it "
        "leaves in the same --out"
        for name in NAMES
        if name not in found
    }
