"""Correlations at every level as functions of counts: how often each cluster is drawn → the statistic. numpy.

Counts of one give the estimate, those of a bootstrap draw its replicate, and ones with a single zero the jackknife's value.
Intervals and tests (``inference``) need to know nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchmark.statistics.catalogue import Statistic
from benchmark.statistics.design import Design, Group
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import ROUNDING, constant, largest
from benchmark.statistics.weighted import weighted_plcc, weighted_ranks

LARGEST_REFERENCE = 2000  # most images of one reference that are compared in pairs
MOST_SIGNS = 1 << 20  # most signs of differences in memory at a time


class Measure(Protocol):
    """Statistics of all columns of a design in many resamples.

    Attributes:
        names: the statistics.
        design: the columns.
        remark: a note for readers about the resampling, for example that it is linearised.
    """

    design: Design

    @property
    def names(self) -> tuple[str, ...]:
        """The statistics, in the order of the values."""
        ...

    @property
    def remark(self) -> str:
        """A note for readers about the resampling; empty for none."""
        ...

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, statistics, columns); NaN where undefined."""
        ...


class Correlations:
    """SRCC, PLCC and KRCC over the pairs of a design (levels ``pair`` and ``condition``)."""

    names = ("srcc", "plcc", "krcc")
    remark = ""

    def __init__(self, design: Design, *, krcc: bool = True, threads: int = 0) -> None:
        self.design = design
        self.krcc = krcc
        self.threads = threads

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, statistics, columns); NaN where undefined."""
        values = np.full((len(counts), 3, self.design.n_columns), np.nan)
        for place, _, columns in self.design.columns():
            if len(columns.labels):
                ranks = weighted_ranks(columns, counts, krcc=self.krcc, threads=self.threads)
                values[:, 0, place], values[:, 2, place] = ranks
                values[:, 1, place] = weighted_plcc(columns, counts)
        return values


class Alone:
    """Statistics that are computed separately, each by its own function on weighted arrays."""

    remark = ""

    def __init__(self, design: Design, *, statistics: Sequence[Statistic]) -> None:
        self.design = design
        self.names = tuple(item.name for item in statistics)
        self.functions = [item.compute for item in statistics if item.compute is not None]

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, statistics, columns); NaN where undefined."""
        values = np.full((len(counts), len(self.names), self.design.n_columns), np.nan)
        for place, _, columns in self.design.columns():
            numbers = range(*place.indices(self.design.n_columns))
            for resample, count in enumerate(counts):
                weights = count[columns.clusters]
                for row, column in enumerate(numbers):
                    for number, compute in enumerate(self.functions):
                        values[resample, number, column] = compute(columns.scores[row], columns.labels, weights)
        return values


