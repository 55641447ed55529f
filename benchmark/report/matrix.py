"""The first thing on the page of several data sets: methods against them, by the statistic that ranks, with averages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from benchmark.evaluation.averages import average_rows
from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers, Scope, TableEstimate, blocks
from benchmark.report.content import ReportData
from benchmark.report.ranking import contest, standings
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.vocabulary import AVERAGES


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """One data set, or an average of all.

    Attributes:
        title: what it is called.
        statistic: the title of what is printed.
        page: its own page, relative to the study's; empty for averages.
        cells: the value of each method, by label.
        best: the methods of the first place.
        missing: why there are no results.
    """

    title: str
    statistic: str
    page: str
    cells: Mapping[str, TableEstimate]
    best: frozenset[str] = frozenset()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class StudyMatrix:
    """The matrix: methods, the best first, and a column for each data set and average."""

    methods: tuple[ScoredMethod, ...]
    columns: tuple[MatrixColumn, ...]


def study_matrix(data: ReportData, numbers: Numbers) -> StudyMatrix:
    """The methods of a study against its data sets."""
    every = blocks(data)
    averages = [Block(name, "") for name in AVERAGES if _known(data, numbers, Block(name, ""))]
    columns = [_column(data, numbers, block, block.title(every)) for block in every]
    columns += [MatrixColumn(name, "", "", {}, missing=reason) for name, reason in data.failed_data.items()]
    left_out = {item.method.label for block in every for item in standings(data, numbers, block) if not item.ranked}
    columns += [_column(data, numbers, block, AVERAGES[block.dataset], left_out) for block in averages]
    first = columns[-1] if averages else columns[0]
    order = sorted(data.methods, key=lambda method: -_order(first, method.label))
    return StudyMatrix(tuple(order), tuple(columns))


def sets_matrix(data: ReportData, numbers: Numbers) -> StudyMatrix | None:
    """The matrix of a study, or of several data sets side by side, whose averages are made here; else ``None``.

    The averages of runs side by side are in no file: each run's ``summary.csv`` is of its own data sets.
    """
    if data.of_study:
        return study_matrix(data, numbers)
    if len({block.dataset for block in blocks(data)}) < 2:
        return None
    summary = data.summary if "aggregate" in data.summary else data.summary.assign(aggregate="")
    summary = summary.assign(
        aggregate=summary["aggregate"].fillna("").astype(str), condition=summary["condition"].fillna("").astype(str)
    )
    summary = summary.assign(split=summary["split"].fillna("").astype(str))
    averages = average_rows(summary)
    if not len(averages):
        return study_matrix(data, numbers)
    beside = replace(data, summary=pd.concat([summary, averages], ignore_index=True))
    return study_matrix(beside, Numbers(beside))


def _known(data: ReportData, numbers: Numbers, block: Block) -> bool:
    scope, statistic = numbers.headline(block)
    return any(numbers.get(scope, method.label, statistic) is not None for method in data.methods)


def _order(column: MatrixColumn, label: str) -> float:
    value = column.cells[label].value if label in column.cells else float("nan")
    return value if value == value else float("-inf")  # noqa: PLR0124 - NaN


def _column(
    data: ReportData, numbers: Numbers, block: Block, title: str, left_out: Collection[str] = ()
) -> MatrixColumn:
    """A column; of an average, those left out of the ranking of a data set are not the best."""
    scope, statistic = numbers.headline(block)
    found = {method.label: numbers.get(scope, method.label, statistic) for method in data.methods}
    cells = {label: estimate for label, estimate in found.items() if estimate is not None}
    places = contest(data, numbers, Scope(block, scope.level), statistic).places
    best = frozenset(
        label for label, place in places.items() if place == 1 and len(places) > 1 and label not in left_out
    )
    return MatrixColumn(title, naming.title(statistic), data.pages.get(block.dataset, ""), cells, best)
