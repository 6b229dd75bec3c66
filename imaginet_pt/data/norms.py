"""Norms of words: how concrete people find them, and when children say them.

The files are their authors': `imaginet data get concreteness` has the address of the one, and
Wordbank's page gives the other.
"""

import re
from os import PathLike

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import UserError
from ..files.reading import MAX_FILE
from ..files.tables import read_frame

Values = npt.NDArray[np.float64]

CONCRETENESS = "give the file of Brysbaert, Warriner and Kuperman (2014), with columns Word, Conc.M"
WORDBANK = "give Wordbank's shares of children by month, with columns definition, type and months"
HALF = 0.5  # of the children say a word at its age of acquisition
STEPS = 50  # of Newton's method; 5 to 8 are enough


def read_concreteness(path: str | PathLike[str]) -> dict[str, float]:
    """Return the mean concreteness of each single word, from 1, abstract, to 5.

    Args:
        path: the tab-separated file of Brysbaert, Warriner and Kuperman (2014).

    Raises:
        UserError: it cannot be read, or is another file.
    """
    table = _read(path, "\t", ["Word", "Conc.M"], CONCRETENESS)
    ratings = pd.to_numeric(table["Conc.M"], errors="coerce")  # NaN is not between 1 and 5
    if not ratings.between(1, 5).all():
        raise UserError(f"{path}: a Conc.M is not between 1 and 5; {CONCRETENESS}")
    words = table["Word"].str.lower()
    single = ~words.str.contains(" ")
    return dict(zip(words[single], ratings[single].astype(float), strict=True))


def read_ages(path: str | PathLike[str]) -> dict[str, float]:
    """Return the month at which half of the children say each word, by a logistic fit.

    Of several items of one word, as the fish that swims and the one on the plate, the earliest
    counts. Words that fewer than half say in the last month are left out.

    Args:
        path: Wordbank's table of American English "Words & Sentences": a row an item, with the
            share of children that say it in a column for each month.

    Raises:
        UserError: it cannot be read, or is another file.
    """
    table = _read(path, ",", ["definition", "type"], WORDBANK)
    months = [name for name in table.columns if re.fullmatch(r"[0-9]{1,2}", str(name))]
    if len(months) < 2:
        raise UserError(f"{path} has no columns of months; {WORDBANK}")
    items = table[table["type"] == "word"]
    shares = items[months].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise UserError(f"{path}: a share is not between 0 and 1; {WORDBANK}")
    words = items["definition"].str.lower().str.replace(r"\s*\(.*\)", "", regex=True)
    ages = acquisition(shares, np.array(months, float))
    plain = words.str.fullmatch("[a-z]+").to_numpy() & (ages <= float(months[-1]))
    by_word = pd.Series(ages[plain], index=words[plain]).groupby(level=0).min()
    return {str(word): float(age) for word, age in by_word.items()}


def acquisition(shares: Values, months: Values) -> Values:
    """Return where the logistic curve through shares passes `HALF`, (items,).

    The curve of an item maximizes the binomial likelihood, each month counting alike. An item that
    does not rise has no such month: infinity.

    Args:
        shares: (items, months), from 0 to 1.
        months: (months,).
    """
    x = np.stack([np.ones_like(months), (months - months.mean()) / months.std()])
    weights = np.zeros((len(shares), 2))
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-weights @ x))
        gradient = (shares - p) @ x.T
        curvature = np.einsum("im,am,bm->iab", p * (1 - p) + 1e-9, x, x)
        step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
        weights = np.clip(weights + step, -30, 30)
    intercept, slope = weights.T
    with np.errstate(divide="ignore", invalid="ignore"):
        ages = months.mean() - months.std() * intercept / slope
    return np.asarray(np.where(slope > 0, ages, np.inf))


def _read(path: str | PathLike[str], separator: str, columns: list[str], fix: str) -> pd.DataFrame:
    """Return a table as text, if it has the columns."""
    options = {"sep": separator, "dtype": str, "keep_default_na": False}
    table = read_frame(path, fix, MAX_FILE, **options)
    missing = [name for name in columns if name not in table]
    if missing:
        raise UserError(f"{path} has no column {', '.join(missing)}; {fix}")
    return table
