"""Plots drawn by several processes: the same bytes, nothing lost with a helper, nobody left behind."""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from benchmark.report.blocks import Numbers
from benchmark.report.content import ReportData
from benchmark.report.plots import Plot, all_plots, save_all
from benchmark.report.plots.style import figure

pytestmark = pytest.mark.heavy

Maker = Callable[..., ReportData]


def draws(place: Path) -> Figure:
    """A picture that tells in a file who drew it."""
    place.write_text(str(os.getpid()))
    return figure(1, 1)


def draws_slowly(place: Path) -> Figure:
    """Tells when it has begun, and when it was let go on to the end."""
    place.write_text("begun")
    time.sleep(10)
    place.write_text("finished")
    return figure(1, 1)


def draws_only_in(process: int) -> Figure:
    if os.getpid() != process:
        raise RuntimeError("not here")
    return figure(1, 1)


def dies_but_in(process: int) -> Figure:
    if os.getpid() != process:
        os._exit(0)
    return figure(1, 1)


def interrupted(place: Path) -> Figure:
    """Waits until somebody else draws, then is interrupted."""
    while not place.exists() or not place.read_text():
        time.sleep(0.01)
    raise KeyboardInterrupt


@pytest.mark.long
def test_several_processes_give_the_bytes_of_one(make_report: Maker) -> None:
    data = make_report({"psnr": 0.5, "lpips": -0.7, "ssim": 0.3})
    alone, shared = (all_plots(data, Numbers(data)) for _ in range(2))
    save_all(alone, ["png", "pdf"], processes=1)
    save_all(shared, ["png", "pdf"], processes=3)
    assert len(shared) > 6
    assert [(plot.name, plot.save("png"), plot.save("pdf")) for plot in shared] == [
        (plot.name, plot.save("png"), plot.save("pdf")) for plot in alone
    ]


def test_each_process_draws_its_share_once(tmp_path: Path) -> None:
    plots = [Plot(str(index), "", "", partial(draws, tmp_path / str(index))) for index in range(6)]
    save_all(plots, ["png", "pdf"], processes=3)
    drawers = [int((tmp_path / str(index)).read_text()) for index in range(6)]
    for plot in plots:
        plot.save("pdf")
    assert drawers == [int((tmp_path / str(index)).read_text()) for index in range(6)]
    assert drawers[:3] == drawers[3:]
    assert len(set(drawers)) == 3
    assert drawers[0] == os.getpid()


def test_what_a_helper_fails_to_draw_is_drawn_all_the_same() -> None:
    plots = [Plot(str(index), "", "", partial(draws_only_in, os.getpid())) for index in range(4)]
    save_all(plots, ["png"], processes=2)
    assert len({plot.save("png") for plot in plots}) == 1


def test_what_a_helper_that_dies_was_to_draw_is_drawn_all_the_same() -> None:
    plots = [Plot(str(index), "", "", partial(dies_but_in, os.getpid())) for index in range(4)]
    save_all(plots, ["png"], processes=2)
    assert len({plot.save("png") for plot in plots}) == 1


def test_an_error_in_drawing_is_not_hidden() -> None:
    plots = [Plot("fine", "", "", partial(figure, 1, 1)), Plot("broken", "", "", partial(draws_only_in, -1))]
    save_all(plots, ["png"], processes=2)
    with pytest.raises(RuntimeError, match="not here"):
        plots[1].save("png")


def test_an_interruption_ends_the_helpers(tmp_path: Path) -> None:
    place = tmp_path / "drawer"
    plots = [
        Plot("interrupted", "", "", partial(interrupted, place)),
        Plot("slow", "", "", partial(draws_slowly, place)),
    ]
    with pytest.raises(KeyboardInterrupt):
        save_all(plots, ["png"], processes=2)
    assert place.read_text() == "begun"
