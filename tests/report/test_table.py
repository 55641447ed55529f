"""Comparison tables: order, marks, what is ranked, published values, and the three formats."""

import csv
import io
import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pandas as pd
import pytest

import benchmark
from benchmark.config.printing import TableConfig
from benchmark.report.content import ReportData
from benchmark.report.formats.csv import to_csv
from benchmark.report.formats.latex import to_latex
from benchmark.report.formats.markdown import to_markdown
from benchmark.report.printed import ComparisonTable, Row
from benchmark.report.table import comparison_table

Maker = Callable[..., ReportData]
Scores = Callable[..., pd.DataFrame]


def table_of(data: ReportData, index: int = 0) -> ComparisonTable:
    return comparison_table(data, data.config.tables[index])


def row_of(table: ComparisonTable, title: str) -> Row:
    return next(row for row in table.rows if row.title == title)


def heading_of(table: ComparisonTable, title: str) -> str:
    return next(group.heading for group in table.groups for row in group.rows if row.title == title)


def csv_rows(data: ReportData) -> dict[str, dict[str, str]]:
    return {row["title"]: row for row in csv.DictReader(io.StringIO(to_csv(table_of(data))))}


def test_signed_values_are_ranked_and_a_reversed_method_is_last(make_report: Maker) -> None:
    data = make_report({"good": 0.8, "reversed": -0.9, "middle": 0.5})
    rows = csv_rows(data)
    assert list(rows) == ["GOOD", "MIDDLE", "REVERSED"]
    assert rows["GOOD"]["srcc_mark"].startswith("best")
    assert rows["MIDDLE"]["srcc_mark"].startswith("second")
    assert float(rows["REVERSED"]["srcc"]) < 0


def test_lower_is_better_columns_are_ranked_the_other_way_round(make_report: Maker) -> None:
    table = table_of(make_report({"good": 0.95, "bad": 0.1}))
    rmse = next(index for index, column in enumerate(table.columns) if column.statistic == "rmse")
    assert [row_of(table, title).cells[rmse].place for title in ("GOOD", "BAD")] == [1, 2]
    assert not table.columns[rmse].higher
    assert "RMSE $\\downarrow$" in to_latex(table)
    assert "RMSE ↓" in to_markdown(table)


def test_turning_a_methods_direction_turns_the_sign_only(make_report: Maker) -> None:
    up = csv_rows(make_report({"a": 0.8, "b": 0.2}))
    down = csv_rows(make_report({"a": 0.8, "b": 0.2}, methods={"a": {"higher_is_better": False}}))
    assert float(up["A"]["srcc"]) == -float(down["A"]["srcc"])
    assert up["B"]["srcc"] == down["B"]["srcc"]
    assert (up["A"]["higher_is_better"], down["A"]["higher_is_better"]) == ("true", "false")


def test_method_that_misses_more_than_one_percent_is_not_ranked(make_report: Maker) -> None:
    data = make_report(
        {"best": 0.99, "other": 0.5, "third": 0.3},
        references=100,
        missing={"best": 4, "other": 3},
        methods={"best": {"reason": "ValueError: too small"}},
    )
    table = table_of(data)
    assert heading_of(table, "BEST") == "Not ranked"
    assert heading_of(table, "OTHER") == ""
    assert row_of(table, "OTHER").cells[0].place == 1
    assert row_of(table, "BEST").cells[0].place == 0
    reasons = [text for _, text in table.footnotes]
    assert "scored only 296 of 300 pairs" in reasons, "what a program said may name a place of the machine"
    assert row_of(table, "OTHER").counts == "297 / 99"


def test_unavailable_method_is_empty_not_zero(make_report: Maker) -> None:
    reason = "no weights; run `weights`"
    methods = {"gone": {"status": "unavailable", "reason": reason}}
    data = make_report({"a": 0.5, "b": 0.4, "gone": 0.0}, missing={"gone": 36}, methods=methods)
    row = csv_rows(data)["GONE"]
    assert (row["srcc"], row["srcc_low"], row["group"]) == ("", "", "Not ranked")
    assert row["notes"] == "a: unavailable", "the reason may name a place of the machine: it is on the page"
    for text in (to_markdown(table_of(data)), to_latex(table_of(data))):
        assert "unavailable" in text
        assert "no weights" not in text
        assert "nan" not in text.lower().replace("unavailable", "")


