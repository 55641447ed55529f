"""What ``power`` prints, and what a finished run's data could have shown."""

import pandas as pd
import pytest

from benchmark.commands.power import plan, smallest_differences
from benchmark.core.errors import UserError


def test_a_plan_says_how_likely_the_difference_is_found_and_from_which_model() -> None:
    text = plan(references=60, conditions=6, srcc=0.8, difference=0.3, studies=20)
    assert "is found in 100% of studies" in text
    assert "Model: normal labels" in text
    assert text == plan(references=60, conditions=6, srcc=0.8, difference=0.3, studies=20), "the seed decides"


def test_an_impossible_plan_is_the_users_error() -> None:
    with pytest.raises(UserError, match="at least two references"):
        plan(references=1, conditions=6, srcc=0.8, difference=0.02)
    with pytest.raises(UserError, match="difference"):
        plan(references=10, conditions=6, srcc=0.8, difference=-0.02)


def test_the_smallest_differences_of_a_run() -> None:
    row = {
        "dataset": "d",
        "split": "test",
        "level": "pair",
        "statistic": "srcc",
        "test": "bootstrap, max-T",
        "n_clusters": 60,
    }
    half = 1.959964 * 0.01
    cut = {"test": "jackknife-t, max-T", "statistic": "krcc", "difference": -1.5, "ci_low": -2.0, "ci_high": 0.1}
    comparisons = pd.DataFrame(
        [
            {**row, "ci_low": -half, "ci_high": half},
            {**row, "ci_low": -2 * half, "ci_high": 2 * half},
            {**row, "ci_low": float("nan"), "ci_high": float("nan")},
            {**row, "level": "condition", "ci_low": -9.0, "ci_high": 9.0},
            {**row, "test": "jackknife-t, max-T", "statistic": "plcc", "ci_low": -half, "ci_high": half},
            {**row, **cut},
        ]
    )
    table = smallest_differences(comparisons)
    assert list(table.columns) == ["dataset", "split", "statistic", "least", "median", "most"]
    found = {row[0]: row[1:] for row in table.iloc[:, 2:].to_numpy().tolist()}
    assert found["srcc"] == pytest.approx([0.0280, 0.0420, 0.0560], abs=1e-4)
    assert found["krcc"][0] / found["plcc"][0] == pytest.approx(1.6 / half), "the end that was not drawn in tells"
    assert found["plcc"][0] == pytest.approx(0.0279, abs=5e-5), "Student's quantiles: a smaller error, a longer reach"
