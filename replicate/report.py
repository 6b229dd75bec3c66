"""One page with all that a run of all.py found, that needs nothing but itself to be read."""

import base64
import datetime
import platform
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import bare
import evidence
import jinja2
import pandas as pd
from published import TOLERANCE

from imaginet_pt.files import digest

TEMPLATE = "report.html.jinja"
PICTURES = {".svg": "image/svg+xml", ".png": "image/png"}  # the first kind that there is
VERSIONS = ["pytensor", "numpy", "scipy", "pandas", "gensim", "matplotlib", "jinja2"]
HEADINGS = {
    "table1": "Table 1: similarity of words",
    "table2": "Table 2: images of single words",
    "figure2": "Figure 2: images and paraphrases of captions, in order and scrambled",
    "table3": "Table 3: captions nearest to a caption and to its words in random order",
    "figure3": "Figure 3: images nearest to a caption and to its words in random order",
    "flickr30k": "Flickr30K: beside captioning systems",
}
SHOWN = 10  # of the pairs of each benchmark


class Run(NamedTuple):
    """A trained run and what is told of it; described: its run.json; epochs: its times.csv."""

    model: str
    seed: int
    described: dict
    epochs: pd.DataFrame


def page(args, dataset, flows, results, reasons, verdicts, numbers):
    """The page, as HTML.

    Args:
        flows: {model: [Workflow of each seed]}.
        results: `options.Result` by name; reasons: why a result is not there, by name.
        verdicts: list of `claims.Verdict`; numbers: DataFrame of `published.table`.
    """
    trained = [_run(model, seed, w) for model in flows for seed, w in enumerate(flows[model], 1)]
    differing, shared = settings(trained)
    words = [verdict.word for verdict in verdicts]
    return _template().render(
        data=dataset.name,
        synthetic=dataset.synthetic,
        features=dataset.features.shape[1],
        models=", ".join(flows),
        preset=args.preset,
        seeds=args.seeds,
        today=datetime.date.today().isoformat(),
        tally=[(word, words.count(word)) for word in evidence.WORDS],
        verdicts=[verdict._asdict() | {"bars": bars(verdict.parts)} for verdict in verdicts],
        tolerance=TOLERANCE,
        numbers=shown(numbers),
        sections=[_section(n, results.get(n), reasons.get(n), args.out) for n in HEADINGS],
        runs=shown(run_table(trained)),
        settings=shown(differing),
        shared=shared,
        command=shlex.join(["python", *sys.argv]),
        versions=versions(),
        digests=dataset.digests | _digests(args),
    )


def _template():
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": jinja2.StrictUndefined}
    return jinja2.Environment(loader=loader, autoescape=True, **options).get_template(TEMPLATE)


def bars(parts):
    """(part, its interval in % of the width of the claim's scale, which has 0 in it) of each."""
    ends = [0, *(x for part in parts if part.estimate for x in part.estimate)]
    low, width = min(ends), (max(ends) - min(ends)) or 1

    def place(value):
        return round(2 + 96 * (value - low) / width, 2)

    return [
        (
            part,
            part.estimate
            and {k: place(v) for k, v in (part.estimate._asdict() | {"zero": 0}).items()},
        )
        for part in parts
    ]


def shown(frame, heading=""):
    """A DataFrame for the template: columns, those of them that hold numbers, and rows."""
    numeric = [name for name in frame if _numeric(frame[name])]
    rows = frame.to_dict("records")
    return {"heading": heading, "columns": list(frame), "numeric": numeric, "rows": rows}


def _numeric(column):
    filled = column[column != ""]
    return len(filled) > 0 and pd.to_numeric(filled, errors="coerce").notna().all()


def _section(name, result, reason, out):
    """What the template shows of one result, or why it is not there."""
    section = {"name": name, "heading": HEADINGS[name], "reason": reason}
    if result is None:
        return section
    return section | {
        "title": result.title,
        "notes": notes(result.text),
        "tables": [_table(out / file) for file in result.files if _is_table(file)],
        "pictures": pictures(result.files, out),
        "files": result.files,
    }


