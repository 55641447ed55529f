"""The names of methods at the left of a figure with a line for each, and the size that the figure needs for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.report.plots.lettering import fitted, height, lines_of, measured
from benchmark.report.plots.look import COLUMN, Appearance

SIZE = 6.5
"""Points of the letters, as of all ticks."""
LOWEST = 0.18
"""Inches of a line of a figure."""
FEW_LINES = 12
WIDER = 5.2
"""Inches of a figure with more lines than those, where names are long."""
SHARE = 0.42
"""Of the room that other texts leave, the share of the names."""


@dataclass(frozen=True, slots=True)
class RowNames:
    """Names as they are printed, the figure's width, and the height of each of its lines, in inches on paper."""

    texts: list[str]
    width: float
    height: float


def row_names(names: Sequence[str], look: Appearance, *, beside: float = 0.0, own: float = COLUMN) -> RowNames:
    """Make names fit; a long list with long names is wider than a column, since taller lines would make it endless.

    Args:
        names: of the lines.
        look: the fonts and the figure's width.
        beside: the width of what else takes room, in inches.
        own: the figure's width, where the look says none.
    """
    many = len(names) > FEW_LINES
    width = look.wide(own)
    room = max(SHARE * (width - beside), 0.6)
    longest = max((measured(look.text(name), SIZE, look) for name in names), default=0.0)
    if many and longest > room:
        width = max(width, look.wide(WIDER))
        room = max(SHARE * (width - beside), 0.6)
    texts = fitted(names, room, SIZE, look, 1 if many and longest <= room * 1.1 else 2 if many else 3)
    return RowNames(texts, width, max(LOWEST, height(lines_of(texts), SIZE) + 0.05))
