"""Reads a sheet of an Excel workbook as rows of text, as ``delimited`` gives them. openpyxl.

Numbers are read as stored, whatever their format shows; formulas by their stored result. Rows keep their numbers.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from benchmark.core.errors import DataError, Problem, in_words
from benchmark.core.words import did_you_mean
from benchmark.data import recognise
from benchmark.data.cells import as_text
from benchmark.data.delimited import Delimited, Record, many
from benchmark.data.labels import MAX_BYTES, short

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SEARCHED = 50
"""Rows in which the headings are looked for; titles and remarks may stand above them."""
RESAVE = "open it in Excel or LibreOffice, save it as .xlsx and try again"
Row = tuple[int, list[Any]]
Values = dict[int, dict[int, Any]]


@dataclass(slots=True)
class _Grid:
    """A sheet's rows below its headings.

    Attributes:
        header: the headings, and the number of their row.
        rows: those that are not empty, with their numbers; values as openpyxl gives them.
        merged: the merged cells that were filled.
        problems: what can't be read.
    """

    header: Record
    rows: list[Row]
    merged: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(file: Path, wanted: Collection[str], sheet: str = "") -> Delimited:
    """The rows below the headings of one sheet.

    Args:
        file: an ``.xlsx`` or ``.xlsm`` file.
        wanted: headings that the reader looks for; they decide which row has the headings, and which sheet is read.
        sheet: its name; empty for the only one that has the wanted headings.

    Raises:
        DataError: the file is no such workbook, it has no such sheet, or several sheets would do.
    """
    content = _content(file)
    found = _choose(file, _load(file, content, results=True), wanted, sheet)
    grid = _grid(file, found, wanted)
    looked_at = [at for at, name in enumerate(grid.header.cells) if name in wanted]
    grid.problems += _dates(file, grid, looked_at) + _unsolved(file, content, found.title, grid, looked_at)
    records = [Record(number, [_text(value) for value in values]) for number, values in grid.rows]
    how = f"The sheet {found.title!r} of {file.name} was read"
    if grid.merged:
        more = ", …" if grid.merged[3:] else ""
        how += f"; merged cells count for each of their rows ({', '.join(grid.merged[:3])}{more})"
    return Delimited(file, "", grid.header, records, grid.problems, f"{how}.")


def _content(file: Path) -> bytes:
    """The file's bytes, none of whose parts is too large to unpack.

    Raises:
        DataError: it can't be read as an archive.
    """
    try:
        content = file.read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            large = next((item.filename for item in archive.infolist() if item.file_size > MAX_BYTES), None)
    except zipfile.BadZipFile as error:
        other = recognise.not_itself(file)
        raise DataError(Problem("error", other, str(file)) if other else _unreadable(file, error)) from None
    except OSError as error:
        raise DataError(_unreadable(file, error)) from None
    if large is not None:
        message = f"can't be read: {large} in it is larger than {MAX_BYTES >> 20} MiB"
        raise DataError(Problem("error", message, str(file)))
    return content


def _unreadable(file: Path, error: Exception) -> Problem:
    return Problem("error", f"can't be read as an Excel workbook (.xlsx; {in_words(error)}); {RESAVE}", str(file))


def _load(file: Path, content: bytes, *, results: bool) -> Workbook:
    """The workbook, with the stored results of formulas or, only to stream through, the formulas themselves."""
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to import, and few tables need it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and extensions, which don't concern its numbers
            return load_workbook(io.BytesIO(content), data_only=results, read_only=not results, keep_links=False)
    except Exception as error:  # it raises whatever a damaged part leads to
        raise DataError(_unreadable(file, error)) from None


def _choose(file: Path, book: Workbook, wanted: Collection[str], asked: str) -> Worksheet:
    """The sheet that is asked for, or the one that fits.

    Raises:
        DataError: there is none, or there are several.
    """
    sheets = [cast("Worksheet", sheet) for sheet in book.worksheets]
    names = [sheet.title for sheet in sheets]
    if asked:
        if asked in names:
            return sheets[names.index(asked)]
        hint = did_you_mean(asked, names) or f"; it has {', '.join(short(name) for name in names[:12])}"
        raise DataError(Problem("error", f"no sheet {asked!r}{hint}", str(file)))
    filled = {sheet.title: values for sheet in sheets if (values := _values(sheet))}
    if not filled:
        raise DataError(Problem("error", "is empty; headings and rows are needed", str(file)))
    matches = {name: len(_headings(values, wanted)[1]) for name, values in filled.items()}
    best = [name for name, match in matches.items() if match == max(matches.values())]
    if len(best) > 1 and matches[best[0]]:
        listed = ", ".join(short(name) for name in best[:12])
        message = f"{len(best)} sheets have such headings ({listed}); say which by `sheet:`, or keep only that one"
        raise DataError(Problem("error", message, str(file)))
    return sheets[names.index(best[0])]


def _values(sheet: Worksheet) -> Values:
    """The cells that are not empty, by row and column, both from 1.

    The sheet's own mapping is read, since ``iter_rows`` would make every cell up to the farthest one.
    """
    rows: Values = {}
    for (row, column), cell in sorted(sheet._cells.items()):
        if cell.value is not None and cell.value != "":
            rows.setdefault(row, {})[column] = cell.value
    return rows


def _headings(values: Values, wanted: Collection[str]) -> tuple[Record, set[str]]:
    """The row with the most wanted headings, else the first one; and those headings."""
    best: tuple[Record, set[str]] | None = None
    for number in list(values)[:SEARCHED]:
        cells = [_text(values[number].get(column)) for column in range(1, max(values[number]) + 1)]
        match = set(cells) & set(wanted)
        if best is None or len(match) > len(best[1]):
            best = Record(number, cells), match
    return best or (Record(1, [""]), set())


def _grid(file: Path, sheet: Worksheet, wanted: Collection[str]) -> _Grid:
    """The rows below the headings, no wider than these, with the values of merged cells in each of their rows."""
    values = _values(sheet)
    header, _ = _headings(values, wanted)
    width = len(header.cells)
    grid = _Grid(header, [])
    for area in sorted(sheet.merged_cells.ranges, key=lambda area: (area.min_row, area.min_col)):
        value = values.get(area.min_row, {}).get(area.min_col)
        if area.min_row <= header.line or value is None or area.min_col > width:
            continue
        if area.max_col > area.min_col:
            if set(header.cells[area.min_col - 1 : area.max_col]) & set(wanted):
                message = f"the cells {area.coord} are merged across columns; part them"
                grid.problems.append(Problem("error", message, f"{file}:{area.min_row}"))
            continue
        for number in range(area.min_row, area.max_row + 1):
            if number in values:
                values[number][area.min_col] = value
        grid.merged.append(area.coord)
    rows = ((number, [row.get(column) for column in range(1, width + 1)]) for number, row in values.items())
    grid.rows += [(number, row) for number, row in rows if number > header.line and row.count(None) < width]
    return grid


def _dates(file: Path, grid: _Grid, looked_at: Sequence[int]) -> list[Problem]:
    """Dates in the columns that are read: spreadsheets make them of numbers such as 3.5 and of names such as 1-2."""
    problems = []
    for at in looked_at:
        found = [(number, row[at]) for number, row in grid.rows if isinstance(row[at], (date, time, timedelta))]
        if found:
            number, value = found[0]
            kind = "date" if isinstance(value, date) else "time"
            more = many([row for row, _ in found[1:]], "row")
            message = (
                f"{_text(value)!r} in column {grid.header.cells[at]!r} is a {kind}{more}; spreadsheets make one of what "
                "looks like it: format the column as text or number, and type them again"
            )
            problems.append(Problem("error", message, f"{file}:{number}"))
    return problems


def _unsolved(file: Path, content: bytes, sheet: str, grid: _Grid, looked_at: Sequence[int]) -> list[Problem]:
    """Formulas without a stored result in the columns that are read, which would pass for empty cells."""
    gaps = {number: [at for at in looked_at if row[at] is None] for number, row in grid.rows}
    if not any(gaps.values()):
        return []
    found = _load(file, content, results=False)[sheet]
    unsolved = [
        (number, at)
        for number, values in enumerate(found.iter_rows(max_col=len(grid.header.cells), values_only=True), 1)
        for at in gaps.get(number, ())
        if at < len(values) and values[at] not in (None, "")
    ]
    if not unsolved:
        return []
    number, at = unsolved[0]
    more = f", and {len(unsolved) - 1:,} more such cells" if unsolved[1:] else ""
    message = f"the formula in column {grid.header.cells[at]!r} has no stored result{more}; {RESAVE}"
    return [Problem("error", message, f"{file}:{number}")]


def _text(value: object) -> str:
    """A cell as text; dates without a time of day as such."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return as_text(value)
