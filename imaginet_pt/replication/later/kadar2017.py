"""Omission scores, what explains them, and what hidden units respond to.

Published by Kádár, Chrupała and Alishahi (2017), "Representation of Linguistic Form and Function in
Recurrent Neural Networks", Computational Linguistics 43 (4); read in their code and text,
gchrupala/rep-form-function (src/omission.py, ridge.py, mutual.py, analysis.R; doc/categories.tex,
dimensions.tex). The omission score of a word is the cosine distance of the state after END with and
without it; VISUAL and TEXTUAL are the pathways of one MULTITASK, LM is a language model without
pictures (our TEXTUAL), SUM adds up word vectors. Ridge regressions predict the scores of held-out
captions from the word, and from the word with position or dependency label.

This is no replication. What differs: the data, their features and sizes; the cost of images (mean
squares, theirs cosine) and no standardized features; END is never in the input of our training, as
in the program of 2015, so its vector is the initial one; captions of one image are held out
together, and the penalty is chosen on a fifth of the fitted images, where theirs is the best on the
held-out words themselves; bins of mutual information are made for each unit, as their text says,
where their code pools all units. Their text and their data/ridge_scores.txt differ by up to .004.

Prints the tables and writes under --out: kadar2017.csv, R² of each regression; and with the same
beginning -categories, -words, -positions, -units, -claims, -items (a row for each word).
"""

from typing import Any

import pandas as pd

from ...data import parsing
from ...data.dataset import Dataset
from ...data.parsing import Parsed
from ...progress import Progress
from ...reports import plots
from .. import estimates, results
from ..grid import Workflows
from ..options import Options
from ..results import NotRun, Result
from ..script import Script
from . import claims_2017, contexts, drawings, judging, omissions, regressions
from .omissions import TEXTUAL, VISUAL, Scored

NAME = "kadar2017"
MODELS = ["MULTITASK", "TEXTUAL", "SUM"]
SHOWN = 10  # words at each end
LEAST_SHARE = 100 / 260_000  # of all words: the paper shows words that occur 100 times


def read_inputs(options: Options, dataset: Dataset) -> Parsed:
    """Parse the captions."""
    if dataset.features is None:
        raise NotRun(f"{NAME} needs image features; {dataset.name} is text alone")
    if not (options.parser or dataset.synthetic):
        raise NotRun(f"{NAME} needs a parser for {dataset.name}: give --parser MODEL")
    return parsing.parse(dataset.captions(omissions.SPLIT).texts, options.parser)


def r_squared_table(items: pd.DataFrame) -> pd.DataFrame:
    """Return R² and its interval for each model and predictors, beside the published one."""
    published = judging.PUBLISHED[NAME]["r_squared"]
    rows = []
    for model in items["model"].unique():
        for predictors in regressions.PREDICTORS:
            r2 = regressions.explained(items, model, predictors)
            rows.append((model, predictors, r2.value, r2.low, r2.high,
                         published.get(model, {}).get(predictors, "")))  # fmt: skip
    columns = ["model", "predictors", "R²", "low", "high", "published (COCO)"]
    return pd.DataFrame(rows, columns=columns)


def category_table(scored: Scored) -> pd.DataFrame:
    """Return mean scores by part of speech and by relation, and log ratios VISUAL : TEXTUAL."""
    tokens, rows = scored.tokens, []
    pathways = scored.scores.keys() >= {VISUAL, TEXTUAL}
    by = omissions.log_ratio(scored.scores, VISUAL, TEXTUAL) if pathways else scored.scores[VISUAL]
    for kind in ("pos", "relation"):
        for name, mask in omissions.by_category(by, tokens[kind]).items():
            row: dict[str, Any] = {"kind": kind, "category": name, "words": int(mask.sum())}
            row |= {model: of[:, mask].mean() for model, of in scored.scores.items()}
            mean = estimates.mean(by[:, mask], tokens["image"][mask])
            rows.append(row | {"log ratio": mean.value, "low": mean.low, "high": mean.high})
    table = pd.DataFrame(rows)
    return table if pathways else table.drop(columns="log ratio")


def word_table(scored: Scored) -> pd.DataFrame:
    """Return the words by their mean log ratio of VISUAL's to TEXTUAL's omission score."""
    ratio = omissions.log_ratio(scored.scores, VISUAL, TEXTUAL).mean(axis=0)
    grouped = scored.tokens.assign(ratio=ratio).groupby("word")["ratio"].agg(["mean", "size"])
    least = max(omissions.LEAST_WORDS, LEAST_SHARE * len(ratio))
    frequent = grouped[grouped["size"] >= least].sort_values("mean", ascending=False)
    table = frequent.reset_index()
    return table.rename(columns={"mean": "log ratio VISUAL : TEXTUAL", "size": "occurrences"})


