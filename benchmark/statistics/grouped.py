"""Correlations in groups of pairs, their mean within groups, and differences between groups. numpy.

Groups may share clusters, as conditions share references: a cluster is left out of all groups at once, so that intervals of
means and differences know how groups move together. Each is a jackknife by cluster with Student's t (docs/protocol.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.statistics.catalogue import find
from benchmark.statistics.intervals import NO_INTERVAL, Range, interval, jackknife_error, known_part, student
from benchmark.statistics.partitioned import correlations
from benchmark.statistics.resampling import FloatArray, IntArray, leave_one_out
from benchmark.statistics.significance import student_p
from benchmark.statistics.weighted import ScoreColumns

STATISTICS = ("srcc", "plcc", "krcc")
OF_DIFFERENCES = (-2.0, 2.0)
Counted = Callable[[FloatArray], FloatArray]
"""Maps counts of clusters, (B, K), to values, (B,)."""


@dataclass(frozen=True, slots=True)
class PairsOfMethod:
    """The pairs that a method scored.

    Attributes:
        labels: (n,) finite, oriented so that higher is better.
        scores: (n,) finite, oriented likewise.
        clusters: (n,) number of each pair's cluster, in [0, K).
        groups: (n,) number of each pair's group, in [0, G); -1 for pairs in none.
    """

    labels: FloatArray
    scores: FloatArray
    clusters: IntArray
    groups: IntArray

    def inside(self, group: int) -> PairsOfMethod:
        """The pairs of one group."""
        rows = self.groups == group
        return PairsOfMethod(self.labels[rows], self.scores[rows], self.clusters[rows], self.groups[rows])


@dataclass(frozen=True, slots=True)
class Valued:
    """A number with its interval.

    Attributes:
        value: NaN where undefined.
        low, high: of the interval; NaN where there is none.
        n: pairs that it is computed of.
        n_clusters: their clusters.
        note: why there is no interval.
        p_value: of a difference, two-sided, not corrected; NaN where not tested.
    """

    value: float
    low: float
    high: float
    n: int
    n_clusters: int
    note: str = ""
    p_value: float = float("nan")

    @property
    def sign(self) -> int:
        """1 or -1 where the interval excludes zero, else 0."""
        return int(self.low > 0) - int(self.high < 0)


@dataclass(frozen=True, slots=True)
class Grouped:
    """A statistic of one method in groups.

    Attributes:
        each: in each group.
        within: the mean over groups, weighted by their pairs; groups without a value are left out with their pairs.
        pooled: of all pairs of all groups together.
    """

    each: tuple[Valued, ...]
    within: Valued
    pooled: Valued
    _left: tuple[FloatArray, ...]
    _held: tuple[IntArray, ...]

    def difference(self, first: int, second: int, confidence: float) -> Valued:
        """One group's value less another's.

        Groups without a common cluster are independent: Welch's t on both jackknife errors. Others by leaving out the
        clusters of either, from both at once.
        """
        one, other = self.each[first], self.each[second]
        held, left = (self._held[first], self._held[second]), (self._left[first], self._left[second])
        if len(np.intersect1d(*held)):
            touched = np.union1d(*held)
            return difference(one, other, (left[0] - left[1])[touched], confidence)
        return _independent(one, other, left[0][held[0]], left[1][held[1]], confidence)


def grouped(pairs: PairsOfMethod, count: int, statistic: str, confidence: float = 0.95) -> Grouped:
    """SRCC, PLCC or KRCC in each group, within groups, and of all grouped pairs.

    Args:
        pairs: a method's pairs.
        count: G, the number of groups.
        statistic: ``srcc``, ``plcc`` or ``krcc``.
        confidence: of the intervals, in (0.5, 1).

    Raises:
        ValueError: another statistic.
    """
    place = STATISTICS.index(statistic)
    kept = pairs.groups >= 0
    pairs = PairsOfMethod(pairs.labels[kept], pairs.scores[kept], pairs.clusters[kept], pairs.groups[kept])
    names, local = np.unique(pairs.clusters, return_inverse=True)
    pairs = PairsOfMethod(pairs.labels, pairs.scores, local.astype(np.int64), pairs.groups)
    k = len(names)
    parts = [_Part(pairs.inside(group), k, place) for group in range(count)]
    whole = _Part(pairs, k, place)

    def within(counts: FloatArray) -> FloatArray:
        values = np.stack([part(counts) for part in parts], axis=1) if parts else np.full((len(counts), 0), np.nan)
        known = np.isfinite(values)
        sizes = np.stack([part.sizes(counts) for part in parts], axis=1) if parts else values
        weights = np.where(known, sizes, 0.0)
        total = weights.sum(axis=1)
        sums = (weights * np.where(known, values, 0.0)).sum(axis=1)
        return np.asarray(np.divide(sums, total, out=np.full(len(counts), np.nan), where=total > 0))

    ones = np.ones((1, k))
    measures: list[Counted] = [*parts, within, whole]
    left = [_left_out(measure, k) for measure in measures]
    values = [float(measure(ones)[0]) for measure in measures]
    held = [part.held for part in parts] + [np.arange(k), np.arange(k)]
    sizes = [len(part.pairs.labels) for part in parts] + [len(pairs.labels)] * 2
    found = tuple(
        _valued(value, out[own], size, statistic, confidence)
        for value, out, own, size in zip(values, left, held, sizes, strict=True)
    )
    return Grouped(found[:count], found[count], found[count + 1], tuple(left[:count]), tuple(held[:count]))


def difference(
    one: Valued, other: Valued, left_out: FloatArray, confidence: float, within: Range = OF_DIFFERENCES
) -> Valued:
    """A difference of two values, with its interval and test.

    Args:
        one: the first value.
        other: what is subtracted.
        left_out: (K,) the difference with each cluster left out.
        confidence: of the interval.
        within: values that a difference can have; by default those of two correlations.
    """
    value = one.value - other.value
    n, clusters = one.n + other.n, len(left_out)
    ends = interval(value, np.empty(0), left_out, kind="jackknife", confidence=confidence, within=within)
    if not np.isfinite(ends.low):
        return Valued(value, np.nan, np.nan, n, clusters, ends.note)
    known, _ = known_part(left_out, leave_out=True)
    error = jackknife_error(value, left_out if known is None else known)
    return Valued(value, ends.low, ends.high, n, clusters, "", student_p(value, error.error, error.freedom))


def _independent(one: Valued, other: Valued, first: FloatArray, second: FloatArray, confidence: float) -> Valued:
    """A difference of values of independent clusters, by Welch's t (Biometrika 34, 1947)."""
    value, n, clusters = one.value - other.value, one.n + other.n, len(first) + len(second)
    errors = []
    for item, left_out in ((one, first), (other, second)):
        known, note = known_part(left_out, leave_out=True)
        if not np.isfinite(item.value) or known is None or len(left_out) < 2:
            return Valued(value, np.nan, np.nan, n, clusters, f"{NO_INTERVAL}{note or 'one cluster only'}")
        errors.append(jackknife_error(item.value, known))
    variances = [item.error**2 for item in errors]
    error = float(np.sqrt(sum(variances)))
    if not error > 0:
        return Valued(value, np.nan, np.nan, n, clusters, f"{NO_INTERVAL}no spread")
    below = sum(part**2 / item.freedom for part, item in zip(variances, errors, strict=True))
    freedom = sum(variances) ** 2 / below
    reach = student(freedom, confidence) * error
    low, high = np.clip([value - reach, value + reach], *OF_DIFFERENCES)
    return Valued(value, float(low), float(high), n, clusters, "", student_p(value, error, freedom))


