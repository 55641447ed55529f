"""The only reader of tables in text: finds the separator, splits rows into cells, refuses each row that does not fit.

``tables`` gives it text, and its result has the form of every table. Standard library only.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmark.core import formulas
from benchmark.core.errors import ConfigError, DataError, Problem
from benchmark.core.pair_columns import SCORE_KEYS
from benchmark.data.decimals import HOW_TO_SAY
from benchmark.data.labels import MAX_LINES, MAX_PROBLEMS, read_text, short, split_lines

BLANKS = " +"
"""What separates cells where any number of blanks does."""
SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars", " ": "blanks", BLANKS: "blanks"}
# where several fit: cells with commas are usual in a file of semicolons, not the other way round
MARKS = ("\t", ";", ",", "|")
SPELT = {
    "tab": "\t",
    "\\t": "\t",
    "semicolon": ";",
    "comma": ",",
    "bar": "|",
    "pipe": "|",
    "blank": BLANKS,
    "space": BLANKS,
}
SAMPLE = 50
SHOWN = 5
_DIGITS = re.compile(r"[+-]?[0-9]+")
_EXCEL = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # a first line that states the separator, for Excel
_NUMBERED = re.compile(r"(.*[^0-9])\.[1-9]")


class Record(NamedTuple):
    """One row.

    Attributes:
        line: where it begins, from 1, as an editor counts.
        cells: as text, without quotes and blanks around them.
    """

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Delimited:
    """A table as read; one that was no text (``tables``) is given as text too.

    Attributes:
        file: where it came from.
        separator: between its cells; empty where nothing had to separate them.
        header: its first row, which decides how many cells the others must have.
        records: the rows with as many cells.
        problems: what is wrong with the others.
        how: how it was read, where that is not the usual way.
    """

    file: Path
    separator: str
    header: Record
    records: list[Record]
    problems: list[Problem] = field(default_factory=list)
    how: str = ""

    @property
    def note(self) -> str:
        """The separator, if it isn't the usual one; or what else is unusual."""
        if self.how or self.separator in (",", ""):
            return self.how
        return f"Columns of {self.file.name} are separated by {named(self.separator)}."


def separator_of(text: str) -> str:
    """The separator that an option names: one character, or ``tab``, ``blanks``, ``semicolon``, ``comma``, ``bar``.

    Raises:
        ConfigError: it is no separator.
    """
    word = SPELT.get(text.casefold().removesuffix("s"), BLANKS if text == " " else text)
    if word != BLANKS and (len(word) != 1 or word.isalnum() or word in "\"'\r\n.+-_/\\"):
        raise ConfigError(f"separator: {text!r} can't separate columns; give one character, or `tab` or `blanks`")
    return word


def read(
    file: Path,
    wanted: Collection[str],
    *,
    comments: bool = False,
    blanks: bool = False,
    separator: str = "",
    encoding: str = "",
) -> Delimited:
    """Read a table in text: cells separated by commas, semicolons, tabs or bars, in quotes where they hold one of these.

    Args:
        file: UTF-8 text; lines end in LF, CRLF or CR, empty ones don't count.
        wanted: headings that the reader looks for; they decide where several separators would do.
        comments: whether lines that begin with ``#`` count as empty.
        blanks: whether blanks may separate a name and a number, if nothing else does.
        separator: between cells, as ``separator_of`` gives it; empty to find it.
        encoding: of the text; empty for UTF-8.

    Raises:
        DataError: the file as a whole is not such a table.
    """
    lines = split_lines(read_text(file, pipes=True, encoding=encoding))
    first = next(_Lines(lines, comments, 0), "")
    declared = _EXCEL.fullmatch(first)
    start = lines.index(first.rstrip("\n")) + 1 if declared else 0
    separator = separator or (declared[1] if declared else _separator(lines, wanted, comments))
    if not separator:
        separator = " " if blanks and not any(mark in first for mark in MARKS) else ","
    records = _records(file, lines, separator, comments, start)
    header = next(records, None)
    if header is None:
        raise DataError(Problem("error", "is empty; a header and rows are needed", str(file)))
    if isinstance(header, Problem):
        raise DataError(_unless_blanks(header, lines, file, wanted))
    if len(header.cells) == 1 and not blanks:
        _refuse_blanks(header, file, wanted)
    return _restored(_fitting(file, separator, header, records, "first row" if blanks else "header"))


