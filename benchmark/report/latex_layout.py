"""Decides how a comparison table is laid out in LaTeX, so that it fits its paper at a size that can be read.

Widths are estimated from above; a box that shrinks what is still too wide remains as a safeguard.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from benchmark.config.latex_keys import Size
from benchmark.config.printing import TableConfig
from benchmark.report import naming
from benchmark.report.latex_styles import STYLES, width_of, wrapped
from benchmark.report.printed import Cell, ComparisonTable, Row

Intervals = Literal["beside", "below", "none"]
SIZES: tuple[Size, ...] = ("small", "footnotesize")
"""Sizes that are tried, the largest first: 9 and 8 pt."""
GAPS, TIGHT = (6.0, 4.0, 3.0), (2.0, 1.5)
"""Space on each side of a column (\\tabcolsep), pt, the widest first; LaTeX has 6. Tight ones are tried last."""
MARK = 0.8
"""Width of a superscript mark, relative to the size."""
LONG_TEXT = 26
"""Characters from which what a method was trained on is set in a narrow paragraph."""
PARAGRAPH = 3.6 * 28.45
"""Width of that paragraph, pt."""


@dataclass(frozen=True, slots=True)
class PaperLayout:
    """How a table is laid out.

    Attributes:
        wide: whether it spans both columns of a page (``table*``).
        line: width that it is made for, pt; infinite for none.
        size: of its letters.
        gap: space on each side of a column, pt.
        intervals: where intervals, or spreads, stand.
        training: whether there is a column of training data.
        fits: whether it fits by estimate; else it is shrunk.
    """

    wide: bool
    line: float
    size: Size
    gap: float
    intervals: Intervals
    training: bool
    fits: bool = True


def lay_out(table: ComparisonTable) -> PaperLayout:
    """The first layout that fits: in one column before two, with all columns before fewer, large before small."""
    candidates = list(_candidates(table))
    for layout in candidates:
        if estimate(table, layout) <= layout.line:
            return layout
    last = candidates[-1]
    return PaperLayout(last.wide, last.line, last.size, last.gap, last.intervals, last.training, fits=False)


def _candidates(table: ComparisonTable) -> Iterator[PaperLayout]:
    """Layouts from the most to the least comfortable."""
    spec = table.spec
    sizes = (spec.size,) if spec.size else SIZES
    trained = (spec.trained_on,) if spec.trained_on is not None else (True, False)
    for line, star in lines_of(spec):
        for training in dict.fromkeys(shown and table.has_training for shown in trained):
            for intervals in _places(table):
                for size in sizes:
                    for gap in GAPS:
                        yield PaperLayout(star, line, size, gap, intervals, training)
    for gap in TIGHT:
        yield PaperLayout(star, line, sizes[-1], gap, intervals, training)
    if spec.ci is None and spec.interval is True and spec.with_interval:  # they are in the CSV, and a note says so
        for size in sizes:
            for gap in (*GAPS, *TIGHT):
                yield PaperLayout(star, line, size, gap, "none", training)


def lines_of(spec: TableConfig) -> list[tuple[float, bool]]:
    """The widths in points that a table may be made for, the first one first, and whether each spans both columns."""
    style = STYLES[spec.style]
    width = spec.width or {"none": "none", "table*": "text"}.get(spec.wide)
    if width == "none":
        return [(math.inf, spec.wide == "table*")]
    lines = {"column": [style.column], "text": [style.text]}
    wanted = lines[width] if width else sorted({style.column, style.text})
    starred = spec.wide == "table*" and spec.width is None  # `width` says more than the older `wide`
    return [(line, starred or line > style.column) for line in wanted]


def _places(table: ComparisonTable) -> tuple[Intervals, ...]:
    """Where intervals may stand, the best place first."""
    spec = table.spec
    if not any(cell.beside(spec) for row in table.rows for cell in row.cells):
        return ("none",)
    asked = spec.ci or ("below" if spec.interval == "below" or spec.siunitx else None)
    return (asked,) if asked else ("beside", "below")


def estimate(table: ComparisonTable, layout: PaperLayout) -> float:
    """The table's width in points, rather too large."""
    points = STYLES[table.spec.style].points[layout.size]
    if table.spec.transpose:
        columns = _transposed(table, layout)
    else:
        columns = [max(_name(row) for row in table.rows)] if table.rows else [0.0]
        columns += [max(width_of(heading), 1.0) for heading in table.option_headings]
        columns += [max((width_of(row.counts) for row in table.rows), default=0.0)] if table.has_counts else []
        numbers = number_widths(table, layout)
        columns += numbers
        columns[0] += sum(_beyond(table, numbers))
    width = points * sum(columns)
    if layout.training and not table.spec.transpose:
        longest = max(width_of(row.trained_on) for row in table.rows)
        long = any(len(row.trained_on) > LONG_TEXT for row in table.rows)
        columns.append(0.0)
        width += PARAGRAPH if long else longest * points
    return width + 2 * layout.gap * len(columns)


def number_widths(table: ComparisonTable, layout: PaperLayout) -> list[float]:
    """The width of each column of numbers, in units of the size."""
    return [
        max([width_of(f"{column.title} ") + 0.9, *(_cell(table, row.cells[place], layout) for row in table.rows)])
        for place, column in enumerate(table.columns)
    ]


def group_widths(table: ComparisonTable, numbers: list[float]) -> dict[str, float]:
    """The room above the columns of each group, in units of the size."""
    room: dict[str, float] = {}
    for column, width in zip(table.columns, numbers, strict=True):
        room[column.group] = room.get(column.group, 0.0) + width
    return room


def _beyond(table: ComparisonTable, numbers: list[float]) -> list[float]:
    """What headings of groups, broken into lines, need beyond the room above their columns."""
    return [
        max(0.0, max(map(width_of, wrapped(group, room)), default=0.0) - room)
        for group, room in group_widths(table, numbers).items()
    ]


def _transposed(table: ComparisonTable, layout: PaperLayout) -> list[float]:
    """The columns where methods are columns."""
    first = max((width_of(f"{column.group} {column.title}") + 0.6 for column in table.columns), default=0.0)
    return [first, *(max([_name(row), *(_cell(table, cell, layout) for cell in row.cells)]) for row in table.rows)]


def _name(row: Row) -> float:
    return width_of(f"{row.title} ") + (1.0 if row.arrow else 0.0) + MARK * bool(row.marks)


def _cell(table: ComparisonTable, cell: Cell, layout: PaperLayout) -> float:
    bold = 1.15 if cell.place == 1 else 1.0
    value = width_of(cell.text(table.spec.digits, naming.MINUS)) * bold + MARK * bool(cell.marks)
    ends = width_of(cell.beside(table.spec, naming.MINUS))
    return (
        value + 0.3 + ends if layout.intervals == "beside" else max(value, ends if layout.intervals == "below" else 0)
    )
