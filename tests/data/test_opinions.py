"""Spreads and numbers of opinions that can't be such are refused by every way in; unknown ones are allowed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark import DataError
from benchmark.cli import main
from benchmark.data import pairs

WRONG_SD = ["0", "-0.5", "0.0", "inf"]
WRONG_OBSERVERS = ["0", "0.9", "-15", "15.5", "inf"]


def table(**cells: str) -> pd.DataFrame:
    rows = 12
    rng = np.random.default_rng(0)
    number = np.arange(rows)
    frame = pd.DataFrame(
        {
            "reference": [f"r{i // 2}" for i in number],
            "mos": rng.normal(size=rows),
            "sd": "0.5",
            "people": "15",
            "m": rng.normal(size=rows),
        }
    )
    for column, text in cells.items():
        frame.loc[frame.index[[3, 7, 8]], column] = text
    return frame


@pytest.mark.parametrize(
    ("column", "text"), [*(("sd", text) for text in WRONG_SD), *(("people", text) for text in WRONG_OBSERVERS)]
)
def test_opinions_that_cannot_be_are_refused_in_one_message_by_line(
    column: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scores.csv"
    table(**{column: text}).to_csv(path, index=False)
    options = ["--mos", "mos", "--methods", "m", "--mos-sd", "sd", "--observers", "people"]
    assert main(["evaluate", str(path), *options, "--output", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert f"{path}:5: {column!r} is {float(text):g}, and 2 more are wrong (next {path}:9)" in said
    assert "above 0" in said if column == "sd" else "from 1 on" in said
    assert "leave cells empty" in said
    frame = table().assign(**{column: float(text)})
    with pytest.raises(DataError, match=f"{column!r} is"):
        benchmark.evaluate(frame, mos="mos", methods=["m"], mos_sd="sd", observers="people")
    renamed = {"sd": "mos_sd", "people": "observers"}
    listed = table(**{column: text}).rename(columns=renamed).assign(enhanced=list("abcdefghijkl"))
    listed = listed.assign(reference_path="r.png", enhanced_path="e.png")
    with pytest.raises(DataError, match=f"pair d: {renamed[column]!r} is .*, and 2 more are wrong .next pair h"):
        pairs.complete(listed)


def test_columns_that_are_not_used_may_hold_anything_and_unknown_opinions_are_allowed() -> None:
    benchmark.evaluate(table(sd="0", people="0"), mos="mos", methods=["m"])
    frame = table(sd="", people="NA")
    found = benchmark.evaluate(frame, mos="mos", methods=["m"], mos_sd="sd", observers="people")
    assert found.scores["mos_sd"].isna().sum() == found.scores["observers"].isna().sum() == 3
    least = benchmark.evaluate(table(sd="1e-9", people="1"), mos="mos", methods=["m"], mos_sd="sd", observers="people")
    assert {"auc_ds", "outlier_ratio"} <= set(least.summary["statistic"])