class WithinReference:
    """Mean over references of SRCC, KRCC and the share of correctly ordered pairs among a reference's images.

    A reference counts if the statistic is defined for it: for ``pairs_ordered`` if two labels differ.
    """

    names = ("srcc", "krcc", "pairs_ordered")
    remark = ""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.n_references = np.zeros((3, design.n_columns), dtype=np.int64)
        k = design.table.n_clusters
        self._sums = np.zeros((3, k, design.n_columns))
        self._known = np.zeros((3, k, design.n_columns))
        for place, group, columns in design.columns():
            references = design.table.references[group.rows]
            for rows in runs(references):
                cluster = columns.clusters[rows[0]]
                values = _within(columns.scores[:, rows], columns.labels[rows])
                known = np.isfinite(values)
                self._sums[:, cluster, place] += np.where(known, values, 0.0)
                self._known[:, cluster, place] += known
        self.n_references = self._known.sum(axis=1).astype(np.int64)

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, statistics, columns); NaN where undefined."""
        sums = np.stack([counts @ self._sums[s] for s in range(3)], axis=1)
        known = np.stack([counts @ self._known[s] for s in range(3)], axis=1)
        return np.asarray(np.divide(sums, known, out=np.full_like(sums, np.nan), where=known > 0))


class System:
    """SRCC, PLCC and KRCC between the conditions' mean scores and mean labels.

    Means that agree up to rounding are tied; a method that scores all images of a reference alike has equal means.
    """

    names = ("srcc", "plcc", "krcc")
    remark = ""

    def __init__(self, design: Design) -> None:
        self.design = design
        self._parts = [(place, _condition_sums(design, group)) for place, group, _ in design.columns()]

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, statistics, columns); NaN where undefined."""
        most = max((part.sizes.shape[1] for _, part in self._parts), default=1)
        step = max(1, MOST_SIGNS // max(most, 1) ** 2)
        parts = [self._some(counts[begin : begin + step]) for begin in range(0, len(counts), step)]
        return np.concatenate(parts) if parts else np.empty((0, 3, self.design.n_columns))

    def _some(self, counts: FloatArray) -> FloatArray:
        values = np.full((len(counts), 3, self.design.n_columns), np.nan)
        for place, part in self._parts:
            if part.sizes.shape[1] < 2:
                continue
            total = counts @ part.sizes
            ok = (total > 0).all(axis=1)
            with np.errstate(invalid="ignore", divide="ignore"):
                labels = _means(part.labels, counts, total)
                for offset, scores in enumerate(part.scores):
                    value = small_correlations(_means(scores, counts, total), labels)
                    values[ok, :, place.start + offset] = value[ok]
        return values


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums of values less their mean, (K, conditions), and the largest rounding error of means of the values."""

    sums: FloatArray
    rounding: float


@dataclass(frozen=True, slots=True)
class Means:
    """Means that are compared with each other, (B, c), and the largest difference that counts as zero."""

    values: FloatArray
    rounding: float


@dataclass(frozen=True, slots=True)
class _Conditions:
    """The parts of the conditions' means: sizes (K, conditions), labels, scores of each column."""

    sizes: FloatArray
    labels: _Sums
    scores: list[_Sums]


def _means(part: _Sums, counts: FloatArray, total: FloatArray) -> Means:
    return Means((counts @ part.sums) / total, part.rounding)


def _condition_sums(design: Design, group: Group) -> _Conditions:
    """The conditions of a group's pairs; sums of values less their mean keep more digits."""
    table = design.table
    rows = group.rows[table.conditions[group.rows] >= 0]
    names, condition = np.unique(table.conditions[rows], return_inverse=True)
    shape = (table.n_clusters, len(names))
    cell = table.clusters[rows] * len(names) + condition

    def sums(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(cell, weights=values, minlength=shape[0] * shape[1]).reshape(shape), dtype=float)

    def centred(values: FloatArray) -> _Sums:
        return _Sums(sums(values - values.mean() if len(values) else values), ROUNDING * largest(values))

    scores = [centred(table.scores[method, rows]) for method in group.methods]
    return _Conditions(sums(np.ones(len(rows))), centred(table.labels[rows]), scores)


def small_correlations(x: Means, y: Means) -> FloatArray:
    """SRCC, PLCC, KRCC between rows of means of few conditions: (B, 3). Means that agree up to rounding are tied."""
    signs_x, signs_y = _signs(x), _signs(y)
    ranks_x, ranks_y = signs_x.sum(axis=2), signs_y.sum(axis=2)
    count = len(x.values)
    tau = _cosine(signs_x.reshape(count, -1), signs_y.reshape(count, -1))
    deviation_x, deviation_y = (means.values - means.values.mean(axis=1, keepdims=True) for means in (x, y))
    plcc = _cosine(deviation_x, deviation_y)
    plcc[~(signs_x.any(axis=(1, 2)) & signs_y.any(axis=(1, 2)))] = np.nan
    return np.stack([_cosine(ranks_x, ranks_y), plcc, tau], axis=1)


def _signs(means: Means) -> FloatArray:
    difference = means.values[:, :, None] - means.values[:, None, :]
    return np.where(np.abs(difference) <= means.rounding, 0.0, np.sign(difference))


def _cosine(x: FloatArray, y: FloatArray) -> FloatArray:
    """Cosine between rows; NaN if one is zero. Rows are scaled first, so that no square overflows or vanishes."""
    x, y = _scaled(x), _scaled(y)
    scale = np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    product = (x * y).sum(axis=1)
    value = np.divide(product, scale, out=np.full_like(product, np.nan), where=scale > 0)
    return np.asarray(np.clip(value, -1.0, 1.0))


def _scaled(x: FloatArray) -> FloatArray:
    """Each row scaled so that its largest magnitude is near 1, by a power of two, which rounds nothing."""
    _, exponent = np.frexp(np.abs(x).max(axis=1, keepdims=True, initial=0.0))
    return np.asarray(np.ldexp(x, -exponent), dtype=float)


def _within(scores: FloatArray, labels: FloatArray) -> FloatArray:
    """SRCC, KRCC and share of correctly ordered pairs of m columns among one reference's images: (3, m)."""
    values = np.full((3, len(scores)), np.nan)
    if len(labels) < 2 or len(labels) > LARGEST_REFERENCE:
        return values
    sign_y = np.sign(labels[:, None] - labels[None, :]) * (not constant(labels))
    apart = sign_y != 0
    for column, x in enumerate(np.where(constant(scores)[:, None], 0.0, scores)):
        sign_x = np.sign(x[:, None] - x[None, :])
        agreement = sign_x * sign_y
        values[0, column] = _cosine(sign_x.sum(axis=1)[None], sign_y.sum(axis=1)[None])[0]
        values[1, column] = _cosine(sign_x.reshape(1, -1), sign_y.reshape(1, -1))[0]
        if apart.any():
            values[2, column] = (1.0 + agreement[apart].mean()) / 2.0
    return values


def runs(references: IntArray) -> list[IntArray]:
    """The rows of each reference."""
    order = np.argsort(references, kind="stable")
    ordered = references[order]
    parts = np.split(order, np.flatnonzero(ordered[1:] != ordered[:-1]) + 1)
    return [rows for rows in parts if len(rows)]
