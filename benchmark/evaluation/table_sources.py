"""Reads a table of scores from a file or a DataFrame: its cells by heading, and the place of each row. Pandas."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from benchmark.core.errors import ConfigError, DataError, Problem
from benchmark.data import delimited, tables
from benchmark.data.decimals import MISSING_NAMES

_NO_HEADING = re.compile(r"Unnamed: [0-9]+|")


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table as read.

    Attributes:
        frame: its columns by heading, without blanks around headings; those of a file hold text.
        name: the file's name, or ``table``; for messages.
        lines: the line of the file at which each row begins; ``None`` for a DataFrame.
        separator: the separator of the file's cells; empty for a DataFrame.
        notes: how it was read, where that is not the usual way.
    """

    frame: pd.DataFrame
    name: str
    lines: Sequence[int] | None = None
    separator: str = ""
    notes: list[str] = field(default_factory=list)

    def where(self, row: int) -> str:
        """File and line of a row, or its number from 1 in a DataFrame; by position."""
        return f"{self.name}:{self.lines[row]}" if self.lines is not None else f"{self.name}, row {row + 1}"

    def label(self, row: int) -> str:
        """The same without the file; a row without a name is called this."""
        return f"{'row' if self.lines is None else 'line'} {self.number(row)}"

    def number(self, row: int) -> int:
        """Its line in the file, or its number from 1 in a DataFrame."""
        return self.lines[row] if self.lines is not None else row + 1

    @property
    def headings(self) -> list[str]:
        """The headings that name a column, without empty ones and pandas' substitutes for these."""
        return [name for name in self.frame.columns if not _NO_HEADING.fullmatch(name)]

    def text(self, column: str) -> list[str]:
        """The cells of a column, without blanks around them; missing ones are empty."""
        cells = self.frame[column]
        if self.lines is not None:
            return list(cells)
        return ["" if gap else str(cell).strip() for cell, gap in zip(cells, cells.isna(), strict=True)]


def take(table: object, wanted: Collection[str], sheet: str = "") -> TableSource:
    """Read a table of any kind that ``evaluate`` takes.

    Args:
        table: a file's path or a DataFrame.
        wanted: headings that are looked for.
        sheet: of a workbook; empty for the one that has these headings.

    Raises:
        UserError: the table is neither, or can't be used.
    """
    if isinstance(table, pd.DataFrame):
        return from_frame(table)
    if not isinstance(table, (str, Path)):
        raise ConfigError(f"evaluate: table: expected a file's path or a DataFrame (given: a {type(table).__name__})")
    return from_file(Path(table), wanted, sheet)


def from_file(path: Path, wanted: Collection[str], sheet: str = "") -> TableSource:
    """Read a file, every cell as text.

    Args:
        path: a table in text, an Excel workbook or a Parquet file; see ``benchmark.data.tables``.
        wanted: headings that are looked for.
        sheet: of a workbook; empty for the one that has these headings.

    Raises:
        DataError: it can't be read as a table; the message names the file, and the line if there is one.
    """
    table = tables.read(path, wanted, sheet=sheet)
    delimited.check_header(table)
    if table.problems:
        raise DataError(shorten(table.problems))
    if not table.records:
        raise DataError(f"{path}: the table has no rows")
    header = table.header.cells
    columns = zip(*(record.cells for record in table.records), strict=True)
    frame = pd.DataFrame(
        {name: pd.Series(cells, dtype=object) for name, cells in zip(header, columns, strict=True) if name}
    )
    notes = [table.note] if table.note else []
    return TableSource(frame, str(path), [record.line for record in table.records], table.separator, notes)


def from_frame(table: pd.DataFrame) -> TableSource:
    """Take a DataFrame as it is; levels of its index that have a name are columns, others are ignored.

    Raises:
        ConfigError: a heading is repeated, or pandas took columns for row names when it read the table.
        DataError: there are no rows.
    """
    if table.empty:
        raise DataError("table: the table has no rows")
    frame = table.reset_index(drop=True)
    frame.columns = pd.Index([str(name).strip() for name in table.columns], dtype=object)
    for level, name in reversed([*enumerate(table.index.names)]):
        if name is not None and str(name).strip() not in frame.columns:
            frame.insert(0, str(name).strip(), table.index.get_level_values(level))
    source = TableSource(frame, "table")
    delimited.refuse_twice(source.headings, "table")
    for name in frame.columns[1:]:
        if _NO_HEADING.fullmatch(name) and frame[name].notna().any():
            raise ConfigError(f"table: the column {name!r} has no heading but holds data; name it, or drop it")
    _check_index(table, source)
    return source


def shorten(problems: Sequence[Problem], shown: int = 3) -> list[Problem]:
    """The first problems; the last one shown states how many more there are."""
    rest = len(problems) - shown
    if rest <= 0:
        return list(problems)
    last = problems[shown - 1]
    return [*problems[: shown - 1], Problem("error", f"{last.message}; and {rest:,} more of such lines", last.where)]


def is_missing(name: str) -> bool:
    """Whether a cell of a column of names is missing: empty, or what pandas reads as missing."""
    return name in MISSING_NAMES


def _check_index(table: pd.DataFrame, source: TableSource) -> None:
    """Refuse row names that pandas made up because the file's rows have more cells than its header."""
    index = table.index
    if any(name is not None for name in index.names) or isinstance(index, pd.RangeIndex):
        return
    text = not pd.api.types.is_numeric_dtype(index.dtype)
    if index.nlevels > 1 or (text and table.iloc[:, -1].isna().all()):
        raise ConfigError(
            "table: its index has no name and holds what seem to be columns: pandas makes row names of surplus cells when "
            "a file's rows have more of them than its header; give the file itself, or mend it"
        )
    if text:
        source.notes.append(
            "The table's index has no name and is not read. Where the table came from a file whose rows have one cell more "
            "than its header, every column is shifted: give the file itself."
        )
