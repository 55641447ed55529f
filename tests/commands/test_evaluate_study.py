"""Studies of score tables: several tables in one YAML file, and methods that learn from their columns by partition."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark import evaluate, read
from benchmark.cli import main
from benchmark.core.errors import ConfigError, UserError
from tests.commands.table_studies import QUICK, SPY, one_and_two, plant, table, values, written


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with two tables in a folder of their own."""
    plant(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.heavy
def test_tables_stand_side_by_side_in_a_folder_each(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Paths are relative to the file; each table's own files are those of its evaluation by itself."""
    study = written(place, one_and_two(protocol={"repeat": 3, "test": 0.4}, output="out"))
    assert main(["evaluate", str(study), "--set", "report.title=Two labs"]) == 0
    assert "Two labs" in capsys.readouterr().out
    folder = place / "tables" / "out"
    assert {item.name for item in folder.iterdir() if item.is_dir()} == {"One", "Two", "tables"}
    result = read(folder)
    alone = evaluate(place / "tables" / "two.csv", mos="dmos", methods=["a", "b"], lower_better="b", **QUICK)
    by_itself = alone.summary[(alone.summary["level"] == "pair") & (alone.summary["statistic"] == "srcc")]
    together = values(result)
    assert [together[("Two", name)] for name in ("a", "b")] == list(by_itself["value"])
    assert together[("average", "a")] == (together[("One", "a")] + together[("Two", "a")]) / 2
    assert len(values(result, "median")) == 2 * 2 + 2 * 2
    splits = json.loads((folder / "Two" / "splits.json").read_text())
    assert [len(part["test"]) for part in splits["partitions"]] == [2, 2, 2]


@pytest.mark.heavy
def test_nothing_of_it_is_written_before_save(place: Path) -> None:
    """And a mapping is relative to the working directory."""
    mapping = one_and_two(output="kept")
    for entry in mapping["tables"]:
        entry["file"] = f"tables/{entry['file']}"
    result = evaluate(mapping, report={"title": "T", "plots": []})
    assert not (place / "kept").exists()
    assert result.data.title == "T"
    result.save(place / "elsewhere")
    assert (place / "elsewhere" / "One" / "scores.csv").is_file()
    assert sorted(item.name for item in place.iterdir()) == ["elsewhere", "tables"]


@pytest.mark.heavy
def test_a_broken_table_costs_its_own_column(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = one_and_two(output="out")
    study["tables"] = study["tables"][:1]
    study["tables"].append({"file": "three.csv", "label": "Three", "mos": "mos"})
    assert main(["evaluate", str(written(place, study))]) == 3
    assert "three.csv: no such file" in (place / "tables" / "out" / "report.html").read_text()
    study["tables"] = study["tables"][1:]
    assert main(["evaluate", str(written(place, study))]) == 2
    assert "no table of this study can be used; the first" in capsys.readouterr().err


def published(place: Path, **columns: "pd.Series[float]") -> None:
    """A file of published scores of the first table's images, and of others."""
    frame = pd.DataFrame({"image": [*table(6)["image"], "elsewhere"]})
    for name, column in columns.items():
        frame[name] = [*column, 0.0]
    frame.to_csv(place / "tables" / "published.csv", index=False)


def test_files_of_scores_join_a_table_as_they_do_alone(place: Path) -> None:
    """Paths are relative to the file; what is joined has rows, directions and averages like columns."""
    one = table(6)
    published(place, good=one["mos"] + 0.1 * one["b"], bad=3 - one["mos"])
    joined = {"file": "published.csv", "lower_better": ["bad"], "label": "P"}
    study = one_and_two(
        output="out", report={"plots": [], "tables": [{"columns": ["srcc"], "rows": {"X": ["P good", "b"]}}]}
    )
    study["tables"][0]["scores"] = joined
    result = evaluate(written(place, study))
    alone = evaluate(
        place / "tables" / "one.csv",
        mos="mos",
        methods=["a", "b"],
        lower_better=["b"],
        scores={**joined, "file": place / "tables" / "published.csv"},
        **QUICK,
    )
    rows = alone.summary.query("level == 'pair' and statistic == 'srcc'").set_index("method")["value"]
    together = values(result)
    assert rows["P good"] > 0.9
    assert rows["P bad"] == pytest.approx(1), "lower is better, and the labels turned are its order"
    assert {name: together["One", name] for name in rows.index} == rows.to_dict()
    assert ("Two", "P good") not in together or np.isnan(together["Two", "P good"])
    assert place / "tables" / "published.csv" in result.inputs, "never replaced"
    result.save()
    text = (place / "tables" / "out" / "tables" / "comparison.csv").read_text()
    assert "P good" in text
    assert "read from published.csv" in json.dumps(
        json.loads((place / "tables/out/One/run.json").read_text())["methods"]
    )


def test_directions_of_joined_scores_may_stand_with_the_study(place: Path) -> None:
    published(place, bad=3 - table(6)["mos"])
    study = one_and_two(lower_better=["b", "bad"])
    study["tables"][0]["scores"] = "published.csv"
    assert values(evaluate(written(place, study)))["One", "bad"] == pytest.approx(1)
    study["tables"][0] |= {"scores": ["published.csv"], "methods": []}
    assert set(values(evaluate(written(place, study))).index) >= {("One", "bad"), ("Two", "a")}


def test_a_file_of_scores_that_cannot_be_used_costs_its_table_its_column(place: Path) -> None:
    study = one_and_two(report={"plots": [], "tables": [{"rows": {"X": ["bad"]}}]})
    study["tables"][0]["scores"] = "gone.csv"
    result = evaluate(written(place, study))
    assert result.exit_status == 3
    assert result.data.failed_data == {"One": f"{place / 'tables' / 'gone.csv'}: no such file"}
    published(place, a=table(6)["mos"])
    study = one_and_two()
    study["tables"][0]["scores"] = "published.csv"
    (reason,) = evaluate(written(place, study)).data.failed_data.values()
    assert "tables.0.scores: " in reason
    assert "its column 'a' would be called like another method; put a label before its columns" in reason


def test_choices_stand_beside_opinions(place: Path) -> None:
    rows = [(f"p{i}", f"r{i % 4}", 0.1 * i, i, 10 - i, 5) for i in range(11)]
    frame = pd.DataFrame(rows, columns=["pair", "ref", "judge", "m_p0", "m_p1", "n"])
    frame.to_csv(place / "tables" / "chosen.csv", index=False)
    study = one_and_two()
    patterns = {"first": "{}_p0", "second": "{}_p1"}
    choices = {"file": "chosen.csv", "choices": True, "preference": "judge", **patterns, "methods": ["m"]}
    study["tables"].append(choices)
    result = evaluate(written(place, study))
    levels = result.summary.groupby("dataset")["level"].unique()
    assert "choice" in levels["chosen"]
    assert "pair" in levels["One"]


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        ({"folds": 3}, "the test parts of 3 partitions: they say"),
        ({"repeat": 1, "test": 0.4}, "the test parts of 1 partition: they say"),
        ({"repeat": 9, "test": 0.4}, "the test parts of 9 partitions, which overlap: they say"),
    ],
)
def test_partitions_are_said_to_overlap_only_where_a_pair_is_tested_twice(
    place: Path, protocol: dict[str, Any], words: str
) -> None:
    notes = [note for note in evaluate(written(place, one_and_two(protocol=protocol))).data.notes if "spread" in note]
    assert len(notes) == 1
    assert words in notes[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tables": []}, "study.yaml:1: tables"),
        ({"methods": []}, "methods: name at least one method"),
        ({"methods": ["a", "a"]}, "'a' stands twice"),
        ({"methods": ["a", "mos"]}, "'mos' is the name of a column of scores.csv"),
        ({"methods": [{"name": "a", "crops": 3}]}, "`crops`: a column has no options"),
        ({"lower_better": ["c"]}, "lower_better: no method of this study is called 'c'"),
        ({"tables.0.lower_better": ["c"]}, "study.yaml:6: tables.0.lower_better: 'c' is not among the methods"),
        ({"tables.1.label": "One"}, "two tables are called 'One'"),
        ({"tables.0.mos": None}, "study.yaml:2: tables.0: `mos`: name the column of labels"),
        ({"tables.0.votes": "n"}, "`votes`: it goes with `choices`"),
        (
            {"tables.0.scores": {"file": "one.csv", "colums": ["a"]}},
            "'tables.0.scores.colums'; did you mean 'columns'",
        ),
        ({"scores": "one.csv"}, "unknown key 'scores'"),
        ({"tables.0.mso": "n"}, "study.yaml:6: unknown key 'tables.0.mso'; did you mean 'mos'?"),
        ({"tables.0.decimal": ";"}, "study.yaml:6: tables.0.decimal"),
        ({"protocol": {"repeat": 3}}, "repeat needs `test`"),
        ({"report": {"tables": [{"datasets": ["Three"]}]}}, "no data set of this study is called 'Three'"),
        ({"report": {"tables": [{"rows": {"X": ["aa"]}}]}}, "no method of this study is called 'aa'"),
        (
            {"report": {"tables": [{"kind": "cross"}]}},
            "tables.0.kind: a cross table shows methods that the study trains, and it trains none",
        ),
        ({"methods": [{"name": "spy", "features": ["f"]}]}, "spy learns anew in each partition: say how to divide"),
        (
            {"methods": [{"name": "psnr", "features": ["f"]}], "protocol": {"folds": 2}},
            "psnr does not learn from columns",
        ),
        (
            {"methods": [{"name": "spyy", "features": ["f"]}], "protocol": {"folds": 2}},
            "no method 'spyy'; did you mean 'spy'",
        ),
        pytest.param(
            {"methods": [{"name": "spy", "features": ["f"], "optoin": 1}], "protocol": {"folds": 2}},
            "methods.0.optoin'; did you mean",
            marks=pytest.mark.heavy,
        ),
        (
            {"methods": [{"name": "spy", "features": ["f", "dmos"]}], "protocol": {"folds": 2}},
            "features: 'dmos' holds labels of Two: a method may not learn from those it predicts",
        ),
    ],
)
def test_what_is_wrong_is_named_by_line_and_key(
    place: Path, plugin_folder: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], words: str
) -> None:
    (plugin_folder / "methods" / "spy.py").write_text(SPY)
    study = one_and_two(lower_better=[])
    for key, value in change.items():
        *path, last = key.split(".")
        target: Any = study
        for part in path:
            target = target[int(part)] if part.isdigit() else target[part]
        target[last] = value
    study.pop("report") if "report" not in change else None
    assert main(["evaluate", str(written(place, study))]) == 2
    assert words in capsys.readouterr().err
    assert not (place / "results").exists()


