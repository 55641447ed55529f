"""How certain the ranking is: probabilities of being best and intervals of ranks, over shared resamples. numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import ROUNDING

MOST_COMPARED = 1 << 20  # pairs of values at a time, which bounds memory for many methods


def probability_best(replicates: FloatArray) -> FloatArray:
    """Share of resamples in which each method is best; methods that tie, up to rounding, share it.

    Args:
        replicates: (B, m), higher is better; resamples with an undefined value are left out.

    Returns:
        (m,), summing to 1; NaN where no resample is left.
    """
    known = replicates[np.isfinite(replicates).all(axis=1)]
    if len(known) == 0:
        return np.full(replicates.shape[1], np.nan)
    best = known >= known.max(axis=1, keepdims=True) - ROUNDING
    return np.asarray((best / best.sum(axis=1, keepdims=True)).mean(axis=0))


def ranks(values: FloatArray) -> IntArray:
    """Rank of each value in its row, from 1 for the highest; ties, up to rounding, share the better rank."""
    above = values[..., None, :] > values[..., :, None] + ROUNDING
    return np.asarray(1 + above.sum(axis=-1), dtype=np.int64)


def rank_intervals(replicates: FloatArray, confidence: float) -> tuple[FloatArray, FloatArray]:
    """Percentile intervals of each method's rank over the resamples: whole numbers, each (m,)."""
    known = replicates[np.isfinite(replicates).all(axis=1)]
    if len(known) == 0:
        nothing = np.full(replicates.shape[1], np.nan)
        return nothing, nothing
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    step = max(1, MOST_COMPARED // known.shape[1] ** 2)
    placed = np.concatenate([ranks(known[begin : begin + step]) for begin in range(0, len(known), step)])
    low, high = np.quantile(placed, tails, axis=0, method="inverted_cdf")
    return low.astype(np.float64), high.astype(np.float64)


def with_best(values: FloatArray, p_adjusted: FloatArray, alpha: float) -> NDArray[np.float64]:
    """Which methods don't differ significantly from the best one, or from one of several equally good ones.

    Args:
        values: (m,), higher is better.
        p_adjusted: (m, m), symmetric, for the difference of every two methods; NaN where unknown.
        alpha: level.

    Returns:
        (m,): 1 for the best and those not distinguishable from it, 0 for the others, NaN where unknown.
    """
    if not np.isfinite(values).any():
        return np.full(len(values), np.nan)
    best = np.flatnonzero(values >= np.nanmax(values) - ROUNDING)
    known = np.isfinite(p_adjusted[best])
    equal = (known & (np.nan_to_num(p_adjusted[best]) >= alpha)).any(axis=0)
    group = np.where(equal, 1.0, np.where(known.all(axis=0), 0.0, np.nan))
    group[best] = 1.0
    group[~np.isfinite(values)] = np.nan
    return np.asarray(group)
