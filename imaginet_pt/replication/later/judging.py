"""Verdicts on the claims of later work, always on other data than theirs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ...data.dataset import Dataset
from .. import claims
from ..claims import Claim
from ..results import markdown

PUBLISHED: dict[str, Any] = json.loads(
    Path(__file__).with_name("published.json").read_text(encoding="utf-8")
)


def judge(
    judged: Sequence[Claim],
    items: Mapping[str, pd.DataFrame],
    reasons: Mapping[str, str],
    dataset: Dataset,
) -> tuple[pd.DataFrame, str]:
    """Judge claims of later work, as those of the paper are.

    Args:
        judged: the claims.
        items: of what they need, by name.
        reasons: why something that they need is missing, by name.
        dataset: what they are judged on.

    Returns:
        The table of verdicts, and the same as Markdown.
    """
    table = claims.table(claims.judge(claim, items, reasons) for claim in judged)
    table.insert(1, "data", f"other data: {dataset.name}")
    return table, f"Claims, judged as those of the paper:\n\n{markdown(table)}\n"
