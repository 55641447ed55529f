"""The matrix across data sets of a study that trains: every cell against a plain loop over the files that it stores."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark import run, train
from benchmark.cli import main
from tests.training.study_workshop import TRAIN, plant, write

pytestmark = pytest.mark.heavy

TABLES = [
    {"name": "cross", "kind": "cross"},
    {"name": "means", "kind": "cross", "statistic": "plcc", "aggregate": "mean", "spread": "sd"},
    {
        "name": "beneath",
        "kind": "cross",
        "statistic": "krcc",
        "rows": ["psnr", "from both", "from B", "from A", "quick"],
    },
    {"name": "errors", "kind": "cross", "statistic": "rmse", "rows": ["from A", "psnr"]},
    {"name": "medians", "columns": ["srcc"], "aggregate": "median", "spread": "sd"},
    {"name": "comparison", "columns": ["srcc", "krcc"]},
]
PROTOCOL = {"repeat": 2, "test": 0.34, "validate": 0.2, "seed": 1}


def quick(*on: str, **keys: Any) -> dict[str, Any]:
    return {"name": "quick", "train_on": list(on) or "own", "train": TRAIN, **keys}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for one study, which the tests of this file read."""
    return tmp_path_factory.mktemp("cross")


@pytest.fixture
def study(place: Path, near: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The study's results: trained within A and B, on A, on B, and on both."""
    monkeypatch.chdir(place)
    if not (place / "out").exists():
        (place / "plugins" / "methods").mkdir(parents=True)
        plant(place)
        methods = [
            "psnr",
            quick(seeds=[0, 1]),
            quick("B", label="from B"),
            quick("A", label="from A", seeds=[0, 1, 2]),
            quick("A", "B", label="from both", seeds=[0, 1]),
        ]
        report = {"plots": [], "tables": TABLES}
        write(place, methods=methods, protocol=PROTOCOL, report=report, statistics={"replicates": 50})
        train("study.yaml")
        run("study.yaml")
    return place / "out"


def table(study: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(study / "tables" / f"{name}.csv").set_index("method")


def scores(study: Path, data: str) -> pd.DataFrame:
    return pd.read_csv(study / data / "scores.csv").set_index("pair")


def parts_of(study: Path, data: str) -> list[list[str]]:
    """The pairs of each test part."""
    rows = scores(study, data)
    parts = json.loads((study / data / "splits.json").read_text())["partitions"]
    return [list(rows.index[rows["cluster"].isin(part["test"])]) for part in parts]


def value(statistic: str, made: Sequence[float], mos: Sequence[float]) -> float:
    functions: dict[str, Any] = {"srcc": stats.spearmanr, "plcc": stats.pearsonr, "krcc": stats.kendalltau}
    return float(functions[statistic](made, mos)[0])


def across(study: Path, statistic: str, data: str, columns: Sequence[str], pairs: Sequence[str] | None = None) -> float:
    """The mean over trainings, over some pairs or all of a data set."""
    rows = scores(study, data)
    rows = rows if pairs is None else rows.loc[list(pairs)]
    return float(np.mean([value(statistic, rows[name].tolist(), rows["mos"].tolist()) for name in columns]))


def within(study: Path, statistic: str, data: str) -> list[float]:
    """Of each partition, the mean over the trainings of its own."""
    rows, mos = pd.read_csv(study / data / "partitions.csv"), scores(study, data)["mos"]
    found = []
    for _, part in rows.groupby("partition"):
        each = [value(statistic, own["score"].tolist(), mos[own["pair"]].tolist()) for _, own in part.groupby("seed")]
        assert len(each) == 2
        found.append(float(np.mean(each)))
    return found


FROM_A = ["from A, seed 0", "from A, seed 1", "from A, seed 2"]


def test_each_cell_is_trained_on_the_row_and_tested_on_the_column(study: Path) -> None:
    made = table(study, "cross")
    assert list(made.index) == ["from A", "from B"], "in the order of the columns; quick is on the diagonal"
    assert list(made["trained_on"]) == ["A", "B"]
    expected = {
        ("from A", "A"): np.mean(within(study, "srcc", "A")),
        ("from A", "B"): across(study, "srcc", "B", FROM_A),
        ("from B", "A"): across(study, "srcc", "A", ["from B"]),
        ("from B", "B"): np.mean(within(study, "srcc", "B")),
    }
    for (row, column), number in expected.items():
        assert made.loc[row, f"{column}: srcc"] == pytest.approx(number, abs=5.1e-4)
    notes = made["notes"]
    assert made.loc["from A", "A: srcc_mark"] == "a"
    assert "a: within the data set: trained on its training part, tested on its test part" in notes["from A"]
    assert "the mean within partitions" in notes["from A"]
    assert made.loc["from A", "B: srcc_mark"] != "a"


def test_with_an_aggregate_all_cells_are_of_the_same_test_parts(study: Path) -> None:
    made = table(study, "means")
    for data, column, row in (("A", ["from B"], "from B"), ("B", FROM_A, "from A")):
        each = [across(study, "plcc", data, column, part) for part in parts_of(study, data)]
        assert made.loc[row, f"{data}: plcc"] == pytest.approx(np.mean(each), abs=5.1e-4)
        assert made.loc[row, f"{data}: plcc_sd"] == pytest.approx(np.std(each, ddof=1), abs=5.1e-4)
    own = within(study, "plcc", "A")
    assert made.loc["from A", "A: plcc"] == pytest.approx(np.mean(own), abs=5.1e-4)
    assert made.loc["from A", "A: plcc_sd"] == pytest.approx(np.std(own, ddof=1), abs=5.1e-4)


def test_named_rows_are_all_rows_and_what_is_not_trained_stands_beneath(study: Path) -> None:
    made = table(study, "beneath")
    assert list(made.index) == ["from both", "from B", "from A", "quick", "psnr"]
    assert list(made["group"].fillna("")) == ["", "", "", "", "Not trained here"]
    assert made.loc["from both", "trained_on"] == "A + B"
    assert made.loc["from both", ["A: krcc", "B: krcc"]].isna().all()
    assert "trained on this data set, so that none of it is left to test" in made["notes"]["from both"]
    assert made.loc["psnr", "A: krcc"] == pytest.approx(across(study, "krcc", "A", ["psnr"]), abs=5.1e-4)
    assert made.loc["quick", "B: krcc"] == pytest.approx(np.mean(within(study, "krcc", "B")), abs=5.1e-4)
    assert made.loc["quick", "trained_on"] == "each data set itself"
    errors = table(study, "errors")
    summary = pd.read_csv(study / "summary.csv").query("statistic == 'rmse' and level == 'pair' and dataset == 'A'")
    mean = summary[(summary["method"] == "quick") & (summary["aggregate"] == "mean")]["value"].item()
    assert errors.loc["from A", "A: rmse"] == pytest.approx(mean, abs=5.1e-4), "no mean within partitions: over them"
    assert "the mean over partitions" in errors["notes"]["from A"]
    assert "Tested on: A ↓" in (study / "tables" / "errors.md").read_text()


def test_trainings_on_whole_data_sets_are_averaged_over_seeds_everywhere(study: Path) -> None:
    every = [*(study / "tables").iterdir(), study / "summary.csv", study / "comparisons.csv", study / "report.html"]
    shown = {file.name: file.read_text(encoding="utf-8").partition("Record of the run")[0] for file in every}
    assert not [name for name, text in shown.items() if re.search(r"from [AB], seed", text)]
    summary = pd.read_csv(study / "summary.csv").query("level == 'pair' and dataset == 'B' and method == 'from A'")
    for statistic in ("srcc", "plcc", "krcc"):
        rows = summary[summary["statistic"] == statistic]
        whole = rows[rows["aggregate"].isna()]["value"].item()
        assert whole == pytest.approx(across(study, statistic, "B", FROM_A), abs=1e-9)
        each = [across(study, statistic, "B", FROM_A, part) for part in parts_of(study, "B")]
        by_part = rows[rows["aggregate"] == "partition"].sort_values("partition")["value"]
        assert by_part.tolist() == pytest.approx(each, abs=1e-9)
        over = rows.set_index("aggregate")["value"]
        assert (over["median"], over["sd"]) == pytest.approx((np.median(each), np.std(each, ddof=1)), abs=1e-9)
    medians, mean = table(study, "medians"), table(study, "comparison")
    each = [across(study, "srcc", "B", FROM_A, part) for part in parts_of(study, "B")]
    assert medians.loc["from A", "B: srcc"] == pytest.approx(np.median(each), abs=5.1e-4)
    assert medians.loc["from A", "B: srcc_sd"] == pytest.approx(np.std(each, ddof=1), abs=5.1e-4)
    assert mean.loc["from A", "B: krcc"] == pytest.approx(across(study, "krcc", "B", FROM_A), abs=5.1e-4)
    comparisons = pd.read_csv(study / "comparisons.csv").query(
        "dataset == 'B' and statistic == 'plcc' and level == 'pair'"
    )
    row = comparisons[(comparisons["method_a"] == "psnr") & (comparisons["method_b"] == "from A")]
    difference = across(study, "plcc", "B", ["psnr"]) - across(study, "plcc", "B", FROM_A)
    assert row["difference"].item() == pytest.approx(difference, abs=1e-9)
    assert np.isfinite(row["p_adjusted"].item())
    own = pd.read_csv(study / "B" / "tables" / "comparison.csv").set_index("method")
    assert own.loc["from A", "srcc"] == pytest.approx(across(study, "srcc", "B", FROM_A), abs=5.1e-4)
    text = (study / "B" / "tables" / "comparison.md").read_text()
    assert "From A: the mean over 3 training seeds." in text
    assert text.count("3 training seeds") == (study / "tables" / "comparison.md").read_text().count("3 training seeds")


@pytest.mark.long
def test_from_the_files_alone_it_is_the_same_and_beside_other_folders_it_is_left_out(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {file: file.read_bytes() for file in (study / "tables").iterdir()}
    for file in before:
        file.unlink()
    assert main(["report", "out"]) == 0
    assert {file: file.read_bytes() for file in before} == before
    assert main(["run", "out/run.json"]) == 0
    assert {file: file.read_bytes() for file in before} == before
    assert main(["report", "out", "out/A", "--output", "beside"]) == 0
    assert not list(Path("beside/tables").glob("cross*"))
    assert Path("beside/tables/comparison.md").exists()


@pytest.mark.long
def test_a_missing_seed_is_told_and_the_others_are_averaged(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = Path("checkpoints/A/all/from-A/1")
    gone.rename("away")
    try:
        assert main(["run", "study.yaml", "--output", "short"]) == 3
    finally:
        Path("away").rename(gone)
    two = [FROM_A[0], FROM_A[2]]
    short = study.with_name("short")
    assert table(short, "cross").loc["from A", "B: srcc"] == pytest.approx(across(short, "srcc", "B", two), abs=5.1e-4)
    why = "the mean over 2 of 3 training seeds: A/all/from-A/1 is not trained"
    assert why in (short / "tables" / "cross.md").read_text()
    assert "From A" not in capsys.readouterr().err
