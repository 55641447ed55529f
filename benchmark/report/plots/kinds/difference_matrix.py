"""The differences of methods: row minus column for every pair, significant ones on dark and light fields."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from benchmark.report import naming
from benchmark.report.blocks import Comparison
from benchmark.report.plots.kind import PlotKind, View, how_tested
from benchmark.report.plots.style import BETTER, COLUMN, FAINT, INK, MUTED, PAGE, WORSE, Plot, figure, shown

NUMBERS_UP_TO = 14
INSET = 0.1
"""Between a field's border and the frame of methods whose difference is below the margin of equivalence."""


def draw(
    titles: Sequence[str], statistic: str, table: Sequence[Sequence[Comparison | None]], *, higher: bool = True
) -> Figure:
    """Draw the matrix, best method first.

    Args:
        titles: titles of the methods in their order.
        statistic: the statistic that is compared.
        table: how the i-th method differs from the j-th, row by row; ``None`` where it was not compared.
        higher: whether a positive difference means better.
    """
    n = len(titles)
    numbers = n <= NUMBERS_UP_TO
    width = COLUMN if n <= 8 else min(PAGE, COLUMN + 0.22 * (n - 8))
    drawn = figure(width, width * 0.9 + 0.3)
    axes = drawn.add_subplot()
    picture = np.ones((n, n, 3))
    for i in range(n):
        for j in range(n):
            comparison = table[i][j] if i != j else None
            colour = _field(comparison, higher=higher) if i != j else FAINT
            picture[i, j] = to_rgb(colour)
            if comparison is not None and not math.isnan(comparison.difference):
                _write(axes, j, i, comparison, higher=higher, numbers=numbers, n=n)
                if comparison.equivalent:
                    corner, side = (j - 0.5 + INSET, i - 0.5 + INSET), 1 - 2 * INSET
                    axes.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=INK, linewidth=0.8))
    axes.imshow(picture, interpolation="nearest", aspect="auto")
    ticks = [shown(title, 22) for title in titles]
    size = 6.5 if n <= 20 else 5.5
    axes.set_xticks(range(n), ticks, rotation=45, ha="right", rotation_mode="anchor", fontsize=size)
    axes.set_yticks(range(n), ticks, fontsize=size)
    axes.set_xticks(np.arange(n + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(n + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=0.8)
    axes.tick_params(which="both", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    content = "difference" if numbers else "sign of the difference"
    drawn.suptitle(f"{naming.title(statistic)}: row minus column ({content})", fontsize=7.5)
    axes.set_xlabel(
        "\n".join(_legend([comparison for row in table for comparison in row], numbers=numbers)), fontsize=6
    )
    return drawn


def _legend(cells: Sequence[Comparison | None], *, numbers: bool) -> list[str]:
    """The meaning of colours and signs, with a line on differences that were not tested."""
    compared = [comparison for comparison in cells if comparison is not None and not math.isnan(comparison.difference)]
    lines = []
    if any(comparison.tested for comparison in compared):
        lines = ["blue, white print: row significantly better", "orange, black print: row significantly worse"]
    if any(comparison.equivalent for comparison in compared):
        lines.append("framed: equivalent (difference below the margin)")
    if any(not comparison.tested for comparison in compared):
        reasons = [
            why for why in dict.fromkeys(comparison.why for comparison in compared if not comparison.tested) if why
        ]
        because = f" ({'; '.join(reasons)})" if reasons else ""
        lines.append(f"{'in brackets' if numbers else 'question mark'}: not tested{because}")
    return lines


def _field(comparison: Comparison | None, *, higher: bool) -> str:
    if comparison is None or math.isnan(comparison.difference) or not _told_apart(comparison):
        return "white"
    return BETTER if (comparison.difference > 0) == higher else WORSE


def _told_apart(comparison: Comparison) -> bool:
    """Whether the methods differ significantly, and by more than a margin of equivalence."""
    return comparison.significant and not comparison.equivalent


def _write(axes: Axes, x: int, y: int, comparison: Comparison, *, higher: bool, numbers: bool, n: int) -> None:
    better = (comparison.difference > 0) == higher
    if numbers:
        text = naming.number(comparison.difference, 3 if n <= 8 else 2, minus=naming.MINUS).replace("0.", ".", 1)
        text = ("+0" if comparison.difference > 0 else f"{naming.MINUS}0") if text == ".00" else text
        text = text if comparison.tested else f"({text})"
    elif not comparison.tested:
        text = "?"
    elif _told_apart(comparison):
        text = "+" if comparison.difference > 0 else naming.MINUS
    else:
        text = "·"
    colour = MUTED if not _told_apart(comparison) else "white" if better else INK
    size = (6.5 if n <= 10 else 5.5) if numbers else 6.5
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
        drawing = partial(draw, [method.title for method in ranked], view.statistic, table)
        yield view.plot("significance", f"Pairwise differences of {title}", text, drawing)


def _any_equivalent(table: Sequence[Sequence[Comparison | None]]) -> bool:
    return any(comparison is not None and comparison.equivalent for row in table for comparison in row)


PLOT = PlotKind(place=30, of_block=_plots)
