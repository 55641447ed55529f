"""Margins of equivalence from configuration to tables, terminal and record."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark import ConfigError, evaluate
from benchmark.evaluation.averages import difference_rows
from benchmark.evaluation.rows import COMPARISON_COLUMNS, EQUIVALENCE_COLUMNS
from benchmark.evaluation.summarise import Evaluated, evaluate_scores
from benchmark.report.stored_runs import read
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.settings import StatisticsSettings

METHODS = [
    ScoredMethod(label=name, name=name, title=name.title(), higher_is_better=name != "turned")
    for name in ("near", "alike", "far", "turned")
]


def scores(seed: int = 0, references: int = 40) -> pd.DataFrame:
    """``alike`` is all but ``near``, ``turned`` its negative as a distance, ``far`` much worse."""
    rng = np.random.default_rng(seed)
    n = references * 6
    mos, noise = rng.normal(size=n), rng.normal(size=n)
    frame = pd.DataFrame({"dataset": "d", "split": "", "fold": np.nan, "pair": [str(place) for place in range(n)]})
    names = [f"r{place // 6}" for place in range(n)]
    near = mos + noise / 2
    return frame.assign(
        reference=names,
        cluster=names,
        enhanced=frame["pair"],
        condition=[str(place % 6) for place in range(n)],
        mos=mos,
        mos_sd=np.nan,
        observers=np.nan,
        near=near,
        alike=near + 0.02 * rng.normal(size=n),
        far=mos + rng.normal(size=n),
        turned=-near,
    )


def of(frame: pd.DataFrame, **settings: Any) -> Evaluated:
    return evaluate_scores(frame, METHODS, StatisticsSettings(replicates=199, **settings))


def pairs(found: pd.DataFrame, statistic: str, level: str = "pair") -> pd.DataFrame:
    chosen = found[(found["level"] == level) & (found["statistic"] == statistic) & (found["dataset"] == "d")]
    return chosen.set_index(["method_a", "method_b"])


def test_without_a_margin_nothing_changes() -> None:
    frame = scores()
    plain, asked = of(frame), of(frame, equivalence=0.05)
    assert tuple(plain.comparisons.columns) == COMPARISON_COLUMNS
    assert tuple(asked.comparisons.columns) == (*COMPARISON_COLUMNS, *EQUIVALENCE_COLUMNS)
    pd.testing.assert_frame_equal(asked.comparisons[list(COMPARISON_COLUMNS)], plain.comparisons)
    pd.testing.assert_frame_equal(asked.summary, plain.summary)
    assert not any("Equivalent" in note for note in plain.notes)
    assert any(note.startswith("Equivalent (± 0.05 for correlations and shares): the 90 %") for note in asked.notes)


def test_each_tested_pair_has_one_of_four_words_by_its_own_numbers() -> None:
    found = of(scores(), equivalence={"srcc": 0.05, "rmse": 0.02})
    rows = found.comparisons
    assert set(rows.loc[rows["verdict"] != "", "statistic"]) <= {"srcc", "rmse"}
    for statistic, margin, better in (("srcc", 0.05, 1), ("rmse", 0.02, -1)):
        for _, row in pairs(rows, statistic).iterrows():
            inside = -margin < row["equivalence_low"] and row["equivalence_high"] < margin
            if not np.isfinite(row["p_adjusted"]):
                expected = ""
            elif inside:
                expected = "equivalent"
            elif row["significant"]:
                expected = "better" if better * row["difference"] > 0 else "worse"
            else:
                expected = "undecided"
            assert row["verdict"] == expected
    words = pairs(rows, "srcc")["verdict"]
    assert words["near", "alike"] == "equivalent"
    assert words["near", "turned"] == "equivalent", "equal scores"
    assert words["near", "far"] == "better"
    assert words["far", "turned"] == "worse"
    assert pairs(rows, "rmse")["verdict"]["near", "far"] == "better", "a lower error"
    system = pairs(rows, "srcc", "system")
    assert len(system)
    assert (system["verdict"] == "").all(), "six conditions can't be tested"


def test_a_significant_difference_below_the_margin_is_equivalent() -> None:
    frame = scores(references=200)
    frame["alike"] = frame["near"] + 0.2 * np.random.default_rng(3).normal(size=len(frame))
    rows = pairs(of(frame, equivalence=0.1).comparisons, "srcc")
    assert rows["significant"]["near", "alike"]
    assert rows["verdict"]["near", "alike"] == "equivalent"


def test_magnitudes_have_verdicts_of_their_own() -> None:
    """``turned`` declared as higher-is-better disagrees, with the same magnitude."""
    methods = [
        ScoredMethod(label=name, name=name, title=name, higher_is_better=True) for name in ("near", "turned", "far")
    ]
    found = evaluate_scores(scores(), methods, StatisticsSettings(replicates=199, equivalence=0.05)).comparisons
    assert pairs(found, "srcc")["verdict"]["near", "turned"] == "better"
    assert pairs(found, "srcc_magnitude")["verdict"]["near", "turned"] == "equivalent"
    assert pairs(found, "srcc_magnitude")["verdict"]["turned", "far"] == "better"


def test_differences_of_averages_are_judged_after_bonferroni() -> None:
    """From the interval on each data set: the normal quantile of 1 - alpha over the number of pairs."""
    from scipy import stats

    frame = pd.concat([scores(1), scores(2).assign(dataset="e")], ignore_index=True)
    settings = StatisticsSettings(replicates=99, equivalence=0.05)
    found = evaluate_scores(frame, METHODS, settings)
    summary = found.summary.assign(partition=np.nan, aggregate="")
    labels = [method.label for method in METHODS]
    rows = difference_rows(found.comparisons, summary, labels, settings)
    rows = rows[(rows["dataset"] == "average") & (rows["level"] == "pair") & (rows["statistic"] == "srcc")]
    error = (rows["ci_high"] - rows["difference"]) / stats.norm.ppf(0.975)
    tested = int((error > 0).sum())
    reach = stats.norm.ppf(1 - 0.05 / tested) * error
    found_reach = (rows["equivalence_high"] - rows["difference"])[error > 0]
    assert found_reach.to_numpy() == pytest.approx(reach[error > 0].to_numpy())
    words = rows.set_index(["method_a", "method_b"])["verdict"]
    assert (words["near", "alike"], words["near", "far"]) == ("equivalent", "better")


def run(folder: Path, statistics: dict[str, Any]) -> Any:
    scores().drop(columns=["dataset", "split"]).to_csv(folder / "table.csv", index=False)
    return evaluate(
        folder / "table.csv",
        mos="mos",
        methods=["near", "alike", "far", "turned"],
        lower_better=["turned"],
        reference="reference",
        statistics={"replicates": 99, **statistics},
        report={"plots": []},
        output=folder / "out",
    )


def test_tables_terminal_and_record(tmp_path: Path) -> None:
    result = run(tmp_path, {"equivalence": 0.05})
    assert "SRCC: difference below the margin: alike and near; alike and turned; near and turned" in str(result)
    result.save()
    tables = tmp_path / "out" / "tables"
    grid = (tables / "equivalence.csv").read_text().splitlines()
    gap = result.comparisons.set_index(["statistic", "method_a", "method_b"])["difference"]["srcc", "near", "far"].iloc[
        0
    ]
    assert grid[0] == "Method,alike,near,turned,far"
    assert grid[2].startswith("near,equivalent (−0.001),,equivalent (0.000),")
    assert grid[4].split(",")[2] == f"worse (−{gap:.3f})"
    for name in ("comparison.md", "comparison.tex"):
        assert "difference below the margin from" in (tables / name).read_text()
    assert "equivalent (" in (tmp_path / "out" / "report.html").read_text()
    again = read(tmp_path / "out")
    assert again.data.record["statistics"]["equivalence"] == 0.05
    pd.testing.assert_frame_equal(again.comparisons, result.comparisons, check_dtype=False)


def test_without_a_margin_no_file_knows_of_it(tmp_path: Path) -> None:
    result = run(tmp_path, {})
    result.save()
    assert "equivalence" not in result.data.record["statistics"]
    for file in (tmp_path / "out").rglob("*"):
        if file.suffix in {".csv", ".md", ".tex", ".json"}:
            assert "equivalen" not in file.read_text()
            assert "equivalen" not in file.name


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (0, "statistics.equivalence: expected a number above 0, or a mapping of names"),
        ({"srcc": -0.1}, "statistics.equivalence.srcc: expected a number above 0"),
        ({"srrc": 0.1}, "srrc"),
        ({}, "name at least one statistic"),
        ("much", "statistics.equivalence"),
        (True, "statistics.equivalence"),
    ],
)
def test_what_is_no_margin_is_refused_in_a_line(tmp_path: Path, given: Any, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        run(tmp_path, {"equivalence": given})
    assert words in str(error.value)
    assert len(str(error.value).splitlines()) == 1
