"""What loaders of choices share: documented numbers of votes, and choices that follow from labels. NumPy."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

ROUNDED = 1e-3
"""How far a share of so many votes may be from a whole number of them: files hold shares in single precision, or rounded."""


def documented(shares: NDArray[np.float64], votes: int) -> bool:
    """Whether every share can be that of so many votes. If not, this copy's number of votes isn't the documented one.

    Args:
        shares: (n,), in [0, 1].
        votes: the documented number.
    """
    counted = shares * votes
    return bool((np.abs(counted - np.round(counted)) <= ROUNDED * votes).all())


def choices_of_labels(table: pd.DataFrame) -> pd.DataFrame:
    """All pairs of images of a reference as choices: the better label is preferred, equal ones by half of the voters.

    Args:
        table: pairs of one split, higher labels being better, named by ``enhanced``.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

    rows = []
    for _, images in table.groupby("reference", sort=False):
        listed = list(zip(images["enhanced"], images["mos"], strict=True))
        for (first, of_first), (second, of_second) in itertools.combinations(listed, 2):
            rows.append((first, second, (1 + np.sign(of_second - of_first)) / 2))
    return pd.DataFrame(rows, columns=["first", "second", "preference"])
