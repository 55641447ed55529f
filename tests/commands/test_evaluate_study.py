"""Studies of score tables: several tables in one YAML file, and methods that learn from their columns by partition."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from benchmark import Evaluation, evaluate, read
from benchmark.cli import main
from benchmark.core.errors import ConfigError, UserError

QUICK: dict[str, Any] = {"statistics": {"replicates": 20}, "report": {"plots": []}}
SPY = """
from benchmark import LearnsFromColumns, MethodInfo

SEEN = []


class Spy(LearnsFromColumns):
    info = MethodInfo(name="spy", title="Spy", higher_is_better=True, group="learned")

    def __init__(self, *, fail: str = "", option: int = 1):
        self.fail, self.fitted = fail, False

    def fit(self, features, labels, about):
        assert not self.fitted, "built once for two partitions"
        self.fitted = True
        self.sign = 1 if (features.iloc[:, 0].corr(about["pair"].map(dict(zip(about["pair"], labels)))) > 0) else -1
        SEEN.append((features, labels, about))
        if self.fail and self.fail in set(about["reference"]):
            raise RuntimeError("I can't stand it")

    def predict(self, features, about):
        SEEN.append((features, about))
        return self.sign * features.iloc[:, 0]
"""


def table(references: int, each: int = 4, seed: int = 0) -> pd.DataFrame:
    """Scores of which ``a`` follows the labels better than ``b``."""
    rng = np.random.default_rng(seed)
    label = rng.normal(size=references * each)
    return pd.DataFrame(
        {
            "image": [f"{r}_{i}" for r in range(references) for i in range(each)],
            "ref": [f"r{r:02}" for r in range(references) for _ in range(each)],
            "kind": [f"k{i % 2}" for _ in range(references) for i in range(each)],
            "mos": label,
            "a": label + rng.normal(size=len(label)) * 0.5,
            "b": -label + rng.normal(size=len(label)),
            "f": label + rng.normal(size=len(label)) * 0.2,
        }
    )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with two tables in a folder of their own."""
    (tmp_path / "tables").mkdir()
    table(6).to_csv(tmp_path / "tables" / "one.csv", index=False)
    table(5, seed=1).rename(columns={"mos": "dmos"}).to_csv(tmp_path / "tables" / "two.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def one_and_two(**more: Any) -> dict[str, Any]:
    tables = [
        {"file": "one.csv", "label": "One", "mos": "mos", "condition": "kind"},
        {"file": "two.csv", "label": "Two", "mos": "dmos"},
    ]
    return {"tables": tables, "methods": ["a", "b"], "lower_better": ["b"], **QUICK, **more}


def written(place: Path, study: dict[str, Any]) -> Path:
    """A study's file, beside its tables."""
    file = place / "tables" / "study.yaml"
    file.write_text(yaml.safe_dump(study, sort_keys=False))
    return file


def values(result: Evaluation, aggregate: str = "", statistic: str = "srcc") -> "pd.Series[float]":
    rows = result.summary
    chosen = (rows["aggregate"] == aggregate) & (rows["statistic"] == statistic) & (rows["level"] == "pair")
    kept = rows[chosen]
    return pd.Series(kept["value"].to_numpy(), index=list(zip(kept["dataset"], kept["method"], strict=True)))


def spied() -> list[Any]:
    """What the plug-in was given."""
    from importlib import import_module

    seen: list[Any] = import_module("benchmark.plugins.methods.spy").SEEN
    return seen


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


@pytest.mark.heavy
def test_other_results_are_not_replaced(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = written(place, one_and_two(output="out"))
    assert main(["evaluate", str(study)]) == 0
    other = place / "tables" / "other.yaml"
    other.write_text(study.read_text())
    assert main(["evaluate", str(other)]) == 2
    assert "holds other results: evaluate of" in capsys.readouterr().err


@pytest.mark.heavy
def test_a_method_that_learns_sees_no_tested_label(place: Path, plugin_folder: Path) -> None:
    """It is built anew for each partition, gets the pairs in the table's order, and DMOS negated."""
    (plugin_folder / "methods" / "spy.py").write_text(SPY)
    study = one_and_two(
        methods=["a", {"name": "spy", "label": "learner", "features": ["f", "a"]}],
        lower_better=[],
        protocol={"repeat": 3, "test": 0.4, "validate": 0.2, "seed": 1},
        report={"plots": [], "tables": [{"columns": ["srcc"], "aggregate": "median", "spread": "sd"}, {"name": "all"}]},
    )
    study["tables"][1]["lower_mos_better"] = True
    result = evaluate(written(place, study))
    folder = result.save(place / "out").parent
    seen = spied()
    assert len(seen) == 2 * 3 * 2
    frames = {name: pd.read_csv(place / "tables" / f"{name.lower()}.csv").set_index("image") for name in ("One", "Two")}
    for number, ((features, labels, about), (tested, about_tested)) in enumerate(
        zip(seen[::2], seen[1::2], strict=True)
    ):
        name, sign = ("One", 1.0) if number < 3 else ("Two", -1.0)
        frame = frames[name]
        split = json.loads((folder / name / "splits.json").read_text())["partitions"][number % 3]
        assert sorted(set(about["reference"])) == split["train"]
        assert sorted(set(about_tested["reference"])) == split["test"]
        rows = frame.loc[list(about["pair"])]
        assert list(rows.index) == [image for image in frame.index if frame["ref"][image] in split["train"]]
        np.testing.assert_allclose(labels, sign * rows.iloc[:, 2].to_numpy(), rtol=1e-12)
        assert list(features.columns) == list(tested.columns) == ["f", "a"]
        assert list(about_tested.columns) == ["pair", "reference", "cluster", "condition"]
        kinds = set(about["condition"])
        assert kinds == ({"k0", "k1"} if name == "One" else {""})


@pytest.mark.heavy
def test_its_scores_and_statistics_by_partition_are_plain_ones(place: Path, plugin_folder: Path) -> None:
    (plugin_folder / "methods" / "spy.py").write_text(SPY)
    study = one_and_two(
        methods=["a", {"name": "spy", "features": ["f"]}],
        lower_better=[],
        protocol={"folds": 3},
        report={
            "plots": [],
            "tables": [
                {"columns": ["srcc"], "aggregate": "median", "spread": "sd"},
                {"name": "all"},
                {"name": "cross", "kind": "cross", "rows": ["a", "spy"]},
            ],
        },
    )
    result = evaluate(written(place, study))
    folder = result.save(place / "out").parent
    scored = pd.read_csv(folder / "One" / "partitions.csv")
    assert list(scored.columns) == ["dataset", "partition", "seed", "pair", "method", "score"]
    frame = pd.read_csv(place / "tables" / "one.csv").set_index("image")
    assert sorted(scored["pair"]) == sorted(frame.index)
    np.testing.assert_array_equal(scored["score"], frame.loc[scored["pair"], "f"])
    plain = [
        part["score"].corr(
            frame.loc[part["pair"], "mos"].reset_index(drop=True).set_axis(part.index), method="spearman"
        )
        for _, part in scored.groupby("partition")
    ]
    again = read(folder)
    np.testing.assert_allclose(values(again, "partition")[[("One", "spy")]], plain, atol=1e-12)
    assert values(again, "median")[("One", "spy")] == pytest.approx(np.median(plain), abs=1e-12)
    assert values(again, "sd")[("One", "spy")] == pytest.approx(np.std(plain, ddof=1), abs=1e-12)
    assert ("One", "spy") not in values(again)
    medians, whole = ((folder / "tables" / f"{name}.md").read_text() for name in ("comparison", "all"))
    assert medians.index("| Spy ↑ |") < medians.index("| a ↑ |")
    assert "Not ranked" not in medians
    (row,) = [line for line in whole.splitlines() if line.startswith("| Spy ↑")]
    assert "<sup>" in row
    assert "trained anew in each partition: it has values by partition, and none over all pairs" in whole
    across = pd.read_csv(folder / "tables" / "cross.csv").set_index("method")
    weighted = np.average(plain, weights=scored.groupby("partition").size())
    assert list(across["trained_on"].fillna("")) == ["each data set itself", ""]
    assert list(across["One: srcc"]) == pytest.approx([weighted, values(again)[("One", "a")]], abs=5.1e-4)
    assert again.exit_status == 0


@pytest.mark.heavy
def test_scores_of_several_seeds_are_read_from_partitions_csv(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What another program trained by partition, or this one wrote, stands beside columns and is written again."""
    frame = pd.read_csv(place / "tables" / "one.csv")
    study = one_and_two(methods=["a"], lower_better=[], protocol={"folds": 3}, output="out")
    study["tables"] = study["tables"][:1]
    file = written(place, study)
    assert main(["evaluate", str(file)]) == 0
    splits = json.loads((place / "tables" / "out" / "One" / "splits.json").read_text())["partitions"]
    rng = np.random.default_rng(0)
    rows = [
        {"dataset": "One", "partition": part["number"], "seed": seed, "pair": row["image"], "method": "net"}
        | {"score": (row["mos"] + 3) / 6 + 0.05 * rng.normal(), "label_low": -3, "label_high": 3}
        for part in splits
        for seed in (0, 1)
        for _, row in frame[frame["ref"].isin(part["test"])].iterrows()
    ]
    trained = pd.DataFrame(rows)
    trained.to_csv(place / "tables" / "net.csv", index=False)
    study["tables"][0]["partitions"] = "net.csv"
    tables = [{"columns": ["srcc", "plcc"], "aggregate": name, "name": name} for name in ("within", "pooled")]
    study["report"] = {"plots": [], "tables": tables}
    assert main(["evaluate", str(written(place, study)), "--overwrite"]) == 0
    folder = place / "tables" / "out"
    again = pd.read_csv(folder / "One" / "partitions.csv")
    columns = ["partition", "seed", "pair"]
    pd.testing.assert_frame_equal(
        again.sort_values(columns)[list(trained)].reset_index(drop=True),
        trained.sort_values(columns).reset_index(drop=True),
        check_dtype=False,
    )
    result = read(folder)
    labels = frame.set_index("image")["mos"]
    pooled = [
        part["score"].corr(labels.loc[part["pair"]].set_axis(part.index), method="spearman")
        for _, part in trained.groupby("seed")
    ]
    assert values(result, "pooled")[("One", "net")] == pytest.approx(np.mean(pooled), abs=1e-12)
    assert values(result, "within")[("One", "a")] < values(result, "within")[("One", "net")]
    compared = result.comparisons[result.comparisons["method_b"] == "net"]
    assert set(compared["test"]) == {"corrected t over partitions, Holm"}
    within = (folder / "tables" / "within.md").read_text()
    assert within.index("| net ↑ |") < within.index("| a ↑ |")
    assert "jackknife-t, within partitions" in within
    assert "Mean of the values within partitions" in within
    assert any("Nadeau and Bengio" in note for note in result.data.notes)
    trained[trained["partition"] != 2].to_csv(place / "tables" / "net.csv", index=False)
    assert main(["evaluate", str(place / "tables" / "study.yaml"), "--overwrite"]) == 3
    (method,) = [item for item in read(folder).data.methods if item.label == "net"]
    assert (method.status, method.reason) == ("partial", "no score in 1 of 3 partitions (2)")


@pytest.mark.heavy
def test_a_partition_that_fails_is_said(place: Path, plugin_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (plugin_folder / "methods" / "spy.py").write_text(SPY)
    learner = {"name": "spy", "features": ["f"], "fail": "r05"}
    study = one_and_two(methods=["a", learner], lower_better=[], protocol={"folds": 3}, output="out")
    assert main(["evaluate", str(written(place, study))]) == 3
    (method,) = [item for item in read(place / "tables" / "out").data.methods if item.label == "spy"]
    assert method.status == "partial"
    assert "One: partition " in method.reason
    assert "I can't stand it (and 1 more of 3 partitions)" in method.reason
    scored = pd.read_csv(place / "tables" / "out" / "One" / "partitions.csv")
    assert scored["partition"].nunique() == 1


@pytest.mark.heavy
def test_a_feature_with_gaps_is_named(place: Path, plugin_folder: Path) -> None:
    (plugin_folder / "methods" / "spy.py").write_text(SPY)
    frame = pd.read_csv(place / "tables" / "one.csv")
    frame.loc[3, "f"] = np.nan
    frame.to_csv(place / "tables" / "one.csv", index=False)
    study = one_and_two(methods=[{"name": "spy", "features": ["f"]}], lower_better=[], protocol={"folds": 3})
    result = evaluate(written(place, study))
    (method,) = result.data.methods
    assert "One: the column 'f' has no finite number for 1 of 24 pairs" in method.reason
    assert ("Two", "spy") in values(result, "median")
    assert np.isnan(values(result, "median")[("One", "spy")])


@pytest.mark.heavy
def test_statistics_that_take_long_are_computed_by_partition_where_they_are_printed(place: Path) -> None:
    tables: list[dict[str, Any]] = [{"columns": ["srcc"], "aggregate": "mean"}]
    study = one_and_two(protocol={"folds": 3}, report={"plots": [], "tables": tables})
    assert not len(values(evaluate(written(place, study)), "mean", "plcc_logistic4"))
    tables.append({"name": "more", "columns": ["plcc_logistic4"], "aggregate": "mean"})
    assert len(values(evaluate(written(place, study)), "mean", "plcc_logistic4"))


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
