"""When does each word become known, and does that order agree with children's?

A word is known to a model when its image is retrieved: the area under the ROC curve of the cosines
between the image predicted from the word alone and those of the split val, whose captions have it
or not, passes .75, half of the way from chance to no mistake. Or when its surprisal in captions has
fallen half of the way to its least. Epochs are interpolated, and words that are never known come
last. Their order is correlated (Spearman) with the age at which half of the children say the word
(Wordbank; --wordbank), also with log frequency in the training captions and concreteness (Brysbaert
et al. 2014; --concreteness) held fixed.

Published by Chang and Bergen (2022), "Word Acquisition in Neural Language Models", TACL 10; read in
tylerachang/word-acquisition-language-models. This is no replication: they followed language models
on text from books and the web through many more checkpoints, took logarithms of steps, and fitted
sigmoid curves; here are eight epochs of captions, so most words are learned in the first, where the
interpolation alone orders them. The correlation of children's order with concreteness, -.40, and
that of their LSTM, -.12, were measured beforehand in their data on Flickr8k's words.

Word similarity is split by the concreteness of the pair (with --concreteness) and by part of
speech. Prints the tables and writes under --out: word_learning.csv, the correlations; and with the
same beginning -similarity, -curves, -claims and -items (a row for each learner, seed and word).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...data import benchmarks, norms
from ...data.benchmarks import parts_of_speech
from ...data.dataset import Dataset
from ...progress import Progress
from ...reports import plots
from .. import estimates, results, table1
from ..claims import ABOVE, CORRECTED, Claim
from ..grid import RANDOM, Workflows
from ..options import Options
from ..results import NotRun, Result
from ..script import Script
from ..verdicts import LEAST_ITEMS, Part, above, not_run
from . import drawings, judging, learned
from .learned import AGE, CHILDREN, CONCRETENESS, FREQUENCY, LEARNERS

NAME = "word_learning"
MODELS = ["VISUAL", "MULTITASK", "TEXTUAL"]
# What a learner's ages are correlated with, and what is held fixed.
CORRELATIONS = [
    (AGE, ()),
    (AGE, (FREQUENCY, CONCRETENESS)),
    (FREQUENCY, ()),
    (FREQUENCY, (CONCRETENESS,)),
    (CONCRETENESS, ()),
    (CONCRETENESS, (FREQUENCY,)),
]


class Inputs(NamedTuple):
    """Word pairs, and the norms that were given."""

    pairs: table1.Benchmarks
    concreteness: dict[str, float] | None
    children: dict[str, float] | None


def read_inputs(options: Options, dataset: Dataset) -> Inputs:
    """Read the word pairs and the norms."""
    if dataset.features is None:
        raise NotRun(f"{NAME} needs image features; {dataset.name} is text alone")
    return Inputs(
        benchmarks.load(options.simlex, options.men, options.pairs),
        norms.read_concreteness(options.concreteness) if options.concreteness else None,
        norms.read_ages(options.wordbank) if options.wordbank else None,
    )


def correlation_table(items: pd.DataFrame) -> pd.DataFrame:
    """Return the correlations of each learner, children among them."""
    rows = []
    for learner in (CHILDREN, *LEARNERS, RANDOM):
        for variable, fixed in CORRELATIONS:
            if learner == CHILDREN and variable == AGE:
                continue
            n = learned.count(items, learner, [variable, *fixed])
            if n < LEAST_ITEMS:
                continue
            rho = learned.correlation(items, learner, variable, fixed)
            rows.append((learner, variable, ", ".join(fixed), rho.value, rho.low, rho.high, n))
    columns = ["learner", "with", "held fixed", "rho", "low", "high", "words"]
    return pd.DataFrame(rows, columns=columns)


def similarity_table(workflows: Workflows, inputs: Inputs) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return rho of each model on parts of each benchmark, and why a benchmark is missing."""
    similarities, reasons = table1.measure(workflows, inputs.pairs)
    items = table1.items_of(similarities)
    rows = []
    for benchmark, of in items.groupby("benchmark", sort=False):
        for part, pairs in _parts(str(benchmark), of, inputs.concreteness).items():
            for model in pairs["model"].unique():
                rho = estimates.rho(pairs, str(benchmark), model)
                n = len(pairs.drop_duplicates(["first", "second"]))
                rows.append((benchmark, part, model, rho.value, rho.low, rho.high, n))
    columns = ["benchmark", "part", "model", "rho", "low", "high", "pairs"]
    return pd.DataFrame(rows, columns=columns), reasons


def _parts(
    benchmark: str, items: pd.DataFrame, concreteness: dict[str, float] | None
) -> dict[str, pd.DataFrame]:
    """Return the items of all pairs, of each part of speech, and of each half by concreteness."""
    parts = {"all": items}
    known = parts_of_speech(benchmark)
    words = zip(items["first"], items["second"], strict=True)
    names = [known.get(frozenset(pair), "") for pair in words]
    parts |= {name: items[np.array(names) == name] for name in dict.fromkeys(known.values())}
    if concreteness:
        both = (items[word].map(concreteness) for word in ("first", "second"))
        mean = sum(both) / 2
        middle = mean[~items.duplicated(["first", "second"])].median()
        parts |= {"more concrete half": items[mean > middle]}
        parts |= {"less concrete half": items[mean <= middle]}
    return {
        name: part
        for name, part in parts.items()
        if len(part.drop_duplicates(["first", "second"])) >= LEAST_ITEMS
    }


