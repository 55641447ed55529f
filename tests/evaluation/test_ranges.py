"""Ranges of labels as a level: values against SciPy, tests between methods in each, a table of their own."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmark
from benchmark.core.errors import UserError
from benchmark.evaluation.tasks import pair_tasks, table_of_pairs
from benchmark.report.blocks import Block, Numbers, Scope
from benchmark.statistics.settings import StatisticsSettings
from tests.makers import score_keys


def frame(references: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    mos = rng.normal(size=references * 3).round(1)
    made = score_keys(references, 3, mos)
    return made.assign(near=mos + 0.2 * rng.normal(size=len(mos)), far=mos + 2 * rng.normal(size=len(mos)))


def evaluate(table: pd.DataFrame, ranges: int, lower: bool = False, **report: object) -> benchmark.Evaluation:
    return benchmark.evaluate(
        table, mos="mos", methods=["near", "far"], reference="reference", lower_mos_better=lower,
        statistics={"replicates": 99, "ranges": ranges}, report={"plots": [], **report},
    )  # fmt: skip


def test_each_range_has_the_values_and_tests_of_its_pairs(tmp_path: Path) -> None:
    table = frame()
    found = evaluate(table, 3, tables=[{"name": "ranges", "level": "range", "columns": ["srcc"]}])
    rows = found.summary[found.summary["level"] == "range"]
    assert list(dict.fromkeys(rows["condition"])) == ["low third", "middle third", "high third"]
    low: Any = rows[(rows["condition"] == "low third") & (rows["method"] == "far")].set_index("statistic")
    n = int(low.loc["srcc", "n"])
    pairs = table.sort_values("mos", kind="stable").head(n)
    assert pairs["mos"].max() < table["mos"].drop(pairs.index).min(), "no tie is cut"
    assert low.loc["srcc", "value"] == pytest.approx(stats.spearmanr(pairs["far"], pairs["mos"]).statistic, abs=1e-12)
    assert low.loc["krcc", "value"] == pytest.approx(stats.kendalltau(pairs["far"], pairs["mos"]).statistic, abs=1e-12)
    assert low.loc["plcc", "value"] == pytest.approx(stats.pearsonr(pairs["far"], pairs["mos"]).statistic, abs=1e-12)
    tested = found.comparisons[(found.comparisons["level"] == "range") & (found.comparisons["statistic"] == "srcc")]
    assert len(tested) == 3
    assert tested["p_adjusted"].notna().all()
    assert tested["significant"].all()
    found.save(tmp_path / "out")
    text = (tmp_path / "out" / "tables" / "ranges.csv").read_text()
    assert "low third: srcc" in text.splitlines()[0]
    assert text.splitlines()[0].index("all: srcc") < text.splitlines()[0].index("low third: srcc")
    numbers = Numbers(found.data)
    assert numbers.coverage(Scope(Block("table", ""), "range", "low third"), "far") == (n, n)


def test_ranges_begin_with_the_lowest_quality_where_lower_labels_are_better() -> None:
    table = frame()
    one, other = evaluate(table, 2), evaluate(table.assign(mos=-table["mos"]), 2, lower=True)
    first, second = (item.summary[item.summary["level"] == "range"] for item in (one, other))
    pd.testing.assert_frame_equal(first, second)
    scope = Scope(Block("table", ""), "range", "lower half")
    assert Numbers(one.data).coverage(scope, "near") == Numbers(other.data).coverage(scope, "near")


def test_a_table_of_ranges_without_ranges_is_refused_and_none_are_computed_unasked() -> None:
    with pytest.raises(UserError, match=r"no ranges of labels were asked for: set `statistics\.ranges`"):
        evaluate(frame(), 0, tables=[{"level": "range", "columns": ["srcc"]}])
    with pytest.raises(UserError, match="ranges: expected"):
        evaluate(frame(), 1)
    table, conditions = table_of_pairs(frame(), [], lower_mos_better=False)
    tasks = pair_tasks("set", "test", table, conditions, [], StatisticsSettings(replicates=9))
    assert "range" not in {task.scope.level for task in tasks}


def test_of_several_runs_each_has_the_ranges_of_its_own_number(tmp_path: Path) -> None:
    """Where runs stand side by side their settings are not at the top of the record: pairs are counted all the same."""
    for name, count in (("two", 2), ("three", 3)):
        evaluate(frame().assign(dataset=name), count, title=name).save(tmp_path / name)
    both = benchmark.together([tmp_path / "two", tmp_path / "three"])
    numbers = Numbers(both.data)
    sizes = {
        scope: {numbers.coverage(scope, "far")[1], int(numbers.get(scope, "far", "srcc").n)}  # type: ignore[union-attr]
        for scope in numbers.scopes("range")
    }
    assert len(sizes) == 5
    assert all(len(found) == 1 and found != {0} for found in sizes.values()), sizes
