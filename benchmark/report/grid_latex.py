r"""A plain table as LaTeX that fits its paper: the widest size and gaps that have room, three lines of notes below.

Tables of analyses have no settings of their own: they follow the first table's ``style``, ``width``, ``size``, ``notes``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from benchmark.config.latex_keys import Size
from benchmark.config.printing import TableConfig
from benchmark.report import booktabs
from benchmark.report.grid import Grid
from benchmark.report.latex_layout import GAPS, SIZES, TIGHT, lines_of
from benchmark.report.latex_styles import STYLES, fitting_notes, width_of
from benchmark.report.text import latex


def grid_latex(grid: Grid, spec: TableConfig) -> str:
    """A ``table`` or ``table*`` float with booktabs, no wider than its line."""
    frame, line = _frame(grid, spec)
    return booktabs.table_float(
        booktabs.tabular(
            pd.Index([latex(text) for text in grid.header]),
            [[latex(text) or "--" for text in row] for row in grid.rows],
            "l" + "r" * (len(grid.header) - 1),
        ),
        caption=grid.caption,
        label=f"tab:{grid.name}",
        notes=[latex(note, breakable=True) for note in _notes(grid, spec, line)],
        frame=frame,
    )


def grid_notes(grid: Grid) -> str:
    """All notes, for a supplement."""
    return booktabs.notes_file(grid.name, [latex(note, breakable=True) for note in grid.notes])


def _notes(grid: Grid, spec: TableConfig, line: float) -> list[str]:
    """Those that stand below."""
    if spec.notes in ("none", "file"):
        return []
    return list(grid.notes) if spec.notes == "full" else fitting_notes(grid.notes, spec.style, line)


def _frame(grid: Grid, spec: TableConfig) -> tuple[booktabs.Frame, float]:
    """The first layout that fits, and the width that it is made for; else the last one, which is shrunk."""
    columns = [max(map(width_of, texts), default=0.0) for texts in zip(grid.header, *grid.rows, strict=True)]
    points = STYLES[spec.style].points
    boxed = spec.width != "none" and spec.wide != "none"
    frame, line = booktabs.USUAL, STYLES[spec.style].column
    for frame, line, size in _candidates(spec, boxed=boxed):
        if sum(columns) * points[size] + 2 * frame.gap * len(columns) <= line:
            break
    return frame, line


def _candidates(spec: TableConfig, *, boxed: bool) -> Iterator[tuple[booktabs.Frame, float, Size]]:
    sizes = (spec.size,) if spec.size else SIZES
    for line, star in lines_of(spec):
        for size in sizes:
            for gap in GAPS:
                yield booktabs.Frame(star, boxed, size, gap), line, size
    for gap in TIGHT:
        yield booktabs.Frame(star, boxed, sizes[-1], gap), line, sizes[-1]
