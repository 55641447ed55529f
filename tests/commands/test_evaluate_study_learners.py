"""``evaluate STUDY``: methods that learn from columns, anew in each partition, and what is computed of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark import evaluate, read
from benchmark.cli import main
from tests.commands.table_studies import SPY, one_and_two, plant, spied, values, written


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with two tables in a folder of their own."""
    plant(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


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
