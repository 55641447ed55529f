"""Draws a method's scores against the labels into axes: points, curve, band, and the legend of conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from benchmark.report import naming
from benchmark.report.plots.curve import Curve
from benchmark.report.plots.lettering import fitted, height, lines_of, measured
from benchmark.report.plots.look import FEW, Appearance, family_size
from benchmark.report.plots.style import INK
from benchmark.report.text import natural

Vector = NDArray[np.float64]
CONDITIONS_SHOWN = 49
LEGEND_SIZE = 6.5
LEGEND_ROOM = 1.25
"""Inches of a legend's line; longer names take two lines."""
BAND_ORDER = 0.5  # points are drawn above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """What one scatter plot shows.

    Attributes:
        title: the method's title.
        scores, labels: finite values, (N,).
        conditions: the condition of each pair, (N,); all empty where there are none.
        higher_is_better: the method's declared direction.
        label_name: title of the labels' axis.
        statistics: texts for above the axes.
        curve: the fitted mapping, where there is one.
    """

    title: str
    scores: Vector
    labels: Vector
    conditions: tuple[str, ...]
    higher_is_better: bool
    label_name: str
    statistics: tuple[str, ...]
    curve: Curve | None = None


def draw_cloud(axes: Axes, cloud: Cloud, order: Sequence[str], size: float, look: Appearance) -> None:
    """Draw points, curve and band into axes."""
    alpha = 0.85 if len(cloud.scores) < 500 else 0.6
    conditions = np.asarray(cloud.conditions, dtype=object)
    for index, condition in enumerate(order or [""]):
        chosen = conditions == condition if order else np.ones(len(conditions), dtype=bool)
        colour, marker = look.of(index, len(order))
        axes.scatter(
            cloud.scores[chosen], cloud.labels[chosen], s=size, c=colour, marker=marker, alpha=alpha, linewidths=0
        )
    if cloud.curve is not None:
        if cloud.curve.low is not None and cloud.curve.high is not None:
            axes.fill_between(
                cloud.curve.x,
                cloud.curve.low,
                cloud.curve.high,
                color=look.band,
                alpha=0.7,
                linewidth=0,
                zorder=BAND_ORDER,
            )
        axes.plot(cloud.curve.x, cloud.curve.y, color="white", linewidth=2.0)
        axes.plot(cloud.curve.x, cloud.curve.y, color=INK, linewidth=1.2)
    axes.margins(0.06)
    lowest, highest = float(cloud.labels.min()), float(cloud.labels.max())
    pad = 0.06 * (highest - lowest) or 0.5
    axes.set_ylim(lowest - pad, highest + pad)  # a wide, ill-determined band must not compress the points


def condition_order(conditions: Sequence[str]) -> list[str]:
    """The conditions that get a colour and marker, sorted; none where there is only one, or too many to distinguish."""
    names = sorted(set(conditions), key=natural)
    return names if 1 < len(names) <= CONDITIONS_SHOWN else []


@dataclass(frozen=True, slots=True)
class Key:
    """A legend of conditions below a figure, laid out before the figure is made.

    Attributes:
        handles: its entries, column by column.
        columns: how many entries stand side by side.
        height: of the whole, in inches on paper.
    """

    handles: tuple[Line2D, ...]
    columns: int
    height: float


def key_of(order: Sequence[str], width: float, look: Appearance) -> Key:
    """The legend of conditions for a figure's width in inches; families of one colour stand below each other."""
    if not order:
        return Key((), 1, 0.0)
    names = fitted([condition or "no condition" for condition in order], LEGEND_ROOM, LEGEND_SIZE, look, lines=3)
    across = max(1, int((width - 0.1) / (0.3 + max(measured(name, LEGEND_SIZE, look) for name in names))))
    across = min(across, len(order))
    rows = -(-len(order) // across)
    if len(order) > FEW:  # as few columns as hold whole families
        family = family_size(len(order))
        rows = -(-rows // family) * family
        across = -(-len(order) // rows)
    entries = []
    for index, name in enumerate(names):
        colour, marker = look.of(index, len(order))
        entries.append(Line2D([], [], color=colour, marker=marker, linestyle="none", markersize=3.5, label=name))
    in_rows = (names[row::rows] for row in range(rows))
    tall = sum(height(lines_of(line), LEGEND_SIZE) + 0.05 for line in in_rows)
    return Key(tuple(entries), across, tall + 0.1)


def write_above(axes: Axes, title: str, text: str, sizes: tuple[float, float]) -> None:
    """Write a title, and text below it, above the axes, where they hide no point."""
    below = text.count("\n") + 1 if text else 0
    axes.set_title(title, fontsize=sizes[0], pad=3 + below * sizes[1] * 1.35 + 0.25 * sizes[0])
    if text:
        axes.annotate(
            text,
            (0.5, 1),
            xycoords="axes fraction",
            xytext=(0, 2.5),
            textcoords="offset points",
            horizontalalignment="center",
            verticalalignment="bottom",
            fontsize=sizes[1],
            linespacing=1.15,
        )


def statistics_lines(values: Sequence[tuple[str, float, float, float]], n: int, references: int) -> tuple[str, ...]:
    """Texts for above the axes from (statistic, value, low, high)."""
    lines = []
    for statistic, value, low, high in values:
        if np.isnan(value):
            continue
        text = f"{naming.title(statistic)} {naming.number(value, 3, minus=naming.MINUS)}"
        if np.isfinite(low) and np.isfinite(high):
            text += f" [{naming.number(low, 2, minus=naming.MINUS)}, {naming.number(high, 2, minus=naming.MINUS)}]"
        lines.append(text)
    return (*lines, f"n = {n:,}, {naming.count(references, 'reference')}")
