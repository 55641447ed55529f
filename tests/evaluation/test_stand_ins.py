"""Where leave-one-out fits do not converge, percentiles stand in for the jackknife, and every file says so."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.report.evaluation import Evaluation


def evaluated(directory: Path, references: int = 60, interval: str = "auto") -> Evaluation:
    """Two useful methods and ``noise``, unrelated to the labels: without a reference its curve at times ends nowhere."""
    rng = np.random.default_rng(32 if references == 60 else 28)
    n = 6 * references
    quality = rng.normal(size=n)
    scores = {
        "reference": [f"r{i // 6}" for i in range(n)],
        "mos": quality + 0.3 * rng.normal(size=n),
        "noise": rng.normal(size=n),
        "near": quality + 0.5 * rng.normal(size=n),
        "far": quality + rng.normal(size=n),
    }
    pd.DataFrame(scores).to_csv(directory / "scores.csv", index=False)
    return benchmark.evaluate(
        directory / "scores.csv",
        mos="mos",
        methods=["noise", "near", "far"],
        output=directory / "out",
        statistics={"replicates": 300, "interval": interval},
        report={"plots": []},
    )


def test_percentiles_stand_in_for_a_jackknife_that_is_impossible(tmp_path: Path) -> None:
    done = evaluated(tmp_path)
    rmse = done.summary[done.summary["statistic"] == "rmse"]
    noise, near, _ = rmse.to_dict("records")
    assert noise["interval"] == "percentile, mapping refitted"
    assert noise["ci_low"] < noise["value"] < noise["ci_high"]
    assert "percentiles instead of the jackknife: undefined in" in noise["note"]
    assert near["interval"] == "jackknife-t, mapping refitted"

    stood_in, _, plain = done.comparisons[done.comparisons["statistic"] == "rmse"].to_dict("records")
    assert stood_in["test"] == "bootstrap, max-T"
    assert plain["test"] == "jackknife-t, max-T"
    for pair in (stood_in, plain):
        assert pair["p_value"] <= pair["p_adjusted"] < 0.01, "noise is far worse than either"
    assert any("stand in" in note for note in done.data.notes)


@pytest.mark.parametrize(("references", "interval"), [(24, "auto"), (60, "jackknife")])
def test_none_stand_in_with_few_references_or_where_the_jackknife_was_asked_for(
    tmp_path: Path, references: int, interval: str
) -> None:
    done = evaluated(tmp_path, references, interval)
    mapped = done.summary[done.summary["statistic"].isin(["rmse", "plcc_logistic4", "plcc_logistic5"])]
    assert set(mapped["interval"].fillna("")) <= {"jackknife-t, mapping refitted", ""}
    assert mapped["note"].fillna("").str.contains("no interval: undefined in .* leave-one-out").any()
    assert not any("stand in" in note for note in done.data.notes)
