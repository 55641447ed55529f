"""Places cells in the grid of a printed table: spans cover places, short rows are filled up. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.audit.ink import Ink
from benchmark.audit.printed_table import PrintedCell, PrintedTable


def table(
    rows: Sequence[Sequence[Ink]], *, number: int, caption: str, line: int, rules: Sequence[int], reserved: bool
) -> PrintedTable:
    """The table of rows as they stand in the file.

    Args:
        rows: cells of each row, from the left.
        number, caption, line: of the table.
        rules: rows above which a line is drawn; those above the first row and below the last separate nothing and are
            left out.
        reserved: whether a cell that spans rows leaves a place, usually empty, in each of the other rows (LaTeX); else
            the cells of those rows move aside (HTML).
    """
    placed = _reserved(rows) if reserved else _aside(rows)
    width = max((column for _, column in placed), default=-1) + 1
    height = len(rows)
    owner = _spans(placed, height, width)
    cells = [_cell(place, extent, placed[source]) for source, (place, extent) in owner.items() if place[0] < height]
    covered = {
        (cell.row + down, cell.column + right)
        for cell in cells
        for down in range(cell.rows)
        for right in range(cell.columns)
    }
    cells += [
        PrintedCell(row=row, column=column, text="", offsets=())
        for row in range(height)
        for column in range(width)
        if (row, column) not in covered
    ]
    return PrintedTable(
        number=number,
        caption=caption,
        line=line,
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))),
        rows=height,
        columns=width,
        rules=tuple(sorted({row for row in rules if 0 < row < height})),
    )


LabelPlace = tuple[int, int]


def _reserved(rows: Sequence[Sequence[Ink]]) -> dict[LabelPlace, Ink]:
    placed = {}
    for at, row in enumerate(rows):
        column = 0
        for ink in row:
            placed[at, column] = ink
            column += 1 if ink.overlay else ink.columns
    return placed


def _aside(rows: Sequence[Sequence[Ink]]) -> dict[LabelPlace, Ink]:
    placed: dict[LabelPlace, Ink] = {}
    taken: set[LabelPlace] = set()
    for at, row in enumerate(rows):
        column = 0
        for ink in row:
            while (at, column) in taken:
                column += 1
            placed[at, column] = ink
            rows_below = min(ink.rows, len(rows) - at)
            taken |= {(at + down, column + right) for down in range(rows_below) for right in range(ink.columns)}
            column += ink.columns
    return placed


def _spans(placed: dict[LabelPlace, Ink], height: int, width: int) -> dict[LabelPlace, tuple[LabelPlace, LabelPlace]]:
    """Place and extent of each cell by where it stands in the file; empty cells that another covers are gone."""
    owner: dict[LabelPlace, tuple[LabelPlace, LabelPlace]] = {}
    gone: set[LabelPlace] = set()
    held = {
        (row, column + step): (row, column)
        for (row, column), ink in placed.items()
        for step in range(1 if ink.overlay else ink.columns)
    }
    for (row, column), ink in placed.items():
        right = min(ink.columns, width - column)
        if ink.overlay:
            right = _free(placed, [(row, column + step) for step in range(1, right)], gone) + 1
        step = -1 if ink.rows < 0 else 1
        others = range(row + step, max(row + ink.rows, -1) if step < 0 else min(row + ink.rows, height), step)
        down = 1
        for other in others:
            places = [(other, at) for at in range(column, column + right)]
            held_by = {held[place] for place in places if place in held}
            if not gone.isdisjoint(places) or any(placed[source].tidy()[0] for source in held_by):
                break
            gone.update(places, held_by)
            down += 1
        owner[row, column] = ((row - down + 1 if step < 0 else row, column), (down, right))
    return {place: owned for place, owned in owner.items() if place not in gone}


def _free(placed: dict[LabelPlace, Ink], places: Sequence[LabelPlace], gone: set[LabelPlace]) -> int:
    """How many of the places, from the first, have nothing in them; they are covered from now on."""
    for count, place in enumerate(places):
        if place in placed and placed[place].tidy()[0]:
            return count
        gone.add(place)
    return len(places)


def _cell(place: LabelPlace, extent: LabelPlace, ink: Ink) -> PrintedCell:
    text, offsets = ink.tidy()
    return PrintedCell(
        row=place[0],
        column=place[1],
        rows=extent[0],
        columns=extent[1],
        text=text,
        offsets=offsets,
        marks=frozenset(ink.marks),
    )
