"""Render all results of `run_all` as one self-contained HTML page."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..data import benchmarks
from ..data.dataset import Dataset
from ..evaluation.bootstrap import Estimate
from ..files.reading import digest
from ..files.tables import read_frame
from ..reports.page import KINDS, Run, picture, render_page, table
from .claims import Verdict
from .grid import Workflows
from .options import Options
from .published import TOLERANCE, describe_mismatches
from .results import AGAIN, Result
from .retrieval_scores import last_iteration
from .verdicts import LEAST_ITEMS, LEAST_PAIRS, SMALLEST_RHO, WORDS, Part

TEMPLATE = "report.html.jinja"
HEADINGS = {
    "table1": "Table 1: similarity of words",
    "table2": "Table 2: images of single words",
    "figure2": "Figure 2: images and paraphrases of captions, in order and scrambled",
    "table3": "Table 3: captions nearest to a caption and to its words in random order",
    "figure3": "Figure 3: images nearest to captions and to their words in random order",
    "flickr30k": "Flickr30K: beside captioning systems",
    "kadar2017": "Later: omission scores and what explains them (Kádár et al. 2017, other data)",
    "minimal_pairs": "Later: the right one of two sentences",
    "word_learning": "Later: when words are learned, and children's order",
    "little_data": "Later: word similarity from little text",
}
SHOWN = 10  # of the pairs of each benchmark


def render_report(
    options: Options,
    dataset: Dataset,
    workflows: Workflows,
    results: Mapping[str, Result],
    reasons: Mapping[str, str],
    verdicts: Sequence[Verdict],
    numbers: pd.DataFrame,
    mismatches: Mapping[str, str],
) -> str:
    """Return the page as HTML.

    Args:
        results: the results by name.
        reasons: why results are missing, by name.
        verdicts: the verdicts on all claims.
        numbers: the result of `published.table`.
        mismatches: why numbers of results cannot be compared with the paper's, by name.
    """
    trained = [Run.of(model, workflow) for model in workflows for workflow in workflows[model]]
    words = [verdict.word for verdict in verdicts]
    content = {
        "models": ", ".join(workflows),
        "preset": options.preset,
        "least_pairs": LEAST_PAIRS,
        "least_items": LEAST_ITEMS,
        "smallest_rho": SMALLEST_RHO,
        "seeds": options.seeds,
        "tally": [(word, words.count(word)) for word in WORDS],
        "verdicts": _evidence(verdicts),
        "tolerance": f"{TOLERANCE} {describe_mismatches(mismatches)}",
        "numbers": table(numbers.assign(verdict=numbers["verdict"].map(_word))),
        "not_run": _reasons(numbers),
        "sections": [
            _section(name, results.get(name), reasons.get(name), options.out) for name in HEADINGS
        ],
    }
    page: str = render_page(TEMPLATE, dataset, trained, _digests(options), content)
    return page


def _word(verdict: str) -> str:
    """Return a verdict on a number without the reason, which stands once below the table."""
    return verdict.partition(": ")[0]


def _reasons(numbers: pd.DataFrame) -> list[str]:
    """Return why numbers were not run, each reason once with the places of its numbers."""
    places: dict[str, dict[str, None]] = {}
    for number in numbers.itertuples():
        _, _, reason = number.verdict.partition(": ")
        if reason:
            places.setdefault(reason, {})[number.place] = None
    return [f"{', '.join(of_reason)}: {reason}" for reason, of_reason in places.items()]


def _evidence(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Prepare the verdicts for the template."""
    scale = scales(verdicts)
    return [
        verdict._asdict() | {"bars": bars(verdict.parts, scale), "axes": axes(verdict.parts, scale)}
        for verdict in verdicts
    ]


def scales(verdicts: Sequence[Verdict]) -> dict[str, tuple[float, float]]:
    """Return the scale of each kind of quantity: the ends of all its intervals, and zero."""
    ends: dict[str, list[float]] = {}
    for part in (part for verdict in verdicts for part in verdict.parts):
        if part.estimate:
            ends.setdefault(part.unit, [0.0]).extend([part.estimate.low, part.estimate.high])
    return {unit: (min(values), max(values)) for unit, values in ends.items()}


def bars(
    parts: Sequence[Part], scales: Mapping[str, tuple[float, float]]
) -> list[tuple[Part, dict[str, float] | None]]:
    """Place the interval of each part on the scale of its unit, in % of the scale's width.

    For a part without an interval the place is None.
    """
    return [
        (part, _bar(part.estimate, *scales[part.unit]) if part.estimate else None) for part in parts
    ]


def _bar(estimate: Estimate, low: float, high: float) -> dict[str, float]:
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high, "zero": 0.0}
    width = (high - low) or 1
    return {name: round(2 + 96 * (value - low) / width, 2) for name, value in values.items()}


def axes(parts: Sequence[Part], scales: Mapping[str, tuple[float, float]]) -> list[str]:
    """Label the bars of a claim: each unit with the ends of its scale."""
    units = dict.fromkeys(part.unit for part in parts if part.estimate)
    return [
        f"{unit}, {_tick(unit, scales[unit][0])} to {_tick(unit, scales[unit][1])}"
        for unit in units
    ]


