"""Correlations where each resample has labels of its own, as other observers would have given them. numpy, numba.

The functions of ``measures`` know one set of labels; here labels are drawn with the clusters. What has no function here is
resampled by cluster only, and says so.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from benchmark.statistics.design import Design
from benchmark.statistics.measures import (
    LARGEST_REFERENCE,
    Alone,
    Correlations,
    Means,
    Measure,
    System,
    WithinReference,
    runs,
    small_correlations,
)
from benchmark.statistics.over_trainings import OverTrainings
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import ROUNDING, constant, largest
from benchmark.statistics.weighted import ScoreColumns, in_threads, sorted_ranks

Relabelled = Callable[[FloatArray, FloatArray], FloatArray]
"""Maps counts of clusters (B, K) and labels (B, n), NaN where there is none, to values (B, statistics, columns)."""
MOST_SIGNS = 1 << 21
AT_ONCE = 64


def relabelled(measure: Measure) -> Relabelled | None:
    """The measure as a function of labels, too; ``None`` where there is none."""
    if isinstance(measure, OverTrainings):
        each = relabelled(measure.each)
        return None if each is None else lambda counts, labels: measure.averaged(each(counts, labels))
    if isinstance(measure, Correlations):
        return functools.partial(_correlations, measure)
    if isinstance(measure, WithinReference):
        return functools.partial(_within_reference, measure.design)
    if isinstance(measure, System):
        return functools.partial(_system, measure.design)
    return functools.partial(_alone, measure) if isinstance(measure, Alone) else None


def _correlations(measure: Correlations, counts: FloatArray, labels: FloatArray) -> FloatArray:
    """SRCC, PLCC and KRCC over the pairs of a design."""
    values = np.full((len(counts), 3, measure.design.n_columns), np.nan)
    for place, group, columns in measure.design.columns():
        if not len(group.rows):
            continue
        ranked = _Ranked(columns, krcc=measure.krcc)

        def work(begin: int, place: slice = place, rows: IntArray = group.rows, ranked: _Ranked = ranked) -> None:
            for b in range(begin, min(begin + AT_ONCE, len(counts))):
                values[b, :, place] = ranked.correlations(counts[b], labels[b, rows])

        in_threads(work, range(0, len(counts), AT_ONCE), measure.threads)
    return values


class _Ranked:
    """Columns of scores on the same pairs, sorted once for labels that change."""

    def __init__(self, columns: ScoreColumns, *, krcc: bool) -> None:
        self._scores, self._clusters, self._krcc = columns.scores, columns.clusters, krcc
        ordered = [sorted_ranks(scores) for scores in columns.scores]
        self._orders, self._lasts = np.stack([item[0] for item in ordered]), np.stack([item[1] for item in ordered])
        self._own = np.arange(len(columns.labels), dtype=np.uint64)  # weights are the pairs' own here
        self._centred = columns.scores - columns.scores.mean(axis=1, keepdims=True)

    def correlations(self, counts: FloatArray, labels: FloatArray) -> FloatArray:
        """SRCC, PLCC and KRCC (3, m) of one resample: counts of clusters (K,), labels (n,) with NaN where there is none."""
        from benchmark.statistics import rank_kernels as kernels  # noqa: PLC0415 - numba is slow

        values = np.full((3, len(self._scores)), np.nan)
        weights = np.where(np.isfinite(labels), counts[self._clusters], 0.0)
        drawn = weights > 0
        if not drawn.any() or constant(labels[drawn]):
            return values
        labels = np.where(drawn, labels, labels[drawn][0])  # what has no weight changes nothing
        ranks = np.full((2, len(self._scores), 1), np.nan)
        how = kernels.WHOLE if self._krcc else kernels.NO_KRCC
        weighed = weights.astype(np.int32)[:, None]
        order = sorted_ranks(labels)
        kernels.rank_correlations(weighed, self._own, *order, self._orders, self._lasts, ranks[0], ranks[1], how)
        values[0], values[2] = ranks[:, :, 0]
        values[1] = _plcc(self._centred, labels, weights)
        values[:, constant(self._scores[:, drawn])] = np.nan
        return values


def _plcc(scores: FloatArray, labels: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted Pearson's correlation of each row of scores (m, n) with the labels."""
    total = weights.sum()
    x = scores - (scores @ weights / total)[:, None]
    y = labels - labels @ weights / total
    x = x / np.maximum(np.abs(x).max(axis=1, keepdims=True), 1e-300)
    y = y / np.abs(y).max()
    with np.errstate(invalid="ignore", divide="ignore"):
        value = x @ (weights * y) / np.sqrt((x * x) @ weights) / np.sqrt((y * y) @ weights)
    return np.asarray(np.clip(value, -1.0, 1.0))