def _restored(table: Delimited) -> Delimited:
    """The table without the apostrophes that our ``scores.csv`` puts before names which might be formulas."""
    if table.header.cells[0] != "dataset":
        return table
    if tuple(table.header.cells[: len(SCORE_KEYS)]) != SCORE_KEYS:
        return table
    header, *records = [
        Record(record.line, [formulas.restore(cell) for cell in record.cells])
        for record in [table.header, *table.records]
    ]
    return replace(table, header=header, records=records)


def named(separator: str) -> str:
    """A separator in words."""
    return SEPARATORS.get(separator, repr(separator))


def refuse_twice(header: Sequence[str], where: str, *, fold: bool = False) -> None:
    """Refuse repeated headings: they leave open which column is meant.

    Args:
        header: the headings, without blanks around them; empty ones don't count.
        where: for the message.
        fold: whether columns are looked up without regard to case.

    Raises:
        DataError: names all of them.
    """
    keys = [name.casefold() if fold else name for name in header]
    problems = [
        Problem(
            "error", f"the column {short(header[keys.index(key)])} stands more than once; rename one of them", where
        )
        for key, count in Counter(keys).items()
        if key and count > 1
    ]
    for name in header:
        renamed = _NUMBERED.fullmatch(name)
        if renamed and renamed[1] in header:
            message = (
                f"the columns {short(renamed[1])} and {short(name)}: pandas and R call the second of two equal headings "
                "so; rename one of them"
            )
            problems.append(Problem("error", message, where))
    if problems:
        raise DataError(problems)


def check_header(table: Delimited, *, fold: bool = False) -> None:
    """Refuse repeated headings and columns without one, except the first, which may hold row names.

    Raises:
        DataError: names file, line and column.
    """
    refuse_twice(table.header.cells, f"{table.file}:{table.header.line}", fold=fold)
    for at, name in enumerate(table.header.cells):
        if name or not at:
            continue
        filled = next((record for record in table.records if record.cells[at]), None)
        if filled is not None:
            message = f"{short(filled.cells[at])} stands in column {at + 1}, which has no heading; give it one"
            raise DataError(Problem("error", message, f"{table.file}:{filled.line}"))


def many(lines: Sequence[int], noun: str = "line") -> str:
    """``; and 58 more lines (5, 6, 7, 8, 9, …)`` for a message about the first one; empty if it is the only one."""
    if not lines:
        return ""
    listed = ", ".join(str(line) for line in lines[:SHOWN]) + (", …" if len(lines) > SHOWN else "")
    return f"; and {len(lines):,} more {noun}{'s' if len(lines) > 1 else ''} ({listed})"


def _fitting(file: Path, separator: str, header: Record, records: Iterator[Record | Problem], called: str) -> Delimited:
    """The rows with as many cells as the header; one problem for all others."""
    table = Delimited(file, separator, header, [])
    width = len(header.cells)
    others: list[Record] = []
    for record in records:
        if isinstance(record, Problem):
            table.problems.append(record)
            if len(table.problems) >= MAX_PROBLEMS:
                table.problems.append(replace(record, message="reading stops here after so many wrong lines"))
                break
        elif width > 1 and not any(record.cells):
            continue  # spreadsheets write empty rows so
        elif len(record.cells) == width:
            table.records.append(record)
        else:
            others.append(record)
    if others:
        table.problems.append(_misfits(table, others, called))
    return table


def _misfits(table: Delimited, others: Sequence[Record], called: str) -> Problem:
    """The problem with rows that have more or fewer cells than the header, and its likely cause."""
    first, width = others[0], len(table.header.cells)
    cells = len(first.cells)
    more = many([row.line for row in others[1:]])
    message = f"{cells} column{'s' if cells > 1 else ''}, the {called} has {width}{more}"
    surplus = cells - width
    if any("\n" in cell for cell in first.cells):
        message += ". A cell of this row runs over several lines: is a quote missing?"
    elif width == 1 and table.header.cells[0].startswith("#"):
        message += f". Is line {table.header.line} a comment? Take it off: the header comes first"
    elif surplus > 0 and not any(first.cells[width:]):
        message += ". Take off the separator at the row's end"
    elif surplus > 0 and table.separator == "," and _digit_pairs(first.cells) >= surplus:
        message += f". Decimal commas? Separate columns by semicolons or tabs, or quote such cells and {HOW_TO_SAY}"
    elif surplus > 0 and not table.records and all(len(row.cells) == width + 1 for row in others):
        message += ". Row names, as R writes them? Use write.csv(x, row.names = FALSE), or give their column a heading"
    return Problem("error", message, f"{table.file}:{first.line}")


