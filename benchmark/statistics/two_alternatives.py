"""Choices between two images (2AFC): how well a method predicts which one observers prefer. numpy, numba by its kernels.

The design's table has one row per choice: ``scores`` are the second image's score less the first's (0 where they are equal),
``labels`` the share of the votes for the second image, ``observers`` the number of votes, ``conditions`` the groups.
Measures are functions of counts, as in ``measures``. The 2AFC score is that of R. Zhang, P. Isola, A. A. Efros,
E. Shechtman, O. Wang: The unreasonable effectiveness of deep features as a perceptual metric, CVPR 2018.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmark.statistics.design import Design
from benchmark.statistics.discrimination import SortedPairs, sort_pairs, sorted_areas
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import LAST_PLACES, ROUNDING, largest

DECIDED = 0.05
"""A majority decides a choice if half-half voters would reach it in at most this share of cases (one-sided binomial)."""
STEEPEST = 1e4  # largest slope, for score differences whose root mean square is one
STEPS = 200  # of Newton's method, halved where they overshoot
SLOPES = np.linspace(-5.0, 5.0, 21)  # standard errors around the slope, where the resamples' likelihoods are known
WITH_VOTES = ("auc_ds", "auc_bw", "cc_0")


@dataclass(frozen=True, slots=True)
class Slope:
    """The fitted slope of the logistic model of a column.

    Attributes:
        value: for score differences whose root mean square is one.
        at_bound: whether the likelihood grows on to infinite slopes: scores and majorities agree without exception.
    """

    value: float
    at_bound: bool


class TwoAlternatives:
    """``score_2afc``, ``accuracy_majority``, ``log_likelihood`` of every column; with votes the AUCs of Krasula et al., too.

    For the AUCs, two images differ where a majority decides their choice (``DECIDED``).

    Attributes:
        design: the columns.
        slopes: the logistic model's slope on all choices, by column.
        names: the statistics.
    """

    remark = ""

    def __init__(self, design: Design, *, threads: int = 0) -> None:
        self.design = design
        self._threads = threads
        votes = design.table.observers
        self._weighed = bool(len(votes)) and bool((votes >= 1).all())
        self.names = ("score_2afc", "accuracy_majority", "log_likelihood", *(WITH_VOTES if self._weighed else ()))
        self._used = np.unique(design.table.clusters)  # a group of choices has a part of the clusters
        self.slopes: list[Slope] = []
        self._shares: list[FloatArray] = []  # (4, K): agreement, choices, hits, choices with a majority
        self._likelihoods: list[tuple[FloatArray, FloatArray]] = []  # (K, slopes) sums; (K,) weights
        self._sorted: list[SortedPairs] = []
        k = len(self._used)
        for _, group, columns in design.columns():
            clusters, preference = np.searchsorted(self._used, columns.clusters), columns.labels
            weights = votes[group.rows] if self._weighed else np.ones(len(preference))
            for difference in columns.scores:
                self._shares.append(_shares(difference, preference, clusters, k))
                self._likelihoods.append(self._profile(difference, preference, weights, clusters))
                if self._weighed:
                    self._sorted.append(_sorted(difference, preference, weights, clusters, k))

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, statistics, columns); NaN where undefined."""
        values = np.full((len(counts), len(self.names), self.design.n_columns), np.nan)
        counts = np.ascontiguousarray(counts[:, self._used])
        with_one = np.hstack([counts, np.ones((len(counts), 1))]) if self._weighed else counts
        of_data = (counts == 1).all(axis=1)
        for column, (shares, (sums, weights)) in enumerate(zip(self._shares, self._likelihoods, strict=True)):
            agreement, choices, hits, decided = (counts @ shares.T).T
            values[:, 0, column] = _ratio(agreement, choices)
            values[:, 1, column] = _ratio(hits, decided)
            likelihood = np.where(of_data, sums[:, sums.shape[1] // 2].sum(), _peaks(counts @ sums))
            values[:, 2, column] = _ratio(likelihood, counts @ weights)
        if self._weighed:
            values[:, 3:] = sorted_areas(self._sorted, with_one, threads=self._threads)
        return values

    def _profile(
        self, difference: FloatArray, preference: FloatArray, weights: FloatArray, clusters: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Each cluster's log-likelihood at the slopes around the best one, and its weight."""
        k = len(self._used)
        x = _scaled(_scaled(difference, largest), _root_mean_square)  # squares of tiny differences vanish
        slope, error = fit_slope(x, preference, weights, clusters)
        self.slopes.append(slope)
        around = slope.value + error * SLOPES if error > 0 else np.array([slope.value])
        terms = [weights * _log_likelihood(each * x, preference) for each in around]
        sums = np.stack([np.bincount(clusters, weights=term, minlength=k) for term in terms], axis=1).astype(np.float64)
        return sums, np.bincount(clusters, weights=weights, minlength=k).astype(np.float64)


class Observers:
    """``score_2afc`` of columns whose scores are each choice's own agreement: what observers reach themselves."""

    names = ("score_2afc",)
    remark = ""

    def __init__(self, design: Design) -> None:
        self.design = design
        k = design.table.n_clusters
        parts = [columns for _, _, columns in design.columns()]
        sums = np.stack([np.bincount(c.clusters, weights=row, minlength=k) for c in parts for row in c.scores])
        sizes = np.stack([np.bincount(c.clusters, minlength=k) for c in parts for _ in c.scores])
        self._used = np.flatnonzero(sizes.any(axis=0))
        self._sums, self._sizes = sums[:, self._used], sizes[:, self._used]

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, 1, columns); NaN where undefined."""
        counts = counts[:, self._used]
        return _ratio(counts @ self._sums.T, counts @ self._sizes.T)[:, None, :]


def ceiling(preference: FloatArray) -> FloatArray:
    """(n,) each choice's 2AFC score of a method that always prefers the majority's image."""
    return np.maximum(preference, 1 - preference)


def human(preference: FloatArray) -> FloatArray:
    """(n,) each choice's expected 2AFC score of one observer, p² + (1 - p)²."""
    return np.asarray(preference**2 + (1 - preference) ** 2)


def differences(first: FloatArray, second: FloatArray) -> FloatArray:
    """(n,) the second image's scores less the first's; 0 where they are equal up to rounding."""
    difference = second - first
    known = np.concatenate([first[np.isfinite(first)], second[np.isfinite(second)]])
    return np.where(np.abs(difference) <= LAST_PLACES * largest(known), 0.0, difference)


def fit_slope(x: FloatArray, preference: FloatArray, weights: FloatArray, clusters: IntArray) -> tuple[Slope, float]:
    """The slope b that maximises the likelihood of choosing the second image with probability 1/(1 + exp(-b x)).

    The likelihood is concave in b. The slope may be negative: then observers prefer the image with the lower score.

    Args:
        x: (n,) score differences.
        preference: (n,) shares of the votes for the second image.
        weights: (n,) numbers of votes.
        clusters: (n,) what is resampled, for the standard error.

    Returns:
        The slope with its standard error by cluster; 0 where there is none.
    """
    value = 0.0
    for _ in range(STEPS):
        chance = _logistic(value * x)
        slope = float(weights @ (x * (preference - chance)))
        curvature = float(weights @ (x * x * chance * (1 - chance)))
        if curvature <= 0 or abs(slope) <= ROUNDING * float(weights.sum()):
            break
        step, here = slope / curvature, _total(value, x, preference, weights)
        while _total(value + step, x, preference, weights) < here and abs(step) > ROUNDING:
            step /= 2
        value = float(np.clip(value + step, -STEEPEST, STEEPEST))
        if abs(step) <= ROUNDING * max(1.0, abs(value)) or abs(value) == STEEPEST:
            break
    chance = _logistic(value * x)
    curvature = float(weights @ (x * x * chance * (1 - chance)))
    at_bound = abs(value) == STEEPEST or curvature <= ROUNDING * float(weights.sum()) < float(weights @ (x * x))
    if at_bound or curvature <= 0:
        return Slope(value, at_bound), 0.0
    parts = np.bincount(clusters, weights=weights * x * (preference - chance))
    return Slope(value, at_bound=False), float(np.sqrt(parts @ parts)) / curvature


def _total(slope: float, x: FloatArray, preference: FloatArray, weights: FloatArray) -> float:
    return float(weights @ _log_likelihood(slope * x, preference))


def _log_likelihood(logit: FloatArray, preference: FloatArray) -> FloatArray:
    """p log(chance) + (1 - p) log(1 - chance), for the chance's logit; no overflow."""
    return np.asarray(preference * logit - np.logaddexp(0.0, logit))


def _logistic(logit: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-np.logaddexp(0.0, -logit)))


def _shares(difference: FloatArray, preference: FloatArray, clusters: IntArray, k: int) -> FloatArray:
    agreement = np.where(difference > 0, preference, np.where(difference < 0, 1 - preference, 0.5))
    majority = np.where(np.abs(preference - 0.5) <= ROUNDING, 0.0, np.sign(preference - 0.5))
    hits = np.where(difference == 0, 0.5, np.sign(difference) == majority) * (majority != 0)
    parts = (agreement, np.ones(len(difference)), hits, majority != 0)
    return np.stack([np.bincount(clusters, weights=part, minlength=k) for part in parts])


def _sorted(
    difference: FloatArray, preference: FloatArray, votes: FloatArray, clusters: IntArray, k: int
) -> SortedPairs:
    """The choices as pairs of images; a choice has one cluster, the other one is number K, of which there is always one."""
    cluster = clusters.astype(np.uint32)
    sign = decided(preference, votes)
    return sort_pairs(cluster, np.full_like(cluster, k), sign, difference, LAST_PLACES * largest(difference))


def decided(preference: FloatArray, votes: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """(n,) 1 where a majority for the second image decides, -1 where one for the first does, 0 where none does."""
    from scipy.special import betainc  # noqa: PLC0415 - slow to import

    most = np.round(np.maximum(preference, 1 - preference) * votes)
    chance = betainc(most, votes - most + 1, 0.5)  # of a binomial count of ``most`` or more
    return np.where(chance <= DECIDED, np.sign(preference - 0.5), 0).astype(np.int8)


def _peaks(likelihoods: FloatArray) -> FloatArray:
    """(B, slopes) → (B,) the largest log-likelihood, by the parabola through the largest and its neighbours."""
    if likelihoods.shape[1] < 3:
        return np.asarray(likelihoods[:, 0])
    at = np.clip(likelihoods.argmax(axis=1), 1, likelihoods.shape[1] - 2)[:, None]
    low, middle, high = (np.take_along_axis(likelihoods, at + shift, axis=1)[:, 0] for shift in (-1, 0, 1))
    bend = low - 2 * middle + high
    slope = (high - low) / 2
    return np.asarray(middle - np.divide(slope**2, 2 * bend, out=np.zeros_like(bend), where=bend < 0))


def _scaled(x: FloatArray, size: Callable[[FloatArray], float]) -> FloatArray:
    return x / size(x) if len(x) and size(x) > 0 else x


def _root_mean_square(x: FloatArray) -> float:
    return float(np.sqrt(np.mean(x**2)))


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0))
