"""Several runs side by side, and the efficiency table."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmark.report import ReportData, write_report
from benchmark.report.combine import side_by_side
from benchmark.report.efficiency import efficiency_table
from benchmark.report.table import comparison_table
from benchmark.report.table_csv import to_csv

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