def test_groups_follow_the_methods_or_the_configuration(make_report: Maker) -> None:
    groups = {"psnr": {"group": "hand-crafted"}, "ssim": {"group": "hand-crafted"}, "lpips": {"group": "learned"}}
    rows = {"Mine": ["lpips", "psnr"], "Others": ["unheard"]}
    data = make_report(methods=groups, tables=({}, {"name": "second", "rows": rows}))
    assert [group.heading for group in table_of(data).groups] == ["Hand-crafted", "Learned"]
    second = table_of(data, 1)
    assert [(group.heading, [row.label for row in group.rows]) for group in second.groups] == [
        ("Mine", ["lpips", "psnr"]),
        ("Not ranked", ["unheard"]),
    ]
    assert ("a", "not part of this run") in second.footnotes


def test_methods_not_told_apart_from_the_best_carry_a_dagger(make_report: Maker) -> None:
    data = make_report({"a": 0.8, "b": 0.78, "bad": -0.5}, references=20)
    table = table_of(data)
    order = [row for row in table.rows if row.label in {"a", "b"}]
    second = max(order, key=lambda row: row.cells[0].place)
    assert "†" in second.cells[0].marks
    assert "†" not in row_of(table, "BAD").cells[0].marks
    assert "†" not in min(order, key=lambda row: row.cells[0].place).cells[0].marks
    assert dict(table.footnotes)["†"].startswith("not distinguishable")
    significant = data.comparisons.assign(significant=True)
    again = table_of(replace(data, comparisons=significant))
    assert all("†" not in cell.marks for row in again.rows for cell in row.cells)


def test_selected_checkpoint_carries_a_double_dagger(make_report: Maker) -> None:
    marks = ("checkpoint selected on the scored split", "small variant")
    table = table_of(make_report(methods={"ssim": {"marks": marks}}))
    assert row_of(table, "SSIM").marks == ("‡", "a")
    assert table.footnotes[-2:] == (("‡", marks[0]), ("a", marks[1]))


def test_magnitudes_are_said_and_ranked_as_printed(make_report: Maker) -> None:
    strengths = {"plus": 0.4, "minus": -0.9}
    data = make_report(strengths, tables=({"magnitude": True, "caption": "Mine"}, {"name": "signed"}))
    table, signed = table_of(data), table_of(data, 1)
    assert table.caption == "Mine. Correlations are absolute values."
    printed, true = row_of(table, "MINUS").cells[0].estimate, row_of(signed, "MINUS").cells[0].estimate
    assert (printed.value, printed.low, printed.high) == (-true.value, -true.high, -true.low)
    assert printed.low < printed.value < printed.high
    assert row_of(table, "MINUS").cells[0].place == 1
    assert any("MINUS (SRCC, PLCC, KRCC)" in note for note in table.notes)


def test_published_values_are_shown_as_reported_and_compared(make_report: Maker) -> None:
    base = make_report({"ssim": 0.7, "psnr": 0.4})
    measured = float(csv_rows(base)["SSIM"]["srcc"])
    entries = {
        "ssim": {"srcc": measured, "plcc": 0.123, "mapping": "none", "absolute": False, "source": "A paper."},
        "sdmp-net": {"srcc": 0.807, "source": "Another"},
    }
    table = table_of(make_report({"ssim": 0.7, "psnr": 0.4}, published=entries))
    titles = [row.title for row in table.rows]
    assert titles.index("SSIM (reported)") == titles.index("SSIM") + 1
    reported = row_of(table, "SSIM (reported)")
    assert reported.cells[0].estimate.value == measured
    assert all(cell.place == 0 for cell in reported.cells)
    assert math.isnan(reported.cells[2].estimate.value)
    text = dict(table.footnotes)[reported.marks[0]]
    assert "reported in A paper, not measured here (without a mapping; signed values)" in text
    assert "SRCC equal at 3 digits" in text
    assert "PLCC differs (0." in text
    assert heading_of(table, "sdmp-net (reported)") == "Reported"


