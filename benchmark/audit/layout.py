"""Takes a printed table apart: which cells are numbers, and which labels stand above and beside each. Standard library only.

Papers print tables of every shape. Nothing is assumed but this: numbers with decimals begin below the headings; columns
of words are labels; a row with a single text is the heading of the rows below; a row of several texts and no number begins
a new block of headings; an empty label repeats the one above it (or, in headings, the one left of it).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmark.audit.numbers import Number, missing, numbers
from benchmark.audit.printed_table import PrintedCell, PrintedTable

Axis = Literal["row", "column", "section", "caption"]


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """Where labels stand: the number of a column of labels, or of a row of headings.

    Attributes:
        axis: ``row`` for labels beside numbers, ``column`` for headings above, ``section`` for headings between rows.
        number: which of them, from 0.
    """

    axis: Axis
    number: int = 0


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """One number of a table with the labels that say what it is.

    Attributes:
        table: number of the table.
        row, column: of its cell.
        part: which number of its cell, from 0; ``parts`` of them.
        number: as printed.
        cell: that holds it.
        labels: the labels around it, by place.
    """

    table: int
    row: int
    column: int
    part: int
    parts: int
    number: Number
    cell: PrintedCell
    labels: dict[LabelPlace, str]

    @property
    def span(self) -> tuple[int, int] | None:
        """Its place in the file's text; ``None`` where it does not stand there in one piece."""
        places = [at for at in self.cell.offsets[self.number.start : self.number.end] if at >= 0]
        return (places[0], places[-1] + 1) if len(places) == self.number.end - self.number.start else None


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table taken apart.

    Attributes:
        numbers: all of its numbers, by row, then column.
        titles: headings of the columns of labels, and texts that stand beside rows of headings, by place.
    """

    numbers: tuple[PrintedNumber, ...]
    titles: dict[LabelPlace, str]


def take_apart(table: PrintedTable) -> TableLayout:
    """Find a table's numbers and their labels."""
    return _Table(table).layout()


