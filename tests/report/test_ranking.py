"""Who is best, out, alike or untested in a column: one decision behind every format."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from benchmark.report.blocks import Block, Numbers, Scope, TableEstimate
from benchmark.report.content import ReportData
from benchmark.report.formats.csv import to_csv
from benchmark.report.formats.latex import to_latex
from benchmark.report.plots import all_plots
from benchmark.report.printed import ComparisonTable
from benchmark.report.ranking import Contest, contest, standings
from benchmark.report.table import comparison_table
from benchmark.report.terminal import ranked_table

Maker = Callable[..., ReportData]
Scores = Callable[..., pd.DataFrame]
WHOLE = Scope(Block("set", "test"))


def table_of(data: ReportData, index: int = 0) -> ComparisonTable:
    return comparison_table(data, data.config.tables[index])


def marks(data: ReportData, statistic: str, index: int = 0) -> dict[str, set[str]]:
    rows = csv.DictReader(io.StringIO(to_csv(table_of(data, index))))
    return {row["method"]: set(row[f"{statistic}_mark"].split()) for row in rows if row["reported"] == "false"}


def held(data: ReportData, statistic: str, scope: Scope = WHOLE, **options: Any) -> Contest:
    return contest(data, Numbers(data), scope, statistic, **options)


@pytest.mark.parametrize("level", ["pair", "system"])
def test_untested_differences_get_no_mark_and_a_note(make_scores: Scores, make_evaluated: Maker, level: str) -> None:
    references = 1 if level == "pair" else 40
    data = make_evaluated(make_scores(references, 12), ("strong", "weak", "opposite"), tables=({"level": level},))
    table = table_of(data)
    assert all("†" not in cell.marks for row in table.rows for cell in row.cells)
    assert "†" not in dict(table.footnotes)
    why = "one cluster only" if level == "pair" else "too few conditions to test"
    assert f"Differences from the best are not tested ({why})." in table.notes
    assert "not tested" in to_latex(table)


def test_a_single_untested_pair_is_named_and_the_others_keep_their_marks(make_report: Maker) -> None:
    data = make_report({"a": 0.8, "b": 0.78, "c": 0.77}, references=20, tables=({"columns": ["srcc"]},))
    order = [item.method.label for item in standings(data, Numbers(data), Block("efid", "test"))]
    table = data.comparisons.copy()
    last = table["method_a"].isin([order[0], order[2]]) & table["method_b"].isin([order[0], order[2]])
    table.loc[last, ["p_value", "p_adjusted"]] = np.nan
    table.loc[last, "test"] = "not tested: undefined in 9 of 20 leave-one-out samples"
    table["significant"] = table["significant"].astype(object)
    table.loc[last, "significant"] = np.nan
    data = replace(data, comparisons=table)
    assert "†" in marks(data, "srcc")[order[1]]
    assert "†" not in marks(data, "srcc")[order[2]]
    said = (
        f"{order[2].upper()} (SRCC): difference from the best not tested (undefined in 9 of 20 leave-one-out samples)."
    )
    assert said in table_of(data).notes
    assert f"Not tested against the best: {order[2].upper()} (SRCC)." in to_latex(table_of(data))
    plots = {plot.name: plot for plot in all_plots(data, Numbers(data))}
    assert "1 of 3 pairs not tested" in plots["ranks"].figure.get_suptitle()
    lines = [line for line in plots["ranks"].figure.axes[1].lines if line.get_marker() == "o"]
    assert all({0.0, -2.0} - set(np.asarray(line.get_ydata()).tolist()) for line in lines), "no line joins those two"
    assert "not tested" in plots["significance"].figure.axes[0].get_xlabel()


def test_files_of_earlier_runs_that_name_a_test_without_a_p_value_are_untested(make_report: Maker) -> None:
    data = make_report({"a": 0.8, "b": 0.78}, references=20)
    old = data.comparisons.assign(p_value=np.nan, p_adjusted=np.nan, significant=False, test="bootstrap, max-T")
    table = table_of(replace(data, comparisons=old))
    assert "†" not in dict(table.footnotes)
    assert "Differences from the best are not tested." in table.notes


@pytest.mark.parametrize("multiplicity", ["max-t", "none"])
def test_a_mark_says_adjusted_only_where_p_is(make_scores: Scores, make_evaluated: Maker, multiplicity: str) -> None:
    data = make_evaluated(
        make_scores(40), ("strong", "swapped", "weak"), multiplicity=multiplicity, tables=({"digits": 6},)
    )
    text = dict(table_of(data).footnotes)["†"]
    assert ("adjusted" in text) == (multiplicity == "max-t")
    described = next(plot for plot in all_plots(data, Numbers(data)) if plot.name == "ranks").description
    assert ("after correction" in described) == (multiplicity == "max-t")


def test_one_method_alone_is_best_of_nothing(make_report: Maker) -> None:
    data = make_report({"only": 0.5})
    file = io.StringIO()
    Console(file=file, width=120).print(ranked_table(data))
    assert "*" not in file.getvalue()
    assert not any(cell.place or cell.marks for row in table_of(data).rows for cell in row.cells)
    assert not any("tested" in note for note in table_of(data).notes)


@pytest.mark.parametrize("magnitude", [False, True])
def test_a_reversed_fit_is_never_best_second_or_what_others_are_compared_with(
    make_scores: Scores, make_evaluated: Maker, magnitude: bool
) -> None:
    columns = ["srcc", "plcc_logistic4", "rmse"]
    tables = ({"magnitude": magnitude, "columns": columns},)
    data = make_evaluated(make_scores(40), ("weak", "opposite", "strong"), tables=tables)
    values = data.summary[data.summary["statistic"] == "rmse"].set_index("method")["value"]
    assert values.idxmin() == "opposite", "the trap: its error is the least"
    for statistic in ("rmse", "plcc_logistic4"):
        found = marks(data, statistic)
        assert "best" in found["strong"]
        assert "second" in found["weak"]
        assert not found["opposite"] & {"best", "second", "†"}
        contested = held(data, statistic, without_signs=magnitude)
        assert "opposite" not in {*contested.places, *contested.alike}
        assert contested.out["opposite"].startswith("not compared: the curve falls: reversed")
    assert any("not compared: the curve falls: reversed" in text for _, text in table_of(data).footnotes)
    file = io.StringIO()
    Console(file=file, width=200).print(ranked_table(data))
    assert "Opposite: PLCC (4-par.) and RMSE not compared: the curve falls: reversed" in file.getvalue()


def test_a_curve_that_turns_is_never_best_though_it_correlates_most(make_report: Maker) -> None:
    data = make_report({"a": 0.9, "b": 0.5}, statistics=("srcc", "plcc_logistic5", "outlier_ratio"))
    turning = (data.summary["method"] == "a") & (data.summary["statistic"] != "srcc")
    note = "the slope is at its bound; the curve is not monotone"
    spec = ({"columns": ["srcc", "plcc_logistic5", "outlier_ratio"]},)
    data = replace(
        data,
        summary=data.summary.assign(note=np.where(turning, note, data.summary["note"])),
        config=data.config.model_validate({"tables": list(spec)}),
    )
    for statistic in ("plcc_logistic5", "outlier_ratio"):
        found = marks(data, statistic)
        assert not {"best", "second"} & {*found["a"], *found["b"]}, "nobody is left to compare with"
    assert "best" in marks(data, "srcc")["a"]


def test_magnitudes_of_opposite_signs_are_compared_by_their_own_test(
    make_scores: Scores, make_evaluated: Maker
) -> None:
    scores = make_scores(40)
    scores["mirrored"] = -scores["strong"] + 1e-3 * scores["weak"]
    tables = ({"magnitude": True, "digits": 6}, {"name": "signed", "digits": 6})
    data = make_evaluated(scores, ("weak", "strong", "mirrored"), tables=tables)
    found = marks(data, "srcc")
    second = next(label for label in ("strong", "mirrored") if "second" in found[label])
    assert "†" in found[second]
    assert "†" not in found["weak"]
    assert "†" not in marks(data, "srcc", 1)["mirrored"], "signed they are told apart"
    rows = [row.label for row in table_of(data).rows if not row.reported]
    assert set(rows[:2]) == {"strong", "mirrored"}, "the order is that of the magnitudes"
    without = data.comparisons[~data.comparisons["statistic"].str.contains("magnitude")]
    old = table_of(replace(data, comparisons=without))
    assert any("no test of magnitudes is stored" in note for note in old.notes)


def test_an_interval_of_a_magnitude_is_never_negative() -> None:
    across = TableEstimate(-0.1, -0.3, 0.1).magnitude()
    assert (across.value, across.low, across.high) == (0.1, 0.0, 0.3)
    above = TableEstimate(0.1, -0.2, 0.4).magnitude()
    assert (above.value, above.low, above.high) == (0.1, 0.0, 0.4)
    below = TableEstimate(-0.8, -0.9, -0.6).magnitude()
    assert (below.value, below.low, below.high) == (0.8, 0.6, 0.9)
    assert not TableEstimate(-0.8).magnitude().has_interval


def test_a_method_that_lacks_pairs_of_a_condition_does_not_win_there(
    make_scores: Scores, make_evaluated: Maker
) -> None:
    scores = make_scores(50)
    gone = scores.index[scores["condition"] == "c0"][:3]
    scores.loc[gone, "strong"] = np.nan
    data = make_evaluated(scores, ("strong", "weak", "opposite"), tables=({"conditions": "all", "columns": ["srcc"]},))
    whole, condition = held(data, "srcc"), held(data, "srcc", Scope(WHOLE.block, "condition", "c0"))
    assert whole.mark("strong") == 1
    assert condition.mark("strong") == 0
    assert condition.out["strong"] == "scored only 47 of 50 pairs here"
    assert any("scored only 47 of 50 pairs here" in text for _, text in table_of(data).footnotes)


def test_infinite_scores_are_missing_scores(make_scores: Scores, make_evaluated: Maker) -> None:
    scores = make_scores(20)
    scores.loc[:5, "strong"] = np.inf
    data = make_evaluated(scores, ("strong", "weak"))
    reasons = {item.method.label: item.reason for item in standings(data, Numbers(data), WHOLE.block)}
    assert reasons == {"weak": "", "strong": "scored only 114 of 120 pairs"}


@pytest.mark.parametrize(
    ("first", "second", "tied"), [(0.90049, 0.89951, True), (0.0004, -0.0004, True), (0.9005, 0.9015, False)]
)
def test_places_are_those_of_the_printed_values(make_report: Maker, first: float, second: float, tied: bool) -> None:
    data = make_report({"a": 0.8, "b": 0.5, "c": -0.9}, tables=({"columns": ["srcc"]},))
    values = {"a": first, "b": second, "c": -0.9}
    chosen = (data.summary["level"] == "pair") & (data.summary["statistic"] == "srcc")
    summary = data.summary.assign(
        value=np.where(chosen, data.summary["method"].map(values).astype(float), data.summary["value"])
    )
    table = table_of(replace(data, summary=summary))
    places = {row.label: row.cells[0].place for row in table.rows}
    printed = {row["method"]: row["srcc"] for row in csv.DictReader(io.StringIO(to_csv(table)))}
    assert (printed["a"] == printed["b"]) == tied
    assert (places["a"] == places["b"] == 1) == tied
    assert sorted(places.values()) == ([0, 1, 1] if tied else [0, 1, 2])