def of_two(
    one: PairsOfMethod, other: PairsOfMethod, statistic: str, confidence: float = 0.95
) -> tuple[Valued, Valued, Valued]:
    """Two methods on their common pairs: both values, and the first less the second, by leaving out clusters.

    Args:
        one: the first method's pairs.
        other: the second's: the same pairs in the same order.
        statistic: ``srcc``, ``plcc`` or ``krcc``.
        confidence: of the intervals.
    """
    place = STATISTICS.index(statistic)
    names, local = np.unique(one.clusters, return_inverse=True)
    k, numbers = len(names), local.astype(np.int64)
    parts = [_Part(PairsOfMethod(item.labels, item.scores, numbers, item.groups), k, place) for item in (one, other)]
    left = [_left_out(part, k) for part in parts]
    values = [
        _valued(float(part(np.ones((1, k)))[0]), out, len(one.labels), statistic, confidence)
        for part, out in zip(parts, left, strict=True)
    ]
    return values[0], values[1], difference(values[0], values[1], left[0] - left[1], confidence)


class _Part:
    """A statistic of some pairs as a function of counts, (B, K) → (B,)."""

    def __init__(self, pairs: PairsOfMethod, n_clusters: int, place: int) -> None:
        self.pairs, self._place = pairs, place
        self.held, local = np.unique(pairs.clusters, return_inverse=True)
        self._pairs_of = np.bincount(pairs.clusters, minlength=n_clusters).astype(np.float64)
        self._columns = ScoreColumns(pairs.labels, pairs.scores[None, :], local.astype(np.int64), len(self.held))

    def __call__(self, counts: FloatArray) -> FloatArray:
        if not len(self.held):
            return np.full(len(counts), np.nan)
        drawn, which = np.unique(counts[:, self.held], axis=0, return_inverse=True)  # most leave-outs concern others
        return np.asarray(correlations(self._columns, drawn)[which.ravel(), self._place, 0])

    def sizes(self, counts: FloatArray) -> FloatArray:
        """How many pairs are drawn, (B,)."""
        return np.asarray(counts @ self._pairs_of)


def _left_out(measure: Counted, n_clusters: int) -> FloatArray:
    """(K,) the value with each cluster left out."""
    blocks: Sequence[FloatArray] = [measure(block) for block in leave_one_out(n_clusters)] if n_clusters > 1 else []
    return np.concatenate(blocks) if blocks else np.full(n_clusters, np.nan)


def _valued(value: float, left_out: FloatArray, n: int, statistic: str, confidence: float) -> Valued:
    known = find(statistic)
    ends = interval(
        value,
        np.empty(0),
        left_out,
        kind="jackknife",
        confidence=confidence,
        scale=known.scale,
        within=known.range,
        effective=known.effective,
    )
    return Valued(value, ends.low, ends.high, n, len(left_out), ends.note)
