"""Populations with known correlations for ``coverage_grid``: models, and real tables whose references are drawn anew. numpy.

A *plasmode* takes a real table for the whole population: a study draws its references with replacement, with all their
pairs, so that the true values are those of the table. No model then decides how distances are distributed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.statistics.correlation import krcc, plcc, srcc
from benchmark.statistics.design import Table
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.simulated import Model, simulate

STATISTICS = {"srcc": srcc, "plcc": plcc, "krcc": krcc}
TWO_METHODS = (0.85, 0.75)
LARGE = 20_000
"""References of the one large study that gives a model's true values: their error is far below an interval's width."""
Shape = Callable[[Table, np.random.Generator], Table]


@dataclass(frozen=True, slots=True)
class Population:
    """Where studies of two methods are drawn from.

    Attributes:
        name: of the source.
        draw: a study of this many clusters.
        truth: each statistic's true value for both methods.
    """

    name: str
    draw: Callable[[int, np.random.Generator], Table]
    truth: Mapping[str, tuple[float, float]]


def models(seed: int = 0) -> list[Population]:
    """Six reference-clustered models: normal, and each of its assumptions broken."""
    shapes: dict[str, Shape] = {
        "normal": lambda table, rng: table,
        "1 to 30 pairs a reference": _unequal,
        "skewed distances": lambda table, rng: replace(table, scores=-np.exp(-0.5 * table.scores)),
        "heteroscedastic": _heteroscedastic,
        "ordinal labels": lambda table, rng: replace(table, labels=np.clip(np.round(table.labels + 3), 1, 5)),
        "heavy-tailed scores": _heavy,
    }
    return [_model(name, shape, seed) for name, shape in shapes.items()]


def _model(name: str, shape: Shape, seed: int) -> Population:
    def draw(clusters: int, rng: np.random.Generator) -> Table:
        conditions = 30 if shape is _unequal else 6
        return shape(simulate(Model(references=clusters, conditions=conditions), TWO_METHODS, rng), rng)

    return Population(name, draw, true_values(draw(LARGE, np.random.default_rng(seed))))


def _unequal(table: Table, rng: np.random.Generator) -> Table:
    sizes = rng.integers(1, 31, table.n_clusters)
    return table.take(table.conditions < sizes[table.clusters])


def _heteroscedastic(table: Table, rng: np.random.Generator) -> Table:
    noise = table.scores - table.labels
    return replace(table, scores=table.labels + noise * (0.3 + np.abs(table.labels)))


def _heavy(table: Table, rng: np.random.Generator) -> Table:
    return replace(table, scores=table.scores + 0.4 * rng.standard_t(3, table.scores.shape))


def true_values(table: Table) -> dict[str, tuple[float, float]]:
    """The statistics of both methods on a whole population."""
    return {
        name: (function(table.scores[0], table.labels), function(table.scores[1], table.labels))
        for name, function in STATISTICS.items()
    }


def plasmode(
    name: str, references: Sequence[str], labels: FloatArray, scores: FloatArray, most: int = 12
) -> Population:
    """A real table as a population.

    Args:
        name: of the source.
        references: (n,) each pair's reference.
        labels: (n,), finite.
        scores: (2, n), finite.
        most: pairs kept of each reference, evenly spaced in the table, so that a study takes milliseconds.
    """
    _, clusters = np.unique(np.array(references), return_inverse=True)
    members = [np.flatnonzero(clusters == cluster) for cluster in range(clusters.max() + 1)]
    members = [rows[np.unique(np.linspace(0, len(rows) - 1, most).round().astype(int))] for rows in members]

    def of(drawn: Sequence[int]) -> Table:
        places = np.concatenate([members[cluster] for cluster in drawn])
        number = np.repeat(np.arange(len(drawn)), [len(members[cluster]) for cluster in drawn])
        return _table(labels[places], scores[:, places], number, len(drawn))

    def draw(clusters: int, rng: np.random.Generator) -> Table:
        return of(rng.integers(len(members), size=clusters).tolist())

    return Population(name, draw, true_values(of(range(len(members)))))


def _table(labels: FloatArray, scores: FloatArray, clusters: IntArray, count: int) -> Table:
    return Table(
        labels=labels,
        scores=scores,
        clusters=clusters,
        n_clusters=count,
        references=clusters,
        conditions=np.zeros(len(labels), dtype=np.int64),
        label_sd=np.full(len(labels), np.nan),
        observers=np.full(len(labels), np.nan),
    )
