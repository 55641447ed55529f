"""The plots and tables of calibration: what is drawn where, nothing over anything else, no minus zero."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark.config.calibration_analysis import CalibrationAnalysis
from benchmark.config.printing import TableConfig
from benchmark.evaluation.calibration import errors
from benchmark.report.calibration_tables import calibration_blocks, calibration_tables
from benchmark.report.combine import side_by_side
from benchmark.report.content import Analysis, ReportData
from benchmark.report.grid_latex import grid_latex
from benchmark.report.plots.kinds import errors_by_part
from benchmark.report.plots.look import PAPER

pytestmark = pytest.mark.heavy
Maker = Callable[..., ReportData]


def analysed(make_report: Maker, names: int = 5, lower: bool = False, **made: Any) -> ReportData:
    data = make_report({f"m{number}": 0.9 - 0.1 * (number % 6) for number in range(names)}, references=30, **made)
    found = errors(
        data.scores,
        data.methods,
        CalibrationAnalysis(parts=5),
        lower_mos_better=lower,
        confidence=0.95,
        resamples="once",
    )
    return replace(data, analyses={"calibration": Analysis(found.table, found.notes)})


def drawn_of(data: ReportData) -> list[Any]:
    return [plot.figure for plot in errors_by_part.PLOT.of_run(data, PAPER)]  # type: ignore[misc]


def ticks_of(axis: Any) -> list[Any]:
    """The labels of ticks that are drawn: within the limits."""
    found = []
    for side, (low, high) in ((axis.xaxis, axis.get_xlim()), (axis.yaxis, axis.get_ylim())):
        found += [tick.label1 for tick in side.get_major_ticks() if low <= tick.get_loc() <= high]
    return found


def test_every_part_is_a_point_with_its_interval_around_a_line_at_zero(make_report: Maker) -> None:
    data = analysed(make_report)
    (figure,) = drawn_of(data)
    (block,) = calibration_blocks(data)
    panels = [axis for axis in figure.axes if axis.get_visible()]
    assert [axis.get_title() for axis in panels] == [method.title for method in block.methods]
    for axis, method in zip(panels, block.methods, strict=True):
        lines = [line for line in axis.lines if len(line.get_xdata()) == 5]
        for line, by, at in zip(lines, ("label", "score"), ("mean_label", "mean_score"), strict=True):
            rows = method.parts[by]
            np.testing.assert_allclose(line.get_xdata(), [row[at] for row in rows])
            np.testing.assert_allclose(line.get_ydata(), [row["mean_error"] for row in rows])
        ends = [segment[:, 1].tolist() for part in axis.collections for segment in part.get_segments()]
        expected = [[row["ci_low"], row["ci_high"]] for by in ("label", "score") for row in method.parts[by]]
        np.testing.assert_allclose(ends, expected)
        assert any(list(line.get_ydata()) == [0, 0] for line in axis.lines), "the line at zero"


@pytest.mark.parametrize("names", [1, 5, 12])
def test_no_text_lies_over_another_or_outside(make_report: Maker, names: int) -> None:
    (figure,) = drawn_of(analysed(make_report, names))
    figure.draw_without_rendering()
    shown = [axis for axis in figure.axes if axis.get_visible()]
    texts = [text for axis in shown for text in [axis.title, *ticks_of(axis)]]
    texts += [
        figure._supylabel,
        *(text for legend in figure.legends for text in [*legend.get_texts(), legend.get_title()]),
    ]
    boxes = [text.get_window_extent() for text in texts if text.get_text() and text.get_visible()]
    named = [text.get_text() for text in texts if text.get_text() and text.get_visible()]
    over = [
        (named[place], other)
        for place, box in enumerate(boxes)
        for other, beside in zip(named[place + 1 :], boxes[place + 1 :], strict=True)
        if box.shrunk(0.9, 0.9).overlaps(beside.shrunk(0.9, 0.9))
    ]
    assert not over
    width, height = figure.get_size_inches() * figure.dpi
    outside = [box for box in boxes if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1]
    assert not outside, [named[boxes.index(box)] for box in outside]
    assert not any(text.get_text() in ("−0", "-0", "−0.0") for text in texts)


def test_many_methods_are_several_figures_and_an_undefined_one_is_none(make_report: Maker) -> None:
    data = analysed(make_report, 26)
    names = [plot.name for plot in errors_by_part.PLOT.of_run(data, PAPER)]  # type: ignore[misc]
    assert names == ["calibration_1", "calibration_2"]
    reversed_fits = analysed(make_report, 2, lower=True)
    assert drawn_of(reversed_fits) == []
    for grid in calibration_tables(reversed_fits):
        assert any(note.endswith("the curve rises where lower is better: reversed.") for note in grid.notes)
        assert "undefined" not in grid.to_markdown()


def test_cells_are_means_with_half_of_their_intervals_in_digits_of_the_labels(make_report: Maker) -> None:
    data = analysed(make_report, 2)
    by_label, by_score = calibration_tables(data)
    assert (by_label.name, by_score.name) == ("calibration_by_label", "calibration_by_score")
    assert by_label.header == ("Method", "1 (lowest)", "2", "3", "4", "5 (highest)", "MAE", "RMSE")
    (block,) = calibration_blocks(data)
    row = block.methods[0].parts["label"][0]
    half = (row["ci_high"] - row["ci_low"]) / 2
    assert by_label.rows[0][1] == f"{row['mean_error']:.2f} ± {half:.2f}".replace("-", "−")
    for grid in (by_label, by_score):
        for text in (grid_latex(grid, TableConfig()), grid.to_markdown(), grid.to_csv()):
            assert "nan" not in text
            assert "−0.00" not in text
            assert "-0.00 " not in text


@pytest.mark.parametrize(("unit", "digits"), [(1.0, 2), (25.0, 1), (0.05, 3), (1000.0, 0)])
def test_digits_follow_the_labels_unit(make_report: Maker, unit: float, digits: int) -> None:
    data = make_report({"a": 0.8}, references=30)
    scores = data.scores.assign(mos=data.scores["mos"] * unit)
    asked = CalibrationAnalysis(parts=3)
    found = errors(scores, data.methods, asked, lower_mos_better=False, confidence=0.95, resamples="once")
    (block,) = calibration_blocks(replace(data, analyses={"calibration": Analysis(found.table)}))
    assert block.digits == digits


def test_runs_side_by_side_have_tables_of_their_own(make_report: Maker) -> None:
    one, other = analysed(make_report, 2), analysed(make_report, 2, datasets=("other",))
    both = side_by_side({"a": one, "b": other})
    names = [grid.name for grid in calibration_tables(both)]
    assert names == [
        f"calibration_{place}_by_{by}" for place in ("efid_test", "other_test") for by in ("label", "score")
    ]
    assert len(both.analyses["calibration"].table) == 2 * len(one.analyses["calibration"].table)


def test_a_part_without_an_interval_has_its_mean_alone(make_report: Maker) -> None:
    data = analysed(make_report, 1)
    table = data.analyses["calibration"].table.assign(ci_low=math.nan, ci_high=math.nan)
    grid = calibration_tables(replace(data, analyses={"calibration": Analysis(pd.DataFrame(table))}))[0]
    assert not any("±" in cell for cell in grid.rows[0])
