"""Collects the plots of a report: those of every kind in the folder ``kinds``, for each data set and split."""

from __future__ import annotations

import functools
import pkgutil
from dataclasses import replace
from importlib import import_module

from benchmark.core.file_names import apart, file_stems
from benchmark.report.blocks import Numbers, blocks
from benchmark.report.content import ReportData
from benchmark.report.plots import kinds
from benchmark.report.plots.clouds import all_clouds
from benchmark.report.plots.kind import Clouds, PlotKind, View
from benchmark.report.plots.look import Appearance
from benchmark.report.plots.printed_texts import look_for
from benchmark.report.plots.style import Plot


@functools.cache
def plot_kinds() -> tuple[PlotKind, ...]:
    """All kinds of plots, in the order of the page."""
    names = sorted(item.name for item in pkgutil.iter_modules(kinds.__path__))
    records: list[PlotKind] = [import_module(f"{kinds.__name__}.{name}").PLOT for name in names]
    return tuple(sorted(records, key=lambda record: record.place))


def all_plots(data: ReportData, numbers: Numbers, clouds: Clouds | None = None) -> list[Plot]:
    """All plots of a report, in the order of the page; each is drawn when it is first needed.

    Args:
        data: the run's data.
        numbers: its numbers.
        clouds: the result of ``all_clouds``, if it is known already.
    """
    look = look_for(data)
    makers = [kind.over_sets for kind in plot_kinds() if kind.over_sets is not None]
    over_sets = [replace(plot, look=look) for make in makers for plot in make(data, look)]
    if data.pages:  # of a study: its data sets' own pages have all others
        return over_sets
    clouds = all_clouds(data, numbers) if clouds is None else clouds
    views = _views(data, numbers, clouds, look)
    of_block = [kind.of_block for kind in plot_kinds() if kind.of_block is not None]
    of_run = [kind.of_run for kind in plot_kinds() if kind.of_run is not None]
    plots = [plot for view in views for make in of_block for plot in make(view)]
    plots += [*(plot for make in of_run for plot in make(data, look)), *over_sets]
    names = apart(plot.name for plot in plots)  # data set a, method b_c and data set a_b, method c would share one
    return [replace(plot, name=name, look=look) for plot, name in zip(plots, names, strict=True)]


def _views(data: ReportData, numbers: Numbers, clouds: Clouds, look: Appearance) -> list[View]:
    every = blocks(data)
    stems = file_stems(f"{block.dataset}-{block.split}" if block.split else block.dataset for block in every)
    several = len(every) > 1
    return [
        View(
            data,
            numbers,
            clouds,
            block,
            suffix=f"_{stem}" if several else "",
            place=f", {block.title(every)}" if several else "",
            look=look,
        )
        for block, stem in zip(every, stems.values(), strict=True)
    ]
