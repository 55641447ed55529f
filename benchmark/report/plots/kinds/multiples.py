"""Small multiples: score against label of every method on one page, for comparing their shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from benchmark.report import naming
from benchmark.report.plots.cloud import Cloud, condition_order, draw_cloud, key_of, write_above
from benchmark.report.plots.clouds import MOST_DRAWN
from benchmark.report.plots.kind import PlotKind, View
from benchmark.report.plots.lettering import fitted, height, lines_of, measured
from benchmark.report.plots.look import PAGE, PAPER, Appearance
from benchmark.report.plots.style import Plot, figure

FEW = 12


def draw(clouds: Sequence[Cloud], look: Appearance = PAPER) -> Figure:
    """Draw all clouds in the given order; they share the labels' axis."""
    width = look.wide(PAGE if len(clouds) > 2 else len(clouds) * 2.4)
    many = len(clouds) > FEW
    across = max(1, min(len(clouds), round(width / (1.17 if many else 1.75))))
    down = -(-len(clouds) // across)
    cell = width / across
    order = condition_order(tuple(name for cloud in clouds for name in cloud.conditions))
    key = key_of(order, width, look)
    sizes = (6.0, 5.0) if many else (7.0, 6.0)
    titles = _titles(clouds, cell - 0.4, sizes[0], look)
    more = height(lines_of(titles), sizes[0]) + height(1, sizes[1]) - 0.12
    drawn = figure(width, down * (cell * 0.84 + more) + 0.35 + key.height + (0.15 if order else 0))
    axes = drawn.subplots(down, across, sharey=True, squeeze=False)
    size = float(np.clip(700 / max(len(cloud.scores) for cloud in clouds), 1.5, 7))
    for place, axis in enumerate(axes.flat):
        if place >= len(clouds):
            axis.set_visible(False)
            continue
        cloud = clouds[place]
        draw_cloud(axis, cloud, order, size, look)
        text = cloud.statistics[0] if len(cloud.statistics) > 1 else ""
        if measured(text, sizes[1], look) > cell - 0.25:
            text = text.partition(" [")[0]
        write_above(axis, titles[place], text, sizes)
        axis.tick_params(labelsize=5.5)
        axis.locator_params(axis="x", nbins=4)
    drawn.supylabel(look.text(clouds[0].label_name), fontsize=7)
    explanation = "Score; ↑: higher is better, ↓: lower is better"
    if order:
        drawn.legend(
            handles=key.handles, loc="outside lower center", ncols=key.columns, title=explanation, title_fontsize=7
        )
    else:
        drawn.supxlabel(explanation, fontsize=7)
    return drawn


def _titles(clouds: Sequence[Cloud], room: float, size: float, look: Appearance) -> list[str]:
    """Titles with an arrow at their end."""
    titles = fitted([cloud.title for cloud in clouds], room, size, look, lines=3)
    return [f"{title} {naming.arrow(cloud.higher_is_better)}" for title, cloud in zip(titles, clouds, strict=True)]


def _plots(view: View) -> Iterator[Plot]:
    clouds = [cloud for _, cloud in view.drawn()]
    if len(clouds) > 1:
        whose = "every method" if len(view.data.methods) <= MOST_DRAWN else f"the first {len(clouds)} methods"
        text = f"Scores of {whose} against the labels, with the fitted curves and their bands."
        yield view.plot("multiples", "All methods", text, partial(draw, clouds, look=view.look))


PLOT = PlotKind(place=60, of_block=_plots)
