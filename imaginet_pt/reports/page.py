"""Pages that need nothing but themselves to be read, on what was found on some runs."""

import base64
import datetime
import platform
import shlex
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from .. import templates

KINDS = {"svg": "image/svg+xml", "png": "image/png"}
LIBRARIES = ["pytensor", "numpy", "scipy", "pandas", "gensim", "matplotlib", "jinja2"]


class Run(NamedTuple):
    """A trained run and what is told of it; described: its run.json; epochs: its times.csv."""

    name: str
    seed: int
    described: dict
    epochs: pd.DataFrame

    @classmethod
    def of(cls, name, workflow):
        """The run of a `Workflow` under this name."""
        described, times = workflow.folder.read_json("run.json"), workflow.folder / "times.csv"
        epochs = pd.read_csv(times) if times.exists() else pd.DataFrame({"seconds": []})
        return cls(name, described["settings"]["random_seed"], described, epochs)


def render_page(template, dataset, trained, digests, command, content):
    """A page on `dataset` and the runs `trained`, as HTML.

    Args:
        template: its name; it extends page.html.jinja.
        trained: list of `Run`.
        digests: SHA-256 by name of what was read beside the data.
        command: words of the command that makes the page.
        content: what the template needs beside this.
    """
    differing, shared = settings(trained)
    common = {
        "data": dataset.name,
        "synthetic": dataset.synthetic,
        "features": 0 if dataset.features is None else dataset.features.shape[1],
        "today": datetime.date.today().isoformat(),
        "runs": shown(run_table(trained)),
        "settings": shown(differing),
        "shared": shared,
        "command": shlex.join(command),
        "versions": versions(),
        "digests": dataset.digests | digests,
    }
    return templates.render(template, common | content)


def shown(frame, heading=""):
    """A DataFrame for a template: columns, those of them that hold numbers, and rows."""
    numeric = [name for name in frame if _numeric(frame[name])]
    rows = frame.to_dict("records")
    return {"heading": heading, "columns": list(frame), "numeric": numeric, "rows": rows}


def _numeric(column):
    filled = column[column != ""]
    return len(filled) > 0 and pd.to_numeric(filled, errors="coerce").notna().all()


def picture(name, kind, content):
    """The bytes of a picture, of one of `KINDS`, for a template."""
    encoded = base64.b64encode(content).decode()
    return {"name": name, "uri": f"data:{KINDS[kind]};base64,{encoded}"}


def run_table(trained):
    """A row a run: how long it took, and with what it was trained; LINREG has no epochs."""
    return pd.DataFrame(
        {
            "run": run.name,
            "seed": run.seed,
            "trained on": run.described["data"]["name"],
            "epochs": len(run.epochs) or "",
            "minutes": f"{run.epochs['seconds'].sum() / 60:.1f}" if len(run.epochs) else "",
            "backend": run.described.get("compiler") or run.described["backend"] or "SciPy",
            "trained with": _pairs(run.described["versions"]),
            "threads": _pairs(run.described["threads"]),
        }
        for run in trained
    )


def _pairs(entries):
    return ", ".join(f"{name} {value}" for name, value in entries.items())


def settings(trained):
    """(DataFrame of the settings that differ, a row each and a column a name; {shared: value})."""
    by_name = {}
    for run in trained:
        for setting, value in run.described["settings"].items():
            by_name.setdefault(setting, {}).setdefault(run.name, []).append(_text(value))
    texts = {
        s: {n: ", ".join(dict.fromkeys(v)) for n, v in of.items()} for s, of in by_name.items()
    }
    shared = {setting: of for setting, of in texts.items() if len(set(of.values())) == 1}
    differing = [{"setting": s} | of for s, of in texts.items() if s not in shared]
    return pd.DataFrame(differing), {s: next(iter(of.values())) for s, of in shared.items()}


def _text(value):
    return "none" if value in ([], ()) else str(value)


def versions():
    """What made the page: this code, Python and the libraries."""
    found = {"imaginet_pt": _code(), "Python": platform.python_version()}
    return found | {name: version(name) for name in LIBRARIES} | {"on": platform.platform()}


def _code():
    """The commit of this code, or the package's version where it is no clone."""
    folder = Path(__file__).resolve().parents[2]
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty"]
    if not (folder / ".git").exists() or not shutil.which("git"):
        return version("imaginet_pt")
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()
