"""Mean ranks over many data sets with Nemenyi's critical difference: Demšar's diagram (JMLR 7, 2006).

Within one data set ``ranks`` draws what the comparisons' own tests say; this one needs at least ten data sets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from benchmark.report import naming
from benchmark.report.content import ReportData
from benchmark.report.plots.kind import PlotKind
from benchmark.report.plots.look import PAPER, Appearance
from benchmark.report.plots.row_names import row_names
from benchmark.report.plots.style import FAINT, INK, MUTED, Plot, figure
from benchmark.report.pooling_tables import pooled_parts
from benchmark.statistics.friedman import cliques, critical_difference


def draw(titles: Sequence[str], means: Sequence[float], critical: float, look: Appearance = PAPER) -> Figure:
    """Draw methods, the best on top, at their mean ranks, lines on the right that join those less than the difference apart.

    Args:
        titles: titles of the methods, by ascending mean rank.
        means: their mean ranks, ascending.
        critical: Nemenyi's critical difference, drawn as a bar above.
    """
    groups = cliques(np.array(means), critical)
    names = row_names(titles, look, beside=0.065 * len(groups))
    drawn = figure(names.width, 0.95 + names.height * max(len(titles), 3))
    left, right = drawn.subplots(1, 2, sharey=True, width_ratios=[1, max(0.065 * len(groups), 0.03)])
    for place, mean in enumerate(means):
        left.axhline(-place, color=FAINT, linewidth=0.4, zorder=0)
        left.plot([mean], [-place], color=INK, marker="o", markersize=3.6, linestyle="none")
    left.plot(
        [1, 1 + critical], [1, 1], color=MUTED, marker="|", markersize=5, linewidth=1, label="critical difference"
    )
    left.text(1 + critical, 1, f"  CD {critical:.2f}", fontsize=6, va="center", color=INK)
    left.set_yticks([-place for place in range(len(titles))], names.texts)
    left.tick_params(axis="y", length=0)
    left.set_ylim(-len(titles) + 0.5, 1.6)
    left.set_xlim(0.8, max(len(titles), 1 + critical * 1.5) + 0.2)
    left.spines["left"].set_visible(False)
    left.set_xlabel("Mean rank (1 is the best)")
    for lane, group in enumerate(groups):
        places = [-place for place in group]
        right.plot([lane, lane], [places[0], places[-1]], color=look.better, linewidth=1.2)
        right.plot([lane] * len(places), places, color=look.better, marker="o", markersize=3.6, linestyle="none")
    right.set_xlim(-0.7, max(len(groups), 1) - 0.3)
    right.axis("off")
    drawn.suptitle("Dots on one line: methods less than the critical difference apart", fontsize=7)
    return drawn


def _plots(data: ReportData, look: Appearance) -> Iterator[Plot]:
    for part in pooled_parts(data):
        if not part.ranks:
            continue
        order = sorted(part.ranks, key=lambda label: part.ranks[label])
        means = [part.ranks[label] for label in order]
        critical = critical_difference(len(order), part.sets, 1 - data.confidence)
        statistic = naming.title(part.statistic)
        text = (
            f"Mean ranks by {statistic} over {part.sets} data sets; a line joins methods whose mean ranks are less than "
            f"Nemenyi's critical difference ({critical:.2f}) apart."
        )
        name = f"{part.name}_ranks"
        yield Plot(
            name,
            f"Ranks over data sets by {statistic}",
            text,
            partial(draw, [part.titles[x] for x in order], means, critical, look=look),
        )


PLOT = PlotKind(place=86, over_sets=_plots)
