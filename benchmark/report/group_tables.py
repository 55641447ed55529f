"""Tables of correlations in groups of pairs: one for each grouping and statistic, and one of the differences. Pandas."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from benchmark.core.places import GROUPS
from benchmark.evaluation.subgroups import DIFFERENCE, GROUP, POOLED, WITHIN
from benchmark.report import naming
from benchmark.report.analysis_blocks import analysis_blocks, cell, file_word
from benchmark.report.content import ReportData
from benchmark.report.grid import Grid

MOST_PRINTED = 8
"""Most groups with a column each, and most differences: more are in the file of the analysis only."""


@dataclass(frozen=True, slots=True)
class InGroups:
    """The analysis by one grouping, of one data set, split and statistic.

    Attributes:
        name: of its files.
        place: the data set and split, or the report's title.
        by: the grouping.
        statistic: its name.
        groups: the groups in their order.
        rows: the numbers of each method, by kind and group (and subtracted group); the highest over all pairs first.
    """

    name: str
    place: str
    by: str
    statistic: str
    groups: tuple[str, ...]
    rows: tuple[tuple[str, dict[tuple[str, str, str], pd.Series]], ...]


def groupings_of(data: ReportData) -> Iterator[InGroups]:
    """The analysis, taken apart by data set, split, grouping and statistic."""
    titles = {method.label: method.title for method in data.methods}
    for block in analysis_blocks(data, GROUPS):
        for by, rows in block.rows.groupby("by", sort=False):
            statistics = list(rows.groupby("statistic", sort=False))
            for statistic, some in statistics:
                name = f"{block.name}_{file_word(str(by))}" + (f"_{statistic}" if len(statistics) > 1 else "")
                by_method = [
                    (
                        titles.get(str(label), str(label)),
                        {(str(row["kind"]), str(row["group"]), str(row["minus"])): row for _, row in own.iterrows()},
                    )
                    for label, own in some.groupby("method", sort=False)
                ]
                by_method.sort(key=lambda item: _order(item[1]), reverse=True)
                groups = tuple(dict.fromkeys(str(group) for group in some.loc[some["kind"] == GROUP, "group"]))
                yield InGroups(name, block.title, str(by), str(statistic), groups, tuple(by_method))


def group_tables(data: ReportData) -> list[Grid]:
    """The tables, with what must be known of them below."""
    grids = []
    for part in groupings_of(data):
        grids.append(_table(data, part))
        compared = list(dict.fromkeys(key for _, found in part.rows for key in found if key[0] == DIFFERENCE))
        if 0 < len(compared) <= MOST_PRINTED:
            grids.append(_differences(data, part, compared))
    return grids


def _notes(data: ReportData, part: InGroups) -> tuple[str, ...]:
    """The notes of the analysis that speak of this grouping, or of all."""
    others = {f"By {other.by}:" for other in groupings_of(data)} - {f"By {part.by}:"}
    return tuple(note for note in data.analyses[GROUPS].notes if not any(other in note for other in others))


def _table(data: ReportData, part: InGroups) -> Grid:
    """Over all pairs, within groups and in each group; the notes are those of the grouping."""
    title = naming.title(part.statistic)
    printed = part.groups if len(part.groups) <= MOST_PRINTED else ()
    keys = [(POOLED, "", ""), (WITHIN, "", ""), *((GROUP, name, "") for name in printed)]
    header = ("Method", "All pairs", f"Within one {part.by}" if part.by != "label" else "Within a range", *printed)
    rows = tuple((method, *(cell(found.get(key)) for key in keys)) for method, found in part.rows)
    level = naming.percent(data.confidence)
    how = (
        f"Intervals: {level}, jackknife by reference with Student's t. Within: the mean of the correlations in each group, "
        "weighted by pairs."
    )
    more = () if printed else (f"The {len(part.groups)} single groups are in groups.csv.",)
    return Grid(part.name, f"{title} by {part.by}: {part.place}.", header, rows, (*_notes(data, part), how, *more))


def _differences(data: ReportData, part: InGroups, compared: list[tuple[str, str, str]]) -> Grid:
    """One group less another, tested."""
    title = naming.title(part.statistic)
    header = ("Method", *(f"{group} {naming.MINUS} {minus}" for _, group, minus in compared))
    rows = tuple((method, *(cell(found.get(key), tested=True) for key in compared)) for method, found in part.rows)
    how = (
        f"{naming.percent(data.confidence)} intervals and tests: jackknife by reference with Student's t, Welch's t where "
        "groups have no reference in common; p-values after Holm's correction over the table."
    )
    caption = f"Differences of {title} between groups by {part.by}: {part.place}."
    return Grid(f"{part.name}_differences", caption, header, rows, (how,))


def _order(found: dict[tuple[str, str, str], pd.Series]) -> float:
    value = float(found[POOLED, "", ""]["value"])
    return value if math.isfinite(value) else -math.inf
