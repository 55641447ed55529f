"""Correlations where references are bad and where they are good, within conditions, and against a pristine reference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from matplotlib.figure import Figure

from benchmark.evaluation.reference_quality import POOLED, PRISTINE, WITHIN
from benchmark.report import naming
from benchmark.report.content import ReportData
from benchmark.report.plots.kind import PlotKind
from benchmark.report.plots.style import FAINT, INK, MUTED, PAGE, Plot, figure, shown
from benchmark.report.reference_tables import Part, heading, is_difference, parts_of

HEIGHT = 0.085
"""Inches of a line of a method's group."""
SHADES = ("#e08a2e", "#c9a26b", "#9aa4ad", "#5d8fbf", "#1b5e9b")
"""From the worst references to the best; different in lightness too, for greyscale prints."""


def look_of(part: str, number: int, count: int) -> tuple[str, str, str]:
    """Marker, colour and fill of a part: that of all pairs, of conditions, of a pristine reference, or a part by quality."""
    fixed = {
        POOLED: ("o", INK, INK),
        WITHIN: ("D", INK, "white"),
        PRISTINE: ("*", MUTED, "white"),
    }
    if part in fixed:
        return fixed[part]
    shade = SHADES[round(number * (len(SHADES) - 1) / max(count - 1, 1))]
    return "s", shade, shade


def draw(part: Part, confidence: float) -> Figure:
    """Draw the values of each method, one below the other, with their intervals."""
    parts = [name for name in part.parts if not is_difference(name)]
    by_quality = [name for name in parts if name not in (POOLED, WITHIN, PRISTINE)]
    looks = {
        name: look_of(name, by_quality.index(name) if name in by_quality else 0, len(by_quality)) for name in parts
    }
    lines = len(part.rows) * (len(parts) + 1)
    drawn = figure(PAGE * 0.75, 0.9 + HEIGHT * max(lines, 10))
    axes = drawn.add_subplot()
    ticks = []
    for place, (method, found) in enumerate(part.rows):
        top = -place * (len(parts) + 1)
        ticks.append((top - (len(parts) - 1) / 2, shown(method, 30)))
        if place:
            axes.axhline(top + 1, color=FAINT, linewidth=0.4, zorder=0)
        for number, name in enumerate(parts):
            row = found.get(name)
            if row is None or not math.isfinite(row["value"]):
                continue
            marker, colour, fill = looks[name]
            if math.isfinite(row["ci_low"]):
                axes.plot([row["ci_low"], row["ci_high"]], [top - number] * 2, color=colour, linewidth=1)
            size = 6 if marker == "*" else 3.4
            axes.plot(
                [row["value"]], [top - number], marker=marker, color=colour, markerfacecolor=fill, markersize=size
            )
    axes.axvline(0, color=INK, linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
    axes.set_ylim(-lines + 1, 1)
    axes.set_yticks([y for y, _ in ticks], [text for _, text in ticks])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for name in parts:
        marker, colour, fill = looks[name]
        axes.plot([], [], marker=marker, color=colour, markerfacecolor=fill, markersize=4, label=heading(name))
    drawn.legend(loc="outside lower center", ncols=3)
    axes.set_xlabel(f"{naming.title(part.statistic)} ({naming.percent(confidence)} interval)")
    return drawn


def _plots(data: ReportData) -> Iterator[Plot]:
    for part in parts_of(data):
        title = f"{naming.title(part.statistic)} by the quality of the reference: {part.place}"
        text = (
            "Each method's correlation over all pairs, within conditions, and among the pairs of the worst to the best "
            "degraded references; against a pristine reference where there is one."
        )
        yield Plot(part.name, title, text, partial(draw, part, data.confidence))


PLOT = PlotKind(place=85, of_run=_plots)
