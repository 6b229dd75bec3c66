"""Minimal pairs: what each pair weighs, and runs that end early."""

import pandas as pd

from imaginet_pt.replication.later import minimal_pairs
from imaginet_pt.replication.verdicts import INCONCLUSIVE, NOT_RUN


def pair_items(chosen, images, model="VISUAL", **columns):
    """Items of one seed's pairs: whether each is chosen right, and its image."""
    row = {"kind": "noun", "model": model, "seed": 1, "iteration": 1} | columns
    pair = {"image": images, "pair": range(len(images)), "chosen right": chosen}
    return pd.DataFrame(row | pair)


def test_each_pair_weighs_the_same_and_images_are_resampled():
    """A word is as often right as wrong over pairs, but need not be so over images."""
    images = [*range(80), *(80 + i // 4 for i in range(80))]  # 80 with a pair, 20 with four
    by_frequency = pair_items(80 * [1.0] + 80 * [0.0], images)
    table = minimal_pairs.table_of(by_frequency).iloc[0]
    assert table["chosen right"] == 0.5 and (table["pairs"], table["images"]) == (160, 100)
    assert table["low"] < 0.42 and table["high"] > 0.58  # each image whole: wider than of pairs
    items = pd.concat([by_frequency, by_frequency.assign(model="MULTITASK")])
    words = [part.word for part in minimal_pairs.words_above_chance(items)]
    assert words == [INCONCLUSIVE, INCONCLUSIVE, *8 * [NOT_RUN]]


def test_a_seed_that_ended_earlier_stays_where_it_was():
    early, late = ([share] * 40 for share in (0.0, 1.0))
    items = pd.concat(
        [
            pair_items(early, range(40)),
            pair_items(early, range(40), seed=2),
            pair_items(late, range(40), seed=2, iteration=2),
        ]
    )
    table = minimal_pairs.table_of(items)
    assert table["chosen right"].tolist() == [0, 0.5]
