"""PLCC, RMSE and outlier ratio after the logistic mappings as functions of counts. numpy, numba through the kernels.

``refit`` fits the curve again in every resample, starting from the curve of all pairs; ``once`` keeps that curve.
"""

from __future__ import annotations

import numpy as np

from benchmark.statistics.design import Design
from benchmark.statistics.mapping import FLATTEST, STEEPEST, Mapping, fit, sigmoid_part, standardise
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.settings import MappingResamples
from benchmark.statistics.weighted import ScoreColumns, in_threads, processors, weighted_plcc


class Mapped:
    """``plcc_logistic4``, ``plcc_logistic5``, ``rmse`` and ``outlier_ratio`` of every column.

    Attributes:
        design: the columns.
        fits: the curves of each column on all pairs, four and five parameters.
        remark: whether the mapping is refitted.
    """

    names = ("plcc_logistic4", "plcc_logistic5", "rmse", "outlier_ratio")

    def __init__(self, design: Design, resamples: MappingResamples, *, threads: int = 0) -> None:
        self.design = design
        self.remark = "mapping refitted" if resamples == "refit" else "mapping fitted once"
        self._refit = resamples == "refit"
        self._threads = threads
        self._limit = design.table.label_interval
        self._columns = [
            (columns, row, self._limit[group.rows])
            for _, group, columns in design.columns()
            for row in range(len(group.methods))
        ]
        self.fits: list[tuple[Mapping | None, Mapping | None]] = [
            (fit(columns.scores[row], columns.labels, 4), fit(columns.scores[row], columns.labels, 5))
            for columns, row, _ in self._columns
        ]

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, statistics, columns); NaN where undefined."""
        values = np.full((len(counts), 4, self.design.n_columns), np.nan)
        whole = bool((counts == 1).all())
        for number, (columns, row, limit) in enumerate(self._columns):
            four, five = self.fits[number]
            scores = columns.scores[row]
            single = ScoreColumns(columns.labels, scores[None], columns.clusters, columns.n_clusters)
            for place, curve in ((0, four), (1, five)):
                if curve is None or not curve.converged:
                    continue
                if self._refit and not whole:
                    plcc, rmse, outliers = self._refitted(single, curve, counts, limit)
                else:
                    plcc, rmse, outliers = _kept(single, curve, counts, limit)
                values[:, place, number] = plcc
                if place == 0:
                    values[:, 2, number], values[:, 3, number] = rmse, outliers
        return values

    def _refitted(
        self, columns: ScoreColumns, curve: Mapping, counts: FloatArray, limit: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Signed PLCC, RMSE and outlier ratio, each (B,), with the curve refitted per resample; NaN without a fit."""
        five = curve.parameters == 5
        order = np.argsort(columns.scores[0], kind="stable")
        _, _, x = standardise(columns.scores[0][order])
        _, spread, y = standardise(columns.labels[order])
        clusters: IntArray = np.ascontiguousarray(columns.clusters[order])
        limits = np.ascontiguousarray(limit[order] / spread)
        fitted, outliers = _refits(curve, (x, y, clusters, limits), counts, self._threads)
        known = fitted[:, 4] > 0
        safe = np.where(known[:, None], fitted, 1.0)
        plcc = np.sqrt(np.clip(1 - safe[:, 3] / safe[:, 6], 0, 1))
        if five:
            standard = ScoreColumns(y, x[None], clusters, columns.n_clusters)
            sign = np.sign(weighted_plcc(standard, counts)[:, 0])
        else:
            sign = np.sign(safe[:, 2])
        rmse = spread * np.sqrt(safe[:, 3] / safe[:, 5])
        return (
            np.where(known, sign * plcc, np.nan),
            np.where(known, rmse, np.nan),
            np.where(known, outliers, np.nan),
        )


