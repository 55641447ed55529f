"""SRCC, PLCC and KRCC of two vectors, signed, exact under ties. NumPy and SciPy; undefined values are NaN, never zero.

Neighbour: ``weighted`` computes the same statistics for many resamples at once.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Vector = NDArray[np.float64]


def plcc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Pearson's linear correlation, in [-1, 1].

    Args:
        scores: (n,).
        labels: (n,).

    Returns:
        NaN for fewer than two pairs or where either vector is constant.

    Raises:
        ValueError: the shapes differ, or a value is not finite.
    """
    x, y = _vectors(scores, labels)
    return _quiet(stats.pearsonr, x, y)


def srcc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Spearman's rank correlation with mid-ranks for ties, in [-1, 1]; arguments and errors as ``plcc``."""
    x, y = _vectors(scores, labels)
    return _quiet(stats.spearmanr, x, y)


def krcc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Kendall's tau-b, in [-1, 1]; arguments and errors as ``plcc``."""
    x, y = _vectors(scores, labels)
    return _quiet(stats.kendalltau, x, y)


def is_constant(values: Vector) -> bool:
    """Whether a vector has no spread; such a vector has no correlation."""
    return bool(values.size == 0 or np.all(values == values[0]))


def _vectors(scores: ArrayLike, labels: ArrayLike) -> tuple[Vector, Vector]:
    x, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"scores {x.shape} and labels {y.shape} must be vectors of one length")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("scores and labels must be finite; leave out pairs without a score")
    return x, y


def _quiet(function: object, x: Vector, y: Vector) -> float:
    """SciPy's statistic without its warnings: what it warns of is answered by NaN."""
    if x.size < 2 or is_constant(x) or is_constant(y):
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(function(x, y).statistic)  # type: ignore[operator]
