"""Equivalence of two methods: is their difference inside a margin, for all pairs of a family at once? numpy, scipy.special.

Two one-sided tests (Schuirmann 1987) at the level alpha each, which is whether the interval of 1 - 2 alpha lies inside the
margin. Over a family the intervals are simultaneous: in at most a share alpha of studies any pair is called equivalent whose
true difference is the margin or more.
"""

from __future__ import annotations

import numpy as np

from benchmark.statistics.intervals import Scale, slopes
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import ROUNDING
from benchmark.statistics.settings import Multiplicity
from benchmark.statistics.significance import SORTED_AT_ONCE, deviation, normal_scores

MOST_FREEDOM = 1e12
"""Degrees of freedom from which Student's t is the normal distribution."""
BETTER, WORSE, EQUIVALENT, UNDECIDED = "better", "worse", "equivalent", "undecided"


def verdict(
    difference: float, low: float, high: float, margin: float, *, significant: bool, higher_is_better: bool
) -> str:
    """What is known of the first method against the second; exactly one of four words.

    Args:
        difference: the first method's value less the second's.
        low, high: of the simultaneous interval of 1 - 2 alpha.
        margin: above 0.
        significant: whether the difference is from zero, after correction.
        higher_is_better: direction of the statistic.

    Returns:
        ``equivalent`` where the interval lies inside the margin, be the difference significant or not; else ``better`` or
        ``worse`` where it is significant; else ``undecided``. Empty where there is no interval.
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return ""
    if -margin < low and high < margin:
        return EQUIVALENT
    if not significant:
        return UNDECIDED
    return BETTER if (difference > 0) == higher_is_better else WORSE


def half_widths(
    differences: FloatArray,
    replicates: FloatArray,
    errors: FloatArray | None = None,
    freedom: FloatArray | None = None,
    *,
    alpha: float,
    multiplicity: Multiplicity,
    chosen_from: int = 0,
    largest: FloatArray | None = None,
) -> FloatArray:
    """Half the width of each difference's interval of 1 - 2 alpha.

    An error is made where a difference is called equivalent that is not, which only a deviation *towards zero* does. So
    max-T takes the largest of the family's studentised deviations, each towards zero, in the same resamples; its quantile
    of 1 - alpha is the critical value of all.

    Args:
        differences: (m,) observed; NaN where undefined.
        replicates: (B, m) in the same resamples.
        errors: (m,) standard errors by the jackknife; by default the replicates' own standard deviations.
        freedom: (m,) degrees of freedom of ``errors``.
        alpha: level of each of the two one-sided tests, or of all tests of the family.
        multiplicity: ``max-t``; ``holm`` is Bonferroni's correction, since intervals take no steps; ``none``.
        chosen_from: the number of all pairs, where these were chosen from them.
        largest: (B,) the largest studentised deviation, to either side, of any of all pairs, where these were chosen; its
            quantile is then used, which is on the safe side.

    Returns:
        (m,); NaN where a difference is undefined or its error is zero, but 0 for a difference of zero that never varies.
    """
    spread = np.array([deviation(column) for column in replicates.T])
    error = spread if errors is None else errors
    known = np.isfinite(differences) & np.isfinite(replicates).any(axis=0)
    half = np.full(len(differences), np.nan)
    half[known & (differences == 0) & (spread == 0)] = 0.0
    rows = np.flatnonzero(known & (spread > 0) & (error > 0))
    if not len(rows):
        return half
    if multiplicity == "max-t":
        chosen = (
            largest
            if largest is not None
            else _largest(differences, replicates, spread, rows, as_normal=errors is not None)
        )
        quantile = _upper(chosen, alpha)
        quantiles = np.full(len(rows), quantile if errors is None else max(quantile, _normal_quantile(alpha)))
        half[rows] = error[rows] * (quantiles if freedom is None else _students(quantiles, freedom[rows]))
        return half
    tail = alpha / max(chosen_from or len(rows), 1) if multiplicity == "holm" else alpha
    if errors is not None and freedom is not None:
        half[rows] = error[rows] * _students(np.full(len(rows), _normal_quantile(tail)), freedom[rows])
    else:
        half[rows] = [
            error[row] * _upper(_towards(differences, replicates, spread, row), tail) for row in rows.tolist()
        ]
    return half


def stretch(first: float, second: float, one: FloatArray, other: FloatArray, margin: float, scale: Scale) -> float:
    """How much larger a difference's standard error would be, were the difference as large as the margin; at least 1.

    Studies that happen to show a small difference show too small an error too: the worse method looks better than it is,
    and a correlation varies the less the higher it is. So the error is taken where the error of calling methods equivalent
    is made, as score tests do: at the two values nearest to those observed, given how they vary together, that differ by
    the margin.

    Args:
        first, second: the two values.
        one, other: (B,) the same with clusters left out, or in the resamples.
        margin: above 0.
        scale: on which the statistic varies alike everywhere.
    """
    known = np.isfinite(one) & np.isfinite(other)
    gap = margin - abs(first - second)
    if not gap > 0 or known.sum() < 2:
        return 1.0
    gap = gap if first >= second else -gap
    (own, common), (_, theirs) = np.cov(one[known], other[known])
    variance = own + theirs - 2 * common
    if not variance > ROUNDING * (own + theirs):
        return 1.0
    values = np.array([first, second])
    moved = values + gap * np.array([own - common, common - theirs]) / variance
    with np.errstate(divide="ignore", invalid="ignore"):
        by_first, by_second = np.maximum(slopes(moved, scale), 0) / slopes(values, scale)
    there = (by_first**2 * own + by_second**2 * theirs - 2 * by_first * by_second * common) / variance
    return float(np.sqrt(there)) if np.isfinite(there) and there > 1 else 1.0


def bonferroni_half_widths(errors: FloatArray, freedom: FloatArray, *, alpha: float, corrected: bool) -> FloatArray:
    """Half the width of intervals of 1 - 2 alpha from standard errors alone, by Student's t; NaN without an error above 0.

    Args:
        errors: (m,) standard errors.
        freedom: (m,) degrees of freedom; infinite for the normal distribution.
        alpha: level of each of the two one-sided tests, or of all tests of the family.
        corrected: whether alpha is divided by the number of known errors.
    """
    known = np.isfinite(errors) & (errors > 0)
    tail = alpha / max(int(known.sum()), 1) if corrected else alpha
    half = np.full(len(errors), np.nan)
    finite = np.minimum(freedom[known], MOST_FREEDOM)
    half[known] = errors[known] * _students(np.full(int(known.sum()), _normal_quantile(tail)), finite)
    return half


def _largest(
    differences: FloatArray, replicates: FloatArray, spread: FloatArray, rows: IntArray, *, as_normal: bool
) -> FloatArray:
    """(B,) the largest deviation towards zero of any of these differences, some at a time."""
    largest = np.full(len(replicates), -np.inf)
    step = max(1, SORTED_AT_ONCE // max(len(replicates), 1))
    for begin in range(0, len(rows), step):
        part = np.stack([_towards(differences, replicates, spread, row) for row in rows[begin : begin + step].tolist()])
        scores = normal_scores(part, signed=True) if as_normal else np.where(np.isfinite(part), part, -np.inf)
        np.maximum(largest, scores.max(axis=0), out=largest)
    return largest


def _towards(differences: FloatArray, replicates: FloatArray, spread: FloatArray, row: int) -> FloatArray:
    """(B,) a difference's studentised deviations, positive towards zero and beyond."""
    turn = 1.0 if differences[row] >= 0 else -1.0
    return np.asarray(turn * (differences[row] - replicates[:, row]) / spread[row])


def _upper(values: FloatArray, tail: float) -> float:
    """The value that a share ``tail`` of resamples exceeds at most, counting the data as one of them."""
    place = int(np.ceil((1 - tail) * (len(values) + 1) - 1e-9)) - 1
    return float("inf") if place >= len(values) else float(np.partition(values, place)[place])


def _normal_quantile(tail: float) -> float:
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import

    return float(-ndtri(tail))


def _students(quantiles: FloatArray, freedom: FloatArray) -> FloatArray:
    """The values of Student's t with the same upper tails as these standard normal ones."""
    from scipy.special import ndtr, stdtrit  # noqa: PLC0415 - slow to import

    return np.asarray(-stdtrit(freedom, ndtr(-quantiles)))
