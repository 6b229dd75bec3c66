"""Mutual information of hidden units with the words and the relations before them."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.dataset import Dataset
from ...data.parsing import Parsed
from ...data.scenes.syntax import Token
from ...evaluation import omission, units
from ...evaluation.bootstrap import Estimate
from ...progress import Progress
from .. import estimates
from ..estimates import Values
from ..grid import Workflows
from . import omissions

ORDERS = [1, 2, 3]
KINDS = ["word", "relation"]


def items(
    workflows: Workflows, dataset: Dataset, parsed: Parsed, progress: Progress
) -> pd.DataFrame:
    """Measure every unit of the two pathways and of the language model.

    Returns:
        A row for each model, seed, kind and order of context, and unit: `mi` in nats.
    """
    chosen = {
        row: (seeds, state)
        for row, (seeds, state) in omissions.runs(workflows).items()
        if state != omission.SUM
    }
    contexts = {
        (kind, order): _contexts(parsed.captions, kind, order) for kind in KINDS for order in ORDERS
    }
    texts, tables = dataset.captions(omissions.SPLIT).texts, []
    with progress.bar("units", sum(len(seeds) for seeds, _ in chosen.values())) as bar:
        for row, (seeds, state) in chosen.items():
            for seed, workflow in enumerate(seeds, start=1):
                captions = workflow.tokenizer.transform(texts)
                bins = units.binned(units.states(workflow, captions, state))
                for (kind, order), of_words in contexts.items():
                    mi = units.mutual_information(bins, of_words)
                    run = {"model": row, "seed": seed, "kind": kind, "order": order}
                    tables.append(pd.DataFrame(run | {"unit": np.arange(len(mi)), "mi": mi}))
                bar.update()
    return pd.concat(tables, ignore_index=True)


def _contexts(captions: list[list[Token]], kind: str, order: int) -> list[tuple[str, ...]]:
    """Return the n-gram of words or relations that ends at each word."""
    return [
        ngram
        for tokens in captions
        for ngram in units.ngrams([getattr(token, kind) for token in tokens], order)
    ]


def information(items: pd.DataFrame, model: str, kind: str, order: int) -> Values:
    """Return the mutual information of each unit, (seeds, units)."""
    of = items[(items["model"] == model) & (items["kind"] == kind) & (items["order"] == order)]
    table = of.pivot(index="seed", columns="unit", values="mi")
    return np.asarray(table, np.float64)


def median(items: pd.DataFrame, model: str, kind: str, order: int) -> Estimate:
    """Estimate the median over units, over units and seeds."""
    mi = information(items, model, kind, order)
    return estimates.statistic(lambda rows: np.median(mi[:, rows], axis=1), *mi.shape)


def log_ratio(items: pd.DataFrame, a: str, b: str, kind: str, order: int) -> Estimate:
    """Estimate the log of the ratio of two models' medians."""
    of_a, of_b = (information(items, model, kind, order) for model in (a, b))
    return estimates.statistic(lambda rows: _log_ratio(of_a, of_b, rows), *of_a.shape)


def relation_over_word(items: pd.DataFrame, a: str, b: str, order: int) -> Estimate:
    """Estimate how much larger `log_ratio` is for relations than for words."""
    pairs = [
        (information(items, a, kind, order), information(items, b, kind, order)) for kind in KINDS
    ]

    def difference(rows: npt.NDArray[np.int64]) -> Values:
        word, relation = (_log_ratio(of_a, of_b, rows) for of_a, of_b in pairs)
        return relation - word

    return estimates.statistic(difference, *pairs[0][0].shape)


def _log_ratio(a: Values, b: Values, rows: npt.NDArray[np.int64]) -> Values:
    return np.asarray(np.log(np.median(a[:, rows], axis=1) / np.median(b[:, rows], axis=1)))
