"""Small multiples: score against label of every method on one page, for comparing their shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from benchmark.report.plots.cloud import Cloud, condition_order, corner_text, draw_cloud, handles, legend_columns
from benchmark.report.plots.clouds import MOST_DRAWN
from benchmark.report.plots.kind import PlotKind, View
from benchmark.report.plots.style import PAGE, Plot, figure, shown

FEW = 12


def draw(clouds: Sequence[Cloud]) -> Figure:
    """Draw all clouds in the given order; they share the labels' axis."""
    across = min(len(clouds), 4 if len(clouds) <= FEW else 6)
    down = -(-len(clouds) // across)
    order = condition_order(tuple(name for cloud in clouds for name in cloud.conditions))
    width = PAGE if across > 2 else across * 2.4
    columns = legend_columns(order, width)
    legend = -(-len(order) // columns) * 0.15 + 0.25 if order else 0.0
    cell = width / across
    drawn = figure(width, down * cell * 0.88 + 0.35 + legend)
    axes = drawn.subplots(down, across, sharey=True, squeeze=False)
    pairs = max(len(cloud.scores) for cloud in clouds)
    size = float(np.clip(700 / pairs, 1.5, 7))
    for place, axis in enumerate(axes.flat):
        if place >= len(clouds):
            axis.set_visible(False)
            continue
        cloud = clouds[place]
        draw_cloud(axis, cloud, order, size)
        better = "↑" if cloud.higher_is_better else "↓"
        many = across > 4
        axis.set_title(f"{shown(cloud.title, 13 if many else 22)} {better}", fontsize=6 if many else 7)
        axis.tick_params(labelsize=5.5)
        axis.locator_params(axis="x", nbins=4)
        text = cloud.statistics[0] if len(cloud.statistics) > 1 else ""
        corner_text(axis, cloud, text.partition(" [")[0] if many else text, 5 if many else 5.5)
    drawn.supylabel(shown(clouds[0].label_name), fontsize=7)
    explanation = "Score; ↑: higher is better, ↓: lower is better"
    if order:
        drawn.legend(
            handles=handles(order), loc="outside lower center", ncols=columns, title=explanation, title_fontsize=7
        )
    else:
        drawn.supxlabel(explanation, fontsize=7)
    return drawn


def _plots(view: View) -> Iterator[Plot]:
    clouds = [cloud for _, cloud in view.drawn()]
    if len(clouds) > 1:
        whose = "every method" if len(view.data.methods) <= MOST_DRAWN else f"the first {len(clouds)} methods"
        text = f"Scores of {whose} against the labels, with the fitted curves and their bands."
        yield view.plot("multiples", "All methods", text, partial(draw, clouds))


PLOT = PlotKind(place=60, of_block=_plots)
