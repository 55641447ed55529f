"""Comparisons that are chosen from the data, and the correction that this needs. numpy only.

The best method is known only from the data, so a test of "the best against another" is a choice among all pairs. The
correction therefore takes the largest of all pairs' differences in each resample, although only some pairs are reported.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np

from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import ROUNDING
from benchmark.statistics.significance import SORTED_AT_ONCE, normal_scores
from benchmark.statistics.weighted import in_threads

MOST_TIED = 3
"""Most methods that tie for the best and are each compared with all others."""
LANES = 64  # resamples at a time


def leaders(values: FloatArray, allowed: Sequence[bool]) -> list[int]:
    """The best of the methods that may be compared; the first few if several are equally good.

    Args:
        values: (m,), higher is better; NaN where undefined.
        allowed: (m,), whether a method takes part.
    """
    known = np.where(np.asarray(allowed, dtype=np.bool_) & np.isfinite(values), values, -np.inf)
    best = known.max(initial=-np.inf)
    if not np.isfinite(best):
        return []
    return [int(place) for place in np.flatnonzero(known >= best - ROUNDING * max(1.0, abs(best)))[:MOST_TIED]]


def largest_differences(
    values: FloatArray, replicates: FloatArray, *, normal: bool = False, threads: int = 0
) -> FloatArray:
    """In each resample, the largest studentised deviation of a difference of two methods, over all pairs of methods.

    Args:
        values: (m,) on the data; a method without a value is left out.
        replicates: (B, m); NaN where undefined.
        normal: take normal scores in place of the deviations over their spread, as ``significance.max_t`` does with
            standard errors of few clusters.
        threads: 0 for as many as there are processors.

    Returns:
        (B,); minus infinity where no pair has a deviation.
    """
    used = np.flatnonzero(np.isfinite(values) & np.isfinite(replicates).any(axis=0))
    drawn = replicates[:, used]
    deviations = drawn - values[used]
    scale = _inverse_spreads(drawn)
    return (_by_scores if normal else _by_spread)(deviations, scale, threads)


def _by_spread(deviations: FloatArray, scale: FloatArray, threads: int) -> FloatArray:
    """The largest deviation over its spread, some resamples at a time."""
    largest = np.full(len(deviations), -np.inf)

    def work(begin: int) -> None:
        part = np.ascontiguousarray(deviations[begin : begin + LANES].T)
        highest = np.full(part.shape[1], -np.inf)
        for method in range(len(part) - 1):
            apart = np.abs(part[method + 1 :] - part[method]) * scale[method, method + 1 :, None]
            highest = np.fmax(highest, np.fmax.reduce(apart, axis=0))
        largest[begin : begin + LANES] = np.where(np.isnan(highest), -np.inf, highest)

    in_threads(work, range(0, len(deviations), LANES), threads)
    return largest


def _by_scores(deviations: FloatArray, scale: FloatArray, threads: int) -> FloatArray:
    """The largest normal score, one method against all later ones, some at a time.

    A score follows from a deviation's place among all resamples of its pair, and the largest score from the highest place.
    So each pair's deviations are sorted, but only the few that lie higher than any pair's before are looked up.
    """
    part = np.ascontiguousarray(deviations.T)
    count = part.shape[1]
    highest = np.full(count, -1)  # place in each resample; stale ones only cost time
    rest: list[FloatArray] = [np.full(count, -np.inf)]
    lock = threading.Lock()
    step = max(1, SORTED_AT_ONCE // max(count, 1))

    def work(method: int) -> None:
        varying = method + 1 + np.flatnonzero(np.isfinite(scale[method, method + 1 :]))
        for begin in range(0, len(varying), step):
            apart = np.abs(part[varying[begin : begin + step]] - part[method])
            whole = np.isfinite(apart).all(axis=1)
            if not whole.all():
                rest.append(normal_scores(apart[~whole]).max(axis=0))
                apart = apart[whole]
            found = _higher_places(apart, highest)
            with lock:
                np.maximum(highest, found, out=highest)

    in_threads(work, range(len(part) - 1), threads)
    scores = np.append(normal_scores(np.arange(count, dtype=np.float64)[None])[0], -np.inf)
    return np.asarray(np.max([scores[highest], *rest], axis=0))


def _higher_places(rows: FloatArray, highest: IntArray) -> IntArray:
    """The highest place of each column's value within its row, from 0, ties in order; -1 where none exceeds ``highest``."""
    count = rows.shape[1]
    places = np.full(count, -1)
    ordered = np.sort(rows, axis=1)
    bound = ordered[:, np.minimum(highest + 1, count - 1)]
    number, column = np.nonzero((rows >= bound) & (highest < count - 1))
    for row, begin, end in _runs(number):
        columns = column[begin:end]
        values = rows[row, columns]
        place = np.searchsorted(ordered[row], values, side="left")
        if (ordered[row, np.minimum(place + 1, count - 1)] == values)[place < count - 1].any():  # ties
            order = np.argsort(rows[row], kind="stable")
            where = np.empty(count, dtype=np.int64)
            where[order] = np.arange(count)
            place = where[columns]
        places[columns] = np.maximum(places[columns], place)
    return places


def _runs(numbers: IntArray) -> Iterator[tuple[int, int, int]]:
    """Each number of an ascending array with where its run begins and ends."""
    found, begins = np.unique(numbers, return_index=True)
    return zip(found.tolist(), begins.tolist(), np.append(begins, len(numbers))[1:].tolist(), strict=True)


def _inverse_spreads(drawn: FloatArray) -> FloatArray:
    """One over the standard deviation of every two columns' difference where both are defined; NaN where it is zero."""
    known = np.isfinite(drawn)
    centred = np.where(known, drawn - np.nanmean(drawn, axis=0), 0.0) if drawn.size else drawn
    both = known.astype(np.float64)
    count = both.T @ both
    square, total = (centred**2).T @ both, centred.T @ both
    with np.errstate(divide="ignore", invalid="ignore"):
        own = (square + square.T) / count
        variance = own - 2 * (centred.T @ centred) / count - ((total - total.T) / count) ** 2
        return np.asarray(np.where((count > 1) & (variance > ROUNDING * own), 1 / np.sqrt(variance), np.nan))
