"""What a study states of its whole: statuses, matrix, and what stands side by side with it."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from benchmark.config.models import StatisticsConfig
from benchmark.config.printing import ReportConfig
from benchmark.report.combine import side_by_side
from benchmark.report.content import ReportData
from benchmark.report.evaluation import Evaluation
from benchmark.report.spec import spelled_out, written_out
from benchmark.report.study import DataSetResult, StudyRequest, combine
from benchmark.report.terminal import ranked_table

Maker = Callable[..., ReportData]


def study_of(make_report: Maker, **second: object) -> ReportData:
    """A study of two data sets, and of one that is missing."""
    sets = {"One": make_report({"a": 0.9, "b": 0.5}, references=60), "Two": make_report({"a": 0.8, "b": 0.6}, **second)}
    results = [DataSetResult(name, name, Evaluation(data, Path(name))) for name, data in sets.items()]
    results.append(DataSetResult("Three", "Three", None, "no such folder"))
    return combine(results, StudyRequest(StatisticsConfig(), ReportConfig(), {}, {}))


def printed(data: ReportData, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as capture:
        console.print(ranked_table(data))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_a_study_is_done_in_part_where_a_method_is_on_one_data_set(make_report: Maker) -> None:
    assert [method.status for method in study_of(make_report).methods] == ["scored", "scored"]
    data = study_of(make_report, missing={"a": 1})
    assert [method.status for method in data.methods] == ["partial", "scored"]
    lines = printed(data, 200)
    assert any(line.startswith("Two: A is not ranked: scored only 35 of 36 pairs") for line in lines)
    (row,) = [line for line in lines if line.startswith("A ↑")]
    assert row.count("*") == 1, "best on the first data set, not of an average of which a part is missing"


def test_the_matrix_takes_the_room_that_there_is(make_report: Maker) -> None:
    data = study_of(make_report)
    title, header, first, *_ = printed(data, 200)
    assert title.startswith("One · Two: SRCC [95 %]")
    assert header.split() == ["Method", "One", "Two", "Three", "(missing)", "Average", "Weighted", "average"]
    assert first.count("[") == 4
    assert not any("[0." in line for line in printed(data, 70)), "intervals go first"
    narrow = printed(data, 40)
    assert len([line for line in narrow if line.startswith("Method")]) == 3
    assert max(map(len, narrow[1:])) <= 40


def test_averages_of_a_study_do_not_stand_beside_other_runs(make_report: Maker) -> None:
    study, run = study_of(make_report), make_report({"a": 0.4}, datasets=("other",))
    run = replace(run, pages={"other": "../other/report.html"})
    assert "average" in set(study.summary["dataset"])
    both = side_by_side({"study": study, "run": run})
    assert set(both.summary["dataset"]) == set(both.comparisons["dataset"]) | {"other"} == {"One", "Two", "other"}
    assert both.pages == {"One": "One/report.html", "Two": "Two/report.html", "other": "../other/report.html"}
    assert both.failed_data == {"Three": "no such folder"}


def test_a_record_spells_out_the_usual_columns_of_opinions() -> None:
    """As records always did; tables of choices have others, which are left to what the data are."""
    usually = ("srcc", "plcc", "krcc", "plcc_logistic4", "rmse")
    (table,) = spelled_out(ReportConfig(), choices=False).tables
    assert (table.columns, table.level) == (usually, "pair")
    (table,) = spelled_out(ReportConfig(), choices=True).tables
    assert (table.columns, table.level) == (None, None)
    tables = [{"name": "a", "columns": list(usually)}, {"name": "b", "columns": ["srcc"]}]
    assert written_out(tables) == [{"name": "a"}, {"name": "b", "columns": ["srcc"]}]
