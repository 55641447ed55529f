"""Intervals of PLCC that were tried and are not offered, for ``coverage_grid`` to compare with those that are. numpy.

All work on Fisher's z and take a standard error from the clusters' influences. What they cover stands in
docs/coverage_grid.md, "What else was tried for PLCC".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.statistics.design import Table
from benchmark.statistics.intervals import Interval, jackknife_error, quantiles, student
from benchmark.statistics.resampling import FloatArray, draw_counts

CONFIDENCE = 0.95
TRIED = ("bootstrap-t", "skewness, K - 1", "skewness", "stabilised", "stabilised t")
"""Names of the intervals: the first is always in the grid, the others on request."""


@dataclass(frozen=True, slots=True)
class Studentised:
    """Fisher's z of the first method's PLCC and its standard error: on the data first, then in each resample.

    Attributes:
        z: (1 + B,).
        error: (1 + B,), of z, from the influences of the resample's clusters.
    """

    z: FloatArray
    error: FloatArray


def studentise(table: Table, replicates: int, rng: np.random.Generator) -> Studentised:
    """Fisher's z and its standard error in resamples of clusters."""
    x, y = (values - values.mean() for values in (table.scores[0], table.labels))
    powers = (np.ones_like(x), x, y, x * x, y * y, x * y)
    by_cluster = [np.bincount(table.clusters, weights=power, minlength=table.n_clusters) for power in powers]
    sums = np.stack(by_cluster, axis=1).astype(np.float64)
    counts = np.concatenate([np.ones((1, table.n_clusters)), draw_counts(rng, table.n_clusters, replicates)])
    return Studentised(*_z_and_error(counts, sums))


def bootstrap_t(resamples: Studentised) -> Interval:
    """The studentised bootstrap (Efron and Tibshirani 1993, ch. 12)."""
    z, error = resamples.z, resamples.error
    t = (z[1:] - z[0]) / error[1:]
    t = t[np.isfinite(t)]
    if len(t) < 2:
        return Interval(float("nan"), float("nan"))
    low, high = quantiles(t, _tails())
    return _from_z(z[0] - high * error[0], z[0] - low * error[0])


def stabilised(resamples: Studentised) -> Interval:
    """Quantiles on a scale on which the resamples have one standard error (Tibshirani 1988).

    The logarithm of the standard error is taken as linear in z, fitted to the resamples; the scale is the integral of its
    inverse.
    """
    slope, z = _slope(resamples), resamples.z
    moved = _forth(z[1:][np.isfinite(z[1:])] - z[0], slope)
    moved = moved[np.isfinite(moved)]
    if len(moved) < 2:
        return Interval(float("nan"), float("nan"))
    low, high = quantiles(moved, _tails())
    return _from_z(z[0] + _back(-high, slope), z[0] + _back(-low, slope))


def stabilised_t(resamples: Studentised, value: float, left_out: FloatArray) -> Interval:
    """Student's t on the scale of ``stabilised`` with the default's standard error and degrees of freedom."""
    error = jackknife_error(value, left_out, "fisher", effective=1.0)
    slope, reach = _slope(resamples), student(error.freedom, CONFIDENCE) * error.error
    return _from_z(error.centre + _back(-reach, slope), error.centre + _back(reach, slope))


def skewness_corrected(value: float, left_out: FloatArray, effective: float) -> Interval:
    """Student's t by the jackknife, corrected for the skewness of the influences (Hall 1992).

    Args:
        value: PLCC.
        left_out: (K,), with each cluster left out.
        effective: degrees of freedom as of ``intervals.interval``.
    """
    error = jackknife_error(value, left_out, "fisher", effective=effective)
    moved = np.arctanh(left_out)
    influences = moved.mean() - moved
    skewness = float((influences**3).sum() / (influences**2).sum() ** 1.5)  # over the square root of K
    t = student(error.freedom, CONFIDENCE)
    low, high = (_undone(quantile, skewness) for quantile in (-t, t))
    return _from_z(error.centre - high * error.error, error.centre - low * error.error)


def _undone(quantile: float, skewness: float) -> float:
    """The value of Student's t that Hall's cubic transformation takes to this quantile."""
    if abs(skewness) < 1e-9:
        return quantile
    return float(3 / skewness * (np.cbrt(1 + skewness * (quantile - skewness / 6)) - 1))


def _slope(resamples: Studentised) -> float:
    """Of the logarithm of the standard error over z, by least squares over the resamples; 0 where it can't be fitted."""
    z, error = resamples.z[1:], resamples.error[1:]
    known = np.isfinite(z) & np.isfinite(error) & (error > 0)
    if known.sum() < 2 or np.ptp(z[known]) == 0:
        return 0.0
    return float(np.polyfit(z[known], np.log(error[known]), 1)[0])


def _forth(z: FloatArray, slope: float) -> FloatArray:
    """Differences of z on the scale on which the standard error, exp(slope z), is one."""
    with np.errstate(over="ignore"):
        return np.asarray(-np.expm1(-slope * z) / slope) if slope else z


def _back(moved: float, slope: float) -> float:
    """The inverse of ``_forth``; infinite beyond the end of the scale."""
    if not slope:
        return moved
    inside = slope * moved
    return float(-np.log1p(-inside) / slope) if inside < 1 else float(np.copysign(np.inf, slope))


def _tails() -> FloatArray:
    return np.array([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])


def _from_z(low: float, high: float) -> Interval:
    return Interval(float(np.tanh(low)), float(np.tanh(high)))


def _z_and_error(counts: FloatArray, sums: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fisher's z of PLCC and its standard error in each resample, from sums of powers by cluster (K, 6)."""
    n, x, y, xx, yy, xy = (counts @ sums).T
    mx, my = x / n, y / n
    vx, vy = xx / n - mx**2, yy / n - my**2
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(vx * vy)
        r = (xy / n - mx * my) / scale
        size, x, y, xx, yy, xy = sums.T
        of_x = (xx - 2 * np.outer(mx, x) + np.outer(mx**2, size)) / vx[:, None]
        of_y = (yy - 2 * np.outer(my, y) + np.outer(my**2, size)) / vy[:, None]
        of_both = (xy - np.outer(mx, y) - np.outer(my, x) + np.outer(mx * my, size)) / scale[:, None]
        influences = (of_both - r[:, None] / 2 * (of_x + of_y)) / n[:, None]
        k = len(sums)
        error = np.sqrt(k / (k - 1) * (counts * influences**2).sum(axis=1)) / (1 - r**2)
        return np.arctanh(r), error
