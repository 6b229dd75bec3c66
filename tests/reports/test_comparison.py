"""Comparing runs: which captions are searched with, and what chance gives."""

import numpy as np
import pandas as pd
import pytest

from imaginet_pt.data.dataset import Captions
from imaginet_pt.reports import comparison


def test_queries_are_spread_over_the_split():
    assert comparison.query_indices(Captions([""] * 10, np.zeros(10))) == [0, 3, 6]
    assert comparison.query_indices(Captions(["", ""], np.zeros(2))) == [0, 1]


def test_chance_is_the_mean_over_all_orders_of_the_candidates():
    """By hand: two images, one with three captions and one with a single one."""
    shares = comparison.chance(Captions([""] * 4, np.array([0, 0, 0, 7])))
    assert shares["accuracy@1"] == 1 / 2 and shares["accuracy@5"] == shares["accuracy@10"] == 1
    assert shares["recall@4"] == pytest.approx(2 / 4)  # all 3 others are among the first 4
    many = comparison.chance(Captions([""] * 9, np.array([0, 0, 0, 7, 8, 9, 10, 11, 12])))
    assert many["recall@4"] == pytest.approx(2 / 8)  # 2 of the other 8
    assert "recall@4" not in comparison.chance(Captions(["", ""], np.array([0, 1])))


def test_a_run_that_cannot_answer_has_no_part_in_chance():
    table = pd.DataFrame([{"run": "a", "note": "no images"}])
    shown = comparison.with_chance(table, Captions([""] * 2, np.array([0, 0])))
    assert shown.to_dict("records")[1] == {"run": "by chance", "note": ""}
