"""Confidence intervals from replicates and from values with each cluster left out. numpy, scipy.special.

Percentile and BCa (Efron and Tibshirani 1993, chapters 13 and 14); jackknife by cluster with Student's t (chapter 11), on
a scale where the statistic has no bounds: Fisher's z for correlations, log for errors, logit for shares. No interval leaves
the range that its statistic can have.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.rounding import ROUNDING
from benchmark.statistics.settings import IntervalKind, StatisticsSettings

JACKKNIFE_BELOW = 1000
"""Clusters from which percentiles cover as well as the jackknife (docs/protocol.md, "Does it hold?")."""
FEWEST_FOR_PERCENTILES = 30
"""Clusters from which percentiles stand in for a jackknife that is impossible: with fewer they are far too narrow."""
MOST_UNDEFINED = 0.05
NO_INTERVAL = "no interval: "
AT_THE_END = f"{NO_INTERVAL}at the end of the scale"
Kind = Literal["percentile", "bca", "jackknife"]
Scale = Literal["fisher", "log", "logit", "plain"]
Range = tuple[float, float]
UNBOUNDED: Range = (-np.inf, np.inf)
RANGES: dict[Scale, Range] = {"fisher": (-1.0, 1.0), "log": (0.0, np.inf), "logit": (0.0, 1.0), "plain": UNBOUNDED}
"""The values that a statistic of each scale can have."""
MAGNITUDES: Range = (0.0, 1.0)
"""The values that the magnitude of a correlation can have."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Attributes:
        low: lower end; NaN where undefined.
        high: upper end.
        note: why there is none, or in how many resamples the statistic is undefined.
        kind: that was asked for, or that stands in for it.
    """

    low: float
    high: float
    note: str = ""
    kind: Kind = "percentile"


@dataclass(frozen=True, slots=True)
class Crossed:
    """A statistic with each cluster left out (K,), and with each observer left out (o,)."""

    clusters: FloatArray
    observers: FloatArray


def kind_of(settings: StatisticsSettings, clusters: int) -> Kind:
    """The kind of interval by the settings; where observers are drawn as well, ``auto`` is the jackknife."""
    if settings.by_observer and settings.interval == "auto":
        return "jackknife"
    return choose(settings.interval, clusters)


def choose(wanted: IntervalKind, clusters: int) -> Kind:
    """The kind of interval; ``auto`` means percentiles from 1,000 clusters on, the jackknife with Student's t below."""
    if wanted != "auto":
        return wanted
    return "percentile" if clusters >= JACKKNIFE_BELOW else "jackknife"


def interval(
    value: float,
    replicates: FloatArray,
    left_out: FloatArray | Crossed,
    *,
    kind: Kind,
    confidence: float,
    scale: Scale = "plain",
    within: Range = UNBOUNDED,
    effective: float = 0.0,
) -> Interval:
    """The interval of one statistic.

    Args:
        value: the statistic on the data.
        replicates: (B,), in each bootstrap resample; used by ``percentile`` and ``bca``.
        left_out: (K,), with each cluster left out; used by ``jackknife`` and ``bca``. Where observers are drawn, too, also
            with each of them left out; used by ``jackknife``.
        kind: of interval.
        confidence: nominal coverage, in (0.5, 1).
        scale: on which the jackknife works.
        within: values that the statistic can have; ends are clipped to them.
        effective: the jackknife's degrees of freedom for each cluster that carries the error (``effective_freedom``); 0 for
            one less than clusters.
    """
    if not np.isfinite(value):
        return _nothing("", kind)
    without = left_out.observers if isinstance(left_out, Crossed) else None
    left_out = left_out.clusters if isinstance(left_out, Crossed) else left_out
    if len(left_out) == 1:
        return _nothing(f"{NO_INTERVAL}one cluster only", kind)
    draws, note = known_part(left_out if kind == "jackknife" else replicates, leave_out=kind == "jackknife")
    others, why = known_part(left_out, leave_out=True) if kind == "bca" else (draws, note)
    if draws is None or others is None:
        return _nothing(f"{NO_INTERVAL}{note if draws is None else why}", kind)
    if kind == "jackknife":
        low, high = _jackknife(value, draws, confidence, scale, effective=effective, without=without)
    else:
        tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
        low, high = quantiles(draws, _bca_tails(value, draws, others, tails) if kind == "bca" else tails)
    if not np.isfinite(low):
        here = np.isfinite(forth(np.array([value]), scale)).all()
        return _nothing(f"{NO_INTERVAL}with a cluster left out at the end of the scale" if here else AT_THE_END, kind)
    return Interval(float(np.clip(low, *within)), float(np.clip(high, *within)), note, kind)


