"""One page with all that a run of all.py found, that needs nothing but itself to be read."""

import re
import sys
from pathlib import Path

import pandas as pd

from ..files.reading import digest
from ..reports.page import KINDS, Run, picture, render_page, table
from .published import TOLERANCE
from .verdicts import WORDS

TEMPLATE = "report.html.jinja"
HEADINGS = {
    "table1": "Table 1: similarity of words",
    "table2": "Table 2: images of single words",
    "figure2": "Figure 2: images and paraphrases of captions, in order and scrambled",
    "table3": "Table 3: captions nearest to a caption and to its words in random order",
    "figure3": "Figure 3: images nearest to a caption and to its words in random order",
    "flickr30k": "Flickr30K: beside captioning systems",
}
SHOWN = 10  # of the pairs of each benchmark


def render_report(args, dataset, workflows, results, reasons, verdicts, numbers):
    """The page, as HTML.

    Args:
        workflows: {model: [Workflow of each seed]}.
        results: `options.Result` by name; reasons: why a result is not there, by name.
        verdicts: list of `claims.Verdict`; numbers: DataFrame of `published.table`.
    """
    trained = [Run.of(model, workflow) for model in workflows for workflow in workflows[model]]
    words = [verdict.word for verdict in verdicts]
    content = {
        "models": ", ".join(workflows),
        "preset": args.preset,
        "seeds": args.seeds,
        "tally": [(word, words.count(word)) for word in WORDS],
        "verdicts": [verdict._asdict() | {"bars": bars(verdict.parts)} for verdict in verdicts],
        "tolerance": TOLERANCE,
        "numbers": table(numbers),
        "sections": [_section(n, results.get(n), reasons.get(n), args.out) for n in HEADINGS],
    }
    command = ["python", *sys.argv]
    return render_page(TEMPLATE, dataset, trained, _digests(args), command, content)


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
        return table(arrange(pd.read_csv(path)), heading)
    return table(pd.read_csv(path, dtype=str, keep_default_na=False))


def _best_pairs(pairs):
    """The clearest gains of each benchmark."""
    best = pairs[pairs["gain"] > 0].groupby("benchmark", sort=False).head(SHOWN)
    best = best.rename(columns={"cosine_a": "MULTITASK", "cosine_b": "VISUAL"})
    digits = {"score": "{:g}", "MULTITASK": "{:.3f}", "VISUAL": "{:.3f}", "gain": "{:g}"}
    return best.assign(**{name: best[name].map(form.format) for name, form in digits.items()})


def _last_points(curves):
    """Of each curve its last point, in percent, with the lowest and the highest of its seeds."""
    last = curves[curves["iteration"] == curves.groupby("model")["iteration"].transform("max")]
    points = last[["model", "order", "iteration"]].copy()
    for name in ("accuracy@5", "recall@4"):
        mean, low, high = (last[f"{name} {part}"] for part in ("mean", "min", "max"))
        points[f"{name} %"] = [f"{100 * value:.1f}" for value in mean]
        if last["seeds"].max() > 1:
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
    """The pictures among `files`, each in the first of `pages.KINDS` that it is there in."""
    stems = dict.fromkeys(Path(f).stem for f in files if Path(f).suffix[1:] in KINDS)
    kinds = {stem: next(k for k in KINDS if f"{stem}.{k}" in files) for stem in stems}
    return [
        picture(stem, kind, (out / f"{stem}.{kind}").read_bytes()) for stem, kind in kinds.items()
    ]


def _digests(args):
    """SHA-256 of the files that options name, and of those in the folder of --images."""
    named = [getattr(args, name) for name in ("men", "simlex", "captions")]
    paths = [Path(name) for name in named if name]
    if args.images:
        paths += sorted(path for path in Path(args.images).iterdir() if path.is_file())
    return {str(path): digest(path) for path in paths}
