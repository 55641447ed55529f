"""Correlations in groups of pairs, within them and over all pairs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from matplotlib.figure import Figure

from benchmark.evaluation.subgroups import GROUP, POOLED, WITHIN
from benchmark.report import naming
from benchmark.report.content import ReportData
from benchmark.report.group_tables import MOST_PRINTED, InGroups, groupings_of
from benchmark.report.plots.grouped_values import Series, draw_values
from benchmark.report.plots.kind import PlotKind
from benchmark.report.plots.look import PAPER, Appearance
from benchmark.report.plots.style import INK, Plot


def draw_groups(part: InGroups, confidence: float, look: Appearance = PAPER) -> Figure:
    """Draw the values of each method, one below the other; single groups only where they can be told apart."""
    groups = part.groups if len(part.groups) <= MOST_PRINTED else ()
    series = [
        Series((POOLED, "", ""), "All pairs", "o", INK, INK),
        Series(
            (WITHIN, "", ""), f"Within one {part.by}" if part.by != "label" else "Within a range", "D", INK, "white"
        ),
        *(
            Series((GROUP, name, ""), name, "s", look.shade(number, len(groups)), look.shade(number, len(groups)))
            for number, name in enumerate(groups)
        ),
    ]
    return draw_values(part.rows, series, part.statistic, confidence, look)


def _plots(data: ReportData, look: Appearance) -> Iterator[Plot]:
    for part in groupings_of(data):
        title = f"{naming.title(part.statistic)} by {part.by}: {part.place}"
        text = "Each method's correlation over all pairs, the mean within groups, and in each group."
        yield Plot(part.name, title, text, partial(draw_groups, part, data.confidence, look=look))


PLOT = PlotKind(place=86, of_run=_plots)
