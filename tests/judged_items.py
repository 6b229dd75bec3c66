"""Items of Table 1 and Figure 2, made so that the verdicts on the paper's claims are known."""

import numpy as np
import pandas as pd

N = 200
# A level of agreement of each model's cosines with the human scores.
LIKE_THE_PAPER = {"MULTITASK": 0.3, "VISUAL": 1, "TEXTUAL": 1.2, "LINREG": 4}
FIRST, LAST = 1, 3


def table1(noise, benchmarks=("SimLex-999", "MEN"), seeds=2, n=N):
    """Items of Table 1: cosines are the human scores with more or less noise."""
    rng = np.random.default_rng(0)
    human = np.linspace(0, 10, n)
    words = {"first": [f"a{i}" for i in range(n)], "second": [f"b{i}" for i in range(n)]}
    return pd.concat(
        pd.DataFrame(
            words | {"score": human, "cosine": human + 3 * level * rng.normal(size=n)}
        ).assign(benchmark=benchmark, model=model, seed=seed)
        for benchmark in benchmarks
        for model, level in noise.items()
        for seed in range(1, 2 if model == "LINREG" else seeds + 1)
    )


def figure2(accuracy, recall=None, seeds=2, n=N):
    """Items of Figure 2: n captions, of which each model gets the given share right.

    accuracy, recall: {(model, order, iteration): share}.
    """
    rng = np.random.default_rng(0)
    return pd.concat(
        pd.DataFrame(
            {
                "image": np.arange(n),
                "accuracy@5": (rng.permutation(n) < share * n).astype(float),
                "recall@4": (rng.permutation(n) < (recall or accuracy)[key] * n) / 4,
            }
        ).assign(model=key[0], seed=seed, order=key[1], iteration=key[2])
        for key, share in accuracy.items()
        for seed in range(1, 2 if key[0] == "LINREG" else seeds + 1)
    )


def shares(**of):
    """{(model, order, iteration): share}: of LINREG one, of the others first, last, scrambled."""
    found = {("LINREG", order, 1): of["LINREG"] for order in ("original", "scrambled")}
    for model in ("VISUAL", "MULTITASK"):
        first, last, scrambled = of[model]
        found |= {(model, "original", FIRST): first, (model, "original", LAST): last}
        found |= {(model, "scrambled", FIRST): first, (model, "scrambled", LAST): scrambled}
    return found


PAPER = shares(LINREG=0.4, VISUAL=(0.1, 0.8, 0.6), MULTITASK=(0.5, 0.8, 0.15))
PAPER_PARAPHRASES = shares(LINREG=0.4, VISUAL=(0.1, 0.8, 0.1), MULTITASK=(0.5, 0.9, 0.01))