def notes(text):
    """The paragraphs of a result's Markdown: no tables or pictures, nor what introduces them."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    return [block for block in blocks if block and block[0] not in "|!" and block[-1] != ":"]


def _is_table(file):
    return file.endswith(".csv") and not file.endswith("-items.csv")


def _table(path):
    if path.stem in ARRANGED:
        arrange, heading = ARRANGED[path.stem]
        return shown(arrange(pd.read_csv(path)), heading)
    return shown(pd.read_csv(path, dtype=str, keep_default_na=False))


def _best_pairs(pairs):
    """The clearest gains of each benchmark."""
    best = pairs[pairs["gain"] > 0].groupby("benchmark", sort=False).head(SHOWN).round(3)
    return best.rename(columns={"cosine_a": "MULTITASK", "cosine_b": "VISUAL"})


def _last_points(curves):
    """Of each curve its last point, in percent, with the lowest and the highest seed."""
    last = curves[curves["iteration"] == curves.groupby("model")["iteration"].transform("max")]
    points = last[["model", "order", "iteration"]].copy()
    for name in ("accuracy@5", "recall@4"):
        mean, low, high = (last[f"{name} {part}"] for part in ("mean", "min", "max"))
        points[f"{name} %"] = [f"{100 * value:.1f}" for value in mean]
        points[f"{name}, seeds"] = [
            f"{100 * a:.1f} to {100 * b:.1f}" for a, b in zip(low, high, strict=True)
        ]
    return points


def _numbered_once(lines):
    """The captions, each number only at its first line."""
    number = lines["number"].astype(str).where(~lines["number"].duplicated(), "")
    cosine = lines["cosine"].map("{:.3f}".format).where(lines["cosine"].notna(), "")
    return lines.assign(number=number, cosine=cosine).rename(columns={"number": ""})


# Tables that are too long or plain for the page -> (what is shown of them, under which heading)
ARRANGED = {
    "table1-pairs": (
        _best_pairs,
        "Pairs that MULTITASK ranks nearer to the humans than VISUAL does (gain in ranks)",
    ),
    "figure2": (_last_points, "At the last iteration"),
    "table3": (_numbered_once, ""),
}


def pictures(files, out):
    """Names and data URIs of the pictures among `files`, each in the first kind of `PICTURES`."""
    stems = dict.fromkeys(Path(file).stem for file in files if Path(file).suffix in PICTURES)
    chosen = [next(s + kind for kind in PICTURES if s + kind in files) for s in stems]
    return [{"name": Path(file).stem, "uri": _uri(out / file)} for file in chosen]


def _uri(path):
    return f"data:{PICTURES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _run(model, seed, workflow):
    times = workflow.folder / "times.csv"
    epochs = pd.read_csv(times) if times.exists() else pd.DataFrame({"seconds": []})
    return Run(model, seed, workflow.folder.read_json("run.json"), epochs)


def run_table(trained):
    """A row a run: how long it took, and with what it was trained; LINREG has no epochs."""
    return pd.DataFrame(
        {
            "model": run.model,
            "seed": run.seed,
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
    """(DataFrame of the settings that differ, a row each and a column a model; {shared: value})."""
    by_model = {}
    for run in trained:
        for name, value in run.described["settings"].items():
            by_model.setdefault(name, {}).setdefault(run.model, []).append(_text(value))
    texts = {
        n: {m: ", ".join(dict.fromkeys(v)) for m, v in of.items()} for n, of in by_model.items()
    }
    shared = {name: of for name, of in texts.items() if len(set(of.values())) == 1}
    differing = [{"setting": name} | of for name, of in texts.items() if name not in shared]
    return pd.DataFrame(differing), {name: next(iter(of.values())) for name, of in shared.items()}


def _text(value):
    return "none" if value in ([], ()) else str(value)


def versions():
    """What made the page: this code, Python and the libraries."""
    found = {"imaginet_pt": _code(), "Python": platform.python_version()}
    return found | {name: version(name) for name in VERSIONS} | {"on": platform.platform()}


def _code():
    """The commit of this code, or the package's version where it is no clone."""
    command = ["git", "-C", str(bare.ROOT), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return version("imaginet_pt")
    return done.stdout.strip() or version("imaginet_pt")


def _digests(args):
    """SHA-256 of the files that options name, and of those in the folder of --images."""
    named = [getattr(args, name) for name in ("men", "simlex", "captions")]
    paths = [Path(name) for name in named if name]
    if args.images:
        paths += sorted(path for path in Path(args.images).iterdir() if path.is_file())
    return {str(path): digest(path) for path in paths}
