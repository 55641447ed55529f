"""Plots as pure functions of a report's data: each module in ``kinds`` makes and draws the plots of one kind.

``style`` holds sizes and colours and turns figures into bytes; ``all_plots`` collects the plots of all kinds, ``save_all``
draws them in several processes.
"""

from benchmark.report.plots import backend  # isort: skip - first, since it imports matplotlib whatever the environment says
from benchmark.report.plots.clouds import all_clouds
from benchmark.report.plots.gallery import all_plots
from benchmark.report.plots.printed_texts import font_notes
from benchmark.report.plots.shares import save_all
from benchmark.report.plots.style import Plot

__all__ = ["Plot", "all_clouds", "all_plots", "backend", "font_notes", "save_all"]
