"""Random-effects pooling of estimates from several data sets, with Hartung and Knapp's intervals. numpy, scipy.special.

The variance between sets is Paule and Mandel's (1982): the one with which the weighted squared deviations are as large as
expected, and zero where they are smaller even without it. Intervals are Hartung and Knapp's (2001) with Student's t, never
narrower than those of the weights alone (Knapp and Hartung 2003; Röver, Knapp and Friede 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.statistics.intervals import student
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.significance import student_p

FEWEST = 5
"""Sets below which a variance between them can't be relied on."""
CLOSE = 1e-12
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """The mean over all sets that could be, from those at hand.

    Attributes:
        mean: of the estimates, weighted by one over their variance within and between sets; NaN for fewer than two sets.
        low, high: of its confidence interval.
        error: its standard error.
        p_value: two-sided, of a mean of zero.
        between: the variance between sets, tau².
        inconsistency: I², the share of the estimates' variance that is between sets, in [0, 1).
        q: Cochran's Q, the squared deviations weighted by one over the variances within.
        sets: their number k.
        predicted_low, predicted_high: where the value of a further set is expected; NaN for fewer than three sets.
    """

    mean: float
    low: float
    high: float
    error: float
    p_value: float
    between: float
    inconsistency: float
    q: float
    sets: int
    predicted_low: float
    predicted_high: float


def pool(estimates: FloatArray, variances: FloatArray, confidence: float) -> RandomEffects:
    """Pool estimates of independent sets.

    Args:
        estimates: (k,), finite, on a scale without bounds (Fisher's z).
        variances: (k,), finite and above 0: squared standard errors within sets.
        confidence: of the intervals, in (0.5, 1).
    """
    k = len(estimates)
    if k < 2:
        none = float("nan")
        return RandomEffects(none, none, none, none, none, none, none, none, k, none, none)
    between = between_sets(estimates, variances)
    weights = 1 / (variances + between)
    mean = float(weights @ estimates / weights.sum())
    scale = max(1.0, _squares(estimates, variances, between) / (k - 1))
    error = float(np.sqrt(scale / weights.sum()))
    reach = student(k - 1, confidence) * error
    q = _squares(estimates, variances, 0.0)
    ahead = student(k - 2, confidence) * float(np.sqrt(between + error**2)) if k > 2 else float("nan")
    return RandomEffects(
        mean,
        mean - reach,
        mean + reach,
        error,
        student_p(mean, error, k - 1),
        between,
        max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0,
        q,
        k,
        mean - ahead,
        mean + ahead,
    )


def between_sets(estimates: FloatArray, variances: FloatArray) -> float:
    """Paule and Mandel's variance between sets: where the weighted squares are k - 1, by Newton's steps from zero.

    The squares fall with the variance and are convex in it, so that steps from below never go too far.
    """
    between = 0.0
    for _ in range(MOST_STEPS):
        excess = _squares(estimates, variances, between) - (len(estimates) - 1)
        if excess <= CLOSE * len(estimates):
            break
        weights = 1 / (variances + between)
        mean = weights @ estimates / weights.sum()
        between += excess / float(weights**2 @ (estimates - mean) ** 2)
    return between


def _squares(estimates: FloatArray, variances: FloatArray, between: float) -> float:
    """The squared deviations from the weighted mean, weighted."""
    weights = 1 / (variances + between)
    mean = weights @ estimates / weights.sum()
    return float(weights @ (estimates - mean) ** 2)