def _tick(unit: str, value: float) -> str:
    return f"{value:+.0f}" if unit == "ranks" else f"{value:+.2f}"


def _section(name: str, result: Result | None, reason: str | None, out: Path) -> dict[str, Any]:
    """Prepare one result for the template, or the reason why it is missing."""
    section: dict[str, Any] = {"name": name, "heading": HEADINGS[name], "reason": reason}
    if result is None:
        return section
    return section | {
        "title": result.title,
        "notes": notes(result.text),
        "tables": [_table(out / file) for file in result.files if _is_table(file)],
        "pictures": pictures(result.files, out),
        "files": result.files,
    }


def notes(text: str) -> list[str]:
    """Return the paragraphs of a result's Markdown without tables, pictures and introductions."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    return [block for block in blocks if block and block[0] not in "|!" and block[-1] != ":"]


def _is_table(file: str) -> bool:
    return file.endswith(".csv") and not file.endswith("-items.csv")


def _table(path: Path) -> dict[str, Any]:
    if path.stem not in ARRANGED:
        texts = read_frame(path, AGAIN, dtype=str, keep_default_na=False)
        return table(texts) | {"sortable": True}
    arrange, heading = ARRANGED[path.stem]
    return table(arrange(read_frame(path, AGAIN)), heading) | {"sortable": path.stem != "table3"}


def _best_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the clearest gains of each benchmark."""
    best = pairs[pairs["gain"] > 0].groupby("benchmark", sort=False).head(SHOWN)
    best = best.rename(columns={"cosine_a": "MULTITASK", "cosine_b": "VISUAL"})
    digits = {"score": "{:g}", "MULTITASK": "{:.3f}", "VISUAL": "{:.3f}", "gain": "{:.0f}"}
    return best.assign(**{name: best[name].map(form.format) for name, form in digits.items()})


def _last_points(curves: pd.DataFrame) -> pd.DataFrame:
    """Return the last point of each curve in percent, with its lowest and highest seed."""
    last = last_iteration(curves, ["model"])
    points = last[["model", "order", "iteration"]].copy()
    for name in ("accuracy@5", "recall@4"):
        mean, low, high = (last[f"{name} {part}"] for part in ("mean", "min", "max"))
        points[f"{name} %"] = [f"{100 * value:.1f}" for value in mean]
        if last["seeds"].max() > 1:
            points[f"{name}, seeds"] = [
                f"{100 * a:.1f} to {100 * b:.1f}" for a, b in zip(low, high, strict=True)
            ]
    return points


def _last_shares(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the last point of each model's curves."""
    return last_iteration(pairs, ["model"])


def _last_means(curves: pd.DataFrame) -> pd.DataFrame:
    """Return the last point of each learner's mean curves."""
    return last_iteration(curves, ["learner"])


def _both_ends(words: pd.DataFrame) -> pd.DataFrame:
    """Return the first and the last words."""
    return pd.concat([words[:SHOWN], words[SHOWN:][-SHOWN:]])


def _numbered_once(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of Table 3, with the number of a caption only in its first row."""
    number = lines["number"].astype(str).where(~lines["number"].duplicated(), "")
    cosine = lines["cosine"].map("{:.3f}".format).where(lines["cosine"].notna(), "")
    return lines.assign(number=number, cosine=cosine).rename(columns={"number": "no."})


# Tables that are too long or plain for the page: what is shown of them, and its heading.
ARRANGED: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "table1-pairs": (
        _best_pairs,
        "Pairs that MULTITASK ranks closer to the humans than VISUAL does (gain in ranks)",
    ),
    "figure2": (_last_points, "At the last iteration"),
    "table3": (_numbered_once, ""),
    "kadar2017-words": (_both_ends, "Words by log ratio of VISUAL's to TEXTUAL's scores"),
    "minimal_pairs": (_last_shares, "At the last iteration"),
    "word_learning-curves": (_last_means, "Means over words at the last iteration"),
}


def pictures(files: Sequence[str], out: Path) -> list[dict[str, str]]:
    """Return each picture among `files` once, in the first format of `page.KINDS` that exists."""
    stems = dict.fromkeys(Path(file).stem for file in files if Path(file).suffix[1:] in KINDS)
    kinds = {stem: next(k for k in KINDS if f"{stem}.{k}" in files) for stem in stems}
    return [
        picture(stem, kind, (out / f"{stem}.{kind}").read_bytes()) for stem, kind in kinds.items()
    ]


def _digests(options: Options) -> dict[str, str]:
    """Return the SHA-256 of the files given by options, and of those in the folder --images."""
    named = benchmarks.file_paths(vars(options))
    paths = [Path(name) for name in [*named, options.captions] if name]
    if options.images:
        paths += sorted(path for path in Path(options.images).iterdir() if path.is_file())
    return {str(path): digest(path) for path in paths}
