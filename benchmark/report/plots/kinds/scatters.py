"""One figure per method: score against label, coloured by condition, with the fitted curve and the statistics."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from benchmark.core.file_names import file_stems
from benchmark.report import naming
from benchmark.report.plots.cloud import Cloud, condition_order, corner_text, draw_cloud, handles, legend_columns
from benchmark.report.plots.kind import PlotKind, View
from benchmark.report.plots.style import COLUMN, Plot, figure, shown


def draw(cloud: Cloud) -> Figure:
    """Draw one method."""
    order = condition_order(cloud.conditions)
    columns = legend_columns(order, COLUMN)
    rows = -(-len(order) // columns)
    drawn = figure(COLUMN, 2.75 + 0.14 * rows)
    axes = drawn.add_subplot()
    draw_cloud(axes, cloud, order, size=_size(len(cloud.scores)))
    axes.set_title(shown(cloud.title, 48))
    axes.set_ylabel(shown(cloud.label_name))
    better = "higher" if cloud.higher_is_better else "lower"
    axes.set_xlabel(f"Score ({better} is better)")
    corner_text(axes, cloud, "\n".join(cloud.statistics), 6.5)
    if order:
        drawn.legend(handles=handles(order), loc="outside lower center", ncols=columns)
    return drawn


def _size(n: int) -> float:
    """The area of a marker at which ``n`` of them stay distinguishable."""
    return float(np.clip(1800 / max(n, 1), 3, 14))


def _plots(view: View) -> Iterator[Plot]:
    stems = file_stems(one.label for method in view.data.methods for one in method.single)
    for method, cloud in view.drawn():
        band = " and its bootstrap band" if cloud.curve is not None and cloud.curve.low is not None else ""
        pairs = naming.count(len(cloud.scores), "pair")
        text = f"Scores of {method.title} against the labels of {pairs}, with the fitted curve{band}."
        name = f"scatter{view.suffix}_{stems[method.label]}"
        yield Plot(name, f"{method.title}{view.place}", text, partial(draw, cloud))


PLOT = PlotKind(place=70, of_block=_plots)
