"""Which differences are real: two-sided p-values from paired resamples, and corrections over many comparisons. NumPy.

Romano and Wolf (2005), "Exact and approximate stepdown methods for multiple hypothesis testing"; Holm (1979).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def two_sided_p(replicates: Vector) -> float:
    """2 min(P(d <= 0), P(d >= 0)) over resamples of a difference, with the +1 correction; at most 1, NaN if none is known."""
    known = replicates[np.isfinite(replicates)]
    if known.size == 0:
        return float("nan")
    lower, upper = int((known <= 0).sum()), int((known >= 0).sum())
    return min(1.0, 2 * (min(lower, upper) + 1) / (known.size + 1))


def max_t(differences: Vector, replicates: NDArray[np.float64]) -> Vector:
    """Adjusted p-values of Romano and Wolf's step-down max-T over one family of differences.

    Args:
        differences: (m,), observed.
        replicates: (m, B), in the same resamples for all of them.

    Returns:
        (m,), controlling the family-wise error rate; NaN where a difference is undefined. A difference that never varies
        is certain: 0 differences get 1.
    """
    adjusted = np.full(differences.size, np.nan)
    known = np.isfinite(differences) & (np.isfinite(replicates).mean(axis=1) > 0.95 if differences.size else False)
    rows = np.flatnonzero(known)
    if rows.size == 0:
        return adjusted
    draws = replicates[rows][:, np.isfinite(replicates[rows]).all(axis=0)]
    if draws.shape[1] == 0:
        return adjusted
    error = draws.std(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = np.where(error > 0, np.abs(differences[rows]) / error, np.where(differences[rows] == 0, 0.0, np.inf))
        spread = np.where(error[:, None] > 0, np.abs(draws - differences[rows][:, None]) / error[:, None], 0.0)
    order = np.argsort(-observed, kind="stable")
    largest = np.maximum.accumulate(spread[order][::-1], axis=0)[::-1]
    raw = ((largest >= observed[order][:, None]).sum(axis=1) + 1) / (draws.shape[1] + 1)
    adjusted[rows[order]] = np.minimum(1.0, np.maximum.accumulate(raw))
    return adjusted


def holm(p_values: Vector) -> Vector:
    """Holm's step-down correction; NaN stay NaN and do not count."""
    adjusted = np.full(p_values.size, np.nan)
    rows = np.flatnonzero(np.isfinite(p_values))
    order = rows[np.argsort(p_values[rows], kind="stable")]
    factors = np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p_values[order] * factors)) if order.size else []
    return adjusted
