"""Statistics of methods that were trained several times: the means over their trainings, not the scores' means. numpy.

Averaged scores would be those of an ensemble, which agrees better than a training does. A resample has the mean of the
trainings' values in it, so that intervals and differences are those of this mean, for these very trainings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate

import numpy as np

from benchmark.statistics.design import Design, Group
from benchmark.statistics.measures import Measure
from benchmark.statistics.resampling import FloatArray


class OverTrainings:
    """A measure of a design in which methods have several trainings.

    A training whose statistic is undefined on the data is left out of the mean.

    Attributes:
        design: the columns, one for each method on each of its sets of pairs.
        each: the measure of all trainings.
        columns: of each column of ``design``, its trainings' columns in ``each``.
        known: (statistics, trainings' columns) whether the statistic is defined on the data.
    """

    def __init__(self, design: Design, build: Callable[[Design], Measure]) -> None:
        self.design = design
        inner, self.columns = _taken_apart(design)
        self.each = build(inner)
        self.known = np.isfinite(self.each(np.ones((1, design.table.n_clusters)))[0])

    @property
    def names(self) -> tuple[str, ...]:
        """The statistics, in the order of the values."""
        return self.each.names

    @property
    def remark(self) -> str:
        """A note for readers about the resampling; empty for none."""
        return self.each.remark

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, statistics, columns); NaN where undefined."""
        return self.averaged(self.each(counts))

    def averaged(self, values: FloatArray) -> FloatArray:
        """The means over trainings of values of each: (B, statistics, trainings' columns) → (B, statistics, columns)."""
        means = np.full((len(values), len(self.names), len(self.columns)), np.nan)
        for column, own in enumerate(self.columns):
            for statistic, known in enumerate(self.known[:, list(own)]):
                kept = [place for place, one in zip(own, known, strict=True) if one]
                if kept:
                    means[:, statistic, column] = values[:, statistic, kept].mean(axis=1)
        return means


def over_trainings(design: Design, build: Callable[[Design], Measure]) -> Measure:
    """A measure of a design; where methods have several trainings, the mean over these."""
    return build(design) if design.table.trainings is None else OverTrainings(design, build)


def innermost(measure: Measure) -> Measure:
    """The measure itself, or that of the trainings over which it averages."""
    return measure.each if isinstance(measure, OverTrainings) else measure


def _taken_apart(design: Design) -> tuple[Design, tuple[tuple[int, ...], ...]]:
    """A design with a column for each training, and which of these belong to each column of the given one."""
    each = [design.table.each(method) for method in range(len(design.table.scores))]
    begins = list(accumulate((len(scores) for scores in each), initial=0))
    groups: list[Group] = []
    columns: list[tuple[int, ...]] = []
    for group in design.groups:
        methods: list[int] = []
        for method in group.methods:
            begin = columns[-1][-1] + 1 if columns else 0
            columns.append(tuple(range(begin, begin + len(each[method]))))
            methods += range(begins[method], begins[method + 1])
        groups.append(Group(group.rows, tuple(methods), group.clusters))
    own = np.array([place for column in design.own for place in columns[int(column)]], dtype=np.int64)
    table = replace(design.table, scores=np.concatenate(each), trainings=None)
    return Design(table, tuple(groups), own, ()), tuple(columns)
