"""Correlations where references are bad and where they are good, within conditions, and against a pristine reference."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from matplotlib.figure import Figure

from benchmark.evaluation.reference_quality import POOLED, PRISTINE, WITHIN
from benchmark.report import naming
from benchmark.report.content import ReportData
from benchmark.report.plots.grouped_values import Series, draw_values
from benchmark.report.plots.kind import PlotKind
from benchmark.report.plots.look import PAPER, Appearance
from benchmark.report.plots.style import INK, MUTED, Plot
from benchmark.report.reference_tables import Part, heading, is_difference, parts_of

FIXED = {POOLED: ("o", INK, INK), WITHIN: ("D", INK, "white"), PRISTINE: ("*", MUTED, "white")}
"""Marker, colour and fill of what is no part by quality."""


def draw(part: Part, confidence: float, look: Appearance = PAPER) -> Figure:
    """Draw the values of each method, one below the other, with their intervals."""
    parts = [name for name in part.parts if not is_difference(name)]
    by_quality = [name for name in parts if name not in FIXED]
    shades = {name: look.shade(number, len(by_quality)) for number, name in enumerate(by_quality)}
    looks = {name: FIXED.get(name) or ("s", shades[name], shades[name]) for name in parts}
    series = [Series(name, heading(name), *looks[name]) for name in parts]
    return draw_values(part.rows, series, part.statistic, confidence, look)


def _plots(data: ReportData, look: Appearance) -> Iterator[Plot]:
    for part in parts_of(data):
        title = f"{naming.title(part.statistic)} by the quality of the reference: {part.place}"
        text = (
            "Each method's correlation over all pairs, within conditions, and among the pairs of the worst to the best "
            "degraded references; against a pristine reference where there is one."
        )
        yield Plot(part.name, title, text, partial(draw, part, data.confidence, look=look))


PLOT = PlotKind(place=85, of_run=_plots)
