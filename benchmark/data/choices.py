"""The table of choices between two enhanced images of one reference (2AFC): its columns and its checks. Pandas.

A data set whose observers chose, instead of giving opinions, returns this table beside its pairs (``Dataset.choices``).

==========  =========================================================================================================
column      meaning
==========  =========================================================================================================
first       the pair of the first image, as the column ``pair`` of the table of pairs names it
second      the pair of the second image
preference  share of the votes for the second image, in [0, 1]
votes       their number; empty where unknown
condition   the group of the choice (``traditional``, ``cnn`` …); empty where there are none
split       by default the one of its pairs
reference   likewise
cluster     what is resampled: likewise
==========  =========================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import numpy as np

from benchmark.core.choice_columns import OF_A_CHOICE, SIDES
from benchmark.core.errors import DataError, Problem
from benchmark.data.labels import short

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

REQUIRED = (*SIDES, "preference")
OF_PAIRS = ("split", "reference", "cluster")
SHARE = "a preference is the share of the votes for the second image, from 0 to 1"
NOBODY = "leave choices that nobody made out"
VOTES = "votes are counted: a whole number from 1 on, empty where it isn't known"


def complete(table: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Fill in the optional columns of a loader's table of choices, put the columns in order and check it.

    Args:
        table: the choices.
        pairs: the complete table of pairs.

    Raises:
        DataError: a column is missing, a pair is unknown, or a number is impossible; carries every problem.
    """
    missing = [column for column in REQUIRED if column not in table.columns]
    if missing:
        raise DataError(f"the data set's table of choices lacks the column(s) {', '.join(missing)}")
    if table.empty:
        raise DataError("the data set's table of choices has no rows")
    full = table.reset_index(drop=True).copy()
    for side in SIDES:
        full[side] = full[side].astype(str)
    problems = _unknown(full, set(pairs["pair"]))
    if problems:
        raise DataError(problems)
    named = pairs.set_index("pair")
    problems = [*_unequal(full, named), *_impossible(full)]
    if problems:
        raise DataError(problems)
    for column in OF_PAIRS:
        own = named.loc[full["first"], column].to_numpy()
        full[column] = full[column].where(full[column].notna(), own).astype(str) if column in full.columns else own
    full["condition"] = full["condition"].fillna("").astype(str) if "condition" in full.columns else ""
    full["preference"] = full["preference"].astype(float)
    full["votes"] = full["votes"].astype(float) if "votes" in full.columns else np.nan
    return full.loc[:, list(OF_A_CHOICE)]


def among(choices: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The choices both of whose images are among some pairs."""
    there = set(pairs["pair"])
    return choices[choices["first"].isin(there) & choices["second"].isin(there)].reset_index(drop=True)


def number_problems(
    preference: NDArray[np.float64],
    votes: NDArray[np.float64],
    place: Callable[[int], str],
    columns: tuple[str, str] = ("preference", "votes"),
    reported: Collection[str | None] = (),
) -> list[Problem]:
    """Preferences that are no shares and impossible numbers of votes: one problem for all rows of a kind.

    Args:
        preference: (n,), NaN where missing, which is wrong.
        votes: (n,), NaN where unknown.
        place: gives the location of a row from its index.
        columns: the names of the two in the user's file.
        reported: locations of rows whose missing numbers were reported before, since they are none.
    """
    with np.errstate(invalid="ignore"):
        no_share = ~((preference >= 0) & (preference <= 1))
        no_count = ~(np.isnan(votes) | ((votes >= 1) & (votes == np.floor(votes)) & np.isfinite(votes)))
    checks = ((preference, no_share, columns[0], SHARE), (votes, no_count, columns[1], VOTES))
    problems = []
    for values, wrong, column, rule in checks:
        rows = [row for row in np.flatnonzero(wrong).tolist() if not (np.isnan(values[row]) and place(row) in reported)]
        if rows:
            missing = bool(np.isnan(values[rows[0]]))
            more = f", and {len(rows) - 1} more are wrong (next {place(rows[1])})" if len(rows) > 1 else ""
            advice = "" if rule is VOTES else f"; {NOBODY}" if missing else _rescaling(values)
            value = "missing" if missing else f"{values[rows[0]]:g}"
            problems.append(Problem("error", f"{column!r} is {value}{more}: {rule}{advice}", place(rows[0])))
    return problems


def _rescaling(values: NDArray[np.float64]) -> str:
    """How to make shares of preferences that look like another scale; empty where none is recognised."""
    known = values[np.isfinite(values)]
    low, high = known.min(), known.max()
    if set(known.tolist()) == {1, 2}:
        return "; from 1 (the first) and 2 (the second), subtract 1"
    if -1 <= low < 0 and high <= 1:
        return "; from a scale of -1 to 1, it is (x + 1) / 2"
    if low >= 0 and 2 < high <= 100:
        return "; divide per cent by 100, or votes by their number"
    return ""


def _unknown(table: pd.DataFrame, known: set[str]) -> list[Problem]:
    problems = []
    for side in SIDES:
        wrong = np.flatnonzero(~table[side].isin(known))
        if len(wrong):
            name = short(str(table[side].iloc[wrong[0]]))
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            problems.append(Problem("error", f"the {side} image of choice {wrong[0] + 1} is no pair: {name}{more}"))
    return problems


def _unequal(table: pd.DataFrame, named: pd.DataFrame) -> list[Problem]:
    """Choices between an image and itself, or between images of different references or splits."""
    problems = []
    for row in np.flatnonzero(table["first"] == table["second"])[:1]:
        problems.append(Problem("error", f"choice {row + 1} is between {short(table['first'].iloc[row])} and itself"))
    for column in ("reference", "split"):
        first, second = (named.loc[table[side], column].to_numpy() for side in SIDES)
        for row in np.flatnonzero(first != second)[:1]:
            words = f"choice {row + 1} is between images of two {column}s: {first[row]} and {second[row]}"
            problems.append(Problem("error", words))
    return problems


def _impossible(table: pd.DataFrame) -> list[Problem]:
    import pandas as pd  # noqa: PLC0415

    preference = pd.to_numeric(table["preference"], errors="coerce").to_numpy(dtype=float)
    votes = table["votes"] if "votes" in table.columns else pd.Series(np.nan, index=table.index)
    counts = pd.to_numeric(votes, errors="coerce").to_numpy(dtype=float)
    counts = np.where(np.isnan(counts) & votes.notna().to_numpy(), -1, counts)
    return number_problems(preference, counts, lambda row: f"choice {row + 1} of the data set")