def test_published_values_of_labels_and_of_choices_stand_in_one_row(make_report: Maker) -> None:
    entry = {"srcc": 0.5, "score_2afc": 0.7, "source": "A paper"}
    tables = [{"columns": ["srcc", "score_2afc"]}, {"name": "b", "columns": ["score_2afc"]}]
    data = make_report({"ssim": 0.7, "psnr": 0.4}, published={"ssim": entry}, tables=tables)
    of_pairs = data.summary.query("level == 'pair' and condition == '' and statistic == 'srcc'")
    both = pd.concat([data.summary, of_pairs.assign(level="choice", statistic="score_2afc")], ignore_index=True)
    for index, expected in enumerate([[0.5, 0.7], [0.7]]):
        row = row_of(table_of(replace(data, summary=both), index), "SSIM (reported)")
        assert [cell.estimate.value for cell in row.cells] == expected


def trainings(**values: list[str]) -> dict[str, dict[str, object]]:
    """Checkpoints of one method: what decided their training, by key, a value for each."""
    records = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    return {
        f"net-{number}": {"name": "net", "title": f"Net {number}", "settings": {"crops": "20"}, "training": record}
        for number, record in enumerate(records, start=1)
    }


def test_training_is_compared_beside_its_spread_over_seeds(make_report: Maker) -> None:
    methods = trainings(**{"train.seed": ["1", "2"], "train.loss": ["mse", "mse"]})
    published = {"net-1": {"srcc": 0.5, "source": "A paper"}}
    alone = make_report({"net-1": 0.7, "psnr": 0.4}, methods=methods, published=published)
    both = make_report({"net-1": 0.7, "net-2": 0.6}, methods=methods, published=published)
    texts = [dict(table_of(data).footnotes)["a"] for data in (alone, both)]
    assert re.search(
        r"measured minus reported: SRCC [+−]0\.\d{3} \(one training: its spread over seeds is not known\)", texts[0]
    )
    values = sorted(float(row["srcc"]) for row in csv_rows(both).values() if row["reported"] == "false")
    assert f"SRCC over 2 training seeds: {values[0]:.3f} to {values[1]:.3f}" in texts[1]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"train.seed": ["0"] * 3, "train.loss": ["mse", "plcc", "rank"]}, "3 trainings: .*; they differ in loss"),
        ({"train.seed": ["0", "1", "2"], "training data": ["a", "b", "b"]}, "3 trainings: .*; they differ in seed, tr"),
        ({"train.seed": ["0"] * 3, "method.dropout": ["0.5"] * 3}, "one training: its spread over seeds is not known"),
        ({"train.n_epoch": ["2", "4", "6"]}, "one training: its spread over seeds is not known"),
        ({"train.seed": ["0", "1", "2"], "train.n_epoch": ["2", "4", "6"]}, "they differ in n_epoch, seed"),
        ({"train.seed": ["0", "1", "0"], "train.loss": ["mse", "mse", "plcc"]}, "over 2 training seeds"),
    ],
)
def test_trainings_that_differ_in_more_than_the_seed_are_not_called_seeds(
    make_report: Maker, values: dict[str, list[str]], told: str
) -> None:
    data = make_report(
        {"net-1": 0.7, "net-2": 0.6, "net-3": 0.5},
        methods=trainings(**values),
        published={"net-1": {"srcc": 0.5, "source": "A paper"}},
    )
    text = dict(table_of(data).footnotes)["a"]
    assert re.search(told, text), text


def test_a_checkpoint_without_a_record_has_no_spread_over_seeds(make_report: Maker) -> None:
    methods = {f"net-{n}": {"name": "net", "trained_on": "not recorded in its checkpoint"} for n in (1, 2)}
    data = make_report(
        {"net-1": 0.7, "net-2": 0.6}, methods=methods, published={"net-1": {"srcc": 0.5, "source": "A paper"}}
    )
    assert "(its training is not recorded)" in dict(table_of(data).footnotes)["a"]


def test_notes_say_what_changes_numbers(make_report: Maker) -> None:
    methods = {"psnr": {"settings": {"colour space": "Y"}}, "ssim": {"settings": {"colour space": "Y"}}}
    table = table_of(make_report(methods=methods, notes=("field of view: none",), simulated=True))
    assert "Simulated labels." in table.caption
    assert "SSIM and PSNR: colour space Y." in table.notes
    assert "Field of view: none." in table.notes
    assert "36 pairs of 12 references." in table.notes
    assert "Brackets: 95 % intervals (percentile)." in table.notes