def _digit_pairs(cells: Sequence[str]) -> int:
    """How often two neighbouring cells may be the halves of one number."""
    count, at = 0, 0
    while at + 1 < len(cells):
        halves = _DIGITS.fullmatch(cells[at]) and cells[at + 1].isdecimal()
        count, at = (count + 1, at + 2) if halves else (count, at + 1)
    return count


def _separator(lines: Sequence[str], wanted: Collection[str], comments: bool) -> str:
    """The separator that gives the most wanted headings, and then the same number of cells in all first rows."""
    looked_for = {name.casefold() for name in wanted}

    def rank(mark: str) -> tuple[int, bool, int]:
        sample = list(islice(_records(Path(), lines, mark, comments), SAMPLE))
        rows = [record.cells for record in sample if isinstance(record, Record)]
        if not rows or isinstance(sample[0], Problem) or len(rows[0]) < 2:
            return 0, False, 1
        matched = looked_for & {cell.casefold() for cell in rows[0]}
        return len(matched), len(rows) == len(sample) and len({len(row) for row in rows}) == 1, len(rows[0])

    ranks = {mark: rank(mark) for mark in MARKS}
    best = max(MARKS, key=lambda mark: ranks[mark][:2])
    if ranks[best][:2] == (0, False):
        best = max(reversed(MARKS), key=lambda mark: ranks[mark][2])
    return best if ranks[best][2] > 1 else ""


class _Lines:
    """Lines as ``csv`` asks for them; knows in which one the current record begins."""

    def __init__(self, lines: Sequence[str], comments: bool, start: int) -> None:
        self._lines, self._comments = lines, comments
        self.at = start
        self.begin = 0
        self.new_record = True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while self.at < len(self._lines):
            line = self._lines[self.at]
            self.at += 1
            if self.new_record:
                text = line.strip()
                if not text or (self._comments and text[0] == "#"):
                    continue
                self.begin, self.new_record = self.at, False
            return f"{line}\n"
        raise StopIteration


def _records(
    file: Path, lines: Sequence[str], separator: str, comments: bool, start: int = 0
) -> Iterator[Record | Problem]:
    """Row by row; a row that can't be split is a problem at the line where it begins."""
    if separator == BLANKS:
        lines, separator = [line.replace("\t", " ").strip() for line in lines], BLANKS[0]
    elif separator == " ":
        yield from _names_and_numbers(_Lines(lines, comments, start))
        return
    source = _Lines(lines, comments, start)
    reader = csv.reader(source, delimiter=separator, strict=True, skipinitialspace=separator != "\t")
    while True:
        source.new_record = True
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem("error", f"can't be split into columns ({_why(error)})", f"{file}:{source.begin}")
            continue
        if source.begin > MAX_LINES:
            message = f"reading stops here after more than {MAX_LINES:,} lines"
            yield Problem("error", message, f"{file}:{source.begin}")
            return
        yield Record(source.begin, [cell.strip() for cell in cells])


def _names_and_numbers(source: _Lines) -> Iterator[Record]:
    """Lines of a name, which may hold blanks, and a number."""
    for line in source:
        source.new_record = True
        yield Record(source.begin, line.rsplit(None, 1))


def _why(error: csv.Error) -> str:
    text = str(error)
    if "end of data" in text:
        return 'a quote `"` that is never closed'
    if "field limit" in text:
        return 'a cell of more than 131,072 characters: is a quote `"` missing?'
    return f"{text}: is a quote missing, or one too many?"


def _refuse_blanks(header: Record, file: Path, wanted: Collection[str]) -> None:
    """Name blanks as the wrong separator, instead of reporting a missing column."""
    words = {word.strip('"') for word in header.cells[0].split()}
    if len(words & set(wanted)) > 1:
        message = (
            "columns seem to be separated by blanks; separate them by commas, semicolons or tabs (in R: write.csv(x, "
            "row.names = FALSE))"
        )
        raise DataError(Problem("error", message, f"{file}:{header.line}"))


def _unless_blanks(problem: Problem, lines: Sequence[str], file: Path, wanted: Collection[str]) -> Problem:
    number = int(problem.where.rpartition(":")[2])
    _refuse_blanks(Record(number, [lines[number - 1]]), file, wanted)
    return problem
