"""A value whose interval can't be relied on says so beside the number: in the files and in every table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.statistics.vocabulary import HEAVY_TAILS


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Twelve references; the distances of ``far`` have heavy tails, those of ``near`` do not."""
    rng = np.random.default_rng(2)
    quality = rng.normal(size=96)
    scores = {
        "reference": [f"r{i // 8}" for i in range(96)],
        "mos": quality,
        "near": quality + 0.5 * rng.normal(size=96),
        "far": np.exp(1.6 * (quality + 0.3 * rng.normal(size=96))),
    }
    pd.DataFrame(scores).to_csv(tmp_path / "scores.csv", index=False)
    return tmp_path / "scores.csv"


def test_plcc_of_far_scores_is_remarked_on_beside_the_number_and_nothing_else_is(table: Path, tmp_path: Path) -> None:
    done = benchmark.evaluate(
        table,
        mos="mos",
        methods=["near", "far"],
        output=tmp_path / "out",
        statistics={"replicates": 100},
        report={"plots": []},
    )
    done.save()
    notes = done.summary.dropna(subset=["note"])
    remarked = notes[notes["note"].str.contains(HEAVY_TAILS)]
    assert remarked[["method", "statistic", "level"]].to_numpy().tolist() == [["far", "plcc", "pair"]]
    for kind in ("md", "notes.tex", "csv"):
        text = (tmp_path / "out" / "tables" / f"comparison.{kind}").read_text(encoding="utf-8")
        assert text.count(HEAVY_TAILS) == 1, kind
    assert HEAVY_TAILS in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