def test_no_interval_is_said_and_leaves_no_brackets(make_report: Maker) -> None:
    table = table_of(make_report(intervals=False, references=1, conditions=tuple("abcdef")))
    assert "No intervals: they need several references." in table.notes
    assert "[" not in "".join(line for line in to_latex(table).splitlines() if " & " in line)


def test_single_method_gets_no_marks(make_report: Maker) -> None:
    table = table_of(make_report({"only": 0.5}))
    assert all(cell.place == 0 for row in table.rows for cell in row.cells)
    assert "bold" not in " ".join(table.notes)


def test_several_data_sets_stand_side_by_side(make_report: Maker) -> None:
    data = make_report(datasets=("tid2013", "ivc"), tables=({"columns": ["srcc", "plcc"]},))
    table = table_of(data)
    assert [column.key for column in table.columns] == ["tid2013: srcc", "tid2013: plcc", "ivc: srcc", "ivc: plcc"]
    latex = to_latex(table)
    assert r"\multicolumn{2}{c}{tid2013}" in latex
    training = 1 if "Trained on &" in latex else 0
    spans = [rf"\cmidrule(lr){{{first + training}-{first + 1 + training}}}" for first in (2, 4)]
    assert "".join(spans) in latex


@pytest.mark.parametrize("wide", ["none", "adjustbox", "table*"])
def test_latex_environment_and_packages(make_report: Maker, wide: str) -> None:
    latex = to_latex(table_of(make_report(tables=({"wide": wide, "label": "tab:mine}"},))))
    assert (r"\begin{table*}" in latex) == (wide == "table*")
    assert ("adjustbox" in latex) == (wide != "none")
    assert r"\label{tab:mine-}" in latex
    assert latex.count(r"\begin{") == latex.count(r"\end{")
    assert r"\toprule" in latex


def test_formats_print_the_same_numbers(make_report: Maker) -> None:
    data = make_report()
    table = table_of(data)
    for row in csv_rows(data).values():
        value = row["srcc"]
        assert value.replace("-", "−") in to_markdown(table)
        assert value.replace("-", "$-$") in to_latex(table)


def test_digits(make_report: Maker) -> None:
    rows = csv_rows(make_report(tables=({"digits": 5},)))
    assert all(re.fullmatch(r"-?\d\.\d{5}", row["srcc"]) for row in rows.values())


def test_no_intervals_are_not_blamed_on_references_that_are_there(make_scores: Scores, make_evaluated: Maker) -> None:
    scores = make_scores(10)
    scores["exact"], scores["multiple"] = scores["mos"], 3 * scores["mos"] + 1
    table = table_of(make_evaluated(scores, ("exact", "multiple"), tables=({"columns": ["srcc", "krcc"]},)))
    assert not any("need several references" in note for note in table.notes)
    assert any(text.startswith("no interval: ") for _, text in table.footnotes)
    one = table_of(make_evaluated(make_scores(1, 12), ("strong", "weak")))
    assert "No intervals: they need several references." in one.notes


def test_a_table_of_magnitudes_does_not_explain_negative_values(make_report: Maker) -> None:
    data = make_report({"a": 0.5, "b": -0.7}, tables=({"magnitude": True}, {"name": "signed"}))
    said = [any("a negative correlation is disagreement" in note for note in table_of(data, i).notes) for i in (0, 1)]
    assert said == [False, True]


@pytest.mark.parametrize(("level", "why"), [("system", "three conditions or more"), ("reference", "several of them")])
def test_a_table_without_values_says_what_they_need_and_nothing_else_of_them(
    level: Literal["system", "reference"], why: str
) -> None:
    pairs = 12
    mos = [float(number) for number in range(pairs)]
    frame = pd.DataFrame({"reference": [f"r{number}" for number in range(pairs)], "mos": mos, "a": mos[::-1], "b": mos})
    result = benchmark.evaluate(frame, mos="mos", methods=["a", "b"], statistics={"replicates": 20})
    text = to_markdown(comparison_table(result.data, TableConfig(level=level)))
    assert why in text
    assert not re.search("No intervals|Best value|Brackets", text)
