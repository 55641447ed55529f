"""Sorting accuracy against the threshold of labels' differences, of the methods with the highest PWRC."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from matplotlib.figure import Figure

from benchmark.core.places import SORTING
from benchmark.evaluation.sorted_images import CURVE
from benchmark.report.analysis_blocks import AnalysisBlock, analysis_blocks
from benchmark.report.content import ReportData
from benchmark.report.plots.kind import PlotKind
from benchmark.report.plots.kinds.history import DASHES
from benchmark.report.plots.lettering import fitted
from benchmark.report.plots.look import COLUMN, PAPER, Appearance
from benchmark.report.plots.style import MUTED, Plot, figure
from benchmark.report.sorting_table import ordered

MOST_DRAWN = 7
"""Most curves: more can't be told apart."""


def draw_curves(block: AnalysisBlock, titles: dict[str, str], look: Appearance = PAPER) -> Figure:
    """Draw the curves of a data set."""
    width = look.wide(COLUMN)
    shown = [label for label, _ in ordered(block)[:MOST_DRAWN]]
    names = fitted([titles.get(label, label) for label in shown], width / 2 - 0.5, 6.5, look)
    drawn = figure(width, max(2.7, 0.55 * width))
    axes = drawn.add_subplot()
    for number, label in enumerate(shown):
        curve = block.rows[(block.rows["kind"] == CURVE) & (block.rows["method"] == label)]
        axes.plot(
            curve["threshold"],
            curve["value"],
            color=look.of(number)[0],
            linestyle=DASHES[number % len(DASHES)],
            label=names[number],
        )
    axes.axhline(0, color=MUTED, linewidth=0.6, zorder=0)
    axes.set_xlim(0, 100)
    axes.set_xlabel("Threshold of the labels' difference (labels from 0 to 100)")
    axes.set_ylabel("Sorting accuracy")
    drawn.legend(loc="outside lower center", ncols=2)
    return drawn


def _plots(data: ReportData, look: Appearance) -> Iterator[Plot]:
    titles = {method.label: method.title for method in data.methods}
    for block in analysis_blocks(data, SORTING):
        more = len(ordered(block)) > MOST_DRAWN
        text = (
            "The weighted share of images sorted rightly less those sorted wrongly, by the difference that observers notice"
            + (f"; the {MOST_DRAWN} methods with the highest PWRC." if more else ".")
        )
        yield Plot(
            block.name,
            f"Sorting accuracy and sensory threshold: {block.title}",
            text,
            partial(draw_curves, block, titles, look=look),
        )


PLOT = PlotKind(place=87, of_run=_plots)