def or_percentiles(
    ends: Interval, value: float, replicates: FloatArray, clusters: int, *, confidence: float, within: Range
) -> Interval:
    """An interval, or percentiles in its place where it is a jackknife's that is impossible; the note says so.

    There must be at least 30 clusters. Nothing stands in at the end of the scale: where there is no outlier at all, say,
    resamples know nothing of how many there could be.

    Args:
        ends: from ``interval``; the other arguments are as there.
        value: the statistic on the data.
        replicates: (B,), in each bootstrap resample.
        clusters: number of clusters.
        confidence: nominal coverage.
        within: values that the statistic can have.
    """
    possible = np.isfinite(ends.low) or ends.kind != "jackknife"
    if possible or clusters < FEWEST_FOR_PERCENTILES or ends.note == AT_THE_END:
        return ends
    left_out = np.empty(0)
    instead = interval(value, replicates, left_out, kind="percentile", confidence=confidence, within=within)
    if not np.isfinite(instead.low):
        return ends
    words = ends.note.replace(NO_INTERVAL, "percentiles instead of the jackknife: ")
    return replace(instead, note="; ".join(filter(None, [words, instead.note])))


def quantiles(values: FloatArray, shares: FloatArray) -> FloatArray:
    """Linear quantiles as in ``numpy.quantile``, without its overhead: there are thousands of intervals."""
    place = shares * (len(values) - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, len(values) - 1)
    ordered = np.partition(values, np.unique([below, above]))
    return np.asarray(ordered[below] + (ordered[above] - ordered[below]) * (place - below))


def _nothing(why: str, kind: Kind) -> Interval:
    return Interval(float("nan"), float("nan"), why, kind)


def _jackknife(
    value: float, left_out: FloatArray, confidence: float, scale: Scale, *, effective: float, without: FloatArray | None
) -> Range:
    """Both ends; NaN where the scale is undefined."""
    error = crossed_error(value, left_out, without, scale, effective=effective)
    reach = student(error.freedom, confidence) * error.error
    return back(error.centre - reach, scale), back(error.centre + reach, scale)


def of_differences(within: Range) -> Range:
    """The range of a difference of two values that each have this range."""
    low, high = within
    return low - high, high - low


def known_part(values: FloatArray, *, leave_out: bool) -> tuple[FloatArray | None, str]:
    """The defined replicates and a note; ``None`` if more than 5 % are undefined."""
    missing = int((~np.isfinite(values)).sum())
    if missing == 0 and len(values):
        return values, ""
    what = "leave-one-out samples" if leave_out else "resamples"
    note = f"undefined in {missing:,} of {len(values):,} {what}"
    if missing > MOST_UNDEFINED * len(values) or missing == len(values):
        return None, note
    return values[np.isfinite(values)], note


@dataclass(frozen=True, slots=True)
class JackknifeError:
    """A statistic and its standard error on a scale; NaN where the scale is undefined.

    Attributes:
        error: from leaving out each cluster.
        centre: the statistic.
        freedom: degrees of freedom of ``error`` for Student's t.
    """

    error: float
    centre: float
    freedom: float


def jackknife_error(
    value: float, left_out: FloatArray, scale: Scale = "plain", *, effective: float = 0.0
) -> JackknifeError:
    """Standard error of a statistic by leaving out clusters; arguments as of ``interval``."""
    moved = forth(np.append(left_out, value), scale)
    count = len(left_out)
    if not np.isfinite(moved).all():
        return JackknifeError(float("nan"), float("nan"), count - 1)
    deviations = moved[:-1] - moved[:-1].mean()
    error = float(np.sqrt((count - 1) / count * (deviations @ deviations)))
    return JackknifeError(error, float(moved[-1]), effective_freedom(deviations, effective) if effective else count - 1)


