"""Reads CSV files of labels cell by cell, so that every wrong cell is named with its line. Standard library.

A helper of ``table.py``, ``kadid10k.py`` and ``_efid_extras.py``.
"""

from __future__ import annotations

import csv
import difflib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark import DataError, Problem
from benchmark.labels import MAX_LINE, MAX_LINES, MAX_PROBLEMS, parse_number, read_text, short, split_lines

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, as text.

    Attributes:
        line: its number, from 1.
        cells: by column name, spaces around them taken off.
    """

    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class Sheet:
    """A CSV file as read.

    Attributes:
        file: where it came from.
        columns: the header.
        rows: the lines that have as many cells as the header.
        problems: what is wrong with the others; readers of cells add to it.
    """

    file: Path
    columns: list[str]
    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, row: Row, message: str) -> None:
        """Note that a row can't be used."""
        self.problems.append(Problem("error", message, f"{self.file}:{row.line}"))

    def number(
        self,
        row: Row,
        column: str,
        *,
        required: bool = False,
        least: float = -math.inf,
        above: float = -math.inf,
        whole: bool = False,
    ) -> float:
        """A cell as a number; NaN, with a problem, where it is none. An empty cell is a problem only if required."""
        text = row.cells[column]
        if not text and not required:
            return math.nan
        try:
            value = parse_number(text)
        except ValueError as error:
            self.wrong(row, f"the {column} {error}")
            return math.nan
        if value < least:
            self.wrong(row, f"the {column} is {text}; it can't be less than {least:g}")
            return math.nan
        if value <= above:
            self.wrong(row, f"the {column} is {text}; it must be above {above:g}, or empty where it isn't known")
            return math.nan
        if whole and value != math.floor(value):
            self.wrong(row, f"the {column} is {text}, not a whole number")
            return math.nan
        return value


def read_sheet(file: Path, required: Sequence[str]) -> Sheet:
    """Read a CSV file with a header: separated by commas, semicolons or tabs.

    Args:
        file: UTF-8 text.
        required: columns that must be there.

    Raises:
        DataError: the file can't be read, a required column is missing (with the nearest name) or stands twice.
    """
    lines = split_lines(read_text(file))
    start = next((number for number, line in enumerate(lines) if line.strip()), None)
    if start is None:
        raise DataError(Problem("error", "is empty; a header and rows are needed", str(file)))
    headers = [_header(lines[start], mark) for mark in DELIMITERS]
    chosen = next((at for at, header in enumerate(headers) if set(required) <= set(header)), 0)
    header = headers[chosen]
    problems = [
        Problem("error", f"no column {name!r}{_hint(name, header)}", f"{file}:{start + 1}")
        for name in required
        if name not in header
    ]
    problems += [
        Problem("error", f"the column {name!r} stands more than once", f"{file}:{start + 1}")
        for name in dict.fromkeys(header)
        if name and header.count(name) > 1
    ]
    if problems:
        raise DataError(problems)
    sheet = Sheet(file, header, [])
    sheet.rows += _rows(sheet, lines[start + 1 :], start + 2, DELIMITERS[chosen])
    if not sheet.rows and not sheet.problems:
        raise DataError(Problem("error", "has a header but no rows", str(file)))
    return sheet


def _rows(sheet: Sheet, lines: Sequence[str], first: int, delimiter: str) -> Iterator[Row]:
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        where = f"{sheet.file}:{number}"
        if number > MAX_LINES or len(sheet.problems) >= MAX_PROBLEMS:
            why = f"more than {MAX_LINES:,} lines" if number > MAX_LINES else "so many wrong lines"
            sheet.problems.append(Problem("error", f"reading stops here after {why}", where))
            return
        try:
            cells = _cells(line, delimiter)
        except csv.Error as error:
            sheet.problems.append(Problem("error", f"can't be split into columns ({error})", where))
            continue
        if len(line) > MAX_LINE or len(cells) != len(sheet.columns):
            message = f"{len(cells)} columns, the header has {len(sheet.columns)}"
            sheet.problems.append(Problem("error", message, where))
            continue
        yield Row(number, {name: cell.strip() for name, cell in zip(sheet.columns, cells, strict=True)})


def _header(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in _cells(line, delimiter)]
    except csv.Error:
        return [line.strip()]


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line; quotes as in spreadsheets, but no cell spans lines."""
    if len(line) > MAX_LINE:
        return line.split(delimiter)
    return next(csv.reader([line], delimiter=delimiter, strict=True))


def _hint(name: str, columns: Sequence[str]) -> str:
    folded = {column.casefold(): column for column in columns if column}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {folded[near[0]]!r}?"
    return f"; there are {', '.join(short(column) for column in columns[:12])}"
