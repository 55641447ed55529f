"""The matrix across data sets: which cells there are, which must stay empty, and what is compared."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark.config.models import StatisticsConfig
from benchmark.config.printing import ReportConfig, TableConfig
from benchmark.report.combine import side_by_side
from benchmark.report.content import ReportData
from benchmark.report.cross_lines import BENEATH, ITSELF
from benchmark.report.evaluation import Evaluation
from benchmark.report.formats.csv import to_csv
from benchmark.report.formats.latex import to_latex
from benchmark.report.formats.markdown import to_markdown
from benchmark.report.study import DataSetResult, StudyRequest, combine
from benchmark.report.table import comparison_table
from benchmark.results.scored import OWN, ScoredMethod
from benchmark.statistics.vocabulary import PARTITION

Maker = Callable[..., ReportData]
NAMES = ("A", "B", "C")
NET = {"method.width": "6", "train.n_epoch": "3", "select": "validation, or last"}
SEEN = "trained on this data set, so that none of it is left to test"


def net(*train_on: str, **recipe: str) -> dict[str, Any]:
    return {"name": "net", "train_on": train_on, "recipe": {**NET, **recipe}}


METHODS: dict[str, dict[str, Any]] = {
    "on A and B": net("A", "B"),
    "on B": net("B"),
    "on A": net("A"),
    "wide on A": net("A", **{"method.width": "8"}),
    "own": net(*OWN),
    "plain": {"trained_on": "nothing"},
}
STRENGTHS = {"on A": 0.7, "on B": 0.5, "on A and B": 0.6, "wide on A": 0.4, "own": 0.9, "plain": 0.95}


def study(
    make_report: Maker, methods: Mapping[str, Mapping[str, Any]] = METHODS, **seen: Mapping[str, str]
) -> ReportData:
    """Three data sets on which every method has scores: it is the table's task to show none of what was seen."""
    strengths = {label: STRENGTHS.get(label, 0.3) for label in methods}
    results = []
    for place, name in enumerate(NAMES):
        made = make_report(dict(list(strengths.items())), references=20 + place, datasets=(name,), methods=methods)
        results.append(DataSetResult(name, name, Evaluation(made, Path(name)), seen=seen.get(name, {})))
    return combine(results, StudyRequest(StatisticsConfig(), ReportConfig(), {}, {}))


def printed(data: ReportData, **keys: Any) -> dict[str, dict[str, str]]:
    """The cells of a matrix by row and column, as its CSV file has them."""
    table = comparison_table(data, TableConfig.model_validate({"kind": "cross", **keys}))
    return {row["method"]: row for row in csv.DictReader(io.StringIO(to_csv(table)))}


def value(data: ReportData, method: str, dataset: str, statistic: str = "srcc") -> str:
    rows = data.summary
    own = rows[(rows["method"] == method) & (rows["dataset"] == dataset) & (rows["statistic"] == statistic)]
    return f"{own[(own['level'] == 'pair') & (own['aggregate'] == '')]['value'].item():.3f}"


def cells(rows: Mapping[str, Mapping[str, str]], label: str, statistic: str = "srcc") -> list[str]:
    return [rows[label][f"{name}: {statistic}"] for name in NAMES]


def test_rows_are_trained_on_and_columns_tested_on(make_report: Maker) -> None:
    data = study(make_report)
    rows = printed(data)
    assert list(rows) == ["on A", "wide on A", "on B", "on A and B", "own"]
    assert [row["trained_on"] for row in rows.values()] == ["A", "A", "B", "A + B", ITSELF]
    assert cells(rows, "on A") == [value(data, "own", "A"), value(data, "on A", "B"), value(data, "on A", "C")]
    assert cells(rows, "on B") == [value(data, "on B", "A"), value(data, "own", "B"), value(data, "on B", "C")]
    assert cells(rows, "own") == [value(data, "own", name) for name in NAMES], "nothing else was trained on C alone"
    groups = list(dict.fromkeys(row["group"] for row in rows.values()))
    assert groups == ["Trained on A", "Trained on B", "Trained on A + B", f"Trained on {ITSELF}"]


def test_what_a_network_has_seen_is_never_shown_though_there_are_scores(make_report: Maker) -> None:
    data = study(make_report)
    assert value(data, "on A and B", "A"), "the files hold a value"
    rows = printed(data)
    assert cells(rows, "on A and B") == ["", "", value(data, "on A and B", "C")]
    assert cells(rows, "wide on A")[0] == "", "no counterpart of its options is trained within A"
    for label, name in (("on A and B", "A"), ("on A and B", "B"), ("wide on A", "A")):
        mark = rows[label][f"{name}: srcc_mark"]
        assert f"{mark}: {SEEN}" in rows[label]["notes"]
        assert rows[label][f"{name}: srcc_low"] == ""


def test_partitions_that_share_references_leave_the_diagonal_empty(make_report: Maker) -> None:
    why = "trained on pairs of the same references"
    rows = printed(study(make_report, A={"own": why}))
    assert cells(rows, "on A")[0] == ""
    assert cells(rows, "own")[0] == ""
    assert why in rows["on A"]["notes"]
    assert cells(rows, "on B")[1] != ""