def _alone(measure: Alone, counts: FloatArray, labels: FloatArray) -> FloatArray:
    """Statistics that are computed separately, each by its own function on weighted arrays."""
    values = np.full((len(counts), len(measure.names), measure.design.n_columns), np.nan)
    for place, group, columns in measure.design.columns():
        numbers = range(*place.indices(measure.design.n_columns))
        for b, count in enumerate(counts):
            y = labels[b, group.rows]
            known = np.isfinite(y)
            weights = count[columns.clusters][known]
            for row, column in enumerate(numbers):
                for number, compute in enumerate(measure.functions):
                    values[b, number, column] = compute(columns.scores[row][known], y[known], weights)
    return values


def _within_reference(design: Design, counts: FloatArray, labels: FloatArray) -> FloatArray:
    """Mean over references of SRCC, KRCC and the share of rightly ordered pairs among a reference's images."""
    shape = (len(counts), 3, design.n_columns)
    sums, known = np.zeros(shape), np.zeros(shape)
    for place, group, columns in design.columns():
        for own in runs(design.table.references[group.rows]):
            if not 2 <= len(own) <= LARGEST_REFERENCE:
                continue
            scores = columns.scores[:, own]
            scores = np.where(constant(scores)[:, None], 0.0, scores)
            signs = np.sign(scores[:, :, None] - scores[:, None, :])
            weights = counts[:, columns.clusters[own[0]]][:, None, None]
            step = max(1, MOST_SIGNS // (len(own) ** 2))
            for begin in range(0, len(counts), step):
                part = slice(begin, begin + step)
                values = _one_reference(signs, labels[part][:, group.rows[own]])
                there = np.isfinite(values)
                sums[part, :, place] += weights[part] * np.where(there, values, 0.0)
                known[part, :, place] += weights[part] * there
    return np.asarray(np.divide(sums, known, out=np.full(shape, np.nan), where=known > 0))


def _one_reference(signs: FloatArray, labels: FloatArray) -> FloatArray:
    """The three statistics of one reference's images: signs of score differences (m, r, r), labels (B, r) → (B, 3, m)."""
    there = np.isfinite(labels)
    filled = np.where(there, labels, 0.0)
    both = (there[:, :, None] & there[:, None, :]).astype(np.float64)
    signs_y = np.sign(filled[:, :, None] - filled[:, None, :]) * both
    flat_x, flat_y, flat = (item.reshape(len(item), -1) for item in (signs, signs_y, both))
    values = np.full((len(labels), 3, len(signs)), np.nan)
    ranks_x, ranks_y = np.einsum("bij,mij->bmi", both, signs), signs_y.sum(axis=2)
    values[:, 0] = _ratio(
        np.einsum("bmi,bi->bm", ranks_x, ranks_y), (ranks_x**2).sum(axis=2), (ranks_y**2).sum(axis=1)[:, None]
    )
    agreement = flat_y @ flat_x.T
    values[:, 1] = _ratio(agreement, flat @ (flat_x**2).T, (flat_y**2).sum(axis=1)[:, None])
    apart = (flat_y**2).sum(axis=1)[:, None]
    values[:, 2] = (1 + np.divide(agreement, apart, out=np.full_like(agreement, np.nan), where=apart > 0)) / 2
    return values


def _ratio(product: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """A cosine from a product and two squared lengths; NaN where one is zero."""
    scale = np.sqrt(first * second)
    value = np.divide(product, scale, out=np.full_like(product, np.nan), where=scale > 0)
    return np.asarray(np.clip(value, -1.0, 1.0))


def _system(design: Design, counts: FloatArray, labels: FloatArray) -> FloatArray:
    """SRCC, PLCC and KRCC between the conditions' mean scores and mean labels."""
    values = np.full((len(counts), 3, design.n_columns), np.nan)
    table = design.table
    for place, group, _ in design.columns():
        rows = group.rows[table.conditions[group.rows] >= 0]
        names, number = np.unique(table.conditions[rows], return_inverse=True)
        if len(names) < 2:
            continue
        member = (number[:, None] == np.arange(len(names))).astype(np.float64)
        y = labels[:, rows]
        weights = np.where(np.isfinite(y), counts[:, table.clusters[rows]], 0.0)
        total = weights @ member
        ok = (total > 0).all(axis=1)
        rounding = ROUNDING * largest(y[np.isfinite(y)])
        with np.errstate(invalid="ignore", divide="ignore"):
            of_labels = Means((weights * np.where(np.isfinite(y), y, 0.0)) @ member / total, rounding)
            for offset, method in enumerate(group.methods):
                scores = table.scores[method, rows]
                sums = weights @ ((scores - scores.mean())[:, None] * member)
                value = small_correlations(Means(sums / total, ROUNDING * largest(scores)), of_labels)
                values[ok, :, place.start + offset] = value[ok]
    return values
