"""Calibration as an analysis: whose scores, by what, in which unit and direction, what is said, and what is read back."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark import evaluate, read
from benchmark.config.calibration_analysis import CalibrationAnalysis
from benchmark.core.errors import UserError
from benchmark.evaluation.calibration import ALL, COLUMNS, LABEL, REGRESSION, SCORE, errors
from tests.makers import Column, score_keys

Frame = pd.DataFrame
METHODS = [Column("near", higher_is_better=False), Column("own")]


def scores(references: int = 20, seed: int = 0) -> Frame:
    """Labels 1 to 9; ``near`` is a distance, ``own`` predicts labels and lies 0.3 above them."""
    rng = np.random.default_rng(seed)
    frame = score_keys(references, 5, np.clip(5 + 2 * rng.normal(size=5 * references), 1, 9))
    return frame.assign(
        near=np.exp(-frame["mos"] / 3) + 0.05 * rng.normal(size=len(frame)),
        own=frame["mos"] + 0.3 + 0.5 * rng.normal(size=len(frame)),
    )


def of(frame: Frame, lower: bool = False, methods: Any = METHODS, **asked: Any) -> Any:
    wanted = CalibrationAnalysis.model_validate(asked)
    found = errors(frame, methods, wanted, lower_mos_better=lower, confidence=0.95, resamples="refit")
    return found.table.set_index(["method", "divided_by", "part"]), found.notes


def test_rows_are_all_pairs_and_deciles_by_label_and_by_score() -> None:
    table, notes = of(scores(), unmapped=["own"])
    assert set(table.reset_index().columns) == set(COLUMNS)
    for method in ("near", "own"):
        assert table.loc[method].index.tolist() == [
            (ALL, ALL),
            *((by, str(part)) for by in (LABEL, SCORE) for part in range(1, 11)),
        ]
        assert table.loc[method, "n"].groupby("divided_by").sum().tolist() == [100, 100, 100]
    assert set(table.loc["near", "label_mapping"]) == {"logistic4"}
    assert set(table.loc["own", "label_mapping"]) == {"none"}
    assert REGRESSION in notes
    assert any("(own: as they are)" in note for note in notes)


def test_the_mean_error_of_predicted_labels_is_told_and_that_of_a_fit_is_zero() -> None:
    frame = scores()
    table, _ = of(frame, unmapped=["own"])
    whole = table.loc["own", ALL, ALL]
    assert whole["mean_error"] == pytest.approx((frame["own"] - frame["mos"]).mean())
    assert whole["ci_low"] < 0.3 < whole["ci_high"]
    fitted = table.loc["near", ALL, ALL]
    assert (fitted["mean_error"], fitted["note"]) == (0, "zero by the fit")
    assert np.isnan(fitted["ci_low"])
    assert fitted["rmse"] > 0


def test_labels_stay_in_their_unit_where_lower_is_better() -> None:
    """A DMOS is not turned: errors are of the scale as given, and the notes say what a positive one means."""
    frame = scores()
    turned = frame.assign(mos=10 - frame["mos"])
    plain, _ = of(frame, methods=METHODS[:1])
    lower, notes = of(turned, lower=True, methods=METHODS[:1])
    low_label = [lower.loc["near", LABEL, str(part)]["mean_error"] for part in range(1, 11)]
    assert low_label == pytest.approx(
        [-plain.loc["near", LABEL, str(11 - part)]["mean_error"] for part in range(1, 11)]
    )
    assert any("Lower labels are better: above zero, a method finds the images worse" in note for note in notes)
    assert lower.loc["near", LABEL, "1"]["mean_label"] == pytest.approx(
        10 - plain.loc["near", LABEL, "10"]["mean_label"]
    )


def test_a_reversed_fit_and_equal_scores_have_one_row_that_says_so() -> None:
    frame = scores().assign(flat=3.0)
    table, _ = of(frame, methods=[Column("near"), Column("flat"), Column("own")])
    near, flat = table.loc["near"], table.loc["flat"]
    assert near.index.tolist() == flat.index.tolist() == [(ALL, ALL)]
    assert near["note"].tolist() == ["undefined: the curve falls: reversed"]
    assert flat["note"].tolist() == ["undefined: all scores are equal"]
    assert near[["mean_error", "rmse", "mean_label"]].isna().all().all()
    assert len(table.loc["own"]) == 21


def test_few_distinct_labels_give_fewer_parts_and_it_is_said() -> None:
    frame = scores()
    frame = frame.assign(mos=frame["mos"].round())
    table, notes = of(frame, methods=METHODS[1:], by="label")
    levels = frame["mos"].nunique()
    count = len(table.loc["own", LABEL])
    assert 1 < count <= levels
    assert f"own: {count} parts by label instead of 10, since equal values stay together." in notes
    by_part = table.loc["own", LABEL]
    assert (by_part["low"].to_numpy()[1:] > by_part["high"].to_numpy()[:-1]).all()


def test_each_split_and_data_set_has_a_curve_of_its_own_and_missing_scores_are_left_out() -> None:
    one, other = scores(seed=1), scores(seed=2).assign(split="val")
    other = other.assign(mos=other["mos"] * 10)
    one.loc[:9, "near"] = np.nan
    both = pd.concat([one, other], ignore_index=True)
    asked = CalibrationAnalysis()
    table = errors(both, METHODS[:1], asked, lower_mos_better=False, confidence=0.95, resamples="refit").table
    whole = table[table["part"] == ALL].set_index("split")
    assert whole["n"].to_dict() == {"test": 90, "val": 100}
    assert whole["mean_label"].to_dict()["val"] == pytest.approx(other["mos"].mean())


def test_methods_that_are_named_and_have_no_scores_are_told() -> None:
    table, notes = of(scores(), methods=METHODS[1:], unmapped=["absent"])
    assert set(table.reset_index()["method"]) == {"own"}
    assert "absent has no scores here." in notes


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"parts": 1}, "parts"),
        ({"mapping": "cubic"}, "mapping"),
        ({"methods": ["a"], "unmapped": ["b"]}, "`unmapped` names 'b', which is not among `methods`"),
    ],
)
def test_wrong_keys_are_refused_in_a_line(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(UserError, match=why) as error:
        evaluate(scores(), mos="mos", methods=["own"], report={"calibration": wrong})
    assert "\n" not in str(error.value)


def test_it_is_written_read_back_and_drawn_and_nothing_changes_without_it(tmp_path: Path) -> None:
    frame = scores().drop(columns=["dataset", "split", "fold", "pair", "cluster"])
    given: dict[str, Any] = {
        "mos": "mos",
        "reference": "reference",
        "condition": "condition",
        "methods": ["near", "own"],
    }
    given |= {"lower_better": ["near"], "statistics": {"replicates": 20}}
    found = evaluate(
        frame, **given, report={"plots": [], "calibration": {"unmapped": ["own"]}}, output=str(tmp_path / "a")
    )
    found.save()
    analysis = found.data.analyses["calibration"]
    again = read(tmp_path / "a").data.analyses["calibration"]
    pd.testing.assert_frame_equal(again.table, analysis.table)
    assert again.notes == analysis.notes
    tables = {
        file.stem: file.read_text(encoding="utf-8") for file in (tmp_path / "a" / "tables").glob("calibration*.md")
    }
    assert set(tables) == {"calibration_by_label", "calibration_by_score"}
    for text in tables.values():
        assert "−0.00 " not in text
        (row,) = [line for line in text.splitlines() if line.startswith("| own")]
        assert row.count("±") == 11, "ten parts and all pairs"
    plain = evaluate(frame, **given, report={"plots": [], "calibration": False}, output=str(tmp_path / "b"))
    plain.save()
    assert not (tmp_path / "b" / "calibration.csv").exists()
    assert "calibration" not in (tmp_path / "b" / "run.json").read_text(encoding="utf-8")
