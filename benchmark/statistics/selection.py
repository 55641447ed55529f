"""Comparisons that are chosen from the data, and the correction that this needs. numpy only.

The best method is known only from the data, so a test of "the best against another" is a choice among all pairs. The
correction therefore takes the largest of all pairs' differences in each resample, although only some pairs are reported.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.rounding import ROUNDING
from benchmark.statistics.significance import normal_scores
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
    """The largest normal score, one method against all later ones at a time: a score needs all resamples of its pair."""
    part = np.ascontiguousarray(deviations.T)
    highest: list[FloatArray] = [np.full(len(deviations), -np.inf)]

    def work(method: int) -> None:
        varying = method + 1 + np.flatnonzero(np.isfinite(scale[method, method + 1 :]))
        if len(varying):
            highest.append(normal_scores(np.abs(part[varying] - part[method])).max(axis=0))

    in_threads(work, range(len(part) - 1), threads)
    return np.asarray(np.max(highest, axis=0))


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
