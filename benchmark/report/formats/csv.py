"""A comparison table as CSV, for spreadsheets and further work, with the numbers that the other formats print."""

from __future__ import annotations

import csv
import io

from benchmark.report import naming
from benchmark.report.formats import Format
from benchmark.report.printed import Cell, ComparisonTable, Row, RowGroup
from benchmark.report.text import csv_cell

PLACES = {1: "best", 2: "second", 3: "third"}


def to_csv(table: ComparisonTable) -> str:
    """The table with one row per method; intervals and marks have columns of their own, unknown values are empty."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_header(table))
    for group in table.groups:
        writer.writerows(_line(table, group, row) for row in group.rows)
    return file.getvalue()


def _header(table: ComparisonTable) -> list[str]:
    header = ["group", "method", "title", "higher_is_better", "trained_on", "reported"]
    header += ["counts"] if table.has_counts else []
    header += [csv_cell(f"option_{name}") for name in table.options]
    for column in table.columns:
        header.append(csv_cell(column.key))
        header += [csv_cell(f"{column.key}_{end}") for end in _ends(table)]
        header.append(csv_cell(f"{column.key}_mark"))
    return [*header, "notes"]


def _ends(table: ComparisonTable) -> tuple[str, ...]:
    """What has columns of its own beside each value."""
    if not table.spec.with_interval:
        return {"none": (), "sd": ("sd",), "range": ("low", "high"), "quartiles": ("low", "high")}[table.spec.spread]
    return ("low", "high") if table.spec.shows_interval else ()


def _line(table: ComparisonTable, group: RowGroup, row: Row) -> list[str]:
    direction = {naming.UP: "true", naming.DOWN: "false"}.get(row.arrow, "")
    line = [csv_cell(text) for text in (group.heading, row.label, row.title)]
    line += [direction, csv_cell(row.trained_on), "true" if row.reported else "false"]
    line += [row.counts] if table.has_counts else []
    line += [csv_cell(value) for value in row.options]
    for cell in row.cells:
        line += _cell(table, cell)
    meanings = dict(table.footnotes)
    marks = dict.fromkeys([*row.marks, *(mark for cell in row.cells for mark in cell.marks)])
    notes = [f"{mark}: {meanings.get(mark, '')}" for mark in marks]
    for reason in dict.fromkeys(cell.untested for cell in row.cells if cell.untested):
        where = [column.key for column, cell in zip(table.columns, row.cells, strict=True) if cell.untested == reason]
        notes.append(f"{', '.join(where)}: {reason}")
    return [*line, csv_cell("; ".join(notes))]


def _cell(table: ComparisonTable, cell: Cell) -> list[str]:
    ends = {"low": cell.estimate.low, "high": cell.estimate.high, "sd": cell.estimate.sd}
    numbers = [naming.number(ends[end], table.spec.digits) for end in _ends(table)]
    return [
        cell.text(table.spec.digits),
        *numbers,
        " ".join([*([PLACES[cell.place]] if cell.place else []), *cell.marks]),
    ]


FORMAT = Format("csv", to_csv)
