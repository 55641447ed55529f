"""Tests of differences: from shared resamples, their correction over many pairs, and four from the literature.

Romano and Wolf 2005 (step-down max-T), Holm 1979; Steiger 1980, Williams 1959, Meng, Rosenthal and Rubin 1992 and the F-test
assume independent pairs.
numpy, scipy.special.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import ROUNDING

SORTED_AT_ONCE = 1 << 19
"""Most deviations of pairs of methods that are sorted at a time, which bounds memory."""


@dataclass(frozen=True, slots=True)
class Test:
    """A test's statistic with its two-sided p-value."""

    statistic: float
    p_value: float


def bootstrap_p(replicates: FloatArray) -> float:
    """2 min(P(d <= 0), P(d >= 0)) over the resamples of a difference, with the +1 correction; at most 1.

    Args:
        replicates: (B,); undefined ones (NaN) are left out.

    Returns:
        NaN if none is defined.
    """
    known = replicates[np.isfinite(replicates)]
    if len(known) == 0:
        return float("nan")
    fewer = min(np.count_nonzero(known <= 0), np.count_nonzero(known >= 0))
    return min(1.0, 2 * (fewer + 1) / (len(known) + 1))


def student_p(difference: float, error: float, freedom: float) -> float:
    """Two-sided p-value of a difference by Student's t; 1 if both the difference and its spread are zero."""
    from scipy.special import stdtr  # noqa: PLC0415 - slow to import

    if not (np.isfinite(difference) and np.isfinite(error)) or freedom < 1:
        return float("nan")
    if error == 0:
        return 1.0 if difference == 0 else float("nan")
    return float(2 * stdtr(freedom, -abs(difference) / error))


def normal_p(difference: float, error: float) -> float:
    """Two-sided p-value of a difference by the normal distribution; NaN without an error."""
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import

    if not (np.isfinite(difference) and np.isfinite(error)) or error <= 0:
        return float("nan")
    return float(2 * ndtr(-abs(difference) / error))


def normal_quantile(confidence: float) -> float:
    """Two-sided quantile of the normal distribution."""
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import

    return float(ndtri((1 + confidence) / 2))


def max_t(
    differences: FloatArray,
    replicates: FloatArray,
    errors: FloatArray | None = None,
    freedom: FloatArray | int | None = None,
) -> FloatArray:
    """Adjusted p-values of Romano and Wolf's step-down max-T over one family of differences.

    Args:
        differences: (m,), observed; NaN where undefined.
        replicates: (B, m), in the same resamples for all; NaN where undefined.
        errors: (m,) standard errors of the differences; by default the replicates' own standard deviations.
        freedom: degrees of freedom of ``errors``, one for all or (m,): a single comparison gets Student's p-value, and the
            replicates say only how the comparisons hang together.

    Returns:
        (m,), controlling the family-wise error rate; NaN where a difference is undefined or its error zero, but 1 if both
        the difference and its spread are zero.
    """
    adjusted, rows, observed, spread = _studentised(differences, replicates, errors, freedom)
    if len(rows) == 0:
        return adjusted
    drawn = np.abs(replicates[:, rows] - differences[rows]) / spread
    drawn = np.where(np.isfinite(drawn), drawn, -np.inf) if freedom is None else normal_scores(drawn.T).T
    order = np.argsort(-observed, kind="stable")
    largest = np.maximum.accumulate(drawn[:, order[::-1]], axis=1)[:, ::-1]
    exceed = (largest >= observed[order]).sum(axis=0)
    adjusted[rows[order]] = np.minimum(1.0, np.maximum.accumulate((exceed + 1) / (len(replicates) + 1)))
    return adjusted


