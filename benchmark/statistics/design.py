"""Which pairs and columns a statistic is computed on, for any pattern of missing scores. numpy only.

A method's own value uses all of its own pairs; a difference uses the pairs that both methods scored. A *column* is a method
on one such set of pairs; if no score is missing there is one set, and one column per method.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.weighted import ScoreColumns


@dataclass(frozen=True, slots=True)
class SeveralTrainings:
    """The scores of methods that were trained several times: their statistics are means over these trainings.

    Attributes:
        scores: (t, n), oriented so that higher is better; NaN where any training of the method has none.
        methods: (t,) the place of each training's method in the table.
    """

    scores: FloatArray
    methods: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Labels and scores as arrays.

    Attributes:
        labels: (n,), oriented so that higher is better, finite.
        scores: (m, n), oriented so that higher is better; NaN where missing. Of a method with several trainings only
            what is missing counts.
        clusters: (n,) number of each pair's cluster, which is resampled, in [0, K).
        n_clusters: K.
        references: (n,) number of each pair's reference.
        conditions: (n,) number of each pair's condition, -1 where it has none.
        label_sd: (n,) standard deviation of the opinions behind each label, NaN where unknown.
        observers: (n,) number of opinions behind each label, NaN where unknown.
        label_half: (n,) half the distance of each label's published 95 % limits, NaN where unknown; None for none.
        trainings: the scores of methods with several trainings; None where there is no such method.
        votes: (o, n) single votes in the labels' unit and direction (``votes.in_units_of``), NaN where there is none; None
            where they are not known, or not drawn.
    """

    labels: FloatArray
    scores: FloatArray
    clusters: IntArray
    n_clusters: int
    references: IntArray
    conditions: IntArray
    label_sd: FloatArray
    observers: FloatArray
    label_half: FloatArray | None = None
    trainings: SeveralTrainings | None = None
    votes: FloatArray | None = None

    def take(self, rows: NDArray[np.bool_]) -> Table:
        """The same with some of the pairs; clusters keep their numbers, so that resamples can be shared."""
        return replace(
            self,
            labels=self.labels[rows],
            scores=self.scores[:, rows],
            clusters=self.clusters[rows],
            references=self.references[rows],
            conditions=self.conditions[rows],
            label_sd=self.label_sd[rows],
            observers=self.observers[rows],
            label_half=None if self.label_half is None else self.label_half[rows],
            trainings=None
            if self.trainings is None
            else SeveralTrainings(self.trainings.scores[:, rows], self.trainings.methods),
            votes=None if self.votes is None else self.votes[:, rows],
        )

    def each(self, method: int) -> FloatArray:
        """The scores of a method's trainings (t, n); of a method without, its own (1, n)."""
        if self.trainings is None or method not in self.trainings.methods:
            return self.scores[method : method + 1]
        own: FloatArray = self.trainings.scores[self.trainings.methods == method]
        return own

    @property
    def label_interval(self) -> FloatArray:
        """(n,) half the width of each label's own 95 % interval; NaN where unknown.

        From the opinions (Student's t, ITU-T P.1401); where those are not known, from the published limits.
        """
        from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

        known = np.isfinite(self.label_sd) & (self.observers > 1)
        half = np.full(len(self.labels), np.nan) if self.label_half is None else self.label_half.copy()
        count = self.observers[known]
        half[known] = stdtrit(count - 1, 0.975) * self.label_sd[known] / np.sqrt(count)
        return half

    @property
    def label_error(self) -> FloatArray:
        """(n,) standard error of each label; NaN where unknown.

        From the opinions, SD / √N; where those are not known, the width of the published 95 % limits over 3.92.
        """
        known = np.isfinite(self.label_sd) & (self.observers > 1)
        error = np.full(len(self.labels), np.nan) if self.label_half is None else self.label_half / 1.96
        error[known] = self.label_sd[known] / np.sqrt(self.observers[known])
        return error


@dataclass(frozen=True, slots=True)
class Group:
    """The methods that are evaluated on one set of pairs.

    Attributes:
        rows: (n',) indices of the pairs.
        methods: indices of the methods, one per column.
        clusters: (k,) the clusters that the pairs come from.
    """

    rows: IntArray
    methods: tuple[int, ...]
    clusters: IntArray

    @property
    def n_clusters(self) -> int:
        """The number of clusters that the pairs come from."""
        return len(self.clusters)


@dataclass(frozen=True, slots=True)
class Versus:
    """Two methods and their columns on the pairs that both scored."""

    first: int
    second: int
    column_first: int
    column_second: int
    group: int


@dataclass(frozen=True, slots=True)
class Design:
    """The columns of a table.

    Attributes:
        table: labels and scores.
        groups: sets of pairs with their methods; the columns are numbered through them.
        own: (m,) column of each method on all of its own pairs.
        pairs: every two methods that are compared, in order.
    """

    table: Table
    groups: tuple[Group, ...]
    own: IntArray
    pairs: tuple[Versus, ...]

    @property
    def n_columns(self) -> int:
        """The number of columns in all groups."""
        return sum(len(group.methods) for group in self.groups)

    @property
    def group_of(self) -> list[Group]:
        """The group of each column."""
        return [group for group in self.groups for _ in group.methods]

    def columns(self) -> Iterator[tuple[slice, Group, ScoreColumns]]:
        """For each group, its slice of the columns, the group itself and its arrays."""
        begin = 0
        for group in self.groups:
            rows, table = group.rows, self.table
            part = ScoreColumns(
                table.labels[rows], table.scores[list(group.methods)][:, rows], table.clusters[rows], table.n_clusters
            )
            yield slice(begin, begin + len(group.methods)), group, part
            begin += len(group.methods)


def make_design(table: Table, against: Collection[int] | None = None) -> Design:
    """Find the sets of pairs, and number the columns.

    Args:
        table: labels and scores.
        against: methods that are compared with all others; by default all are. If scores are missing, every two methods
            need columns of their own, so that hundreds of methods can't all be compared.
    """
    scored = np.isfinite(table.scores)
    members: dict[bytes, dict[int, None]] = {}
    masks: dict[bytes, NDArray[np.bool_]] = {}

    def enter(mask: NDArray[np.bool_], *methods: int) -> bytes:
        key = mask.tobytes()
        masks[key] = mask
        members.setdefault(key, {}).update(dict.fromkeys(methods))
        return key

    count = len(table.scores)
    own_keys = [enter(scored[method], method) for method in range(count)]
    wanted = [(a, b) for a, b in combinations(range(count), 2) if against is None or a in against or b in against]
    pair_keys = [(a, b, enter(scored[a] & scored[b], a, b)) for a, b in wanted]
    column: dict[tuple[bytes, int], int] = {}
    groups = []
    for key, methods in members.items():
        for method in methods:
            column[key, method] = len(column)
        rows = np.flatnonzero(masks[key])
        groups.append(Group(rows, tuple(methods), np.unique(table.clusters[rows])))
    place = {key: number for number, key in enumerate(members)}
    pairs = [Versus(a, b, column[key, a], column[key, b], place[key]) for a, b, key in pair_keys]
    own = np.array([column[key, method] for method, key in enumerate(own_keys)], dtype=np.int64)
    return Design(table, tuple(groups), own, tuple(pairs))
