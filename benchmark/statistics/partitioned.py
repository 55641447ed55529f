"""Correlations of methods that are trained by partition: ``within`` partitions, and ``pooled`` in the labels' units. numpy.

A *training* is one fit of a method: one partition and one seed, with its scores of the pairs tested there. Both statistics
are functions of counts, how often each cluster is drawn, as those of ``measures`` are. Intervals are in ``strata``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import constant
from benchmark.statistics.weighted import ScoreColumns, weighted_plcc, weighted_ranks

STATISTICS = ("srcc", "plcc", "krcc")


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A map of scores to the labels' units: ``level + slope * score``."""

    level: float
    slope: float

    def __call__(self, scores: FloatArray) -> FloatArray:
        """Scores in the labels' units."""
        return self.level + self.slope * scores


@dataclass(frozen=True, slots=True)
class Training:
    """One training of a method, with its scores of tested pairs.

    Attributes:
        partition: its number.
        seed: tells the trainings of a partition apart.
        labels: (n,) of the tested pairs, finite, oriented so that higher is better.
        scores: (n,) finite, oriented likewise.
        clusters: (n,) number of each pair's cluster, which is resampled, in [0, K).
        line: maps its scores to the labels' units; ``None`` where nothing says how.
    """

    partition: int
    seed: int
    labels: FloatArray
    scores: FloatArray
    clusters: IntArray
    line: LabelLine | None = None


def scaling_line(low: float, high: float, *, lower_mos_better: bool) -> LabelLine:
    """The map that undoes a training's own scaling of labels to 0 … 1 (1 is the best), into oriented labels.

    Args:
        low: the least label of the training.
        high: its greatest.
        lower_mos_better: whether lower labels mean better quality; oriented labels are then negative.

    Raises:
        ValueError: ``low`` is not below ``high``.
    """
    if not low < high:
        raise ValueError(f"a scaling needs two different labels, not {low:g} to {high:g}")
    return LabelLine(-high if lower_mos_better else low, high - low)


def fitted_line(scores: FloatArray, labels: FloatArray) -> LabelLine | None:
    """The line of least squares from scores to labels of a training's validation pairs, (n,) each.

    Returns:
        ``None`` where there are fewer than two pairs or all scores are equal. The slope may be zero or negative.
    """
    if len(scores) < 2 or constant(scores):
        return None
    deviations = scores - scores.mean()
    slope = float(deviations @ (labels - labels.mean()) / (deviations @ deviations))
    return LabelLine(float(labels.mean() - slope * scores.mean()), slope)


def correlations(columns: ScoreColumns, counts: FloatArray) -> FloatArray:
    """(B, K) counts → (B, 3, columns): SRCC, PLCC and KRCC; NaN where undefined."""
    ranks = weighted_ranks(columns, counts, krcc=True)
    return np.stack([ranks[0], weighted_plcc(columns, counts), ranks[1]], axis=1)


class Within:
    """The mean of the correlations within partitions, weighted by their pairs; the seeds of a partition share its weight.

    A training whose correlation is undefined is left out with its weight; ``known`` (3,) counts the others on the data.
    """

    def __init__(self, trainings: Sequence[Training], n_clusters: int) -> None:
        self.trainings, self.n_clusters = tuple(trainings), n_clusters
        self._seeds = {item.partition: 0 for item in trainings}
        for item in trainings:
            self._seeds[item.partition] += 1
        values = self.each(np.ones((1, n_clusters)))[0][0]
        self.known: IntArray = np.isfinite(values).sum(axis=0)

    def each(self, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Every training's correlations, (B, trainings, 3), and the pairs that it was tested on, (B, trainings)."""
        values = np.full((len(counts), len(self.trainings), 3), np.nan)
        pairs = np.zeros((len(counts), len(self.trainings)))
        for place, item in enumerate(self.trainings):
            names, local = np.unique(item.clusters, return_inverse=True)
            if not len(names):
                continue
            columns = ScoreColumns(item.labels, item.scores[None, :], local.astype(np.int64), len(names))
            drawn, which = np.unique(counts[:, names], axis=0, return_inverse=True)  # most leave-outs concern others
            values[:, place] = correlations(columns, drawn)[which.ravel(), :, 0]
            pairs[:, place] = counts[:, names] @ np.bincount(local, minlength=len(names))
        return values, pairs

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, 3); NaN where no training has a value."""
        values, pairs = self.each(counts)
        shares = pairs / np.array([self._seeds[item.partition] for item in self.trainings], dtype=float)
        known = np.isfinite(values)
        weights = np.where(known, shares[:, :, None], 0.0)
        total = weights.sum(axis=1)
        sums = (weights * np.where(known, values, 0.0)).sum(axis=1)
        return np.asarray(np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0))


class Pooled:
    """The correlation of all tested pairs together, scores in the labels' units; the mean over seeds.

    Scores are never put together as they are: each training has a level of its own, and one that trained on lower labels is
    tested on higher ones.

    Raises:
        ValueError: a training has no line.
    """

    def __init__(self, trainings: Sequence[Training], n_clusters: int) -> None:
        if any(item.line is None for item in trainings):
            raise ValueError("every training needs a line to the labels' units")
        self.n_clusters = n_clusters
        self._columns = []
        for seed in sorted({item.seed for item in trainings}):
            own = [item for item in trainings if item.seed == seed]
            mapped = [item.line(item.scores) for item in own if item.line is not None]
            labels, clusters = (np.concatenate([getattr(item, key) for item in own]) for key in ("labels", "clusters"))
            self._columns.append(ScoreColumns(labels, np.concatenate(mapped)[None, :], clusters, n_clusters))

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, 3); NaN where it is undefined for a seed."""
        values = [correlations(columns, counts)[:, :, 0] for columns in self._columns]
        return np.asarray(np.mean(values, axis=0) if values else np.full((len(counts), 3), np.nan))
