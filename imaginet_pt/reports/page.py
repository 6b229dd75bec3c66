"""Render pages about trained runs, each a single file that needs no network."""

import base64
import datetime
import platform
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from .. import templates
from ..data.dataset import Dataset
from ..files.tables import MAX_EPOCHS, read_table
from ..runs.workflow import Workflow
from ..settings import Settings

KINDS = {"svg": "image/svg+xml", "png": "image/png"}  # of pictures
UNKNOWN = "unknown"  # what a converted run does not tell
LIBRARIES = ["pytensor", "numpy", "scipy", "pandas", "gensim", "matplotlib", "jinja2"]


class Run(NamedTuple):
    """A trained run as a page shows it.

    Attributes:
        name: the run's name on the page.
        seed: its random seed; "unknown" of a run that was converted.
        described: the content of its run.json.
        epochs: its times.csv, without any rows for LINREG.
    """

    name: str
    seed: int | str
    described: dict[str, Any]
    epochs: pd.DataFrame

    @classmethod
    def of(cls, name: str, workflow: Workflow) -> "Run":
        """Describe the run of a `Workflow` under this name."""
        description, times = workflow.folder.described(), workflow.folder / "times.csv"
        settings = description.known_settings()
        described = description.to_json() | {"settings": settings}
        epochs = pd.DataFrame({"seconds": []})
        if times.exists():
            epochs = read_table(times, ["epoch", "seconds"], MAX_EPOCHS)
        return cls(name, settings.get("random_seed", UNKNOWN), described, epochs)


def render_page(
    template: str,
    dataset: Dataset,
    trained: Sequence[Run],
    digests: Mapping[str, str],
    content: Mapping[str, Any],
) -> str:
    """Render a page about runs as HTML.

    Args:
        template: the name of a template that extends page.html.jinja.
        dataset: the data that the runs are measured on.
        trained: the runs.
        digests: SHA-256 by name of the other files that were read.
        content: the other values that the template needs, by name.
    """
    differing, shared = compare_settings(trained)
    common = {
        "data": dataset.name,
        "synthetic": dataset.synthetic,
        "features": 0 if dataset.features is None else dataset.features.shape[1],
        "today": datetime.date.today().isoformat(),
        "runs": table(run_table(trained)),
        "settings": table(differing),
        "shared": shared,
        "command": command(),
        "versions": versions(),
        "digests": dataset.digests | dict(digests),
    }
    return templates.render(template, common | dict(content))


def command() -> str:
    """Return the command that makes this page again: a script of `replicate`, or the program."""
    called, *words = sys.argv
    script = called.endswith(".py") and Path(called).name != "__main__.py"
    return shlex.join(["python", *([called] if script else ["-m", "imaginet_pt"]), *words])


def table(frame: pd.DataFrame, heading: str = "") -> dict[str, Any]:
    """Prepare a DataFrame for a template: columns, the numeric ones, rows, and a CSV file."""
    numeric = [name for name in frame if _numeric(frame[name])]
    rows = frame.to_dict("records")
    csv = data_uri("text/csv", frame.to_csv(index=False, lineterminator="\n").encode())
    return {
        "heading": heading, "columns": list(frame), "numeric": numeric, "rows": rows, "csv": csv,
    }  # fmt: skip


def _numeric(column: "pd.Series[Any]") -> bool:
    filled = column[column != ""]
    return len(filled) > 0 and bool(pd.to_numeric(filled, errors="coerce").notna().all())


def picture(name: str, kind: str, content: bytes) -> dict[str, str]:
    """Prepare the bytes of a picture for a template; an SVG becomes part of the page itself."""
    if kind == "svg":
        return {"name": name, "svg": inline_svg(name, content)}
    return {"name": name, "svg": "", "uri": data_uri(KINDS[kind], content)}


def data_uri(media_type: str, content: bytes) -> str:
    """Return a `data:` URI with `content`."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def inline_svg(name: str, content: bytes) -> str:
    """Return matplotlib's SVG as an element of a page, with ids that are unique there."""
    text = content.decode()
    text = text[text.index("<svg") :]
    for useless in (r"<metadata>.*?</metadata>", r"<style[^>]*>.*?</style>", r' xmlns:\w+="[^"]*"'):
        text = re.sub(useless, "", text, flags=re.DOTALL)
    own = re.sub(r"\W+", "-", name)
    text = re.sub(r'\bid="', f'id="{own}-', text).replace("url(#", f"url(#{own}-")
    text = text.replace('xlink:href="#', f'href="#{own}-').replace("xlink:href=", "href=")
    return text.replace("<svg", f'<svg role="img" aria-label="{own}"', 1)


def run_table(trained: Sequence[Run]) -> pd.DataFrame:
    """Tabulate each run's training: seed, data, epochs, minutes, backend, versions and threads."""
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


def _pairs(entries: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in entries.items())


def compare_settings(trained: Sequence[Run]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Compare the settings of runs.

    Returns:
        The settings that differ, with a row for each setting and a column for each run; and the
        values of those that all runs share, by name.
    """
    by_name: dict[str, dict[str, list[str]]] = {}
    for run in trained:
        for setting in (f.name for f in fields(Settings)):
            value = run.described["settings"].get(setting, UNKNOWN)
            by_name.setdefault(setting, {}).setdefault(run.name, []).append(_text(value))
    texts = {
        s: {n: ", ".join(dict.fromkeys(v)) for n, v in of.items()} for s, of in by_name.items()
    }
    shared = {setting: of for setting, of in texts.items() if len(set(of.values())) == 1}
    differing = [{"setting": s} | of for s, of in texts.items() if s not in shared]
    return pd.DataFrame(differing), {s: next(iter(of.values())) for s, of in shared.items()}


def _text(value: Any) -> str:
    return "none" if value in ([], ()) else str(value)


def versions() -> dict[str, str]:
    """Return the versions behind the page: of this code, Python and the libraries."""
    own = {"imaginet_pt": _code_version(), "Python": platform.python_version()}
    return own | {name: version(name) for name in LIBRARIES} | {"on": platform.platform()}


def _code_version() -> str:
    """Return the commit of this code, or the package's version outside a clone."""
    folder = Path(__file__).resolve().parents[2]
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty"]
    if not (folder / ".git").exists() or not shutil.which("git"):
        return version("imaginet_pt")
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()
