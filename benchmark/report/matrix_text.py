"""A study's matrix of methods and data sets for a terminal: as many columns beside each other as fit. Rich."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from benchmark.report import naming
from benchmark.report.blocks import Numbers, TableEstimate, blocks
from benchmark.report.content import ReportData
from benchmark.report.matrix import MatrixColumn, StudyMatrix, study_matrix
from benchmark.report.ranking import standings
from benchmark.report.text import one_line
from benchmark.report.verdicts import verdict_lines
from benchmark.results.scored import ScoredMethod

NAME = 26
"""Characters that a method's name may take before it is folded."""
GAP = 2


def matrix_text(data: ReportData, numbers: Numbers, width: int, *, plain: bool) -> Iterator[Table | Text]:
    """The matrix, with intervals where they fit, and below it why a method is not ranked on a data set."""
    matrix = study_matrix(data, numbers)
    yield Text(_title(data, matrix), style="bold")
    names = [f"{one_line(method.title)} {naming.arrow(method.higher_is_better)}" for method in matrix.methods]
    room = width - min(NAME, max(map(len, ["Method", *names]))) - GAP
    with_intervals = sum(_width(column, matrix.methods, intervals=True) for column in matrix.columns) <= room
    for columns in _fitting(matrix, room, intervals=with_intervals):
        yield _table(matrix, names, columns, intervals=with_intervals, plain=plain)
    if not with_intervals and _has_intervals(matrix):
        yield Text(f"Not shown in {width} columns: intervals (all in report.html and summary.csv).")
    yield from map(Text, _unranked(data, numbers))
    every = blocks(data)
    for block in every:
        yield from (Text(f"{one_line(block.title(every))}: {line}") for line in verdict_lines(data, numbers, block))


def _has_intervals(matrix: StudyMatrix) -> bool:
    return any(cell is not None and cell.has_interval for column in matrix.columns for cell in column.cells.values())


def _title(data: ReportData, matrix: StudyMatrix) -> str:
    statistics = list(dict.fromkeys(column.statistic for column in matrix.columns if column.statistic))
    labels = "; simulated labels" if data.simulated else ""
    what = f"{naming.join(statistics)} [{naming.percent(data.confidence)}]"
    return one_line(f"{data.title}: {what}, higher is better, * best{labels}", 400)


def _heading(column: MatrixColumn, *, statistic: bool) -> str:
    """A column's heading, of two lines where the statistics of data sets differ."""
    if column.missing:
        return f"{one_line(column.title)} (missing)"
    return f"{one_line(column.title)}\n{column.statistic}" if statistic else one_line(column.title)


def _cell(estimate: TableEstimate | None, *, best: bool, intervals: bool) -> str:
    if estimate is None:
        return naming.MISSING
    value = naming.number(estimate.value, 3) or naming.MISSING
    ends = f" [{naming.number(estimate.low, 3)}, {naming.number(estimate.high, 3)}]"
    return f"{value}{ends if intervals and estimate.has_interval else ''}{'*' if best else ' '}"


def _cells(column: MatrixColumn, methods: Sequence[ScoredMethod], *, intervals: bool) -> list[str]:
    return [
        _cell(column.cells.get(method.label), best=method.label in column.best, intervals=intervals)
        for method in methods
    ]


def _width(column: MatrixColumn, methods: Sequence[ScoredMethod], *, intervals: bool) -> int:
    lines = [*_heading(column, statistic=True).split("\n"), *_cells(column, methods, intervals=intervals)]
    return max(map(len, lines)) + GAP


def _fitting(matrix: StudyMatrix, room: int, *, intervals: bool) -> list[list[MatrixColumn]]:
    """The columns of each table: all in one if there is room, else as many as fit in each."""
    tables: list[list[MatrixColumn]] = [[]]
    used = 0
    for column in matrix.columns:
        needed = _width(column, matrix.methods, intervals=intervals)
        if tables[-1] and used + needed > room:
            tables.append([])
            used = 0
        tables[-1].append(column)
        used += needed
    return tables


def _table(
    matrix: StudyMatrix, names: Sequence[str], columns: Sequence[MatrixColumn], *, intervals: bool, plain: bool
) -> Table:
    different = len({column.statistic for column in matrix.columns if column.statistic}) > 1
    table = Table(box=None if plain else box.SIMPLE_HEAD, pad_edge=False, padding=(0, GAP, 0, 0), show_edge=False)
    table.add_column("Method", overflow="fold", header_style="bold")
    for column in columns:
        heading = _heading(column, statistic=different)
        table.add_column(Text(heading), justify="right", no_wrap=True, header_style="bold")
    cells = [_cells(column, matrix.methods, intervals=intervals) for column in columns]
    for at, name in enumerate(names):
        table.add_row(name, *(Text(column[at]) for column in cells))
    return table


def _unranked(data: ReportData, numbers: Numbers) -> list[str]:
    """Methods that are not ranked on a data set, and marks of those that are, each with the data sets that it is of."""
    every = blocks(data)
    lines: dict[str, list[str]] = {}
    for block in every:
        for item in standings(data, numbers, block):
            title = one_line(item.method.title)
            if item.method.marks:
                lines.setdefault(f"{title}: {one_line('; '.join(item.method.marks), 400)}", [])
            if not item.ranked:
                reason = f"{title} is not ranked: {one_line(item.reason, 400)}"
                lines.setdefault(reason, []).append(block.title(every))
    return [line if not of else f"{naming.join(of)}: {line}" for line, of in lines.items()]
