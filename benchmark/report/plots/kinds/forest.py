"""The intervals of a statistic, one method per line, the best on top; published values are open diamonds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.figure import Figure

from benchmark.report import naming
from benchmark.report.plots.kind import PlotKind, View
from benchmark.report.plots.look import PAPER, Appearance
from benchmark.report.plots.row_names import row_names
from benchmark.report.plots.style import FAINT, INK, Plot, figure
from benchmark.report.published import value as published_value
from benchmark.results.scored import ScoredMethod


@dataclass(frozen=True, slots=True)
class Line:
    """One method: its value, its interval and the value that a paper reports; NaN where there is none."""

    title: str
    value: float
    low: float
    high: float
    reported: float = math.nan

    @property
    def text(self) -> str:
        """Value and interval as they are printed."""
        value = naming.number(self.value, 3, minus=naming.MINUS)
        if math.isnan(self.low) or math.isnan(self.high):
            return value
        low, high = (naming.number(end, 2, minus=naming.MINUS) for end in (self.low, self.high))
        return f"{value} [{low}, {high}]"


def draw(lines: Sequence[Line], statistic: str, confidence: float, look: Appearance = PAPER) -> Figure:
    """Draw the lines, the best on top."""
    names = row_names([line.title for line in lines], look, beside=max(len(line.text) for line in lines) * 0.058)
    drawn = figure(names.width, 0.75 + names.height * max(len(lines), 2))
    axes = drawn.add_subplot()
    for place, line in enumerate(lines):
        y = -place
        axes.axhline(y, color=FAINT, linewidth=0.4, zorder=0)
        if math.isfinite(line.low) and math.isfinite(line.high):
            axes.plot([line.low, line.high], [y, y], color=INK, linewidth=1.3, solid_capstyle="butt")
        axes.plot([line.value], [y], color=INK, marker="o", markersize=3.8, linestyle="none")
        if math.isfinite(line.reported):
            axes.plot(
                [line.reported],
                [y],
                color=INK,
                marker="D",
                markersize=5,
                markerfacecolor="white",
                linestyle="none",
                zorder=3,
            )
    axes.set_ylim(-len(lines) + 0.5, 0.5)
    axes.set_yticks([-place for place in range(len(lines))], names.texts)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    values = axes.secondary_yaxis("right")
    values.set_yticks([-place for place in range(len(lines))], [line.text for line in lines])
    values.tick_params(axis="y", length=0)
    values.spines["right"].set_visible(False)
    left, right = axes.get_xlim()
    if left < 0 < right:
        axes.axvline(0, color=INK, linewidth=0.6, linestyle=(0, (4, 3)))
    has_interval = any(math.isfinite(line.low) for line in lines)
    parts = [f"{naming.percent(confidence)} interval"] if has_interval else []
    parts += ["open diamond: reported"] if any(math.isfinite(line.reported) for line in lines) else []
    axes.set_xlabel(f"{naming.title(statistic)}{' (' + ', '.join(parts) + ')' if parts else ''}")
    return drawn


def _plots(view: View) -> Iterator[Plot]:
    lines = [line for method in view.ranked() if (line := _line(view, method)) is not None]
    if lines:
        title = naming.title(view.statistic)
        if view.scope.level == "choice":  # what observers reach themselves, above the methods
            reached = view.numbers.observers(view.block).items()
            lines = [*(Line(name, item.value, item.low, item.high) for name, item in reached), *lines]
        text = f"{title} of each ranked method with its {naming.percent(view.data.confidence)} interval, best on top."
        drawing = partial(draw, lines, view.statistic, view.data.confidence, look=view.look)
        yield view.plot("intervals", f"Intervals of {title}", text, drawing)


def _line(view: View, method: ScoredMethod) -> Line | None:
    estimate = view.numbers.get(view.scope, method.label, view.statistic)
    if estimate is None:
        return None
    entry = view.data.published.get(method.label)
    here = entry is not None and entry.dataset in ("", view.block.dataset) and entry.split in ("", view.block.split)
    reported = published_value(entry, view.statistic) if entry is not None and here else math.nan
    return Line(method.title, estimate.value, estimate.low, estimate.high, reported)


PLOT = PlotKind(place=10, of_block=_plots)
