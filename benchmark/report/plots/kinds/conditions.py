"""The conditions that each method prefers: conditions ranked by their mean score, and by their mean label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmark.report.blocks import conditions_of, pairs_of
from benchmark.report.plots.kind import PlotKind, View
from benchmark.report.plots.lettering import fitted, height, measured
from benchmark.report.plots.look import COLUMN, PAGE, PAPER, Appearance
from benchmark.report.plots.row_names import row_names
from benchmark.report.plots.style import INK, Plot, figure

MOST = 40
SLOPE = 0.75
"""How high a name in 45° stands, of its width."""


def places(means: NDArray[np.float64]) -> NDArray[np.int_]:
    """Places (K,) from 1 for the highest mean; equal means share the better place."""
    return np.array([1 + int(np.sum(means > mean)) for mean in means])


def draw(
    rows: Sequence[tuple[str, NDArray[np.float64]]], conditions: Sequence[str], look: Appearance = PAPER
) -> Figure:
    """Draw one line per method below the labels'; each field is the condition's place by mean, 1 for the preferred one.

    Args:
        rows: title and mean of each condition (K,), oriented so that higher is better; the first row is the labels'.
        conditions: names of the conditions, (K,).
    """
    order = np.argsort(-rows[0][1], kind="stable")
    table = np.array([places(means)[order] for _, means in rows])
    k = len(conditions)
    width = look.wide(COLUMN if k <= 8 else min(PAGE, COLUMN + 0.2 * (k - 8)))
    names = row_names([title for title, _ in rows], look, own=width)
    size = 6.5 if k <= 20 else 5.5
    width = names.width
    beside = max(measured(name, 6.5, look) for name in names.texts)
    cell = (width - beside - 0.2) / k
    titles = fitted([conditions[index] for index in order], 2.2, size, look, lines=1)
    drawn = figure(
        width, 0.45 + max(measured(title, size, look) for title in titles) * SLOPE + names.height * len(rows)
    )
    axes = drawn.add_subplot()
    shades = LinearSegmentedColormap.from_list("places", look.shades)
    axes.imshow(table, cmap=shades, vmin=1, vmax=max(k, 2), aspect="auto", interpolation="nearest")
    for (y, x), place in np.ndenumerate(table):
        dark = (place - 1) / max(k - 1, 1) < 0.4
        weight = "bold" if place == 1 else "normal"
        colour, digits = "white" if dark else INK, min(6.5, cell * 72 / 1.4)
        axes.text(x, y, str(place), ha="center", va="center", fontsize=digits, color=colour, fontweight=weight)
    axes.axhline(0.5, color=INK, linewidth=1)
    steep = 45 if cell > height(1, size) * 1.45 else 90
    axes.set_xticks(
        range(k),
        titles,
        rotation=steep,
        ha="right",
        va="center" if steep == 90 else "top",
        rotation_mode="anchor",
        fontsize=size,
    )
    axes.set_yticks(range(len(rows)), names.texts)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    drawn.suptitle("Place of each condition by its mean (1: preferred)", fontsize=7)
    return drawn


def _plots(view: View) -> Iterator[Plot]:
    pairs = pairs_of(view.data, view.block)
    conditions = conditions_of(pairs)
    if not 1 < len(conditions) <= MOST or pairs["mos"].isna().any():
        return
    sign = -1 if view.data.lower_labels(view.block.dataset) else 1
    rows = [("Labels", sign * _means(pairs, "mos", conditions))]
    for method in (one for each in view.ranked() for one in each.single):
        means = _means(pairs, method.label, conditions)
        if np.isfinite(means).all():
            rows.append((method.title, means if method.higher_is_better else -means))
    text = "Conditions ordered by their mean label; each field is the condition's place by the method's mean score."
    yield view.plot(
        "conditions", "Which condition each method prefers", text, partial(draw, rows, conditions, look=view.look)
    )


def _means(pairs: pd.DataFrame, column: str, conditions: Sequence[str]) -> NDArray[np.float64]:
    means = pairs[column].astype(float).groupby(pairs["condition"]).mean()
    return np.asarray(means.reindex(list(conditions)), dtype=np.float64)


PLOT = PlotKind(place=50, of_block=_plots)
