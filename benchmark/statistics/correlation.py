"""SRCC, PLCC and KRCC of two arrays. numpy; ``weighted`` has the resampled forms.

All three lie in [-1, 1], are signed, and are NaN where undefined: fewer than two pairs, or all values of one array equal
up to rounding. Values that are not all equal are ranked as they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.rounding import constant
from benchmark.statistics.weighted import ScoreColumns, weighted_ranks


def srcc(x: ArrayLike, y: ArrayLike) -> float:
    """Spearman's rank correlation with mid-ranks for ties.

    Args:
        x: (n,) scores.
        y: (n,) labels.

    Raises:
        ValueError: shapes differ, or a value is not finite.

    Example:
        >>> round(srcc([1, 2, 3, 4], [1, 3, 2, 4]), 3)
        0.8
    """
    first, second = _checked(x, y)
    if len(first) < 2 or constant(first) or constant(second):
        return float("nan")
    # twice the mid-ranks, centred: whole numbers, whose products add up exactly
    ranks_x, ranks_y = (2 * midranks(values) - len(values) - 1 for values in (first, second))
    spread = (ranks_x @ ranks_x) * (ranks_y @ ranks_y)
    return float(ranks_x @ ranks_y / np.sqrt(spread))


def plcc(x: ArrayLike, y: ArrayLike) -> float:
    """Pearson's correlation, raw: without any mapping. Arguments and errors as for ``srcc``."""
    first, second = _checked(x, y)
    if len(first) < 2 or constant(first) or constant(second):
        return float("nan")
    deviation_x, deviation_y = _unit(first), _unit(second)
    return float(np.clip(deviation_x @ deviation_y, -1.0, 1.0))


def krcc(x: ArrayLike, y: ArrayLike) -> float:
    """Kendall's tau-b (Kendall 1945). Arguments and errors as for ``srcc``."""
    first, second = _checked(x, y)
    if len(first) < 2:
        return float("nan")
    together = ScoreColumns(second, first[None, :], np.arange(len(first)), len(first))
    return float(weighted_ranks(together, np.ones((1, len(first))))[1][0, 0])


def midranks(values: FloatArray) -> FloatArray:
    """Ranks from 1; tied values share the mean of their places."""
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    end = np.cumsum(sizes)
    shared: FloatArray = (end - (sizes - 1) / 2.0)[group]
    return shared


def _checked(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError(f"two arrays of one length are needed, not {first.shape} and {second.shape}")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("a value is not finite: leave such pairs out")
    return first, second


def _unit(values: FloatArray) -> FloatArray:
    """Deviations from the mean, of length 1; scaled first, so that squares neither overflow nor vanish."""
    deviation = values / np.abs(values).max()
    deviation = deviation - deviation.mean()
    deviation /= np.abs(deviation).max()
    unit: FloatArray = deviation / np.sqrt(deviation @ deviation)
    return unit
