"""The scores of a run: what `imaginet evaluate` writes to metrics.json, and what a card shows."""

import re
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, Self

from ..errors import UserError, quoted
from ..files import json_files, reading, validation

METRICS = "metrics.json"
TASKS = {"image_retrieval": "images", "paraphrase_retrieval": "paraphrases"}
MEASURE = re.compile(r"\w{1,30}@\d{1,9}")
AGAIN = "evaluate the run again"


class Score(NamedTuple):
    """A share that an evaluation measures, from 0 to 1; None where it does not apply.

    Attributes:
        task: what is looked for, "images" or "paraphrases".
        measure: as in "accuracy@5".
        value: with the words in order.
        scrambled: with the words in random order.
        linreg: of LINREG with the words in order.
        chance: with candidates in random order.
    """

    task: str
    measure: str
    value: float | None
    scrambled: float | None
    linreg: float | None
    chance: float | None


class Scores(NamedTuple):
    """What an evaluation measures.

    Attributes:
        data: name of the data.
        split: the part of them.
        padding: how captions were read.
        rows: the scores.
        iteration: the epoch that was measured; None where an older file does not say it.
        synthetic: whether the data are synthetic.
    """

    data: str
    split: str
    padding: str
    rows: Sequence[Score]
    iteration: int | None = None
    synthetic: bool = False

    @classmethod
    def of(cls, metrics: Mapping[str, Any]) -> Self:
        """Return the shares among the content of a metrics.json."""
        chance, linreg = metrics["chance"], metrics.get("linreg", {})
        rows = [
            Score(
                task,
                measure,
                value,
                metrics[key]["scrambled"][measure],
                linreg.get(key, {}).get(measure),
                chance[measure],
            )
            for key, task in TASKS.items()
            for measure, value in metrics.get(key, {}).items()
            if measure in chance
        ]
        where = metrics["data"], metrics["split"], metrics["padding"]
        return cls(*where, rows, metrics.get("iteration"), metrics.get("synthetic", False))


def read_scores(folder: str | PathLike[str], weights: Path) -> Scores:
    """Read the scores that `imaginet evaluate` wrote into `folder`.

    Args:
        folder: its `--out`.
        weights: the file of the weights that it must have measured.

    Raises:
        UserError: there are none, they are damaged, or of other weights.
    """
    path = Path(folder) / METRICS
    metrics = json_files.read_json(path)
    if validation.field(metrics, "weights", str, path) != reading.digest(weights):
        raise UserError(f"{path} is not of {weights}; {AGAIN}, at this epoch")
    for name in ("data", "split", "padding"):
        validation.name(metrics, name, path)
    for key, kind in {"iteration": int, "synthetic": bool}.items():
        if key in metrics:
            validation.field(metrics, key, kind, path)
    with reading.guard(path, AGAIN):
        scores = Scores.of(metrics)
        for score in scores.rows:
            _check(score, path)
    return scores


def _check(score: Score, path: Path) -> None:
    """Refuse a score that is not called like one, or is not a share."""
    if not MEASURE.fullmatch(score.measure):
        raise UserError(f"{path}: {quoted(score.measure)} is no measure; {AGAIN}")
    for share in (score.value, score.scrambled, score.linreg, score.chance):
        if share is not None and not (type(share) in (int, float) and 0 <= share <= 1):
            raise UserError(f"{path}: {score.measure} is {quoted(share)}, not a share; {AGAIN}")
