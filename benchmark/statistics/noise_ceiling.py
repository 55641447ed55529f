"""The highest correlation that labels of this reliability allow: of the true quality with the noisy labels. numpy.

A label is the true quality plus the noise of a mean of votes, whose variance is known from their spread and number, or from
published limits. The correlation of a perfect method, one that knows the true quality, is below 1 for this noise alone.

PLCC: sqrt(1 - mean noise variance / variance of the labels), the square root of the labels' reliability (Spearman 1904;
Nunnally and Bernstein 1994, ch. 7). SRCC and KRCC have no formula: labels are shrunk towards their mean until they have the
variance of the true quality, noise is drawn for each, and shrunk and noisy labels are correlated, again and again. Noise
drawn around the labels as they are would count it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmark.statistics.intervals import interval
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.weighted import ScoreColumns, weighted_ranks

Z_975 = 1.959963984540054
MOST_GROUPS = 200
"""Most parts that the jackknife leaves out, one at a time: more clusters are gathered into so many."""
MOST_DRAWN = 200_000
"""Labels that are drawn for one value, about: so many pairs need fewer simulations for the same accuracy."""
FEWEST_SIMULATIONS, MOST_SIMULATIONS = 20, 200
LEFT_OUT_SIMULATIONS = 50
"""Simulations with each cluster left out: that they are so few adds about 1/50 to the variance of noise in the interval."""
EFFECTIVE = 1.0
"""Degrees of freedom for each cluster that carries the error (``intervals.effective_freedom``), as of PLCC."""
ALL_NOISE = "the labels' noise is as large as their variance"
Correlation = Literal["srcc", "plcc", "krcc"]
CORRELATIONS: tuple[Correlation, ...] = ("srcc", "plcc", "krcc")


@dataclass(frozen=True, slots=True)
class NoisyLabels:
    """Labels whose noise is known.

    Attributes:
        labels: (n,) finite.
        variance: (n,) of each label's noise, at least 0: SD² over number of votes.
        clusters: (n,) number of each pair's cluster.
    """

    labels: FloatArray
    variance: FloatArray
    clusters: IntArray


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The highest correlation with its interval.

    Attributes:
        statistic: which correlation.
        value: 0 for PLCC and NaN for the others where noise is all that the labels' variance has.
        low, high: NaN where there is no interval.
        note: why there is none, or no value.
    """

    statistic: Correlation
    value: float
    low: float
    high: float
    note: str = ""


def noise_variance(
    label_sd: FloatArray, observers: FloatArray, label_half: FloatArray | None, votes: FloatArray | None
) -> FloatArray:
    """(n,) variance of each label's noise, NaN where unknown.

    From single votes where they are known, else SD² / n of the opinions, else published 95 % limits: (half width / 1.96)².
    """
    found = np.full(len(label_sd), np.nan)
    if label_half is not None:
        found = (label_half / Z_975) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(np.isfinite(label_sd) & (observers >= 1), label_sd**2 / observers, found)
    if votes is not None:
        from benchmark.statistics.votes import opinions  # noqa: PLC0415 - most tables have no votes

        of_votes = opinions(votes)
        with np.errstate(invalid="ignore", divide="ignore"):
            own = of_votes.spread**2 / of_votes.count
        found = np.where(np.isfinite(own), own, found)
    return np.asarray(found)


def ceilings(noisy: NoisyLabels, seed: tuple[int, ...], confidence: float, *, threads: int = 0) -> list[Ceiling]:
    """The highest SRCC, PLCC and KRCC, with intervals by the jackknife over clusters.

    Args:
        noisy: the labels.
        seed: of the simulated noise, which is the same with each cluster left out, so that it hardly adds to the interval.
        confidence: of the intervals, in (0.5, 1).
        threads: 0 for as many as there are processors; the result does not depend on it.
    """
    n = len(noisy.labels)
    simulations = int(np.clip(MOST_DRAWN // max(n, 1), FEWEST_SIMULATIONS, MOST_SIMULATIONS))
    noise = np.random.default_rng(seed).standard_normal((simulations, n))
    groups, count = _gathered(noisy.clusters, seed)
    whole = np.ones(n, dtype=bool)
    parts = [groups != number for number in range(count)] if count > 1 else []

    def measured(rows: np.ndarray[tuple[int], np.dtype[np.bool_]], drawn: FloatArray) -> FloatArray:
        return _values(noisy.labels[rows], noisy.variance[rows], drawn[:, rows], threads)

    values = measured(whole, noise)
    left = [measured(rows, noise[:LEFT_OUT_SIMULATIONS]) for rows in parts] or [np.full(3, np.nan)]
    if not values[CORRELATIONS.index("plcc")] > 0:
        note = ALL_NOISE if values[CORRELATIONS.index("plcc")] == 0 else "the labels do not vary"
        return [Ceiling(name, value, np.nan, np.nan, note) for name, value in zip(CORRELATIONS, values, strict=True)]
    return [_with_interval(name, values[at], np.array(left)[:, at], confidence) for at, name in enumerate(CORRELATIONS)]


def plcc_ceiling(labels: FloatArray, variance: FloatArray) -> float:
    """sqrt(max(0, 1 - mean noise variance / variance of the labels over n - 1)); NaN where labels do not vary."""
    if len(labels) < 2:
        return float("nan")
    spread = float(labels.var(ddof=1))
    return float(np.sqrt(max(0.0, 1 - float(variance.mean()) / spread))) if spread > 0 else float("nan")


def simulated(labels: FloatArray, variance: FloatArray, noise: FloatArray, *, threads: int = 0) -> tuple[float, float]:
    """Mean SRCC and KRCC of labels shrunk to the true variance with the same plus noise; NaN where noise is all there is.

    Args:
        labels: (n,) finite.
        variance: (n,) of their noise.
        noise: (simulations, n) standard normal.
        threads: 0 for as many as there are processors.
    """
    share = plcc_ceiling(labels, variance)
    if not share > 0:
        return float("nan"), float("nan")
    # ranks of m + share (y - m) + e are those of y + e / share, and shrunk labels have the ranks of the labels themselves
    noisy = labels + noise * np.sqrt(variance) / share
    pairs = ScoreColumns(labels, noisy, np.zeros(len(labels), dtype=np.int64), 1)
    srcc, krcc = weighted_ranks(pairs, np.ones((1, 1)), threads=threads)
    return float(srcc.mean()), float(krcc.mean())


def _values(labels: FloatArray, variance: FloatArray, noise: FloatArray, threads: int) -> FloatArray:
    """SRCC, PLCC, KRCC."""
    srcc, krcc = simulated(labels, variance, noise, threads=threads)
    return np.array([srcc, plcc_ceiling(labels, variance), krcc])


def _gathered(clusters: IntArray, seed: tuple[int, ...]) -> tuple[IntArray, int]:
    """What the jackknife leaves out: clusters, or so many random groups of them of equal size."""
    names, local = np.unique(clusters, return_inverse=True)
    count = min(len(names), MOST_GROUPS)
    if count == len(names):
        return local.astype(np.int64), count
    place = np.random.default_rng((*seed, 1)).permutation(len(names)) % count
    return np.asarray(place[local], dtype=np.int64), count


def _with_interval(name: Correlation, value: float, left_out: FloatArray, confidence: float) -> Ceiling:
    ends = interval(
        float(value),
        np.empty(0),
        left_out,
        kind="jackknife",
        confidence=confidence,
        scale="fisher",
        within=(0.0, 1.0),
        effective=EFFECTIVE,
    )
    return Ceiling(name, float(value), ends.low, ends.high, ends.note)