@pytest.mark.parametrize("option", ["--mos mos", "--methods a", "--choices", "--decimal .", "--lower-mos-better"])
def test_columns_are_named_in_the_file_only(place: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    study = written(place, one_and_two())
    assert main(["evaluate", str(study), *option.split()]) == 2
    assert f"{option.split(maxsplit=1)[0]}: {study} names the columns of its tables itself" in capsys.readouterr().err
    with pytest.raises(UserError, match=r"mos=: .* names the columns"):
        evaluate(study, mos="mos")


def test_a_table_still_needs_its_methods(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "tables/one.csv", "--mos", "mos"]) == 2
    assert "--methods: name at least one column of scores" in capsys.readouterr().err


@pytest.mark.long
@pytest.mark.heavy
def test_other_results_are_not_replaced(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = written(place, one_and_two(output="out"))
    assert main(["evaluate", str(study)]) == 0
    other = place / "tables" / "other.yaml"
    other.write_text(study.read_text())
    assert main(["evaluate", str(other)]) == 2
    assert "holds other results: evaluate of" in capsys.readouterr().err


def test_a_table_of_averages_needs_several_tables(tmp_path: Path) -> None:
    """In a study of one table, and in the evaluation of a single one."""
    frame = pd.DataFrame({"ref": list("aabbcc"), "mos": range(6), "m": [1, 3, 2, 5, 4, 6]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    report = {"tables": [{"columns": ["srcc"], "average": ["direct"]}]}
    study = {"tables": [{"file": str(tmp_path / "t.csv"), "mos": "mos"}], "methods": ["m"], "report": report}
    with pytest.raises(ConfigError, match="an average needs several data sets"):
        evaluate(study)
    with pytest.raises(ConfigError, match="an average needs several data sets"):
        evaluate(frame, mos="mos", methods=["m"], report=report)