def unit_table(items: pd.DataFrame) -> pd.DataFrame:
    """Return median mutual information of each model, and log ratios of TEXTUAL to VISUAL."""
    rows = []
    for kind in contexts.KINDS:
        for order in contexts.ORDERS:
            row: dict[str, Any] = {"context": f"{kind} {order}-gram"}
            for model in items["model"].unique():
                row[model] = contexts.median(items, model, kind, order).value
            ratio = contexts.log_ratio(items, TEXTUAL, VISUAL, kind, order)
            row |= {"log TEXTUAL : VISUAL": ratio.value, "low": ratio.low, "high": ratio.high}
            rows.append(row)
    return pd.DataFrame(rows)


def ratio_items(scored: Scored) -> pd.DataFrame:
    """Return the mean log ratio of content and of function words in each image and seed."""
    ratio = omissions.log_ratio(scored.scores, VISUAL, TEXTUAL)
    return pd.concat(
        pd.DataFrame({"image": scored.tokens["image"], "log ratio": of})[mask]
        .groupby("image").mean().reset_index().assign(model=name, seed=seed)
        for name, tags in claims_2017.CLASSES.items()
        for mask in [scored.tokens["pos"].isin(tags)]
        for seed, of in enumerate(ratio, start=1)
    )  # fmt: skip


def items_of(scored: Scored) -> pd.DataFrame:
    """Return a row for each word, with the scores of each model and seed."""
    columns = {
        f"{model} {seed}": values.round(5)
        for model, of in scored.scores.items()
        for seed, values in enumerate(of, start=1)
    }
    return pd.concat([scored.tokens, pd.DataFrame(columns)], axis=1)


def make(
    options: Options, dataset: Dataset, parsed: Parsed, workflows: Workflows, progress: Progress
) -> Result:
    """Make the analysis; its items have a row for each word."""
    image = options.state == "image"
    scored = omissions.measure(workflows, dataset, parsed, image, progress)
    progress.say("regressions ...")
    fitted = regressions.items(scored)
    tables = {
        NAME: r_squared_table(fitted),
        f"{NAME}-categories": category_table(scored),
        f"{NAME}-positions": regressions.coefficients(scored),
    }
    items: dict[str, pd.DataFrame] = {}
    if not image:
        items |= {claims_2017.REGRESSIONS: fitted, claims_2017.RATIOS: ratio_items(scored)}
        items |= {claims_2017.UNITS: contexts.items(workflows, dataset, parsed, progress)}
        tables |= {f"{NAME}-words": word_table(scored)}
        tables |= {f"{NAME}-units": unit_table(items[claims_2017.UNITS])}
    return _write(options, dataset, parsed, tables, items, items_of(scored))


def _write(
    options: Options,
    dataset: Dataset,
    parsed: Parsed,
    tables: dict[str, pd.DataFrame],
    items: dict[str, pd.DataFrame],
    words: pd.DataFrame,
) -> Result:
    """Draw, judge and write."""
    missing = dict.fromkeys(claims_2017.NEEDS, "it compares states; leave out --state image")
    reasons = {name: why for name, why in missing.items() if name not in items}
    verdicts, text = judging.judge(claims_2017.CLAIMS, items, reasons, dataset)
    files = plots.save(drawings.kadar2017(tables, dataset.name), options.out, NAME)
    of = "predicted images" if options.state == "image" else "states"
    title = (
        f"Omission scores of {of} on {results.describe(options, dataset)}: {len(words):,} "
        f"words, parsed by {parsed.source}"
    )
    tables = {name: table.round(4) for name, table in tables.items()}
    shown = "\n".join(
        f"{HEADINGS[name]}\n\n{results.markdown(_ends(table) if name == WORDS else table)}"
        for name, table in tables.items()
    )
    text = f"{shown}\n{text}\n{NOTE}\n\n![{title}]({NAME}.png)\n"
    tables |= {f"{NAME}-claims": verdicts, f"{NAME}-items": words}
    return results.write_result(NAME, title, text, words, tables, options.out, files)


def _ends(table: pd.DataFrame) -> pd.DataFrame:
    """Return the first and the last words."""
    return table if len(table) <= 2 * SHOWN else pd.concat([table[:SHOWN], table[-SHOWN:]])


WORDS = f"{NAME}-words"
HEADINGS = {
    NAME: "R² of ridge regressions on held-out captions; 95 % intervals over images and seeds:",
    f"{NAME}-categories": "Mean omission scores, and the mean log ratio of VISUAL's to TEXTUAL's:",
    f"{NAME}-positions": "Coefficients of the position in the full regression:",
    WORDS: "Words by the mean log ratio of VISUAL's to TEXTUAL's omission scores:",
    f"{NAME}-units": "Median mutual information of hidden units and contexts, in nats:",
}
NOTE = (
    "VISUAL and TEXTUAL are the pathways of MULTITASK, LM is the model TEXTUAL, which sees no "
    "picture; with random weights, both pathways of MULTITASK are as before its training. The "
    "published numbers are of COCO and other sizes, and not comparable."
)
SCRIPT = Script(NAME, MODELS, read_inputs, make, None, ["--parser", "--state"])
