"""PWRC of a table: values, jackknife and tests against plain loops; what is written, and where there is none."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.core.places import SORTING
from benchmark.evaluation.sorted_images import Ordered, sorted_rightly
from benchmark.report.analysis_blocks import analysis_blocks
from benchmark.report.content import Analysis, ReportData
from benchmark.report.plots.kinds.sorting_curves import draw_curves
from benchmark.report.sorting_table import sorting_tables
from benchmark.statistics.sorting import pwrc, scaled
from tests.makers import score_keys

METHODS: list[Any] = [
    SimpleNamespace(label="near", higher_is_better=True, columns=()),
    SimpleNamespace(label="far", higher_is_better=False, columns=()),
    SimpleNamespace(label="some", higher_is_better=True, columns=()),
]


def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    mos = rng.normal(50, 10, 60)
    made = score_keys(12, 5, mos).assign(mos_sd=rng.uniform(4, 12, 60), observers=20)
    made = made.assign(near=mos + rng.normal(0, 4, 60), far=-mos + rng.normal(0, 25, 60), some=mos)
    made.loc[:3, "some"] = np.nan
    return made


def analysed(frame: pd.DataFrame, lower: bool = False) -> Ordered:
    return sorted_rightly(frame, METHODS, lower_mos_better=lower, confidence=0.95)


def report(frame: pd.DataFrame) -> ReportData:
    found, nothing = analysed(frame), pd.DataFrame()
    return ReportData(
        title="t", scores=frame, summary=nothing, comparisons=nothing, failures=nothing, methods=(),
        analyses={SORTING: Analysis(found.table, found.notes)},
    )  # fmt: skip


def test_values_intervals_and_differences_are_those_of_plain_jackknives() -> None:
    frame = table()
    rows = analysed(frame).table

    def row(method: str, kind: str, minus: str = "") -> pd.Series:
        (found,) = (
            item
            for _, item in rows[rows["kind"] == kind].iterrows()
            if (item["method"], item["minus"]) == (method, minus)
        )
        return found

    on = scaled(frame["mos"].to_numpy(), frame["mos_sd"].to_numpy())
    assert on is not None
    clusters = np.repeat(np.arange(12), 5)
    near, left_near = pwrc(frame["near"].to_numpy(), on, clusters, 12)
    far, left_far = pwrc(-frame["far"].to_numpy(), on, clusters, 12)
    own = row("near", "pwrc")
    error = np.sqrt(11 / 12 * ((left_near - left_near.mean()) ** 2).sum())
    reach = stats.t.ppf(0.975, 11) * error
    assert own["value"] == pytest.approx(near, abs=1e-12)
    assert (own["ci_low"], own["ci_high"]) == pytest.approx((near - reach, near + reach))
    gap = row("near", "difference", "far")
    left = left_near - left_far
    error = np.sqrt(11 / 12 * ((left - left.mean()) ** 2).sum())
    assert gap["value"] == pytest.approx(near - far, abs=1e-12)
    assert gap["p_value"] == pytest.approx(2 * stats.t.sf(abs(near - far) / error, 11), rel=1e-9)
    some = row("some", "pwrc")
    assert (some["n"], some["n_clusters"]) == (56, 12)
    assert row("near", "difference", "some")["n"] == 56, "a difference is of common pairs"
    curve = rows[(rows["kind"] == "curve") & (rows["method"] == "near")]
    assert len(curve) == 51
    assert curve["value"].is_monotonic_decreasing


def test_the_direction_of_labels_and_of_methods_changes_nothing_but_the_better_end() -> None:
    frame = table()
    turned = frame.assign(mos=-frame["mos"])
    pd.testing.assert_frame_equal(analysed(frame).table, analysed(turned, lower=True).table)


def test_limits_stand_in_for_deviations_and_labels_without_either_have_none() -> None:
    frame = table()
    half = 1.96 * frame["mos_sd"]
    limits = frame.assign(mos_sd=np.nan, mos_low=frame["mos"] - half, mos_high=frame["mos"] + half)
    pd.testing.assert_frame_equal(analysed(limits).table, analysed(frame).table)
    found = analysed(frame.assign(mos_sd=np.nan))
    assert found.table.empty
    assert "needs labels with different standard deviations" in found.notes[0]


def test_the_table_begins_with_the_best_and_the_figure_has_its_curve() -> None:
    data = report(table())
    (grid,) = sorting_tables(data)
    assert [row[0] for row in grid.rows] == ["some", "near", "far"]
    assert grid.rows[0][2] == ""
    assert grid.rows[2][2].startswith("−")
    assert "p " in grid.rows[2][2]
    assert "the most is" in grid.notes[0]
    (block,) = analysis_blocks(data, SORTING)
    (axes,) = draw_curves(block, {}).axes
    drawn = {str(line.get_label()): np.asarray(line.get_ydata()) for line in axes.get_lines()}
    curve = block.rows[(block.rows["kind"] == "curve") & (block.rows["method"] == "near")]
    np.testing.assert_array_equal(drawn["near"], curve["value"])
