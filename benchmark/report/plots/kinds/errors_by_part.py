"""Calibration: the mean error of each method's mapped scores by decile, with intervals around a line at zero."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.evaluation.calibration import LABEL, SCORE
from benchmark.report import naming
from benchmark.report.calibration_tables import DIVIDED_BY, CalibrationBlock, MethodErrors, calibration_blocks
from benchmark.report.content import ReportData
from benchmark.report.plots.kind import PlotKind
from benchmark.report.plots.lettering import fitted, height, lines_of
from benchmark.report.plots.look import PAGE, PAPER, Appearance
from benchmark.report.plots.style import INK, Plot, figure

ACROSS = 4
MOST = 24
"""Panels of one figure: six rows fill a page."""
Looks = Mapping[str, tuple[str, str, str]]
AT = {LABEL: "mean_label", SCORE: "mean_score"}


def draw(methods: Sequence[MethodErrors], ways: Sequence[str], confidence: float, look: Appearance = PAPER) -> Figure:
    """Draw a panel for each method; all share both axes."""
    looks = {LABEL: ("o", look.worse, "white"), SCORE: ("s", look.better, look.better)}
    across = min(len(methods), ACROSS if look.width is None else max(1, round(look.width / 1.75)))
    down = -(-len(methods) // across)
    width = look.wide(max(across, 2) * PAGE / ACROSS)
    cell = min(width / across, PAGE / 2)
    titles = fitted([method.title for method in methods], cell - 0.35, 7, look, lines=3)
    drawn = figure(width, down * (cell * 0.85 + height(lines_of(titles) - 1, 7)) + 0.75)
    axes = drawn.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    for place, axis in enumerate(axes.flat):
        if place >= len(methods):
            axis.set_visible(False)
            continue
        _panel(axis, methods[place], ways, looks)
        axis.set_title(titles[place], fontsize=7)
        if place + across >= len(methods):  # the lowest of its column
            axis.tick_params(labelbottom=True)
    for by in ways:
        marker, colour, fill = looks[by]
        axes[0][0].plot(
            [], [], marker=marker, color=colour, markerfacecolor=fill, markersize=3, label=f"by {DIVIDED_BY[by]}"
        )
    explanation = "Mean label, or mean mapped score, of the part"
    drawn.legend(loc="outside lower center", ncols=2, title=explanation, title_fontsize=7)
    drawn.supylabel(f"Mean error ({naming.percent(confidence)} interval)", fontsize=7)
    return drawn


def _panel(axis: Axes, method: MethodErrors, ways: Sequence[str], looks: Looks) -> None:
    axis.axhline(0, color=INK, linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
    for by in ways:
        marker, colour, fill = looks[by]
        rows = [row for row in method.parts.get(by, ()) if math.isfinite(row["mean_error"])]
        at, value, low, high = (
            np.array([row[name] for row in rows], dtype=float) for name in (AT[by], "mean_error", "ci_low", "ci_high")
        )
        axis.vlines(at, low, high, color=colour, linewidth=0.7)
        axis.plot(at, value, marker=marker, color=colour, markerfacecolor=fill, markersize=2.6, linewidth=0.6)
    axis.tick_params(labelsize=5.5)
    axis.locator_params(nbins=4)


def _plots(data: ReportData, look: Appearance) -> Iterator[Plot]:
    for block in calibration_blocks(data):
        yield from _of_block(data, block, look)


def _of_block(data: ReportData, block: CalibrationBlock, look: Appearance) -> Iterator[Plot]:
    methods = [method for method in block.methods if method.parts]
    groups = [methods[begin : begin + MOST] for begin in range(0, len(methods), MOST)]
    ways = " and ".join(DIVIDED_BY[by] for by in block.ways)
    for number, group in enumerate(groups, 1):
        several = len(groups) > 1
        name = f"{block.name}_{number}" if several else block.name
        title = f"Calibration: {block.place}{f' ({number} of {len(groups)})' if several else ''}"
        text = (
            f"Mean error of each method's mapped scores in parts by {ways}, with its interval; the broken line is at zero. "
            "By label even a perfect method lies above it at the lowest labels and below it at the highest."
        )
        yield Plot(name, title, text, partial(draw, group, block.ways, data.confidence, look=look))


PLOT = PlotKind(place=86, of_run=_plots)
