"""The differences of methods: row minus column for every pair, significant ones on dark and light fields."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from benchmark.report import naming
from benchmark.report.blocks import Comparison
from benchmark.report.plots.kind import PlotKind, View, how_tested
from benchmark.report.plots.lettering import fitted, height, lines_of, measured, wrap
from benchmark.report.plots.look import COLUMN, PAGE, PAPER, Appearance
from benchmark.report.plots.style import FAINT, INK, MUTED, Plot, figure

NUMBERS_UP_TO = 14
NAMED_UP_TO = 20
"""More columns than these are numbered, as their rows are: names would need more room than the fields."""
INSET = 0.1
"""Between a field's border and the frame of methods whose difference is below the margin of equivalence."""
SLOPE = 0.75
"""How high a name in 45° stands, of its width."""
SMALLEST, LARGEST = 4.5, 6.5
"""Points of numbers in fields."""


def draw(
    titles: Sequence[str],
    statistic: str,
    table: Sequence[Sequence[Comparison | None]],
    *,
    higher: bool = True,
    look: Appearance = PAPER,
) -> Figure:
    """Draw the matrix, best method first.

    Args:
        titles: titles of the methods in their order.
        statistic: the statistic that is compared.
        table: how the i-th method differs from the j-th, row by row; ``None`` where it was not compared.
        higher: whether a positive difference means better.
        look: fonts, width and colours.
    """
    n = len(titles)
    width = look.wide(COLUMN if n <= 8 else min(PAGE, COLUMN + 0.3 * (n - 8)))
    size = 6.5 if n <= NAMED_UP_TO else 5.5
    rows, columns, beside, below = _names(titles, width, size, look)
    cell = (width - beside - 0.15) / n
    line = max(min(cell, 0.62), height(lines_of(rows), size) + 0.02)
    cells = [comparison for row in table for comparison in row]
    digits, letters = _digits(cells, cell, look) if n <= NUMBERS_UP_TO else (0, SMALLEST)
    content = "difference" if digits else "sign of the difference"
    heading = wrap(f"{naming.title(statistic)}: row minus column ({content})", width - 0.1, 7.5, look)
    legend = [
        part for text in _legend(cells, look, numbers=digits > 0) for part in wrap(text, width - beside - 0.2, 6, look)
    ]
    drawn = figure(width, n * line + below + height(len(heading), 7.5) + height(len(legend), 6) + 0.25)
    axes = drawn.add_subplot()
    picture = np.ones((n, n, 3))
    for i in range(n):
        for j in range(n):
            comparison = table[i][j] if i != j else None
            picture[i, j] = to_rgb(_field(comparison, look, higher=higher) if i != j else FAINT)
            if comparison is not None and not math.isnan(comparison.difference):
                _write(axes, j, i, comparison, higher=higher, digits=digits, size=letters)
                if comparison.equivalent:
                    corner, side = (j - 0.5 + INSET, i - 0.5 + INSET), 1 - 2 * INSET
                    axes.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=INK, linewidth=0.8))
    axes.imshow(picture, interpolation="nearest", aspect="auto")
    slope: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if n <= NAMED_UP_TO else {}
    axes.set_xticks(range(n), columns, fontsize=size if n <= NAMED_UP_TO else min(size, cell * 72 / 1.5), **slope)
    axes.set_yticks(range(n), rows, fontsize=size)
    axes.set_xticks(np.arange(n + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(n + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=0.8 if n <= NAMED_UP_TO else 0.4)
    axes.tick_params(which="both", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    drawn.suptitle("\n".join(heading), fontsize=7.5)
    axes.set_xlabel("\n".join(legend), fontsize=6)
    return drawn


def _names(
    titles: Sequence[str], width: float, size: float, look: Appearance
) -> tuple[list[str], list[str], float, float]:
    """The names of rows and of columns, and the inches that they take beside and below the matrix."""
    if len(titles) > NAMED_UP_TO:
        numbered = [f"{title} {place}" for place, title in enumerate(titles, 1)]
        rows = fitted(numbered, 0.4 * width, size, look, lines=1)
        columns, below = [str(place) for place in range(1, len(titles) + 1)], 0.15
    else:
        rows = fitted(titles, 0.35 * width, size, look, lines=2)
        columns = fitted(titles, min(0.45 * width, 1.8), size, look, lines=1)
        below = max(measured(text, size, look) for text in columns) * SLOPE + 0.1
    return rows, columns, max(measured(text, size, look) for text in rows), below


def _digits(cells: Sequence[Comparison | None], cell: float, look: Appearance) -> tuple[int, float]:
    """Digits after the point, and size in points, at which every number fits its field; no digits where none do."""
    for digits, size in [(digits, size) for digits in (3, 2) for size in (LARGEST, 5.5, SMALLEST)]:
        texts = [_number(one, digits) for one in cells if one is not None and not math.isnan(one.difference)]
        if all(measured(text, size, look, weight="bold") <= cell - 0.03 for text in texts):
            return digits, size
    return 0, SMALLEST


def _number(comparison: Comparison, digits: int) -> str:
    text = naming.number(comparison.difference, digits, minus=naming.MINUS)
    return text if comparison.tested else f"({text})"


def _legend(cells: Sequence[Comparison | None], look: Appearance, *, numbers: bool) -> list[str]:
    """The meaning of colours and signs, with a line on differences that were not tested."""
    compared = [comparison for comparison in cells if comparison is not None and not math.isnan(comparison.difference)]
    lines = []
    if any(comparison.tested for comparison in compared):
        better, worse = look.words
        lines = [f"{better}, white print: row significantly better", f"{worse}, black print: row significantly worse"]
    if any(comparison.equivalent for comparison in compared):
        lines.append("framed: equivalent (difference below the margin)")
    if any(not comparison.tested for comparison in compared):
        reasons = [
            why for why in dict.fromkeys(comparison.why for comparison in compared if not comparison.tested) if why
        ]
        because = f" ({'; '.join(reasons)})" if reasons else ""
        lines.append(f"{'in brackets' if numbers else 'question mark'}: not tested{because}")
    return lines


def _field(comparison: Comparison | None, look: Appearance, *, higher: bool) -> str:
    if comparison is None or math.isnan(comparison.difference) or not _told_apart(comparison):
        return "white"
    return look.better if (comparison.difference > 0) == higher else look.worse


def _told_apart(comparison: Comparison) -> bool:
    """Whether the methods differ significantly, and by more than a margin of equivalence."""
    return comparison.significant and not comparison.equivalent


def _write(axes: Axes, x: int, y: int, comparison: Comparison, *, higher: bool, digits: int, size: float) -> None:
    better = (comparison.difference > 0) == higher
    if digits:
        text = _number(comparison, digits)
    elif not comparison.tested:
        text = "?"
    elif _told_apart(comparison):
        text = "+" if comparison.difference > 0 else naming.MINUS
    else:
        text = "·"
    colour = MUTED if not _told_apart(comparison) else "white" if better else INK
    weight = "bold" if _told_apart(comparison) else "normal"
    axes.text(x, y, text, ha="center", va="center", fontsize=size, color=colour, fontweight=weight)


def _plots(view: View) -> Iterator[Plot]:
    ranked, table = view.comparisons()
    if ranked:
        tested, untested = how_tested(table)
        coloured = f"; coloured where it is significant{tested}" if tested else ""
        framed = "; framed where it is below the margin of equivalence" if _any_equivalent(table) else ""
        title = naming.title(view.statistic)
        text = f"Difference of {title}, row minus column{coloured}{framed}.{untested}"
        drawing = partial(draw, [method.title for method in ranked], view.statistic, table, look=view.look)
        yield view.plot("significance", f"Pairwise differences of {title}", text, drawing)


def _any_equivalent(table: Sequence[Sequence[Comparison | None]]) -> bool:
    return any(comparison is not None and comparison.equivalent for row in table for comparison in row)


PLOT = PlotKind(place=30, of_block=_plots)
