"""SRCC, PLCC and KRCC of many resamples at once, exact, ties included. numpy, and numba through ``rank_kernels``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import constant

Item = TypeVar("Item")

# below this share of a resample's mean square, its variance is computed from deviations, not from moments
CANCELLATION = 1e-3


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """Columns of scores on the same pairs, against the same labels.

    Attributes:
        labels: (n,), finite.
        scores: (m, n), finite.
        clusters: (n,) number of each pair's cluster, in [0, K).
        n_clusters: K; a cluster may have no pair here.
    """

    labels: FloatArray
    scores: FloatArray
    clusters: IntArray
    n_clusters: int

    def __post_init__(self) -> None:
        n = len(self.labels)
        if self.scores.shape[1:] != (n,) or self.clusters.shape != (n,):
            raise ValueError("labels (n,), scores (m, n) and clusters (n,) must agree in n")


def weighted_plcc(columns: ScoreColumns, counts: FloatArray) -> FloatArray:
    """Pearson's correlation of each column in each resample.

    Args:
        columns: m columns of n pairs.
        counts: (B, K) whole weights of the clusters.

    Returns:
        (B, m); NaN where the labels or scores of a resample are all the same, up to rounding.
    """
    n_columns, n = columns.scores.shape
    if n == 0:
        return np.full((len(counts), n_columns), np.nan)
    x, y = _standardised(columns.scores), _standardised(columns.labels[None, :])[0]
    moments = np.stack([np.ones(n), y, y * y])
    by_cluster = _cluster_sums(np.concatenate([moments, x, x * x, x * y]), columns)
    total, sums = counts @ by_cluster[:, :1], counts @ by_cluster[:, 1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums / total
        mean_y, square_y = means[:, 0:1], means[:, 1:2]
        mean_x, square_x, product = np.split(means[:, 2:], 3, axis=1)
        variance_x, variance_y = square_x - mean_x**2, square_y - mean_y**2
        value = (product - mean_x * mean_y) / np.sqrt(variance_x) / np.sqrt(variance_y)
        doubtful = ~((variance_x > CANCELLATION * square_x) & (variance_y > CANCELLATION * square_y))
    level = ~x.any(axis=1) | (not y.any())
    value[:, level] = np.nan
    for b, c in zip(*np.nonzero(doubtful & ~level), strict=True):
        weights = counts[b, columns.clusters]
        drawn = weights > 0
        level_here = constant(columns.scores[c, drawn]) or constant(columns.labels[drawn])
        value[b, c] = np.nan if level_here else _deviations_plcc(x[c, drawn], y[drawn], weights[drawn])
    return np.clip(value, -1.0, 1.0)


def weighted_ranks(
    columns: ScoreColumns, counts: FloatArray, *, krcc: bool = True, threads: int = 0
) -> tuple[FloatArray, FloatArray]:
    """Spearman's (mid-ranks) and Kendall's (tau-b) correlation of each column in each resample.

    Args:
        columns: m columns of n pairs.
        counts: (B, K) whole weights of the clusters.
        krcc: whether Kendall's is computed; NaN throughout otherwise.
        threads: 0 for as many as there are processors; the result does not depend on it.

    Returns:
        SRCC and KRCC, each (B, m); NaN where the labels or scores of a resample are all the same. Values are ranked as
        they are, except in a column that is constant up to rounding.
    """
    from benchmark.statistics import rank_kernels as kernels  # noqa: PLC0415 - numba is slow

    sizes = np.bincount(columns.clusters, minlength=columns.n_clusters)
    if (counts @ sizes).max(initial=0.0) >= kernels.LARGEST:
        raise ValueError(f"a resample has {kernels.LARGEST:,} pairs or more: too many for exact counts")
    order_y, last_y, codes_y = sorted_ranks(columns.labels)
    sorted_x = [sorted_ranks(scores) for scores in columns.scores]
    orders, lasts = np.stack([item[0] for item in sorted_x]), np.stack([item[1] for item in sorted_x])
    clusters = columns.clusters.astype(np.uint64)
    srcc = np.full((len(counts), len(columns.scores)), np.nan)
    tau = np.full_like(srcc, np.nan)
    by_clusters = krcc and 4 * columns.n_clusters <= len(counts)
    how = kernels.SCALE if by_clusters else kernels.WHOLE if krcc else kernels.NO_KRCC

    def work(begin: int) -> None:
        lanes = counts[begin : begin + kernels.LANES]
        block = np.ascontiguousarray(lanes.T.astype(np.int32))
        values = np.full((2, len(columns.scores), len(lanes)), np.nan)
        kernels.rank_correlations(block, clusters, order_y, last_y, codes_y, orders, lasts, values[0], values[1], how)
        srcc[begin : begin + kernels.LANES], tau[begin : begin + kernels.LANES] = values[0].T, values[1].T

    def divide(column: int) -> None:
        balance = np.zeros((columns.n_clusters, columns.n_clusters))
        kernels.cluster_concordance(clusters, columns.n_clusters, codes_y, orders[column], lasts[column], balance)
        concordance = ((counts @ balance) * counts).sum(axis=1)
        tau[:, column] = np.clip(2.0 * concordance / tau[:, column], -1.0, 1.0)

    in_threads(work, range(0, len(counts), kernels.LANES), threads)
    if by_clusters:  # Kendall's is a quadratic form in the counts, and made once for all resamples
        in_threads(divide, range(len(columns.scores)), threads)
    return srcc, tau


def in_threads(work: Callable[[Item], None], items: Sequence[Item], threads: int = 0) -> None:
    """Call ``work`` for each item; compiled kernels and decoders release the interpreter's lock."""
    workers = min(threads or processors(), len(items))
    if workers <= 1:
        for item in items:
            work(item)
        return
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(work, items):
            pass


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def sorted_ranks(values: FloatArray) -> tuple[NDArray[np.uint64], NDArray[np.bool_], NDArray[np.uint64]]:
    """The order, whether each position in it ends a group of ties, and the dense rank of each value."""
    if constant(values):
        values = np.zeros_like(values)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    last = np.ones(len(values), dtype=np.bool_)
    last[:-1] = ordered[1:] != ordered[:-1]
    codes = np.empty(len(values), dtype=np.uint64)
    codes[order] = np.cumsum(np.concatenate([[0], last[:-1]]))[: len(values)].astype(np.uint64)
    return order.astype(np.uint64), last, codes


def _standardised(rows: FloatArray) -> FloatArray:
    """Each row less its mean, over its largest deviation; zero where it is constant up to rounding."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    centred[constant(rows)] = 0.0
    scale = np.abs(centred).max(axis=1, keepdims=True)
    return np.asarray(centred / np.where(scale > 0, scale, 1.0))


def _cluster_sums(rows: FloatArray, columns: ScoreColumns) -> FloatArray:
    """Sums (K, rows) over each cluster's pairs."""
    k = columns.n_clusters
    return np.stack([np.bincount(columns.clusters, weights=row, minlength=k) for row in rows], axis=1)


def _deviations_plcc(x: FloatArray, y: FloatArray, weights: FloatArray) -> float:
    """Weighted Pearson's correlation from deviations: accurate where moments cancel. Neither array may be constant."""
    deviation_x = x - np.average(x, weights=weights)
    deviation_y = y - np.average(y, weights=weights)
    deviation_x /= np.abs(deviation_x).max()
    deviation_y /= np.abs(deviation_y).max()
    spread = np.sqrt(weights @ deviation_x**2) * np.sqrt(weights @ deviation_y**2)
    return float(weights @ (deviation_x * deviation_y) / spread)
