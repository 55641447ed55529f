"""Reads tables of labels cell by cell, so that every wrong cell is named with its line. Standard library.

A helper of ``table.py``, ``kadid10k.py`` and ``_efid_extras.py``.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark import DataError, Problem
from benchmark.data.decimals import MISSING_NUMBERS, Mark, find_mark
from benchmark.data.delimited import check_header
from benchmark.data.labels import parse_number, short
from benchmark.data.tables import read


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table, as text.

    Attributes:
        line: where it begins, from 1.
        cells: by column name, without spaces around them.
    """

    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class Sheet:
    """A table as read.

    Attributes:
        file: where it came from.
        columns: the header.
        rows: the lines with as many cells as the header.
        problems: what is wrong with the others; readers of cells add to it.
        separator: between cells.
        notes: how the file was read, if not in the usual way.
        mark: the decimal mark of its numbers, known after ``settle_mark``.
    """

    file: Path
    columns: list[str]
    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    separator: str = ","
    notes: list[str] = field(default_factory=list)
    mark: Mark = "."

    def settle_mark(self, numbers: Collection[str], asked: Mark | None = None) -> None:
        """Find the decimal mark of the columns of numbers; a note says so if it is the comma.

        Raises:
            DataError: it is ambiguous.
        """
        cells = {name: [row.cells[name] for row in self.rows] for name in self.columns if name}
        used = {name: cells.pop(name) for name in dict.fromkeys(numbers)}
        where = [f"{self.file}:{row.line}" for row in self.rows]
        self.mark = find_mark(used, where.__getitem__, separator=self.separator, asked=asked, others=cells.values())
        if self.mark == "," and any("," in cell for column in used.values() for cell in column):
            self.notes.append(f"Decimal commas were read in {self.file.name}.")

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
        """A cell as a number; else NaN and a problem. A missing cell is a problem only if it is required."""
        text = row.cells[column]
        if not required and text.casefold() in MISSING_NUMBERS:
            return math.nan
        try:
            value = parse_number(text.replace(",", ".") if self.mark == "," else text)
        except ValueError as error:
            written = str(error).replace(short(text.replace(",", ".")), short(text))
            self.wrong(row, f"the {column} {written}")
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


def read_sheet(
    file: Path,
    required: Sequence[str] | Mapping[str, str],
    *,
    also: Sequence[str] = (),
    separator: str = "",
    encoding: str = "",
    sheet: str = "",
) -> Sheet:
    """Read a table with a header: text, an Excel workbook or a Parquet file; see ``benchmark.data.tables``.

    Args:
        file: the table.
        required: columns that it must have; a mapping says what needs each, for messages.
        also: columns that are used if it has them.
        separator: between cells of text; empty to find it.
        encoding: of text; empty for UTF-8.
        sheet: of a workbook; empty for the one that has the columns.

    Raises:
        DataError: the file can't be read, or a required column is missing (with the nearest name) or repeated.
    """
    table = read(file, [*required, *also], separator=separator, encoding=encoding, sheet=sheet)
    header = table.header.cells
    uses = required if isinstance(required, Mapping) else dict.fromkeys(required, "")
    problems = [
        Problem("error", f"no column {name!r}{use}{_hint(name, header)}", f"{file}:{table.header.line}")
        for name, use in uses.items()
        if name not in header
    ]
    if len(problems) == len(uses) > 1 and any(map(_is_number, header)):
        shown = ", ".join(short(cell) for cell in header[:12])
        message = f"the first line must name the columns, {', '.join(uses)} among them; it is {shown}"
        raise DataError(Problem("error", message, f"{file}:{table.header.line}"))
    if problems:
        raise DataError([*problems, *table.problems])
    check_header(table)
    if not table.records and not table.problems:
        raise DataError(Problem("error", "has a header but no rows", str(file)))
    rows = [Row(record.line, dict(zip(header, record.cells, strict=True))) for record in table.records]
    return Sheet(file, header, rows, table.problems, table.separator, [table.note] if table.note else [])


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True


def _hint(name: str, columns: Sequence[str]) -> str:
    folded = {column.casefold(): column for column in columns if column}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {folded[near[0]]!r}?"
    return f"; there are {', '.join(short(column) for column in columns[:12])}"
