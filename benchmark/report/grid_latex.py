r"""A plain table as LaTeX that fits its paper: the widest size and gaps that have room, three lines of notes below.

Tables of analyses have no settings of their own: they follow the first table's ``style``, ``width``, ``size``, ``notes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from benchmark.config.latex_keys import Size
from benchmark.config.printing import TableConfig
from benchmark.report import booktabs
from benchmark.report.grid import Grid
from benchmark.report.latex_layout import GAPS, SIZES, TIGHT, lines_of
from benchmark.report.latex_styles import STYLES, fitting_notes, width_of
from benchmark.report.text import latex

_WITH_INTERVAL = re.compile(r"(\S+) (\[[^\[\]]+\])")


@dataclass(frozen=True, slots=True)
class _Layout:
    """A frame, the width that it is made for, its letters, and whether intervals stand below their values."""

    frame: booktabs.Frame
    line: float
    size: Size
    below: bool


def grid_latex(grid: Grid, spec: TableConfig) -> str:
    """A ``table`` or ``table*`` float with booktabs, no wider than its line."""
    layout = _layout(grid, spec)
    step = booktabs.STEP if layout.below else ""
    rows = [[_cell(text, below=layout.below) for text in row] for row in grid.rows]
    return booktabs.table_float(
        booktabs.tabular(
            pd.Index([latex(text) for text in grid.header]),
            [[(step if place else "") + row[0], *row[1:]] for place, row in enumerate(rows)],
            "l" + ("c" if layout.below else "r") * (len(grid.header) - 1),
        ),
        caption=grid.caption,
        label=f"tab:{grid.name}",
        notes=[latex(note, breakable=True) for note in _notes(grid, spec, layout.line)],
        frame=layout.frame,
    )


def grid_notes(grid: Grid) -> str:
    """All notes, for a supplement."""
    return booktabs.notes_file(grid.name, [latex(note, breakable=True) for note in grid.notes])


def _notes(grid: Grid, spec: TableConfig, line: float) -> list[str]:
    """Those that stand below."""
    if spec.notes in ("none", "file"):
        return []
    return list(grid.notes) if spec.notes == "full" else fitting_notes(grid.notes, spec.style, line)


def _cell(text: str, *, below: bool) -> str:
    parts = _WITH_INTERVAL.fullmatch(text) if below else None
    return booktabs.stacked(*map(latex, parts.groups())) if parts else latex(text) or "--"


def _layout(grid: Grid, spec: TableConfig) -> _Layout:
    """The first layout that fits; else the last one, which is shrunk."""
    every = list(_candidates(grid, spec))
    points = STYLES[spec.style].points
    for layout in every:
        widths = [
            max(_width(text, below=layout.below) for text in texts)
            for texts in zip(grid.header, *grid.rows, strict=True)
        ]
        if sum(widths) * points[layout.size] + 2 * layout.frame.gap * len(widths) <= layout.line:
            return layout
    return every[-1]


def _width(text: str, *, below: bool) -> float:
    parts = _WITH_INTERVAL.fullmatch(text) if below else None
    return max(map(width_of, parts.groups())) if parts else width_of(text)


def _candidates(grid: Grid, spec: TableConfig) -> Iterator[_Layout]:
    """In one column before two, with intervals beside before below, large before small."""
    boxed = spec.width != "none" and spec.wide != "none"
    sizes = (spec.size,) if spec.size else SIZES
    stackable = any(_WITH_INTERVAL.fullmatch(text) for row in grid.rows for text in row)
    for line, star in lines_of(spec):
        for below in (False, True) if stackable else (False,):
            for size in sizes:
                for gap in GAPS:
                    yield _Layout(booktabs.Frame(star, boxed, size, gap), line, size, below)
    for gap in TIGHT:
        yield _Layout(booktabs.Frame(star, boxed, sizes[-1], gap), line, sizes[-1], stackable)
