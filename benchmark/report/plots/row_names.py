"""The names of methods at the left of a figure with a line for each: as wide as there is room, the lines as tall as they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.report.plots.lettering import fitted, height, lines_of
from benchmark.report.plots.look import COLUMN, Look

SIZE = 6.5
"""Points of the letters, as of all ticks."""
LOWEST = 0.18
"""Inches of a line of a figure."""
SHARE = 0.42
"""Of the room that other texts leave, the share of the names."""


@dataclass(frozen=True, slots=True)
class RowNames:
    """Names as they are printed, and the height of a line of the figure, in inches on paper."""

    texts: list[str]
    height: float


def row_names(
    names: Sequence[str], look: Look, *, beside: float = 0.0, own: float = COLUMN, lines: int = 3
) -> RowNames:
    """Make names fit.

    Args:
        names: of the lines.
        look: the fonts and the figure's width.
        beside: the width of what else takes room, in inches.
        own: the figure's width, where the look says none.
        lines: the most lines of a name.
    """
    texts = fitted(names, max(SHARE * (look.wide(own) - beside), 0.6), SIZE, look, lines)
    return RowNames(texts, max(LOWEST, height(lines_of(texts), SIZE) + 0.05))
