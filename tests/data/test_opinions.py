"""Spreads and numbers of opinions that can't be such are refused by every way in; unknown ones are allowed."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

import benchmark
from benchmark import DataError
from benchmark.cli import main
from benchmark.config.models import RunConfig
from benchmark.data import pairs
from benchmark.results import csv_files

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


def listed(**limits: Any) -> pd.DataFrame:
    own = pd.DataFrame({"reference": "r", "enhanced": list("abcd"), "mos": [1.0, 2.0, 3.0, 4.0]})
    return own.assign(reference_path="r.png", enhanced_path="e.png", **limits)


def test_limits_of_labels_follow_the_other_columns_only_where_a_data_set_has_them() -> None:
    assert list(pairs.complete(listed()).columns) == list(pairs.COLUMNS)
    full = pairs.complete(listed(mos_low=[0.5, 1, np.nan, 4], mos_high=[1.5, 2, np.nan, 5]))
    assert list(full.columns) == [*pairs.COLUMNS, "mos_low", "mos_high"]
    written = csv_files.scores_table("set", full, [("m", [1.0, 2.0, 3.0, 4.0])])
    assert list(written.columns) == [*csv_files.KEYS, "mos_low", "mos_high", "m"]
    plain = csv_files.scores_table("set", pairs.complete(listed()), [("m", [1.0] * 4)])
    assert list(plain.columns) == [*csv_files.KEYS, "m"]
    with pytest.raises(ValidationError, match=r"the label 'mos_low' is the name of a column"):
        RunConfig.model_validate(
            {"dataset": {"name": "demo", "root": "x"}, "methods": [{"name": "psnr", "label": "mos_low"}]}
        )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (
            [0, 1, 2, 3],
            [2, 1.5, 4, 3.5],
            "pair b: the label 2 has the limits 1 to 1.5, and 1 more are wrong .next pair d",
        ),
        (
            [0, 1, 2, np.nan],
            [2, 3, 4, 5],
            "pair d: the label 4 has the limits nan to 5: it must lie between two limits",
        ),
        ([0, 1, 2, 4], [2, 3, 4, 4], "pair d: the label 4 has the limits 4 to 4"),
        ([0, 1, 2, -np.inf], [2, 3, 4, 5], "pair d: the label 4 has the limits -inf to 5"),
        ([0, 1, 2, "x"], [2, 3, 4, 5], "the mos_low in row 4 .* not a number"),
        (None, [2, 3, 4, 5], "has mos_high only; limits are mos_low and mos_high"),
    ],
)
def test_limits_between_which_no_label_lies_are_refused(
    low: list[object] | None, high: list[object], said: str
) -> None:
    limits = {"mos_high": high} if low is None else {"mos_low": low, "mos_high": high}
    with pytest.raises(DataError, match=said):
        pairs.complete(listed(**limits))
