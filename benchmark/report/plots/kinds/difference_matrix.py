"""Who differs from whom: row minus column for every pair of methods, the significant ones on dark and light fields."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from benchmark.report import naming
from benchmark.report.blocks import Comparison
from benchmark.report.plots.kind import PlotKind, View, how_tested
from benchmark.report.plots.style import BETTER, COLUMN, FAINT, INK, MUTED, PAGE, WORSE, Plot, figure, shown

NUMBERS_UP_TO = 14


def draw(
    titles: Sequence[str], statistic: str, table: Sequence[Sequence[Comparison | None]], *, higher: bool = True
) -> Figure:
    """The matrix, best method first.

    Args:
        titles: the methods in their order.
        statistic: what is compared.
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
            found = table[i][j] if i != j else None
            colour = _field(found, higher=higher) if i != j else FAINT
            picture[i, j] = to_rgb(colour)
            if found is not None and not math.isnan(found.difference):
                _write(axes, j, i, found, higher=higher, numbers=numbers, n=n)
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
    axes.set_xlabel("\n".join(_legend([found for row in table for found in row], numbers=numbers)), fontsize=6)
    return drawn


def _legend(cells: Sequence[Comparison | None], *, numbers: bool) -> list[str]:
    """What fields and print mean; what was not tested is said."""
    compared = [found for found in cells if found is not None and not math.isnan(found.difference)]
    lines = []
    if any(found.tested for found in compared):
        lines = ["blue, white print: row significantly better", "orange, black print: row significantly worse"]
    if any(not found.tested for found in compared):
        reasons = [why for why in dict.fromkeys(found.why for found in compared if not found.tested) if why]
        because = f" ({'; '.join(reasons)})" if reasons else ""
        lines.append(f"{'in brackets' if numbers else 'question mark'}: not tested{because}")
    return lines


def _field(found: Comparison | None, *, higher: bool) -> str:
    if found is None or math.isnan(found.difference) or not found.significant:
        return "white"
    return BETTER if (found.difference > 0) == higher else WORSE


def _write(axes: Axes, x: int, y: int, found: Comparison, *, higher: bool, numbers: bool, n: int) -> None:
    better = (found.difference > 0) == higher
    if numbers:
        text = naming.number(found.difference, 3 if n <= 8 else 2, minus=naming.MINUS).replace("0.", ".", 1)
        text = ("+0" if found.difference > 0 else f"{naming.MINUS}0") if text == ".00" else text
        text = text if found.tested else f"({text})"
    elif not found.tested:
        text = "?"
    elif found.significant:
        text = "+" if found.difference > 0 else naming.MINUS
    else:
        text = "·"
    colour = MUTED if not found.significant else "white" if better else INK
    size = (6.5 if n <= 10 else 5.5) if numbers else 6.5
    weight = "bold" if found.significant else "normal"
    axes.text(x, y, text, ha="center", va="center", fontsize=size, color=colour, fontweight=weight)


def _plots(view: View) -> Iterator[Plot]:
    ranked, table = view.comparisons()
    if ranked:
        tested, untested = how_tested(table)
        coloured = f"; coloured where it is significant{tested}" if tested else ""
        text = f"Difference of SRCC, row minus column{coloured}.{untested}"
        drawing = partial(draw, [method.title for method in ranked], "srcc", table)
        yield view.plot("significance", "Pairwise differences of SRCC", text, drawing)


PLOT = PlotKind(place=30, of_block=_plots)
