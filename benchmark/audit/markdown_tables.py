"""Tables of a Markdown file: pipe tables, and HTML's where it holds them. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from benchmark.audit import html_tables, printed_grid
from benchmark.audit.ink import Ink
from benchmark.audit.inline_markdown import put_down
from benchmark.audit.printed_table import PrintedTable

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|$)")
_DASHES = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_PREFIX = re.compile(r"\ufeff?[ \t]*(?:>[ \t]?)*[ \t]*")
_FENCE = re.compile(r"\ufeff?[ \t>]*(`{3,}|~{3,})(.*)")
_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*")
_TITLE = re.compile(
    r"[*_]*(?:supplementary |extended data )?tab(?:le|\.)?[ \t]*[SA-Z]?[-.]?[0-9IVX]|[*_]*table\b|:[ \t]", re.IGNORECASE
)
_BAR = re.compile(r"\\.|\|", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class _Line(NamedTuple):
    """Where a line begins and ends, without quote marks before it; ``table`` says whether it may belong to one."""

    start: int
    end: int
    table: bool


def read_tables(text: str) -> list[PrintedTable]:
    """All tables, in the order of the file; what stands in code fences and comments is none.

    Args:
        text: the file.
    """
    hidden = [match.span() for match in _COMMENT.finditer(text)]
    seen = html_tables.masked(text, hidden) if hidden else text
    lines = _lines(seen)
    tables: list[PrintedTable] = []
    at = 1
    while at < len(lines):
        cells = _is_table(seen, lines, at)
        if not cells:
            at += 1
            continue
        last = at + 1
        while last < len(lines) and lines[last].table and _bars(seen, lines[last]):
            last += 1
        rows = [_row(seen, line, cells) for line in (lines[at - 1], *lines[at + 1 : last])]
        caption = _caption(seen, lines, at - 1, last)
        tables.append(printed_grid.table(rows, number=0, caption=caption, line=at, rules=[1], reserved=True))
        at = last
    if re.search("<table", seen, re.IGNORECASE):
        fences = [(line.start, line.end) for line in lines if not line.table]
        for table in html_tables.read_tables(html_tables.masked(seen, fences)):
            tables.append(replace(table, caption=table.caption or _heading(seen, lines, table.line - 1)))
    tables.sort(key=lambda table: table.line)
    return [replace(table, number=number) for number, table in enumerate(tables, 1)]


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    fence = ""
    for match in _LINE.finditer(text):
        opened = _FENCE.match(match[1])
        inside = bool(fence)
        if fence:
            if opened and opened[1].startswith(fence) and not opened[2].strip():
                fence = ""
        elif opened and "`" not in opened[2]:
            fence, inside = opened[1], True
        prefix = _PREFIX.match(match[1])
        lines.append(_Line(match.start() + (prefix.end() if prefix else 0), match.end(1), not inside))
    return lines


def _is_table(text: str, lines: Sequence[_Line], at: int) -> int:
    """The number of columns where a line of dashes stands under a header of as many cells; else 0."""
    line = text[lines[at].start : lines[at].end]
    if not (lines[at - 1].table and "|" in line and _DASHES.fullmatch(line)):
        return 0
    cells = len(_split(text, lines[at]))
    return cells if len(_split(text, lines[at - 1])) == cells and _bars(text, lines[at - 1]) else 0


def _bars(text: str, line: _Line) -> bool:
    return any(match[0] == "|" for match in _BAR.finditer(text, line.start, line.end))


def _split(text: str, line: _Line) -> list[tuple[int, int]]:
    """Places of a row's cells: between bars, which count in code too unless they are escaped (GitHub's rule)."""
    bars = [match.start() for match in _BAR.finditer(text, line.start, line.end) if match[0] == "|"]
    edges = [line.start - 1, *bars, line.end]
    cells = [(left + 1, right) for left, right in pairwise(edges)]
    if bars and not text[line.start : bars[0]].strip():
        cells = cells[1:]
    if bars and len(cells) > 1 and not text[bars[-1] + 1 : line.end].strip():
        cells = cells[:-1]
    return cells


def _row(text: str, line: _Line, width: int) -> list[Ink]:
    """The cells of a row; what goes beyond the header is kept, so that it is seen."""
    inks = []
    for start, end in _split(text, line):
        part = text[start:end]
        inner = start + len(part) - len(part.lstrip())
        inks.append(put_down(text, inner, max(inner, start + len(part.rstrip()))))
    return inks + [Ink() for _ in range(width - len(inks))]


def _caption(text: str, lines: Sequence[_Line], first: int, last: int) -> str:
    """A line that begins with "Table" just above or below; else the nearest heading above."""
    for near in (range(first - 1, max(first - 4, -1), -1), range(last, min(last + 3, len(lines)))):
        for at in near:
            line = text[lines[at].start : lines[at].end].strip()
            if lines[at].table and _TITLE.match(line) and not _HEADING.fullmatch(line) and not _bars(text, lines[at]):
                return _shown(text, lines[at]).removeprefix(": ")
            if line:
                break
    return _heading(text, lines, first)


def _heading(text: str, lines: Sequence[_Line], first: int) -> str:
    """The nearest heading above a line."""
    for at in range(first - 1, -1, -1):
        heading = _HEADING.fullmatch(text, lines[at].start, lines[at].end) if lines[at].table else None
        if heading:
            return put_down(text, *heading.span(1)).tidy()[0]
        if at and lines[at].table and re.fullmatch(r"(=+|-{2,})\s*", text[lines[at].start : lines[at].end]):
            above = text[lines[at - 1].start : lines[at - 1].end].strip()
            if above and not above.startswith("|"):
                return _shown(text, lines[at - 1])
    return ""


def _shown(text: str, line: _Line) -> str:
    return put_down(text, line.start, line.end).tidy()[0]
