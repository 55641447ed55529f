"""Do methods differ over many data sets? Friedman's test of ranks and Nemenyi's critical difference. numpy, scipy.

After Demšar (JMLR 7, 2006), who asks for many data sets: the ranks of a data set are one observation. Within one data set
these tests know nothing; there the comparisons' own p-values decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.rounding import ROUNDING

FEWEST_SETS = 10
"""Data sets from which the test's distribution is close enough to the one that it assumes (Demšar: more than 10)."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The mean ranks of methods over data sets.

    Attributes:
        means: (m,) mean rank of each method, 1 for one that is always the best.
        chi_squared: Friedman's statistic.
        p_value: of it, m - 1 degrees of freedom.
        f: Iman and Davenport's (1980) statistic from it, which is less conservative; infinite where all sets agree.
        f_p_value: of it, m - 1 and (m - 1)(N - 1) degrees of freedom.
        critical: Nemenyi's difference of mean ranks from which two methods differ.
        sets: their number N.
    """

    means: FloatArray
    chi_squared: float
    p_value: float
    f: float
    f_p_value: float
    critical: float
    sets: int


def mean_ranks(values: FloatArray, alpha: float = 0.05, *, corrected: bool = True) -> Ranked:
    """Rank methods on each data set and test whether they differ.

    Args:
        values: (N, m) finite, higher is better: at least two data sets and methods.
        alpha: level of Nemenyi's difference.
        corrected: whether Friedman's statistic is corrected for ties, as SciPy's is; Demšar's example prints it without.

    Raises:
        ValueError: fewer than two data sets or methods, or values that are not finite.
    """
    from scipy.special import chdtrc, fdtrc  # noqa: PLC0415 - slow to import

    sets, methods = values.shape
    if sets < 2 or methods < 2 or not np.isfinite(values).all():
        raise ValueError("ranks need two data sets and two methods or more, each with a value everywhere")
    above = (values[:, None, :] > values[:, :, None] + ROUNDING).sum(axis=2)
    alike = (np.abs(values[:, None, :] - values[:, :, None]) <= ROUNDING).sum(axis=2)
    means = (1 + above + (alike - 1) / 2).mean(axis=0)
    squares = 12 * sets / (methods * (methods + 1)) * float(((means - (methods + 1) / 2) ** 2).sum())
    ties = float((alike**2 - 1).sum())  # over the members of a group of t, each t² - 1: together t³ - t
    share = 1 - ties / (sets * methods * (methods**2 - 1)) if corrected else 1.0
    chi_squared = squares / share if share > 0 else 0.0
    most = sets * (methods - 1)
    f = (sets - 1) * chi_squared / (most - chi_squared) if chi_squared < most * (1 - ROUNDING) else float("inf")
    return Ranked(
        means,
        chi_squared,
        float(chdtrc(methods - 1, chi_squared)),
        f,
        float(fdtrc(methods - 1, (methods - 1) * (sets - 1), f)) if np.isfinite(f) else 0.0,
        critical_difference(methods, sets, alpha),
        sets,
    )


def critical_difference(methods: int, sets: int, alpha: float = 0.05) -> float:
    """Nemenyi's difference of mean ranks from which two of m methods differ over N data sets.

    It is q sqrt(m (m + 1) / (6 N)), q the studentised range's quantile of 1 - alpha for m groups, over the root of 2.
    """
    from scipy.stats import studentized_range  # noqa: PLC0415 - slow to import

    q = float(studentized_range.ppf(1 - alpha, methods, np.inf)) / np.sqrt(2)
    return float(q * np.sqrt(methods * (methods + 1) / (6 * sets)))


def cliques(means: FloatArray, critical: float) -> list[tuple[int, ...]]:
    """The largest groups of methods, by ascending mean rank, of which no two differ by the critical difference.

    Returns:
        Places in ``means``, each group's best first; without groups of one, and none within another.
    """
    order = np.argsort(means, kind="stable")
    ordered = means[order]
    found: list[tuple[int, int]] = []
    for first in range(len(ordered)):
        last = int(np.searchsorted(ordered, ordered[first] + critical, side="left")) - 1
        if last > first and not (found and found[-1][1] >= last):
            found.append((first, last))
    return [tuple(order[first : last + 1].tolist()) for first, last in found]
