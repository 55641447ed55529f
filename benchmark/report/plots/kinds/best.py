"""The probability of being best, one method per line, with the interval of each method's rank beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.figure import Figure

from benchmark.report import naming
from benchmark.report.plots.kind import PlotKind, View
from benchmark.report.plots.look import PAPER, Appearance
from benchmark.report.plots.row_names import row_names
from benchmark.report.plots.style import FAINT, INK, Plot, figure


@dataclass(frozen=True, slots=True)
class Chance:
    """A method's probability of being best, in [0, 1], and the interval of its rank (NaN where unknown)."""

    title: str
    probability: float
    rank_low: float = math.nan
    rank_high: float = math.nan


def draw(chances: Sequence[Chance], statistic: str, look: Appearance = PAPER) -> Figure:
    """Draw probabilities of being best as bars, and beside them intervals of ranks where they are known."""
    with_ranks = any(math.isfinite(chance.rank_low) for chance in chances)
    names = row_names([chance.title for chance in chances], look, beside=0.7)
    drawn = figure(names.width, 0.75 + names.height * max(len(chances), 3))
    axes = drawn.subplots(1, 2 if with_ranks else 1, sharey=True, squeeze=False)[0]
    places = [-place for place in range(len(chances))]
    axes[0].barh(places, [chance.probability for chance in chances], height=0.6, color=look.better)
    for place, chance in zip(places, chances, strict=True):
        axes[0].text(chance.probability + 0.02, place, _percent(chance.probability), va="center", fontsize=6)
    axes[0].set_xlim(0, 1.22)
    axes[0].set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    axes[0].set_yticks(places, names.texts)
    axes[0].tick_params(axis="y", length=0)
    axes[0].set_xlabel(f"Best by {naming.title(statistic)}")
    axes[0].set_ylim(-len(chances) + 0.4, 0.6)
    if with_ranks:
        for place, chance in zip(places, chances, strict=True):
            axes[1].axhline(place, color=FAINT, linewidth=0.4, zorder=0)
            axes[1].plot(
                [chance.rank_low, chance.rank_high], [place, place], color=INK, linewidth=2, marker="|", markersize=4
            )
        axes[1].set_xlim(0.5, len(chances) + 0.5)
        axes[1].locator_params(axis="x", integer=True, nbins=6)
        axes[1].tick_params(axis="y", length=0)
        axes[1].set_xlabel("Interval of its rank")
    return drawn


def _percent(share: float) -> str:
    return "< 1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


def _plots(view: View) -> Iterator[Plot]:
    chances = []
    for method in view.ranked():
        best = view.numbers.get(view.scope, method.label, f"p_best_{view.statistic}")
        place = view.numbers.get(view.scope, method.label, f"rank_{view.statistic}")
        if best is not None and math.isfinite(best.value):
            ends = (place.low, place.high) if place is not None else (math.nan, math.nan)
            chances.append(Chance(method.title, best.value, *ends))
    if len(chances) > 1:
        title = naming.title(view.statistic)
        text = f"Share of resamples in which each method has the highest {title}, and the interval of its rank."
        yield view.plot(
            "best", "Probability of being best", text, partial(draw, chances, view.statistic, look=view.look)
        )


PLOT = PlotKind(place=40, of_block=_plots)