@pytest.mark.parametrize(
    ("declared", "name", "seen"),
    [
        ("KADID-10k (backbone: ImageNet-1k)", "KADID-10k", True),
        ("DiffIQA, kadid10k, PIPAL", "KADID-10k", True),
        ("KADID-10k", "KADID", False),
        ("LIVE-MD", "LIVE", False),
        ("BAPPS", "BAPPS (2AFC)", True),
        ("labels of a set", "A", False),
        ("nothing", "LIVE", False),
    ],
)
def test_a_published_network_is_not_tested_on_what_it_declares(
    make_report: Maker, declared: str, name: str, seen: bool
) -> None:
    methods = {**METHODS, "published": {"trained_on": declared}}
    made = {
        label: make_report(STRENGTHS | {"published": 0.5}, datasets=(label,), methods=methods) for label in ("A", "B")
    }
    record = {"dataset": {"name": "any", "title": name}}
    results = [
        DataSetResult(label, label, Evaluation(replace(data, record=record if label == "A" else {}), Path(label)))  # type: ignore[arg-type]
        for label, data in made.items()
    ]
    data = combine(results, StudyRequest(StatisticsConfig(), ReportConfig(), {}, {}))
    rows = printed(data, rows=["on A", "published"])
    assert (rows["published"]["A: srcc"] == "") == seen
    assert rows["published"]["B: srcc"] != ""
    assert ("as declared" in rows["published"]["notes"]) == seen


def test_a_checkpoint_whose_references_were_compared_is_not_judged_by_its_words(make_report: Maker) -> None:
    said = {"trained_on": "Alpha, training split"}
    methods = {"stated": {**said, "training": {"train.loss": "mse"}}, "declared": said}
    made = Evaluation(make_report({"stated": 0.5, "declared": 0.5}, methods=methods), Path("Alpha"))
    data = combine([DataSetResult("Alpha", "Alpha", made)], StudyRequest(StatisticsConfig(), ReportConfig(), {}, {}))
    assert list(data.seen["Alpha"]) == ["declared"]


def test_the_best_is_that_of_other_data_sets(make_report: Maker) -> None:
    """Values within a data set are higher for another reason; named lines beneath take part."""
    data = study(make_report)
    rows = printed(data)
    marks = {label: row["C: srcc_mark"].split() for label, row in rows.items()}
    best = max(("on A", "wide on A", "on B", "on A and B"), key=lambda label: float(value(data, label, "C")))
    assert [label for label, some in marks.items() if "best" in some] == [best]
    assert float(value(data, "own", "C")) > float(value(data, best, "C"))
    beneath = printed(data, rows=["plain", "on A", "on B", "own"])
    assert "best" in beneath["plain"]["C: srcc_mark"]
    assert list(beneath) == ["on A", "on B", "own", "plain"]
    assert beneath["plain"]["group"] == BENEATH
    assert beneath["plain"]["trained_on"] == "nothing"
    headed = printed(data, rows={"Other": ["plain"], "Ours": ["on B", "on A"]})
    assert [(row["group"], label) for label, row in headed.items()] == [
        ("Other", "plain"),
        ("Ours", "on B"),
        ("Ours", "on A"),
    ]


def test_of_errors_the_lowest_is_best(make_report: Maker) -> None:
    data = study(make_report)
    rows = printed(data, statistic="rmse", rows=["on A", "on B", "plain"])
    lowest = min(("on A", "on B", "plain"), key=lambda label: float(value(data, label, "C", "rmse")))
    assert "best" in rows[lowest]["C: rmse_mark"]
    assert sum("best" in row["C: rmse_mark"] for row in rows.values()) == 1
    assert "Tested on: C ↓" in to_markdown(comparison_table(data, TableConfig(kind="cross", statistic="rmse")))


def test_where_every_data_set_has_its_row_the_trained_within_has_none(make_report: Maker) -> None:
    methods = {**METHODS, "on C": net("C", **{"train.n_epoch": "9"})}
    data = study(make_report, methods)
    table = comparison_table(data, TableConfig(kind="cross"))
    assert "own" not in {row.label for row in table.rows}
    assert [note for note in table.notes if "trained otherwise" in note] == [
        "OWN, on the diagonal, is trained otherwise than ON C: n_epoch."
    ]
    assert "own" in printed(data, rows=["on A", "own"]), "as it was asked for"
    other = {"wide own": net(*OWN, **{"method.width": "8"})}
    assert "wide own" in printed(study(make_report, {**methods, **other})), "on the diagonal of A only"


