"""The rule for spread and number of the opinions behind a label, the same for every input. numpy only."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import ArrayLike

from benchmark.core.errors import Problem

SD_RULE = (
    "a standard deviation of opinions is above 0 (0 would make its label certain: any error an outlier, any difference "
    "significant)"
)
OBSERVERS_RULE = "observers are people: a whole number from 1 on"
UNKNOWN = "leave cells empty where it isn't known"


def opinion_problems(
    mos_sd: ArrayLike,
    observers: ArrayLike,
    place: Callable[[int], str],
    *,
    columns: tuple[str, str] = ("mos_sd", "observers"),
) -> list[Problem]:
    """Standard deviations not above 0 and numbers of observers below 1: one problem for all rows of a kind.

    Args:
        mos_sd: (n,), NaN where unknown.
        observers: (n,), NaN where unknown.
        place: gives the location of a row from its index.
        columns: the names of the two in the user's file.
    """
    spread, count = np.asarray(mos_sd, dtype=np.float64), np.asarray(observers, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        wrong_spread = ~(np.isnan(spread) | ((spread > 0) & np.isfinite(spread)))
        wrong_count = ~(np.isnan(count) | ((count >= 1) & (count == np.floor(count)) & np.isfinite(count)))
    checks = (
        (spread, wrong_spread, columns[0], SD_RULE),
        (count, wrong_count, columns[1], OBSERVERS_RULE),
    )
    return [
        _problem(f"{column!r} is {values[wrong][0]:g}", np.flatnonzero(wrong).tolist(), place, rule)
        for values, wrong, column, rule in checks
        if wrong.any()
    ]


def limit_problems(mos: ArrayLike, low: ArrayLike, high: ArrayLike, place: Callable[[int], str]) -> list[Problem]:
    """Limits between which their label does not lie, and single ones: one problem for all rows.

    Args:
        mos: (n,) labels.
        low: (n,) their lower limits, NaN where unknown.
        high: (n,) likewise upper.
        place: gives the location of a row from its index.
    """
    label, least, most = (np.asarray(values, dtype=np.float64) for values in (mos, low, high))
    none = np.isnan(least) & np.isnan(most)
    with np.errstate(invalid="ignore"):
        right = none | (np.isfinite(least) & np.isfinite(most) & (least < most) & (least <= label) & (label <= most))
    rows = np.flatnonzero(~right).tolist()
    if not rows:
        return []
    first = rows[0]
    what = f"the label {label[first]:g} has the limits {least[first]:g} to {most[first]:g}"
    return [_problem(what, rows, place, "it must lie between two limits")]


def _problem(what: str, rows: Iterable[int], place: Callable[[int], str], rule: str) -> Problem:
    first, *others = rows
    also = f", and {len(others)} more are wrong (next {place(others[0])})" if others else ""
    return Problem("error", f"{what}{also}: {rule}; {UNKNOWN}", place(first))
