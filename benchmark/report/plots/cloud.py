"""Draws a method's scores against the labels into axes: points, curve, band, corner text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from benchmark.report import naming
from benchmark.report.plots.curve import Curve
from benchmark.report.plots.style import BAND, INK, look, shown
from benchmark.report.text import natural

Vector = NDArray[np.float64]
CONDITIONS_SHOWN = 30
LEGEND_TEXT = 18
BAND_ORDER, TEXT_ORDER = 0.5, 0.9  # points are drawn above both


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """What one scatter plot shows.

    Attributes:
        title: the method's title.
        scores, labels: finite values, (N,).
        conditions: the condition of each pair, (N,); all empty where there are none.
        higher_is_better: the method's declared direction.
        label_name: title of the labels' axis.
        statistics: lines for the corner text.
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


def draw_cloud(axes: Axes, cloud: Cloud, order: Sequence[str], size: float) -> None:
    """Draw points, curve and band into axes."""
    alpha = 0.85 if len(cloud.scores) < 500 else 0.6
    conditions = np.asarray(cloud.conditions, dtype=object)
    for index, condition in enumerate(order or [""]):
        chosen = conditions == condition if order else np.ones(len(conditions), dtype=bool)
        colour, marker = look(index)
        axes.scatter(
            cloud.scores[chosen], cloud.labels[chosen], s=size, c=colour, marker=marker, alpha=alpha, linewidths=0
        )
    if cloud.curve is not None:
        if cloud.curve.low is not None and cloud.curve.high is not None:
            axes.fill_between(
                cloud.curve.x, cloud.curve.low, cloud.curve.high, color=BAND, alpha=0.7, linewidth=0, zorder=BAND_ORDER
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


def handles(order: Sequence[str]) -> list[Line2D]:
    """Legend entries for conditions."""
    entries = []
    for index, condition in enumerate(order):
        colour, marker = look(index)
        label = shown(condition or "no condition", LEGEND_TEXT)
        entries.append(Line2D([], [], color=colour, marker=marker, linestyle="none", markersize=3.5, label=label))
    return entries


def legend_columns(order: Sequence[str], width: float) -> int:
    """How many legend entries fit side by side into a width in inches."""
    longest = max((min(len(condition), LEGEND_TEXT) for condition in order), default=0)
    return max(1, min(len(order), int(width / (0.4 + 0.062 * longest))))


def corner_text(axes: Axes, cloud: Cloud, text: str, size: float) -> None:
    """Put text into the corner with the fewest points, and behind these, so that it hides none."""
    if not text:
        return
    across, up = (_unit(values) for values in (cloud.scores, cloud.labels))
    counts = {(x, y): int(np.sum((np.abs(across - x) < 0.5) & (np.abs(up - y) < 0.3))) for y in (1, 0) for x in (0, 1)}
    x, y = min(counts, key=lambda corner: counts[corner])
    axes.text(
        0.03 + 0.94 * x,
        0.03 + 0.94 * y,
        text,
        transform=axes.transAxes,
        horizontalalignment="right" if x else "left",
        verticalalignment="top" if y else "bottom",
        fontsize=size,
        linespacing=1.25,
        zorder=TEXT_ORDER,
        bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5},
    )


def _unit(values: Vector) -> Vector:
    """Values as places between 0 and 1 along their axis."""
    span = float(np.ptp(values)) if len(values) else 0.0
    return (values - values.min()) / span if span > 0 else np.full(len(values), 0.5)


def statistics_lines(values: Sequence[tuple[str, float, float, float]], n: int, references: int) -> tuple[str, ...]:
    """Lines for the corner from (statistic, value, low, high)."""
    lines = []
    for statistic, value, low, high in values:
        if np.isnan(value):
            continue
        text = f"{naming.title(statistic)} {naming.number(value, 3, minus=naming.MINUS)}"
        if np.isfinite(low) and np.isfinite(high):
            text += f" [{naming.number(low, 2, minus=naming.MINUS)}, {naming.number(high, 2, minus=naming.MINUS)}]"
        lines.append(text)
    return (*lines, f"n = {n:,}, {naming.count(references, 'reference')}")