def test_the_nearest_training_stands_on_the_diagonal(make_report: Maker) -> None:
    methods = {
        "on A": net("A"),
        "flattered": net(*OWN, select="test"),
        "longer": net(*OWN, **{"train.n_epoch": "9", "train.loss": '"rank"'}),
        "unflattered": net(*OWN),
        "else": {**net(*OWN), "name": "other"},
    }
    data = study(make_report, methods)
    rows = printed(data)
    assert cells(rows, "on A")[0] == value(data, "unflattered", "A")
    data = study(make_report, {label: item for label, item in methods.items() if label != "unflattered"})
    marked = [
        replace(item, marks=("selected on the tested split",) * (item.label == "flattered")) for item in data.methods
    ]
    rows = printed(replace(data, methods=tuple(marked)))
    assert cells(rows, "on A")[0] == value(data, "flattered", "A")
    assert "‡" in rows["on A"]["A: srcc_mark"]
    assert "‡" not in rows["on A"]["B: srcc_mark"]


def test_what_was_trained_in_each_partition_has_its_mean_within_them(make_report: Maker) -> None:
    """And over them, where a statistic has none within; marked as such, since others are over all pairs."""
    methods = {**METHODS, "own": {**METHODS["own"], "by_partition": True}}
    data = study(make_report, methods)
    own = data.summary["method"] == "own"
    numbers = data.summary[own & (data.summary["level"] == "pair") & (data.summary["aggregate"] == "")]
    made = [
        numbers[numbers["statistic"] != "rmse"].assign(aggregate="within", value=0.25),
        numbers.assign(aggregate="mean", value=0.5),
    ]
    made += [numbers.assign(aggregate="median", value=0.75), numbers.assign(aggregate=PARTITION, value=0.1)]
    data = replace(data, summary=pd.concat([data.summary[~own], *made], ignore_index=True))
    rows = printed(data)
    assert cells(rows, "on A")[0] == "0.250"
    assert (
        "within the data set: trained on its training part, tested on its test part; the mean within"
        in rows["on A"]["notes"]
    )
    errors = printed(data, statistic="rmse")
    assert cells(errors, "on A", "rmse")[0] == "0.500"
    assert "the mean over partitions" in errors["on A"]["notes"]
    medians = printed(data, aggregate="median")
    assert cells(medians, "own") == ["0.750"] * 3
    text = to_markdown(comparison_table(data, TableConfig(kind="cross")))
    assert "Values that are not marked as within the data set are over all pairs" in text


def test_signs_are_kept_unless_magnitudes_are_asked_for(make_report: Maker) -> None:
    methods = {"on A": net("A"), "on B": net("B")}
    made = {name: make_report({"on A": -0.8, "on B": 0.5}, datasets=(name,), methods=methods) for name in NAMES}
    results = [DataSetResult(name, name, Evaluation(data, Path(name))) for name, data in made.items()]
    data = combine(results, StudyRequest(StatisticsConfig(), ReportConfig(), {}, {}))
    assert cells(printed(data), "on A")[2].startswith("-0.")
    table = comparison_table(data, TableConfig(kind="cross", magnitude=True))
    assert not to_csv(table).count("-0.")
    assert "Correlations are absolute values." in table.caption
    assert any(note.endswith("negative before their sign was dropped: ON A (B) and ON A (C).") for note in table.notes)


def test_a_method_that_could_not_be_scored_keeps_its_row_and_says_why(make_report: Maker) -> None:
    lost = ScoredMethod(
        label="lost",
        name="net",
        title="Lost",
        higher_is_better=True,
        status="unavailable",
        reason="no best.pt",
        train_on=("B",),
    )
    data = study(make_report)
    data = replace(data, methods=(*data.methods, lost), scores=data.scores.assign(lost=np.nan))
    rows = printed(data)
    assert cells(rows, "lost") == ["", "", ""]
    assert "unavailable: no best.pt" in rows["lost"]["notes"]
    assert SEEN in rows["lost"]["notes"]
    named = printed(data, rows=["on A", "nobody"])
    assert "not part of this run" in named["nobody"]["notes"]


def test_data_sets_can_be_chosen(make_report: Maker) -> None:
    rows = printed(study(make_report), datasets=["B", "C"])
    assert "A: srcc" not in rows["on A"]
    assert rows["on A"]["C: srcc"] == value(study(make_report), "on A", "C")


def test_the_formats_agree(make_report: Maker) -> None:
    data = study(make_report)
    table = comparison_table(data, TableConfig(kind="cross", interval=False))
    text, tex = to_markdown(table), to_latex(table)
    header = next(line for line in text.splitlines() if line.startswith("| Method"))
    assert header == "| Method | Trained on | Tested on: A ↑ | Tested on: B ↑ | Tested on: C ↑ |"
    assert r"\multicolumn{3}{c}{Tested on}" in tex
    for number in cells(printed(data), "on B"):
        assert number in text
        assert number in tex
    assert "SRCC across data sets: A · B · C." in text
    (row,) = [line for line in tex.splitlines() if line.startswith("ON B")]
    assert row.count("&") == 4


def test_beside_other_studies_it_is_left_out(make_report: Maker) -> None:
    data = replace(study(make_report), config=ReportConfig(tables=(TableConfig(name="cross", kind="cross"),)))
    both = side_by_side(
        {"one": data, "two": replace(make_report({"on A": 0.3}, datasets=("other",)), pages={"other": "x"})}
    )
    assert [table.kind for table in both.config.tables] == ["comparison"]
