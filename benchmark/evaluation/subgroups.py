"""Correlations of methods in groups of pairs, within groups, and the differences between groups. Pandas.

The arithmetic is in ``statistics.grouped``; which group a pair is in, in ``group_columns``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from benchmark.config.grouping import Grouping
from benchmark.evaluation.group_columns import Groups, NoGroupsError, groups_of
from benchmark.evaluation.rows import MethodColumn
from benchmark.evaluation.tasks import labelled_blocks, placed, table_of_pairs
from benchmark.statistics.catalogue import find
from benchmark.statistics.design import Table
from benchmark.statistics.grouped import Grouped, PairsOfMethod, Valued, grouped
from benchmark.statistics.significance import holm

COLUMNS = (
    *("dataset", "split", "by", "method", "statistic", "kind", "group", "minus", "value", "ci_low", "ci_high"),
    *("n", "n_clusters", "p_value", "p_adjusted", "note"),
)
POOLED, WITHIN, GROUP, DIFFERENCE = "pooled", "within", "group", "difference"
MOST_COMPARED = 12
"""Most groups of which every two are compared: 66 differences of each method."""


@dataclass(frozen=True, slots=True)
class Subgroups:
    """The analysis.

    Attributes:
        table: one number per row (``COLUMNS``); positive means that the method, oriented, agrees with the labels.
        notes: what readers must know: how many pairs each group has, which pairs have none, what turns.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def by_groups(
    scores: pd.DataFrame,
    methods: Sequence[MethodColumn],
    asked: Sequence[Grouping],
    cells: Mapping[str, Sequence[str] | str],
    *,
    lower_mos_better: bool,
    confidence: float,
) -> Subgroups:
    """Correlations in groups of pairs.

    Args:
        scores: the columns of ``scores.csv``.
        methods: the methods that have scores.
        asked: the groupings.
        cells: by grouping, the cell of each row of ``scores``, or why there are none.
        lower_mos_better: direction of the labels.
        confidence: of the intervals.
    """
    rows: list[tuple[object, ...]] = []
    notes: dict[tuple[str, str], list[str]] = {}
    for dataset, split, labelled in labelled_blocks(scores):
        table, _ = table_of_pairs(labelled, methods, lower_mos_better=lower_mos_better)
        places = scores.index.get_indexer(labelled.index)
        said = notes.setdefault((dataset, split), [])
        for grouping in asked:
            own = cells.get(grouping.by)
            try:
                if isinstance(own, str):
                    raise NoGroupsError(own)
                taken = None if own is None else [own[int(place)] for place in places]
                groups = groups_of(labelled, grouping, taken, lower_mos_better=lower_mos_better)
            except NoGroupsError as reason:
                said.append(f"Not by {grouping.by}: {reason}.")
                continue
            said += _sizes(grouping, groups)
            for statistic in grouping.statistics:
                found = [
                    (item.label, _of(table, place, groups, statistic, confidence)) for place, item in enumerate(methods)
                ]
                said += [line for label, each in found for line in _turned(label, grouping.by, each, statistic)]
                rows += [(dataset, split, grouping.by, *row) for row in _rows(found, groups, statistic, confidence)]
    return Subgroups(pd.DataFrame(rows, columns=list(COLUMNS)), tuple(placed(notes)))


def _of(table: Table, column: int, groups: Groups, statistic: str, confidence: float) -> Grouped:
    known = np.isfinite(table.scores[column])
    pairs = PairsOfMethod(
        table.labels[known], table.scores[column][known], table.clusters[known], groups.numbers[known]
    )
    return grouped(pairs, len(groups.names), statistic, confidence)


def _rows(
    found: Sequence[tuple[str, Grouped]], groups: Groups, statistic: str, confidence: float
) -> Iterator[tuple[object, ...]]:
    """The rows of all methods; differences are corrected over all of them together (Holm)."""
    lines: list[tuple[str, str, str, str, Valued]] = []
    for label, each in found:
        lines.append((label, POOLED, "", "", each.pooled))
        lines.append((label, WITHIN, "", "", each.within))
        lines += [(label, GROUP, name, "", value) for name, value in zip(groups.names, each.each, strict=True)]
        if len(groups.names) <= MOST_COMPARED:
            lines += [
                (label, DIFFERENCE, groups.names[b], groups.names[a], each.difference(b, a, confidence))
                for a, b in combinations(range(len(groups.names)), 2)
            ]
    adjusted = holm(np.array([item.p_value for *_, item in lines], dtype=float))
    for (label, kind, name, minus, item), p in zip(lines, adjusted, strict=True):
        numbers = (item.value, item.low, item.high, item.n, item.n_clusters, item.p_value, float(p))
        yield (label, statistic, kind, name, minus, *numbers, item.note)


def _sizes(asked: Grouping, groups: Groups) -> Iterator[str]:
    """How many pairs groups have, and what is to be thought of when reading them."""
    numbers = groups.numbers
    sizes = np.bincount(numbers[numbers >= 0], minlength=len(groups.names))
    if len(groups.names) <= MOST_COMPARED:
        listed = ", ".join(f"{name} {size:,}" for name, size in zip(groups.names, sizes, strict=True))
        yield f"By {asked.by}: {len(groups.names)} groups (pairs: {listed})."
    else:
        yield (
            f"By {asked.by}: {len(groups.names)} groups of {sizes.min():,} to {sizes.max():,} pairs; more than "
            f"{MOST_COMPARED} are not compared with each other."
        )
    without = int((numbers < 0).sum())
    if without:
        yield f"{without:,} of {len(numbers):,} pairs have no {asked.by}, and are left out of what is said by it."
    if asked.by == "label":
        yield (
            "Within a range of labels correlations are lower than over all labels, whatever the method (restricted range): "
            "compare methods in a range rather than ranges."
        )


def _turned(label: str, by: str, found: Grouped, statistic: str) -> Iterator[str]:
    """A flag where pooled and within groups point in opposite directions, both beyond doubt."""
    if found.pooled.sign * found.within.sign < 0:
        yield (
            f"{label}: {find(statistic).title} is {_words(found.pooled)} over all pairs and {_words(found.within)} within "
            f"groups of one {by}; both intervals exclude zero."
        )


def _words(item: Valued) -> str:
    return f"{item.value:.2f} [{item.low:.2f}, {item.high:.2f}]"
