"""Confidence intervals from resamples: percentile, and the jackknife with Student's t for few clusters. NumPy and SciPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

Vector = NDArray[np.float64]
FEW_CLUSTERS = 30
MOST_UNDEFINED = 0.05


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Attributes:
        low: lower end; NaN where undefined.
        high: upper end.
        method: ``percentile``, ``bca``, ``jackknife`` or empty where there is none.
        note: what a reader must know: why there is none, how many resamples left the statistic undefined.
    """

    low: float
    high: float
    method: str
    note: str = ""


def choose(wanted: str, clusters: int) -> str:
    """``auto`` means percentiles from 30 clusters on, the jackknife below."""
    return wanted if wanted != "auto" else "percentile" if clusters >= FEW_CLUSTERS else "jackknife"


def interval(
    value: float,
    replicates: Vector,
    left_out: Vector,
    *,
    method: Literal["percentile", "bca", "jackknife"],
    confidence: float,
    fisher: bool,
) -> Interval:
    """The interval of one statistic.

    Args:
        value: the statistic on the data.
        replicates: (B,), in each bootstrap resample; needed by ``percentile`` and ``bca``.
        left_out: (K,), with each cluster left out; needed by ``jackknife`` and ``bca``.
        method: how.
        confidence: coverage aimed at, in (0.5, 1).
        fisher: whether the jackknife works on Fisher's z (for correlations).
    """
    if not np.isfinite(value):
        return Interval(np.nan, np.nan, "", "undefined")
    if left_out.size < 2:
        return Interval(np.nan, np.nan, "", "no interval: only one cluster to resample")
    if method == "jackknife":
        return _jackknife(value, left_out, confidence, fisher)
    known = replicates[np.isfinite(replicates)]
    lost = replicates.size - known.size
    note = f"undefined in {lost} of {replicates.size} resamples" if lost else ""
    if lost > MOST_UNDEFINED * replicates.size:
        return Interval(np.nan, np.nan, "", note)
    tail = (1 - confidence) / 2
    shares = (tail, 1 - tail) if method == "percentile" else _bca_shares(value, known, left_out, tail)
    low, high = np.quantile(known, shares)
    return Interval(float(low), float(high), method, note)


def _jackknife(value: float, left_out: Vector, confidence: float, fisher: bool) -> Interval:
    known = left_out[np.isfinite(left_out)]
    if known.size < left_out.size:
        return Interval(np.nan, np.nan, "", f"undefined with {left_out.size - known.size} clusters left out in turn")
    if fisher and (abs(value) >= 1 or np.any(np.abs(known) >= 1)):
        return Interval(np.nan, np.nan, "", "no interval: a correlation of exactly 1")
    middle, parts = (np.arctanh(value), np.arctanh(known)) if fisher else (value, known)
    clusters = known.size
    error = np.sqrt((clusters - 1) / clusters * np.square(parts - parts.mean()).sum())
    half = float(special.stdtrit(clusters - 1, 0.5 + confidence / 2)) * error
    ends = (middle - half, middle + half)
    low, high = np.tanh(ends) if fisher else ends
    return Interval(float(low), float(high), "jackknife")


def _bca_shares(value: float, known: Vector, left_out: Vector, tail: float) -> tuple[float, float]:
    """Efron's bias-corrected and accelerated percentiles."""
    below = np.clip((known < value).mean() + (known == value).mean() / 2, 1 / known.size, 1 - 1 / known.size)
    bias = special.ndtri(below)
    parts = left_out[np.isfinite(left_out)]
    deviation = parts.mean() - parts
    scale = np.square(deviation).sum() ** 1.5
    acceleration = float((deviation**3).sum() / (6 * scale)) if scale > 0 else 0.0

    def share(z: float) -> float:
        shifted = bias + z
        return float(special.ndtr(bias + shifted / (1 - acceleration * shifted)))

    return share(special.ndtri(tail)), share(special.ndtri(1 - tail))
