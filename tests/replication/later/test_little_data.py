"""Little data: where pictures help, and where that ends."""

from argparse import Namespace

import numpy as np
import pandas as pd

from imaginet_pt.data.scenes import corpus
from imaginet_pt.evaluation.word_similarity import PAIR
from imaginet_pt.replication.later import little_data
from imaginet_pt.replication.verdicts import FAILS, HOLDS, NOT_RUN


def similarity_items(noise, n=200):
    """Items in which cosines are human scores with noise, {(tokens, model): level}."""
    rng = np.random.default_rng(0)
    human = np.linspace(0, 10, n)
    words = {"first": [f"a{i}" for i in range(n)], "second": [f"b{i}" for i in range(n)]}
    return pd.concat(
        pd.DataFrame(words | {"score": human, "cosine": human + 3 * level * rng.normal(size=n)})
        .assign(benchmark="MEN", regime=little_data.EPOCHS, tokens=tokens, model=model, seed=1)
        for (tokens, model), level in noise.items()
    )  # fmt: skip


def test_where_pictures_help_and_where_that_ends(tmp_path):
    noise = {(tokens, "TEXTUAL"): level for tokens, level in ((1000, 4), (10_000, 1))}
    noise |= {(tokens, model): 2 for tokens in (1000, 10_000) for model in ("VISUAL", "MULTITASK")}
    items = similarity_items(noise)
    assert [part.word for part in little_data.leads_everywhere(items)] == [HOLDS, FAILS]
    assert [part.word for part in little_data.lead_shrinks(items)] == [HOLDS]
    options = Namespace(out=tmp_path, preset="demo", seeds=1)
    result = little_data.write(options, corpus.load(train=2, val=2), items)
    assert "ahead at 1,000 tokens, crossing at about" in result.text
    above = items.assign(tokens=items["tokens"] * 1000)  # a million, where no lead is claimed
    assert [part.word for part in little_data.leads_everywhere(above)] == [NOT_RUN]
    (alone,) = little_data.lead_shrinks(items[items["tokens"] == 1000])
    assert alone.word == NOT_RUN and "at one size alone" in alone.figures
    few = items.merge(items[PAIR].drop_duplicates()[:20])
    assert [part.word for part in little_data.leads_everywhere(few)] == [NOT_RUN]
    assert [part.word for part in little_data.lead_shrinks(few)] == [NOT_RUN]


def test_signs_of_leads():
    sign = little_data.describe_sign
    assert sign([10, 100], [0.1, 0.2]) == "ahead at every size"
    assert sign([10, 100], [-0.1, 0.1]) == "behind at 10 tokens, crossing at about 32"
    assert sign([10_000, 30_000], [0.1, -0.3]).endswith("crossing at about 13,000")
