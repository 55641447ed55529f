"""Tables of an HTML page: cells that span, heads, captions, tags left open as browsers allow. Standard library only."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import takewhile

from benchmark.audit import printed_grid
from benchmark.audit.ink import Ink, line_of
from benchmark.audit.printed_table import PrintedTable
from benchmark.audit.tags import Tags, style_sheet

MAX_COLUMNS, MAX_ROWS = 1000, 65534
_STYLE = re.compile(r"<style[^>]*>(.*?)</style", re.S | re.I)
_SPAN = re.compile(r"\s*(\d{1,5})")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CAPTIONS = ("caption", "figcaption")
Attributes = list[tuple[str, str | None]]


@dataclass(slots=True)
class _Table:
    """A table that is being read; ``cells`` is the tag of each cell by row, ``around`` its figure's number."""

    at: int
    heading: str
    around: int
    rows: list[list[Ink]] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    rules: list[int] = field(default_factory=list)
    caption: str = ""
    cell: Tags | None = None
    open_row: bool = False
    section: int = 0
    arranges: bool = False

    def real(self) -> bool:
        return max((len(row) for row in self.rows), default=0) > 1


def read_tables(text: str) -> list[PrintedTable]:
    """All tables with two columns or more; of a table that only arranges others, those.

    Args:
        text: the page.
    """
    reader = _Reader(text)
    reader.feed(text)
    reader.close()
    reader.finish()
    found = sorted(reader.done, key=lambda table: table.at)
    return [_made(table, number, text, reader.captions) for number, table in enumerate(found, 1)]


def _made(table: _Table, number: int, text: str, captions: dict[int, str]) -> PrintedTable:
    rules = table.rules
    if not rules:  # a head without `thead`: the first rows whose cells are all headings
        rules = [sum(1 for _ in takewhile(lambda row: set(row) == {"th"}, table.cells))]
    return printed_grid.table(
        table.rows,
        number=number,
        caption=table.caption or captions.get(table.around, "") or table.heading,
        line=line_of(text, table.at),
        rules=rules,
        reserved=False,
    )