def single_step(
    differences: FloatArray,
    replicates: FloatArray,
    largest: FloatArray,
    errors: FloatArray | None = None,
    freedom: FloatArray | int | None = None,
) -> FloatArray:
    """Adjusted p-values of some differences from a family whose largest studentised one is known; else like ``max_t``.

    They are valid for any choice from the family, even one made after seeing the data.

    Args:
        differences, replicates, errors, freedom: as for ``max_t``, of the chosen differences.
        largest: (B,) the largest of the whole family in each resample (``selection.largest_differences``).
    """
    adjusted, rows, observed, _ = _studentised(differences, replicates, errors, freedom)
    below = np.searchsorted(np.sort(largest), observed, side="left")
    adjusted[rows] = (len(largest) - below + 1) / (len(largest) + 1)
    return adjusted


def _studentised(
    differences: FloatArray, replicates: FloatArray, errors: FloatArray | None, freedom: FloatArray | int | None
) -> tuple[FloatArray, IntArray, FloatArray, FloatArray]:
    """P-values of differences that need no test (else NaN), which ones need one, these studentised, and their spreads."""
    adjusted = np.full(len(differences), np.nan)
    known = np.isfinite(differences) & np.isfinite(replicates).any(axis=0)
    spread = np.array([deviation(column) for column in replicates.T])
    error = spread if errors is None else errors
    adjusted[known & (differences == 0) & (spread == 0)] = 1.0
    rows = np.flatnonzero(known & (spread > 0) & (error > 0))
    observed = np.abs(differences[rows]) / error[rows]
    if freedom is not None:
        observed = _as_normal(observed, np.broadcast_to(freedom, differences.shape)[rows])
    return adjusted, rows, observed, spread[rows]


def holm(p_values: FloatArray) -> FloatArray:
    """Holm's step-down correction; NaN stays NaN and does not count."""
    adjusted = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    if len(order):
        adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1)))
    return adjusted


def replicates_for_holm(comparisons: int, alpha: float) -> int:
    """The number of replicates that Holm needs to be able to reject anything: the least p-value is 2 / (B + 1)."""
    return int(np.ceil(2 * comparisons / alpha)) - 1


def steiger(r_jk: float, r_jh: float, r_kh: float, n: int) -> Test:
    """Steiger's Z for two dependent correlations with a shared variable (1980, equation 14: pooled).

    Args:
        r_jk: of the shared variable j (the labels) with k.
        r_jh: of j with h.
        r_kh: of k with h.
        n: number of pairs, assumed independent.
    """
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import

    if n <= 3 or not _inside(r_jk, r_jh, r_kh):
        return Test(float("nan"), float("nan"))
    pooled = ((r_jk + r_jh) / 2) ** 2
    covariance = r_kh * (1 - 2 * pooled) - pooled * (1 - 2 * pooled - r_kh**2) / 2
    shared = covariance / (1 - pooled) ** 2
    z = (np.arctanh(r_jk) - np.arctanh(r_jh)) * np.sqrt((n - 3) / (2 - 2 * shared))
    return Test(float(z), float(2 * ndtr(-abs(z))))


def williams(r_jk: float, r_jh: float, r_kh: float, n: int) -> Test:
    """Williams' T2 for two dependent correlations with a shared variable; arguments as ``steiger``."""
    from scipy.special import stdtr  # noqa: PLC0415 - slow to import

    if n <= 3 or not _inside(r_jk, r_jh, r_kh):
        return Test(float("nan"), float("nan"))
    determinant = 1 - r_jk**2 - r_jh**2 - r_kh**2 + 2 * r_jk * r_jh * r_kh
    mean = (r_jk + r_jh) / 2
    below = 2 * determinant * (n - 1) / (n - 3) + mean**2 * (1 - r_kh) ** 3
    if below <= 0:
        return Test(float("nan"), float("nan"))
    t = (r_jk - r_jh) * np.sqrt((n - 1) * (1 + r_kh) / below)
    return Test(float(t), float(2 * stdtr(n - 3, -abs(t))))