def _judge(items: pd.DataFrame, variable: str, fixed: Sequence[str], sign: int) -> list[Part]:
    """Judge that each learner's correlation has a sign."""
    parts = []
    for learner in LEARNERS:
        n = learned.count(items, learner, [variable, *fixed])
        if n < LEAST_ITEMS:
            parts.append(not_run(learner, f"{n} words, and an interval needs {LEAST_ITEMS}"))
            continue
        rho = learned.correlation(items, learner, variable, fixed)
        parts.append(above(learner, _signed(rho, sign), "rho"))
    return parts


def _signed(rho: Any, sign: int) -> Any:
    """Return an estimate, or its opposite."""
    return rho if sign > 0 else rho._replace(value=-rho.value, low=-rho.high, high=-rho.low)


def agrees_with_children(items: pd.DataFrame) -> list[Part]:
    """Judge the correlation with children's ages."""
    return _judge(items, AGE, (), 1)


def agrees_beyond(items: pd.DataFrame) -> list[Part]:
    """Judge the correlation with children's ages, frequency and concreteness held fixed."""
    return _judge(items, AGE, (FREQUENCY, CONCRETENESS), 1)


def pictures_bring_concreteness(items: pd.DataFrame) -> list[Part]:
    """Judge whether concrete words come first with pictures, and more so than without."""
    first, last = "VISUAL, images", "TEXTUAL, words"
    n = learned.count(items, first, [CONCRETENESS])
    if n < LEAST_ITEMS:
        return [not_run(first, f"{n} words, and an interval needs {LEAST_ITEMS}")]
    own = learned.correlation(items, first, CONCRETENESS, (FREQUENCY,))
    more = learned.correlation_difference(items, first, last, CONCRETENESS, (FREQUENCY,))
    return [
        above("concrete first, VISUAL", _signed(own, -1), "rho"),
        above("more so than TEXTUAL", _signed(more, -1), "rho"),
    ]


RULE = f"Holds if {{}}; fails if one {CORRECTED}; not run on fewer than {LEAST_ITEMS} words."
CLAIMS = [
    Claim(
        1,
        "The order in which each model learns words agrees with children's",
        "ours",
        RULE.format(ABOVE.format("every correlation of epochs and ages")),
        NAME,
        agrees_with_children,
    ),
    Claim(
        2,
        "It agrees beyond what frequency and concreteness explain",
        "ours",
        RULE.format(ABOVE.format("every partial correlation of epochs and ages")),
        NAME,
        agrees_beyond,
    ),
    Claim(
        3,
        "With pictures concrete words come first, as with children, and more so than without",
        "ours",
        RULE.format(
            ABOVE.format(
                "the opposite of VISUAL's partial correlation with concreteness, frequency held "
                "fixed, and its lead over TEXTUAL's,"
            )
        ),
        NAME,
        pictures_bring_concreteness,
    ),
]


def make(
    options: Options, dataset: Dataset, inputs: Inputs, workflows: Workflows, progress: Progress
) -> Result:
    """Follow the words, correlate, judge, draw and write; the items are learner, seed and word."""
    followed = learned.vocabulary(dataset, learned.known_words(workflows))
    ages, curves = learned.items(workflows, dataset, followed, progress)
    items = learned.with_norms(ages, followed, inputs.concreteness, inputs.children)
    progress.say("correlations ...")
    similarity, reasons = similarity_table(workflows, inputs)
    tables = {NAME: correlation_table(items), f"{NAME}-similarity": similarity}
    verdicts, claims = judging.judge(CLAIMS, {NAME: items}, {}, dataset)
    figure = drawings.word_learning(tables[NAME], curves, dataset.name)
    files = plots.save(figure, options.out, NAME)
    title = (
        f"Word learning on {results.describe(options, dataset)}: {len(followed.words):,} words "
        f"that {learned.LEAST_IMAGES} images or more of {learned.SPLIT} have in their captions"
    )
    text = f"{_text(tables, inputs, reasons)}{claims}\n![{title}]({NAME}.png)\n"
    tables |= {f"{NAME}-curves": curves, f"{NAME}-claims": verdicts, f"{NAME}-items": items}
    tables = {name: table.round(4) for name, table in tables.items()}
    return results.write_result(NAME, title, text, items, tables, options.out, files)


def _text(tables: dict[str, pd.DataFrame], inputs: Inputs, reasons: dict[str, str]) -> str:
    """Return the tables as Markdown, and what was not given."""
    given = {"--wordbank": inputs.children, "--concreteness": inputs.concreteness}
    missing = [f"{name} FILE was not given." for name, norm in given.items() if norm is None]
    missing += [f"{name} was not run: {reason}." for name, reason in reasons.items()]
    return (
        f"Rank correlations of the epoch at which a word is known:\n\n"
        f"{results.markdown(tables[NAME].round(3))}\n"
        f"With {RANDOM}, words are in the order in which VISUAL finds their images before training."
        f" {' '.join(missing)}\n\nSimilarity of words (Spearman's rho) by parts:\n\n"
        f"{results.markdown(tables[f'{NAME}-similarity'].round(3))}\n"
    )


SCRIPT = Script(
    NAME,
    MODELS,
    read_inputs,
    make,
    None,
    ["--wordbank", "--concreteness", "--men", "--simlex", "--pairs"],
)
