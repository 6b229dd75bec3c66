"""Where numbers that are kept come from: code, date, data, and what trained the runs."""

import json
import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from imaginet_pt.files.reading import digest

ROOT = Path(__file__).resolve().parents[2]
DESCRIBED = ["settings", "compiler", "versions"]  # of a run.json
VARYING = ["model_type", "random_seed"]  # settings that differ between the runs of a comparison


def commit() -> str:
    """Return the commit that is checked out, with "-dirty" if files differ from it."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude", "*"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def trained(runs: Iterable[Path]) -> list[dict]:
    """Return what the `run.json` of several runs say, each distinct content once."""
    distinct = {}
    for run in runs:
        described = json.loads((run / "run.json").read_text())
        content = {name: described[name] for name in DESCRIBED if name in described}
        settings = described["settings"].items()
        content["settings"] = {name: v for name, v in settings if name not in VARYING}
        distinct[json.dumps(content, sort_keys=True)] = content
    return list(distinct.values())


def provenance(dataset, runs: Iterable[Path], files: dict[str, Path | None]) -> dict:
    """Return what made kept numbers, in JSON's types.

    Args:
        dataset: the data that the runs were measured on.
        runs: the folders of the runs.
        files: other files that were read, by what they hold; None for one that was not given.
    """
    return {
        "evaluated": {"commit": commit(), "date": date.today().isoformat()},
        "data": {"name": dataset.name, "sha256": dataset.digests},
        "files": {name: {"sha256": digest(path)} for name, path in files.items() if path},
        "runs": trained(runs),
    }
