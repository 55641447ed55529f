"""Draws several values of each method, one below the other, with their intervals. matplotlib."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from benchmark.report import naming
from benchmark.report.plots.lettering import fitted, height, lines_of
from benchmark.report.plots.look import PAGE, PAPER, Appearance
from benchmark.report.plots.style import FAINT, INK, figure

HEIGHT = 0.085
"""Inches of a line of a method's group."""


@dataclass(frozen=True, slots=True)
class Series:
    """What the values of one kind look like.

    Attributes:
        key: finds the value of a method.
        title: in the legend.
        marker, colour, fill: of its points.
    """

    key: object
    title: str
    marker: str
    colour: str
    fill: str


def draw_values(
    methods: Sequence[tuple[str, Mapping[Any, pd.Series]]],
    series: Sequence[Series],
    statistic: str,
    confidence: float,
    look: Appearance = PAPER,
) -> Figure:
    """Draw the values of each method.

    Args:
        methods: names, and rows with ``value``, ``ci_low`` and ``ci_high`` by key; missing ones are left out.
        series: the values of a method, from top to bottom.
        statistic: what they are.
        confidence: of the intervals.
        look: the figure's fonts and width.
    """
    lines = len(methods) * (len(series) + 1)
    width = look.wide(PAGE * 0.75)
    names = fitted([name for name, _ in methods], 0.33 * width, 6.5, look, lines=3)
    line = max(HEIGHT, height(lines_of(names), 6.5) / (len(series) + 1))
    legend = fitted([item.title for item in series], 1.6, 6.5, look)
    drawn = figure(width, 0.9 + line * max(lines, 10))
    axes = drawn.add_subplot()
    ticks = []
    for place, (_, found) in enumerate(methods):
        top = -place * (len(series) + 1)
        ticks.append((top - (len(series) - 1) / 2, names[place]))
        if place:
            axes.axhline(top + 1, color=FAINT, linewidth=0.4, zorder=0)
        for number, item in enumerate(series):
            row = found.get(item.key)
            if row is None or not math.isfinite(row["value"]):
                continue
            if math.isfinite(row["ci_low"]):
                axes.plot([row["ci_low"], row["ci_high"]], [top - number] * 2, color=item.colour, linewidth=1)
            axes.plot(
                [row["value"]],
                [top - number],
                marker=item.marker,
                color=item.colour,
                markerfacecolor=item.fill,
                markersize=6 if item.marker == "*" else 3.4,
            )
    axes.axvline(0, color=INK, linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
    axes.set_ylim(-lines + 1, 1)
    axes.set_yticks([y for y, _ in ticks], [text for _, text in ticks])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for item, title in zip(series, legend, strict=True):
        axes.plot([], [], marker=item.marker, color=item.colour, markerfacecolor=item.fill, markersize=4, label=title)
    drawn.legend(loc="outside lower center", ncols=max(1, min(3, int(width / 1.7))))
    axes.set_xlabel(f"{naming.title(statistic)} ({naming.percent(confidence)} interval)")
    return drawn
