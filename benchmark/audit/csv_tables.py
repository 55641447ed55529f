"""A table of cells separated by commas, semicolons, tabs or bars, each character with its place. Standard library only.

``benchmark.data.delimited`` reads tables of scores, whose rows must all fit; a printed table may have a title, several
rows of headings and short rows, and must be given back byte for byte.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmark.audit import printed_grid
from benchmark.audit.ink import Ink, MisfitError, line_of
from benchmark.audit.printed_table import PrintedTable
from benchmark.data.delimited import MARKS

_STATED = re.compile(r'\ufeff?"?sep=(.)"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)
_ENDS = re.compile(r"\r\n|\r|\n")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)


@dataclass(slots=True)
class _Row:
    """A row: where it begins, and the characters of its cells with their places."""

    at: int
    cells: list[list[tuple[str, int]]] = field(default_factory=list)


def read_tables(text: str) -> list[PrintedTable]:
    """The table of the file, if it has two columns or more; lines with one cell above it are its caption.

    Args:
        text: the file.

    Raises:
        MisfitError: a quote is never closed.
    """
    stated = _STATED.match(text)
    start = stated.end() if stated else int(text.startswith("\ufeff"))
    rows = _filled(_rows(text, start, stated[1] if stated else _separator(text, start)))
    width = max((_last(row) for row in rows), default=0)
    if width < 2:
        return []
    titles = 0
    while titles < len(rows) - 1 and _last(rows[titles]) == 1 and _last(rows[titles + 1]) != 0:
        titles += 1
    caption = " ".join(_ink(row.cells[0]).tidy()[0] for row in rows[:titles])
    inks = [[_ink(cell) for cell in row.cells[:width]] for row in rows[titles:]]
    line = line_of(text, rows[titles].at)
    return [printed_grid.table(inks, number=1, caption=caption, line=line, rules=(), reserved=True)]


def _separator(text: str, start: int) -> str:
    """The mark that splits most rows into the same number of cells; among equals the first of ``MARKS``."""

    def rank(mark: str) -> int:
        try:
            rows = _filled(_rows(text, start, mark))
        except MisfitError:  # the reason is given when the rows are read
            return sum(mark in line for line in _ENDS.split(text))
        widths = Counter(len(row.cells) for row in rows if len(row.cells) > 1)
        return max(widths.values(), default=0)

    return max(MARKS, key=rank)


def _rows(text: str, start: int, separator: str) -> list[_Row]:
    rows = [_Row(start)]
    at = start
    while at < len(text):
        cell, at = _cell(text, at, separator)
        rows[-1].cells.append(cell)
        if end := _ENDS.match(text, at):
            at = end.end()
            rows.append(_Row(at))
        elif at < len(text):
            at += 1
            if at == len(text):
                rows[-1].cells.append([])
    return rows


def _cell(text: str, at: int, separator: str) -> tuple[list[tuple[str, int]], int]:
    """The characters of a cell and where it ends; quotes around it and doubled ones in it are none of them."""
    begin = at
    while text[at : at + 1] == " ":
        at += 1
    if text[at : at + 1] != '"':
        end = begin
        while end < len(text) and text[end] not in (separator, "\r", "\n"):
            end += 1
        return [(text[place], place) for place in range(begin, end)], end
    chars: list[tuple[str, int]] = []
    opened, at = at, at + 1
    while at < len(text):
        if text[at] != '"':
            chars.append((text[at], at))
        elif text[at + 1 : at + 2] == '"':
            at += 1
            chars.append(('"', at))
        else:
            break
        at += 1
    else:
        raise MisfitError('a quote `"` is never closed; add one or remove it', opened)
    at += 1
    while at < len(text) and text[at] not in (separator, "\r", "\n"):
        chars.append((text[at], at))
        at += 1
    return chars, at


def _filled(rows: Sequence[_Row]) -> list[_Row]:
    return [row for row in rows if _last(row)]


def _last(row: _Row) -> int:
    """The number of cells up to the last that is not empty."""
    return max((at for at, cell in enumerate(row.cells, 1) if "".join(char for char, _ in cell).strip()), default=0)


def _ink(cell: Sequence[tuple[str, int]]) -> Ink:
    """A cell's text; stars around a part of it set that in bold, as Markdown does."""
    ink = Ink()
    text = "".join(char for char, _ in cell)
    bold = {at: match for match in _BOLD.finditer(text) for at in range(match.start(), match.end())}
    for index, (char, at) in enumerate(cell):
        match = bold.get(index)
        if match is None or match.start(1) <= index < match.end(1):
            ink.put(char, at, frozenset() if match is None else frozenset({"bold"}))
    return ink
