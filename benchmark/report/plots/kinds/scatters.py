"""One figure per method: score against label, coloured by condition, with the fitted curve and the statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from benchmark.core.file_names import file_stems
from benchmark.report import naming
from benchmark.report.plots.cloud import Cloud, condition_order, draw_cloud, key_of, write_above
from benchmark.report.plots.kind import PlotKind, View
from benchmark.report.plots.lettering import height, measured, wrap
from benchmark.report.plots.look import COLUMN, PAPER, Appearance
from benchmark.report.plots.style import Plot, figure

TEXT = 6.5
"""Size of the statistics' letters."""


def draw(cloud: Cloud, look: Appearance = PAPER) -> Figure:
    """Draw one method."""
    order = condition_order(cloud.conditions)
    width = look.wide(COLUMN)
    key = key_of(order, width, look)
    title = wrap(look.text(cloud.title), width - 0.6, 8, look)
    text = "\n".join(_side_by_side(cloud.statistics, width - 0.7, look))
    drawn = figure(width, 0.81 * width + height(len(title) - 1, 8) + height(text.count("\n") + 1, TEXT) + key.height)
    axes = drawn.add_subplot()
    draw_cloud(axes, cloud, order, _size(len(cloud.scores)), look)
    write_above(axes, "\n".join(title), text, (8, TEXT))
    axes.set_ylabel(look.text(cloud.label_name))
    better = "higher" if cloud.higher_is_better else "lower"
    axes.set_xlabel(f"Score ({better} is better)")
    if order:
        drawn.legend(handles=key.handles, loc="outside lower center", ncols=key.columns)
    return drawn


def _side_by_side(texts: Sequence[str], room: float, look: Appearance) -> list[str]:
    """Texts in as few lines as hold them."""
    lines: list[str] = []
    for text in texts:
        joined = f"{lines[-1]}   {text}" if lines else text
        if lines and measured(joined, TEXT, look) <= room:
            lines[-1] = joined
        else:
            lines.append(text)
    return lines


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
        yield Plot(name, f"{method.title}{view.place}", text, partial(draw, cloud, look=view.look))


PLOT = PlotKind(place=70, of_block=_plots)
