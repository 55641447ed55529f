"""Each kind of plot is one file: found in its folder, drawn without being listed anywhere, under a name of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.report.blocks import Numbers
from benchmark.report.content import ReportData
from benchmark.report.plots import gallery, kinds

ONE_MORE = """from functools import partial

from benchmark.report.plots.kind import PlotKind
from benchmark.report.plots.look import COLUMN
from benchmark.report.plots.style import figure


def _plots(view):
    yield view.plot("{name}", "How many", "The number of methods.", partial(_draw, len(view.data.methods)))


def _draw(count):
    drawn = figure(COLUMN, 1)
    drawn.suptitle(str(count))
    return drawn


PLOT = PlotKind(place=15, of_block=_plots)
"""


@pytest.mark.parametrize(("name", "expected"), [("how_many", "how_many"), ("ranks", "ranks-2"), ("Ranks", "ranks-2")])
def test_a_file_in_the_folder_is_found_and_never_overwrites_another_plot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_report: Callable[..., ReportData], name: str, expected: str
) -> None:
    (tmp_path / f"more_{name}.py").write_text(ONE_MORE.format(name=name), encoding="utf-8")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    monkeypatch.setattr(gallery, "plot_kinds", gallery.plot_kinds.__wrapped__)
    data = make_report({"psnr": 0.5, "ssim": 0.7})
    plots = gallery.all_plots(data, Numbers(data))
    places = [plot.name for plot in plots]
    assert len({place.casefold() for place in places}) == len(places)
    assert expected in places
    (more,) = [plot for plot in plots if plot.title == "How many"]
    assert more.figure.get_suptitle() == "2"
    assert places.index(more.name) == 1  # after the intervals, before the ranking
