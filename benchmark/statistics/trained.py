"""Methods that are trained by partition: the corrected t test of their differences, and their variance taken apart. numpy.

Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52 (2003).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.statistics.intervals import student
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.rounding import ROUNDING
from benchmark.statistics.significance import student_p


@dataclass(frozen=True, slots=True)
class Corrected:
    """A mean difference over partitions with its interval and test.

    Attributes:
        value: the mean.
        low, high: of the interval; NaN where there is none.
        p_value: two-sided; NaN where not tested.
        error: standard error.
        freedom: degrees of freedom.
    """

    value: float
    low: float
    high: float
    p_value: float
    error: float
    freedom: int


def corrected_t(differences: FloatArray, ratio: float, confidence: float = 0.95) -> Corrected:
    """Nadeau and Bengio's corrected resampled t test: variance times (1 / J + n_test / n_train), J - 1 degrees of freedom.

    The factor 1 / J alone would take the partitions' differences as independent; they share what they are trained on.

    Args:
        differences: (J,), one a partition, finite; seeds are averaged before.
        ratio: clusters that are tested over those that are trained on (``ratio_of``); above 0.
        confidence: of the interval.

    Returns:
        Without interval and p-value for fewer than two partitions. Differences that are all zero have p = 1; equal ones that
        are not have no p-value, since they do not vary.

    Raises:
        ValueError: the ratio is not above 0, or a difference is not finite.
    """
    if not ratio > 0:
        raise ValueError(f"the ratio of tested to trained clusters must be above 0, not {ratio:g}")
    if not np.isfinite(differences).all():
        raise ValueError("a difference is not finite: leave such partitions out, and say so")
    count = len(differences)
    value = float(np.mean(differences)) if count else float("nan")
    nan = float("nan")
    if count < 2:
        return Corrected(value, nan, nan, nan, nan, max(count - 1, 0))
    variance = float(np.var(differences, ddof=1))
    if np.ptp(differences) <= ROUNDING * max(1.0, float(np.abs(differences).max())):
        variance = 0.0
    error = float(np.sqrt(variance * (1 / count + ratio)))
    if error == 0 and abs(value) <= ROUNDING:
        value = 0.0
    reach = student(count - 1, confidence) * error if error > 0 else nan
    return Corrected(value, value - reach, value + reach, student_p(value, error, count - 1), error, count - 1)


def ratio_of(tested: Sequence[int], trained: Sequence[int]) -> float:
    """Clusters that are tested over those that are trained on, over all partitions; NaN where none is trained on.

    For k folds without validation it is 1 / (k - 1).
    """
    total = sum(trained)
    return sum(tested) / total if total else float("nan")


@dataclass(frozen=True, slots=True)
class Components:
    """The variance of a statistic of one training on one partition, taken apart.

    Attributes:
        seed: by what a seed decides (initialisation, order, dropout); NaN with one seed a partition.
        training_set: by what is trained on; with one seed a partition it holds the seed's part too.
        test_sampling: by which references are tested.
        between: the variance of the partitions' means, which the others explain.
    """

    seed: float
    training_set: float
    test_sampling: float
    between: float

    @property
    def shares(self) -> dict[str, float]:
        """The shares of seed, training set and test sampling in their sum; NaN where that is zero or unknown."""
        parts = {"seed": self.seed, "training set": self.training_set, "test sampling": self.test_sampling}
        total = sum(value for value in parts.values() if np.isfinite(value))
        return {name: value / total if total > 0 else float("nan") for name, value in parts.items()}


def components(values: Sequence[FloatArray], test_sampling: Sequence[float]) -> Components:
    """Take the variance of a statistic over partitions and seeds apart.

    The seed's part is the variance within partitions (pooled by degrees of freedom), test sampling the mean of the
    partitions' bootstrap variances, and the training set's part what is left: max(0, between partitions - seed / S - test
    sampling), with S seeds a partition (their harmonic mean).

    Args:
        values: for each partition the statistic of each seed, finite.
        test_sampling: for each partition the variance of the statistic, averaged over seeds, when the clusters of its test
            part are drawn anew.

    Raises:
        ValueError: fewer than two partitions, or one without a value.
    """
    if len(values) < 2 or any(len(part) == 0 for part in values) or len(values) != len(test_sampling):
        raise ValueError("variance is taken apart over at least two partitions that each have a value")
    sizes = np.array([len(part) for part in values], dtype=float)
    freedom = float((sizes - 1).sum())
    seed = sum(float(((part - part.mean()) ** 2).sum()) for part in values) / freedom if freedom else float("nan")
    between = float(np.var([part.mean() for part in values], ddof=1))
    of_mean = 0.0 if np.isnan(seed) else seed * float((1 / sizes).mean())
    test = float(np.mean(test_sampling))
    return Components(seed, max(0.0, between - of_mean - test), test, between)