class _Reader(HTMLParser):
    """Goes through the page; ``done`` has the tables, ``captions`` those of figures."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._styles = style_sheet("".join(_STYLE.findall(text)))
        self._tables: list[_Table] = []
        self._figures: list[int] = []
        self._caption: Tags | None = None
        self._heading = ""
        self._figure_count = 0
        self.done: list[_Table] = []
        self.captions: dict[int, str] = {}

    def _at(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def _target(self) -> Tags | None:
        """Where text goes now."""
        return self._caption or (self._tables[-1].cell if self._tables else None)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """A tag begins."""
        attributes = dict(attrs)
        table = self._tables[-1] if self._tables else None
        if tag == "table":
            self._tables.append(_Table(self._at(), self._heading, self._figures[-1] if self._figures else 0))
        elif tag == "figure":
            self._figure_count += 1
            self._figures.append(self._figure_count)
        elif tag in _CAPTIONS or (tag in _HEADINGS and table is None):
            self._caption = Tags(Ink(), self._styles)
        elif table is not None and tag in ("td", "th"):
            self._begin_cell(table, tag, attributes)
        elif table is not None and tag in ("tr", "thead", "tbody", "tfoot"):
            self._end_row(table)
            if tag == "tr":
                self._begin_row(table)
            else:
                _end_section(table)
        elif (target := self._target()) is not None:
            target.open(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        """A tag ends."""
        table = self._tables[-1] if self._tables else None
        if tag in (*_CAPTIONS, *_HEADINGS) and self._caption is not None:
            self._end_caption(tag)
        elif tag == "figure" and self._figures:
            self._figures.pop()
        elif table is None:
            if self._caption is not None:
                self._caption.close(tag)
        elif tag == "table":
            self._end_table()
        elif tag in ("td", "th"):
            _end_cell(table)
        elif tag in ("tr", "thead", "tbody", "tfoot"):
            self._end_row(table)
            if tag != "tr":
                _end_section(table)
            if tag == "thead":
                table.rules.append(len(table.rows))
        elif (target := self._target()) is not None:
            target.close(tag)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """A tag that is its own end, in XHTML and MathML."""
        self.handle_starttag(tag, attrs)
        if tag not in ("br", "img", "hr"):
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """Text."""
        if (target := self._target()) is not None:
            target.put_all(data, self._at())

    def handle_entityref(self, name: str) -> None:
        """A character by its name."""
        self._entity(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """A character by its number."""
        self._entity(f"&#{name};")

    def _entity(self, entity: str) -> None:
        target = self._target()
        char = html.unescape(entity)
        if target is None:
            return
        if char == entity:  # no name of a character: it is shown as it stands, and may lack the semicolon
            start = self._at()
            shown = entity if self.rawdata.startswith(entity, start) else entity[:-1]
            target.put_all(shown, start)
        else:
            target.put(char, self._at())

    def _begin_row(self, table: _Table) -> None:
        table.rows.append([])
        table.cells.append([])
        table.open_row = True

    def _begin_cell(self, table: _Table, tag: str, attributes: dict[str, str | None]) -> None:
        _end_cell(table)
        if not table.open_row:
            self._begin_row(table)
        ink = Ink(rows=_span(attributes, "rowspan", 0), columns=max(1, _span(attributes, "colspan", 1)))
        table.cell = Tags(ink, self._styles)
        table.cell.open("span", {**attributes, "hidden": None} if "hidden" in attributes else attributes)
        table.rows[-1].append(ink)
        table.cells[-1].append(tag)

    def _end_row(self, table: _Table) -> None:
        _end_cell(table)
        if table.open_row and not table.rows[-1]:
            del table.rows[-1], table.cells[-1]
        table.open_row = False

    def _end_table(self) -> None:
        table = self._tables.pop()
        self._end_row(table)
        _end_section(table)
        outer = self._tables[-1] if self._tables else None
        if table.real() and not table.arranges:
            self.done.append(table)
        elif outer is not None and outer.cell is not None:
            for row in table.rows:
                for ink in row:
                    outer.cell.put(" ", -1)
                    outer.cell.put_ink(ink)
        if outer is not None:
            outer.arranges |= table.real()

    def _end_caption(self, tag: str) -> None:
        text = self._caption.finish().tidy()[0] if self._caption is not None else ""
        self._caption = None
        if tag in _HEADINGS:
            self._heading = text
        elif tag == "caption" and self._tables:
            self._tables[-1].caption = text
        elif self._figures:
            self.captions[self._figures[-1]] = text

    def finish(self) -> None:
        """Tables that never end do so with the page."""
        while self._tables:
            self._end_table()


def _end_cell(table: _Table) -> None:
    if table.cell is not None:
        table.cell.finish()
        table.cell = None


def _end_section(table: _Table) -> None:
    """No cell reaches out of its head, body or foot; 0 rows are all that are left of it (HTML standard, 4.9.12)."""
    for row in range(table.section, len(table.rows)):
        for ink in table.rows[row]:
            ink.rows = min(ink.rows or MAX_ROWS, len(table.rows) - row)
    table.section = len(table.rows)


def _span(attributes: dict[str, str | None], name: str, zero: int) -> int:
    """A number of rows or columns: 1 where it is none, as browsers take it."""
    match = _SPAN.match(attributes.get(name) or "")
    if not match:
        return 1
    return min(int(match[1]), MAX_ROWS if name == "rowspan" else MAX_COLUMNS) or zero


def masked(text: str, places: Sequence[tuple[int, int]]) -> str:
    """Text with parts blanked out, each character else in its place."""
    starts = [start for start, _ in places]
    chars = list(text)
    for at, char in enumerate(chars):
        index = bisect_right(starts, at) - 1
        if index >= 0 and at < places[index][1] and char not in "\r\n":
            chars[at] = " "
    return "".join(chars)