def meng(r_jk: float, r_jh: float, r_kh: float, n: int) -> Test:
    """Meng, Rosenthal and Rubin's Z for two dependent correlations with a shared variable; arguments as ``steiger``.

    Psychological Bulletin 111 (1992), 172-175, equations 1 to 3; f is at most 1, as they say.
    """
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import

    if n <= 3 or not _inside(r_jk, r_jh, r_kh):
        return Test(float("nan"), float("nan"))
    square = (r_jk**2 + r_jh**2) / 2
    f = min(1.0, (1 - r_kh) / (2 * (1 - square)))
    h = (1 - f * square) / (1 - square)
    z = (np.arctanh(r_jk) - np.arctanh(r_jh)) * np.sqrt((n - 3) / (2 * (1 - r_kh) * h))
    return Test(float(z), float(2 * ndtr(-abs(z))))


def f_test(variance_a: float, variance_b: float, freedom_a: int, freedom_b: int) -> Test:
    """Two-sided F-test of two residual variances, assumed independent and normal."""
    from scipy.special import fdtr, fdtrc  # noqa: PLC0415 - slow to import

    if not (variance_a > 0 and variance_b > 0 and freedom_a > 0 and freedom_b > 0):
        return Test(float("nan"), float("nan"))
    ratio = variance_a / variance_b
    tail = min(fdtr(freedom_a, freedom_b, ratio), fdtrc(freedom_a, freedom_b, ratio))
    return Test(float(ratio), float(min(1.0, 2 * tail)))


def _inside(*correlations: float) -> bool:
    """Whether all are defined and none is 1 or -1 up to rounding."""
    return all(np.isfinite(value) and abs(value) < 1 - ROUNDING for value in correlations)


def deviation(values: FloatArray) -> float:
    """Standard deviation of the defined values; 0 where they are equal or fewer than two."""
    known = values[np.isfinite(values)]
    if len(known) < 2 or known.max() == known.min():
        return 0.0
    return float(known.std())


def normal_scores(deviations: FloatArray, *, signed: bool = False) -> FloatArray:
    """Each row's magnitudes (m, B) as those of a standard normal variable of the same order; minus infinity for NaN.

    With ``signed`` the rows are deviations to either side, and become values of that variable instead of magnitudes.

    With few clusters the resamples' own deviations have heavier tails than the normal distribution, on whose scale the
    observed differences are by then: the correction would find less than Holm's. So each row keeps its order, which is
    what it has in common with the others, and gets the normal distribution's tails.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import

    def standard(few: int) -> FloatArray:
        shares = (np.arange(few) + 0.5) / max(few, 1)
        return np.asarray(ndtri(shares if signed else (1 + shares) / 2))

    count = deviations.shape[1]
    places = standard(count)
    scores = np.empty(deviations.shape)
    step = max(1, SORTED_AT_ONCE // max(count, 1))
    for begin in range(0, len(deviations), step):
        part, some = deviations[begin : begin + step], scores[begin : begin + step]
        order = _order(part)
        np.put_along_axis(some, order, np.broadcast_to(places, part.shape), axis=1)
        for row in np.flatnonzero(~np.isfinite(part).all(axis=1)):
            known = np.isfinite(part[row])
            few = int(known.sum())
            some[row, ~known] = -np.inf
            some[row, order[row, :few]] = standard(few)
    return scores


def _order(rows: FloatArray) -> IntArray:
    """Each row's stable order, NaN last; the fast sort keeps no order of ties, so that rows with ties are sorted again."""
    order = np.argsort(rows, axis=1)
    ordered = np.take_along_axis(rows, order, axis=1)
    tied = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    order[tied] = np.argsort(rows[tied], axis=1, kind="stable")
    return order


def _as_normal(values: FloatArray, freedom: FloatArray) -> FloatArray:
    """The standard normal values with the same two-sided tails as these values of Student's t."""
    from scipy.special import ndtri, stdtr  # noqa: PLC0415 - slow to import

    return np.asarray(-ndtri(np.maximum(stdtr(freedom, -values), 1e-300)))