def _kept(
    columns: ScoreColumns, curve: Mapping, counts: FloatArray, limit: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Signed PLCC, RMSE and outlier ratio, each (B,), under a fixed curve."""
    predicted = curve.predict(columns.scores[0])
    straight = ScoreColumns(columns.labels, predicted[None], columns.clusters, columns.n_clusters)
    error = np.abs(columns.labels - predicted)
    rmse = np.sqrt(_mean(error**2, columns.clusters, counts))
    outliers = _mean(np.where(np.isfinite(limit), (error > limit).astype(float), np.nan), columns.clusters, counts)
    return curve.direction * weighted_plcc(straight, counts)[:, 0], rmse, outliers


def _mean(values: FloatArray, clusters: IntArray, counts: FloatArray) -> FloatArray:
    """Weighted mean of the finite values in each resample; NaN where there are none."""
    known = np.isfinite(values)
    k = counts.shape[1]
    sums = counts @ np.bincount(clusters[known], weights=values[known], minlength=k)
    sizes = counts @ np.bincount(clusters[known], minlength=k).astype(np.float64)
    return np.asarray(np.divide(sums, sizes, out=np.full(len(counts), np.nan), where=sizes > 0))


def resampled_curves(
    curve: Mapping, scores: FloatArray, labels: FloatArray, clusters: IntArray, counts: FloatArray, points: FloatArray
) -> FloatArray:
    """A four-parameter curve refitted in each resample, starting from the fit of all pairs.

    Args:
        curve: the fit of all pairs.
        scores: (n,), finite.
        labels: (n,), finite.
        clusters: (n,) cluster of each pair, from 0.
        counts: (B, K) weight of each cluster in each resample.
        points: (P,) scores at which the curves are evaluated.

    Returns:
        (B, P), in the labels' unit; NaN where none could be fitted.
    """
    order = np.argsort(scores, kind="stable")
    centre, spread, x = standardise(scores[order])
    label_centre, label_spread, y = standardise(labels[order])
    sorted_clusters: IntArray = np.ascontiguousarray(clusters[order])
    fitted, _ = _refits(curve, (x, y, sorted_clusters, np.full(len(x), np.nan)), counts)
    at = (points - centre) / spread
    values = np.full((len(counts), len(points)), np.nan)
    for number in np.flatnonzero(fitted[:, 4] > 0):
        steepness, shift, height = fitted[number, :3]
        rest = y - height * sigmoid_part(steepness * x, shift)
        offset = np.average(rest, weights=counts[number, sorted_clusters])
        values[number] = offset + height * sigmoid_part(steepness * at, shift)
    return np.asarray(label_centre + label_spread * values)


def _refits(
    curve: Mapping, pairs: tuple[FloatArray, FloatArray, IntArray, FloatArray], counts: FloatArray, threads: int = 0
) -> tuple[FloatArray, FloatArray]:
    """A curve refitted in each resample: the kernel's results (B, 7) and the shares of outliers (B,).

    Args:
        curve: the fit of all pairs, from which each fit starts.
        pairs: standardised scores in ascending order, standardised labels, clusters, and the limit above which an error is
            an outlier (NaN where unknown), (n,) each.
        counts: (B, K) weight of each cluster in each resample.
        threads: 0 for as many as there are processors.
    """
    from benchmark.statistics.mapping_kernels import refit  # noqa: PLC0415 - numba is slow to import

    x, y, clusters, limits = pairs
    five = curve.parameters == 5
    with_limits = not five and bool(np.isfinite(limits).any())
    start = np.array([curve.steepness, curve.shift])
    fitted, outliers = np.empty((len(counts), 7)), np.empty(len(counts))
    step = max(1, min(64, -(-len(counts) // processors())))

    def work(begin: int) -> None:
        part = slice(begin, begin + step)
        arguments = (x, y, curve.parameters, limits, with_limits, start, FLATTEST[curve.parameters], STEEPEST, five)
        refit(np.ascontiguousarray(counts[part]), clusters, *arguments, fitted[part], outliers[part])

    in_threads(work, range(0, len(counts), step), threads)
    return fitted, outliers