class _Table:
    """A grid in which a cell stands at every place that it spans."""

    def __init__(self, table: PrintedTable) -> None:
        self.table = table
        self.grid: list[list[PrintedCell | None]] = [[None] * table.columns for _ in range(table.rows)]
        for cell in table.cells:
            for row in range(cell.row, min(cell.row + cell.rows, table.rows)):
                for column in range(cell.column, min(cell.column + cell.columns, table.columns)):
                    if self.grid[row][column] is None:
                        self.grid[row][column] = cell
        self.read = {id(cell): numbers(cell.text) for cell in table.cells}
        self.first = next((row for row in range(table.rows) if self._has_statistics(row)), table.rows)
        self.label_columns = [column for column in range(table.columns) if self._holds_words(column)]
        self.heads = self._heads()
        self.blocks = self._blocks()

    def text(self, row: int, column: int) -> str:
        cell = self.grid[row][column]
        return cell.text if cell is not None else ""

    def found(self, row: int, column: int) -> tuple[Number, ...]:
        cell = self.grid[row][column]
        return self.read[id(cell)] if cell is not None else ()

    def _has_statistics(self, row: int) -> bool:
        return any(number.decimals for column in range(self.table.columns) for number in self.found(row, column))

    def _holds_words(self, column: int) -> bool:
        """Whether a column below the headings has words rather than numbers."""
        rows = range(self.first, self.table.rows)
        texts = [self.text(row, column) for row in rows if not missing(self.text(row, column)) and not self._spans(row)]
        words = sum(1 for text in texts if not numbers(text))
        return bool(texts) and words > len(texts) / 2

    def _spans(self, row: int) -> bool:
        """Whether a row has no number and one text: the heading of the rows below."""
        cells = {id(cell): cell for cell in self.grid[row] if cell is not None and cell.text}
        return len(cells) == 1 and not any(self.read[key] for key in cells)

    def _heads(self) -> list[int]:
        """The rows of headings above the first number, without a heading of the rows below, with which a section begins."""
        heads = list(range(self.first))
        while len(heads) > 1 and self._begins_section(heads[-1]):
            del heads[-1]
        return heads

    def _begins_section(self, row: int) -> bool:
        """Whether a single text stands across a table or under a heading, not under an empty place, which it would title."""
        if not self._spans(row) or all(self._spans(above) or not self._texts(above) for above in range(row)):
            return False
        cell = next(cell for cell in self.grid[row] if cell is not None and cell.text)
        return cell.columns > 1 or any(self.text(above, cell.column) for above in range(row))

    def _texts(self, row: int) -> list[str]:
        return [text for column in range(self.table.columns) if (text := self.text(row, column))]

    def _blocks(self) -> list[list[int]]:
        """The columns of labels, parted where a table stands beside another: numbers, then the first label's title again."""
        blocks: list[list[int]] = [[]]
        for column in self.label_columns:
            again = blocks[0] and column > blocks[-1][-1] + 1 and self._title(column) == self._title(blocks[0][0]) != ""
            if again:
                blocks.append([])
            blocks[-1].append(column)
        return blocks

    def _title(self, column: int) -> str:
        texts = [self.text(row, column) for row in self.heads if self.text(row, column)]
        return texts[-1] if texts else ""

    def layout(self) -> TableLayout:
        found: list[PrintedNumber] = []
        headings, above, fresh = list(self.heads), -1, False
        section = " ".join(self._texts(row)[0] for row in range(len(self.heads), self.first))
        for row in range(self.first, self.table.rows):
            if self._is_body(row):
                fresh = False
                found += self._numbers_of(row, headings, section, above)
            elif self._spans(row):
                section = next(cell.text for cell in self.grid[row] if cell is not None and cell.text)
                above = row
            elif self._texts(row):
                headings = [*headings, row] if fresh else [row]
                fresh, above, section = True, row, ""
        return TableLayout(tuple(found), self._titles())

    def _is_body(self, row: int) -> bool:
        values = [column for column in range(self.table.columns) if column not in self.label_columns]
        if any(self.found(row, column) for column in values):
            return True
        dashes = [column for column in values if self.text(row, column) and missing(self.text(row, column))]
        words = [column for column in values if not missing(self.text(row, column))]
        return bool(dashes) and not words

    def _numbers_of(self, row: int, headings: Sequence[int], section: str, above: int) -> Iterator[PrintedNumber]:
        beside: dict[LabelPlace, str] = {}
        if section:
            beside[LabelPlace("section")] = section
        if self.table.caption:
            beside[LabelPlace("caption")] = self.table.caption
        done: set[int] = set()
        for column in range(self.table.columns):
            cell = self.grid[row][column]
            if column in self.label_columns or cell is None or id(cell) in done or cell.row != row:
                continue
            done.add(id(cell))
            block = next((block for block in reversed(self.blocks) if block and block[0] < column), self.blocks[0])
            own = {LabelPlace("row", at): self._label_beside(row, label, above) for at, label in enumerate(block)}
            labels = {**own, **beside, **self._labels_above(headings, column)}
            parts = self.found(row, column)
            for part, number in enumerate(parts):
                yield PrintedNumber(self.table.number, row, column, part, len(parts), number, cell, labels)

    def _label_beside(self, row: int, column: int, above: int) -> str:
        """The label of a row in a column of labels; an empty one repeats the label above, within its section."""
        for at in range(row, max(above, self.first - 1), -1):
            text = self.text(at, column)
            if text and not (at != row and self._spans(at)):
                return text
        return ""

    def _labels_above(self, headings: Sequence[int], column: int) -> dict[LabelPlace, str]:
        labels = {}
        texts = [self._heading(row, column, last=row == headings[-1]) for row in headings]
        for at, text in enumerate(texts):
            if text and text not in texts[:at]:
                labels[LabelPlace("column", at)] = text
        return labels

    def _heading(self, row: int, column: int, *, last: bool) -> str:
        """A heading; an empty one above others repeats the heading left of it."""
        if self.text(row, column) or last:
            return self.text(row, column)
        for at in range(column - 1, -1, -1):
            if at in self.label_columns:
                return ""
            if self.text(row, at):
                return self.text(row, at)
        return ""

    def _titles(self) -> dict[LabelPlace, str]:
        titles = {}
        for at, column in enumerate(self.blocks[0]):
            if title := self._title(column):
                titles[LabelPlace("row", at)] = title
        if self.label_columns and len(self.heads) > 1:
            for at in range(len(self.heads) - 1):
                text = self.text(at, self.label_columns[-1])
                if text:
                    titles[LabelPlace("column", at)] = text
        return titles