def crossed_error(
    value: float, left_out: FloatArray, without: FloatArray | None, scale: Scale = "plain", *, effective: float = 0.0
) -> JackknifeError:
    """The same where observers are drawn, too: both jackknives' variances added.

    The part of the variance that belongs to neither alone (a vote's own noise) is counted in both, so that the sum is
    rather too large; it is never below that of clusters only. Degrees of freedom: Welch and Satterthwaite's.

    Args:
        value, left_out, scale, effective: as of ``jackknife_error``.
        without: (o,), with each observer left out; ``None`` where observers are not drawn.
    """
    error = jackknife_error(value, left_out, scale, effective=effective)
    if without is None:
        return error
    known, _ = known_part(without, leave_out=True)
    other = jackknife_error(value, without if known is None else known, scale)
    variances = error.error**2, other.error**2
    below = variances[0] ** 2 / max(error.freedom, 1) + variances[1] ** 2 / max(other.freedom, 1)
    freedom = sum(variances) ** 2 / below if below > 0 else error.freedom
    return JackknifeError(float(np.sqrt(sum(variances))), error.centre, freedom)


def effective_freedom(influences: FloatArray, each: float = 1.0) -> float:
    """Degrees of freedom by the number of clusters that carry a standard error: between 1 and K - 1.

    That number is (sum of u²)² / sum of u⁴ of their influences u; ``each`` of them counts this often. It is Welch and
    Satterthwaite's formula with each cluster's squared influence in place of a variance, so that an error that rests on a
    few clusters gets the wide quantiles of a few degrees of freedom.
    """
    most = len(influences) - 1
    largest = np.abs(influences).max(initial=0.0)
    if largest == 0 or most < 1:
        return float(max(most, 1))
    squares = (influences / largest) ** 2
    return float(np.clip(each * squares.sum() ** 2 / (squares @ squares), 1, most))


def student(freedom: float, confidence: float) -> float:
    """Two-sided quantile of Student's t."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    return float(stdtrit(freedom, (1 + confidence) / 2))


def _bca_tails(value: float, draws: FloatArray, left_out: FloatArray, tails: FloatArray) -> FloatArray:
    """The percentiles to take, adjusted for bias (half of the ties count as below) and acceleration."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - slow to import

    below = (np.count_nonzero(draws < value) + 0.5 * np.count_nonzero(draws == value)) / len(draws)
    bias = ndtri(np.clip(below, 0.5 / len(draws), 1 - 0.5 / len(draws)))
    deviations = left_out.mean() - left_out
    spread = float((deviations**2).sum()) ** 1.5
    acceleration = float((deviations**3).sum()) / (6 * spread) if spread > 0 else 0.0
    shifted = bias + ndtri(tails)
    return np.asarray(ndtr(bias + shifted / (1 - acceleration * shifted)))


def forth(values: FloatArray, scale: Scale) -> FloatArray:
    """Values on a scale where a statistic has no bounds; NaN where that scale has no such value."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "fisher":
            return np.asarray(np.arctanh(np.where(np.abs(values) < 1 - ROUNDING, values, np.nan)))
        if scale == "log":
            return np.asarray(np.log(np.where(values > 0, values, np.nan)))
        if scale == "logit":
            inside = np.where((values > 0) & (values < 1), values, np.nan)
            return np.asarray(np.log(inside / (1 - inside)))
    return values


def back(value: float, scale: Scale) -> float:
    """The inverse of ``forth``."""
    if scale == "fisher":
        return float(np.tanh(value))
    if scale == "log":
        return float(np.exp(value))
    return float((1 + np.tanh(value / 2)) / 2) if scale == "logit" else value


def slopes(values: FloatArray, scale: Scale) -> FloatArray:
    """How fast a statistic changes with its place on its scale: the derivative of ``back`` where it has these values."""
    if scale == "fisher":
        return 1 - values**2
    if scale == "logit":
        return values * (1 - values)
    return values if scale == "log" else np.ones_like(values)
