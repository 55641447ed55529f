"""Several runs side by side, and the efficiency table."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.core.errors import UserError
from benchmark.report import ReportData, write_report
from benchmark.report.blocks import Numbers
from benchmark.report.combine import side_by_side
from benchmark.report.efficiency import efficiency_table
from benchmark.report.formats.csv import to_csv
from benchmark.report.plots import all_plots
from benchmark.report.ranking import ranked_blocks
from benchmark.report.table import comparison_table

Maker = Callable[..., ReportData]


def rows_of(data: ReportData) -> dict[str, dict[str, str]]:
    table = comparison_table(data, data.config.tables[0])
    return {row["title"]: row for row in csv.DictReader(io.StringIO(to_csv(table)))}


def test_one_run_is_itself(make_report: Maker) -> None:
    data = make_report({"a": 0.5})
    assert side_by_side({"x": data}) is data


def test_other_data_sets_become_columns(make_report: Maker) -> None:
    first = make_report({"a": 0.5, "b": 0.8}, title="One")
    second = make_report({"b": 0.3, "c": 0.6}, datasets=("other",), title="Two", notes=("only here",))
    both = side_by_side({"x": first, "y": second})
    rows = rows_of(both)
    assert rows["B"]["efid: srcc"] == rows_of(first)["B"]["srcc"]
    assert rows["B"]["other: srcc"] == rows_of(second)["B"]["srcc"]
    assert (rows["A"]["other: srcc"], rows["C"]["efid: srcc"]) == ("", "")
    assert both.title == "One · Two"
    assert both.notes == ("y: only here",)


def test_the_same_data_set_twice_is_told_apart_by_the_runs_names(make_report: Maker) -> None:
    first, second = make_report({"a": 0.5}), make_report({"a": 0.9})
    rows = rows_of(side_by_side({"old": first, "new": second}))
    assert rows["A"]["efid (old): srcc"] == rows_of(first)["A"]["srcc"]
    assert rows["A"]["efid (new): srcc"] == rows_of(second)["A"]["srcc"]


def test_a_method_scored_in_one_run_only_counts_as_scored(make_report: Maker) -> None:
    gone = {"a": {"status": "unavailable", "reason": "no weights"}}
    first = make_report({"a": 0.5, "b": 0.1}, missing={"a": 36}, methods=gone)
    both = side_by_side({"x": first, "y": make_report({"a": 0.5, "b": 0.1}, datasets=("other",))})
    assert next(method for method in both.methods if method.label == "a").status == "scored"
    assert rows_of(both)["A"]["group"] == ""
    assert rows_of(both)["A"]["efid: srcc"] == ""


def test_published_values_stay_with_their_run(make_report: Maker) -> None:
    first = make_report({"a": 0.5}, published={"a": {"srcc": 0.123, "source": "x"}})
    both = side_by_side({"x": make_report({"a": 0.5}, datasets=("other",)), "y": first})
    row = rows_of(both)["A (reported)"]
    assert (row["efid: srcc"], row["other: srcc"]) == ("0.123", "")


def test_the_combined_report_is_written(make_report: Maker, tmp_path: Path) -> None:
    both = side_by_side({"x": make_report({"a": 0.5}), "y": make_report({"a": 0.6}, datasets=("other/set",))})
    written = write_report(replace(both, config=both.config.model_copy(update={"plots": ("png",)})), tmp_path)
    assert {"plots/scatter_efid-test_a.png", "plots/scatter_other-set-test_a.png"} <= set(written)


def test_efficiency_is_printed_as_recorded(make_report: Maker) -> None:
    recorded = {
        "slow": {"parameters": 26_100_000, "gflops": 33.0, "milliseconds": 1640.25, "memory_mib": 2600},
        "fast": {"parameters": 0, "milliseconds": 1.5},
        "unknown": {"milliseconds": 1},
    }
    data = make_report({"slow": 0.5, "fast": 0.4}, record={"efficiency": recorded, "device": "cpu", "threads": 1})
    table = efficiency_table(data)
    assert table is not None
    assert table.header == ("Method", "Parameters (M)", "GFLOPs a pair", "Time a pair (ms)", "Peak memory (MiB)")
    assert table.rows == (("FAST", "0.00", "", "1.5", ""), ("SLOW", "26.10", "33.0", "1,640.2", "2,600"))
    assert table.to_csv().splitlines()[1] == "FAST,0.00,,1.5,"
    assert efficiency_table(make_report({"a": 0.5})) is None
    assert efficiency_table(replace(data, record={"efficiency": {"slow": {"gflops": None}}})) is None


def test_runs_of_different_confidence_are_not_mixed(make_report: Maker) -> None:
    first, second = make_report({"a": 0.5}), make_report({"a": 0.5}, datasets=("other",), confidence=0.9)
    with pytest.raises(UserError, match=r"confidence \(x: 95 %, y: 90 %\)"):
        side_by_side({"x": first, "y": second})


def test_a_label_that_means_two_directions_is_refused(make_report: Maker) -> None:
    turned = make_report({"a": -0.5}, datasets=("other",), methods={"a": {"higher_is_better": False}})
    with pytest.raises(UserError, match="'a' is better higher in x and lower in y"):
        side_by_side({"x": make_report({"a": 0.5}), "y": turned})


def test_each_data_set_keeps_the_direction_of_its_labels(make_report: Maker) -> None:
    mos = make_report({"a": 0.9, "b": 0.5}, references=30)
    dmos = make_report({"a": 0.9, "b": 0.5}, references=30, datasets=("other",), lower_mos_better=True)
    for order in ({"x": mos, "y": dmos}, {"y": dmos, "x": mos}):
        both = side_by_side(order)
        assert (both.lower_labels("efid"), both.lower_labels("other")) == (False, True)
        plots = {plot.name: plot for plot in all_plots(both, Numbers(both))}
        first_row = {
            name: [text.get_text() for text in plots[f"conditions_{name}-test"].figure.axes[0].get_xticklabels()]
            for name in ("efid", "other")
        }
        assert first_row["efid"] == first_row["other"][::-1], "best first: highest labels here, lowest there"


def test_a_reason_names_the_run_that_it_is_true_of(make_report: Maker) -> None:
    small = {"a": {"reason": "ValueError: too small"}}
    first = make_report({"a": 0.5, "b": 0.1}, references=40, missing={"a": 5}, methods=small)
    second = make_report({"b": 0.1, "c": 0.3}, datasets=("other",))
    both = side_by_side({"x": first, "y": second})
    reasons = [
        {item.method.label: item.reason for item in order}["a"] for _, order in ranked_blocks(both, Numbers(both))
    ]
    assert reasons == ["scored only 115 of 120 pairs: x: ValueError: too small", "no scores: x: ValueError: too small"]
