"""Plots as pure functions of a report's data: each module draws one kind and returns a matplotlib ``Figure``.

``style`` holds sizes, colours and how a figure becomes bytes; ``draw_all`` says which plots a report has,
``save_all`` draws them in several processes.
"""

from benchmark.report.plots.gallery import KINDS, all_clouds, draw_all
from benchmark.report.plots.shares import save_all
from benchmark.report.plots.style import Plot

__all__ = ["KINDS", "Plot", "all_clouds", "draw_all", "save_all"]
