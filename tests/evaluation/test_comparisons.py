"""Rows of ``comparisons.csv``: which test there was, or why none; magnitudes; what must not depend on other methods."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.evaluation.summarise import COMPARISON_COLUMNS, Evaluated, evaluate_scores
from benchmark.statistics.settings import StatisticsSettings
from tests.makers import Column, score_keys

TESTS = ("bootstrap", "jackknife", "max-T", "Holm", "steiger", "williams", "f-test")
NUMBERS = ["difference", "ci_low", "ci_high", "p_value", "p_adjusted", "significant"]


def make_scores(references: int = 12, conditions: int = 4, *, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = references * conditions
    mos = rng.normal(size=n) + 0.5 * (np.arange(n) % conditions)
    table = score_keys(references, conditions, mos)
    table["strong"] = mos + 0.5 * rng.normal(size=n)
    table["middle"] = mos + 1.0 * rng.normal(size=n)
    table["opposite"] = -(mos + 0.55 * rng.normal(size=n))
    table["contrary"] = -(mos + 2.5 * rng.normal(size=n))
    return table


def run(scores: pd.DataFrame, labels: Sequence[str], **settings: Any) -> Evaluated:
    methods = [Column(label) for label in labels]
    return evaluate_scores(scores, methods, StatisticsSettings(**{"replicates": 300, **settings}))


def rows_of(found: Evaluated, statistic: str, level: str = "pair") -> pd.DataFrame:
    table = found.comparisons
    return table[(table["statistic"] == statistic) & (table["level"] == level)].reset_index(drop=True)


@pytest.mark.parametrize("references", [1, 2, 12, 30])
@pytest.mark.parametrize("multiplicity", ["max-t", "none"])
def test_the_test_column_names_a_test_where_there_was_one_and_only_there(references: int, multiplicity: str) -> None:
    scores = make_scores(references, 6).assign(flat=0.5, empty=np.nan)
    scores["exact"] = scores["mos"]
    scores["converse"] = -scores["mos"]
    labels = ("strong", "middle", "opposite", "flat", "empty", "exact", "converse")
    found = run(scores, labels, multiplicity=multiplicity, tests=("steiger", "williams", "f-test"))
    named = found.comparisons["test"].map(lambda text: any(word in text for word in TESTS))
    literature = found.comparisons["test"].str.contains("assumes independent") | (
        found.comparisons["statistic"].str.startswith(("plcc_steiger", "plcc_williams", "rmse_f"))
    )
    tested = found.comparisons["p_adjusted"].notna()
    assert (named == tested).all()
    assert (found.comparisons["p_value"].notna() == tested).all()
    assert not found.comparisons.loc[~tested, "significant"].any()
    assert found.comparisons.loc[~tested, "test"].str.contains("not tested|interval only").all()
    assert references > 1 or not tested[~literature].any()


def test_why_nothing_was_tested_is_said() -> None:
    one = run(make_scores(1, 8).assign(flat=1.0), ("strong", "middle", "flat"))
    assert list(rows_of(one, "srcc")["test"]) == [
        "not tested: one cluster only",
        "not tested: the difference is undefined",
        "not tested: the difference is undefined",
    ]
    assert set(rows_of(one, "plcc", "system")["test"]) >= {"not tested: one cluster only"}
    assert set(rows_of(run(make_scores(), ("strong", "middle")), "srcc", "system")["test"]) == {
        "interval only: too few conditions to test"
    }


@pytest.mark.parametrize("references", [12, 40])
@pytest.mark.parametrize("statistic", ["srcc", "plcc", "krcc"])
def test_magnitudes_are_compared_as_if_the_sign_had_been_right(references: int, statistic: str) -> None:
    scores = make_scores(references)
    labels = ("strong", "opposite", "contrary", "middle")
    found = rows_of(run(scores, labels), f"{statistic}_magnitude")
    turned = scores.assign(opposite=-scores["opposite"], contrary=-scores["contrary"])
    expected = rows_of(run(turned, labels), statistic)
    assert (expected["difference"].abs() < 1).all()
    assert tuple(found.columns) == COMPARISON_COLUMNS
    assert len(found) == 6
    pd.testing.assert_frame_equal(found[NUMBERS], expected[NUMBERS].clip(-1, 1), atol=1e-12)
    functions: dict[str, Any] = {"srcc": stats.spearmanr, "plcc": stats.pearsonr, "krcc": stats.kendalltau}
    values = {label: abs(functions[statistic](scores[label], scores["mos"])[0]) for label in labels}
    for row in found.to_dict("records"):
        assert row["difference"] == pytest.approx(values[row["method_a"]] - values[row["method_b"]], abs=1e-12)


def test_near_equal_magnitudes_of_opposite_signs_are_not_told_apart_but_unequal_ones_are() -> None:
    found = rows_of(run(make_scores(60), ("strong", "opposite", "contrary")), "srcc_magnitude")
    by_pair = {(row["method_a"], row["method_b"]): row for row in found.to_dict("records")}
    assert not by_pair["strong", "opposite"]["significant"]
    assert by_pair["strong", "contrary"]["significant"]
    signed = rows_of(run(make_scores(60), ("strong", "opposite")), "srcc")
    assert bool(signed["significant"].iloc[0])


def test_equal_signs_leave_the_files_as_they_are() -> None:
    found = run(make_scores(), ("strong", "middle"))
    assert not found.comparisons["statistic"].str.contains("magnitude").any()
    both = run(make_scores(), ("strong", "middle", "opposite")).comparisons
    assert list(both.loc[both["statistic"].str.contains("magnitude"), "statistic"].unique()) == [
        *("srcc_magnitude", "plcc_magnitude", "krcc_magnitude")
    ]


def test_magnitudes_at_zero_find_rather_too_little() -> None:
    rng = np.random.default_rng(5)
    found = []
    for seed in range(40):
        scores = make_scores(12, seed=seed)
        scores["one"], scores["other"] = rng.normal(size=(2, len(scores)))
        rows = rows_of(run(scores, ("one", "other"), replicates=99, threads=1), "srcc_magnitude")
        found += list(rows["significant"])
    assert len(found) > 10, "opposite signs"
    assert np.mean(found) <= 0.05


@pytest.mark.parametrize("absent", ["empty", "scarce"])
def test_a_method_without_scores_changes_no_test_of_the_others(absent: str) -> None:
    scores = make_scores(20)
    scores["empty"] = np.nan
    scores["scarce"] = scores["strong"].where(scores["cluster"].isin(["r0", "r1"]))
    alone = rows_of(run(scores, ("strong", "middle", "contrary")), "srcc")
    beside = rows_of(run(scores, ("strong", "middle", "contrary", absent)), "srcc")
    beside = beside[beside["method_b"] != absent].reset_index(drop=True)
    assert alone["significant"].any()
    pd.testing.assert_frame_equal(beside[["significant"]], alone[["significant"]])
    if absent == "empty":
        pd.testing.assert_frame_equal(beside[NUMBERS], alone[NUMBERS])


def test_a_method_and_its_multiple_are_equal_whatever_the_rounding() -> None:
    scores = make_scores(40, seed=10)
    scores["multiple"] = scores["middle"] * (2 / 3) + 1
    found = run(scores, ("strong", "middle", "multiple"))
    for statistic in ("srcc", "plcc", "krcc"):
        rows = rows_of(found, statistic)
        row = rows[(rows["method_a"] == "middle") & (rows["method_b"] == "multiple")]
        assert row[["difference", "p_value"]].to_numpy().tolist() == [[0, 1]]
        for name in ("rank", "p_best", "best_group"):
            ranked = found.summary[found.summary["statistic"] == f"{name}_{statistic}"]
            values = dict(zip(ranked["method"], ranked["value"], strict=True))
            assert values["middle"] == values["multiple"]


def test_a_difference_without_any_spread_is_tested_as_the_resamples_say() -> None:
    for interval in ("jackknife", "percentile"):
        scores = make_scores(8)
        scores["exact"], scores["converse"] = scores["mos"], -scores["mos"]
        row = rows_of(run(scores, ("exact", "converse"), interval=interval), "srcc").to_dict("records")[0]
        assert (row["difference"], row["ci_low"], row["ci_high"]) == (2, 2, 2)
        if interval == "jackknife":
            assert row["test"] == "not tested: the difference does not vary"
        else:
            assert row["test"] == "bootstrap, max-T"
            assert row["p_adjusted"] == row["p_value"] == pytest.approx(2 / 301)


def test_tests_from_the_literature_survive_perfect_methods() -> None:
    scores = make_scores(30, 6)
    scores["exact"], scores["converse"] = scores["mos"], -scores["mos"]
    found = run(scores, ("exact", "converse"), tests=("steiger", "williams", "f-test"))
    rows = found.comparisons[found.comparisons["statistic"].isin(["plcc_steiger", "plcc_williams"])]
    assert set(rows["test"]) == {"not tested: the test is undefined here"}


def test_mapped_correlations_of_unrelated_methods_are_not_tested() -> None:
    """Free curves of two methods without any relation to the labels point up and down by chance."""
    told_apart = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        scores = score_keys(30, 4, rng.normal(size=120)).assign(a=rng.normal(size=120), b=rng.normal(size=120))
        found = evaluate_scores(scores, [Column("a"), Column("b")], StatisticsSettings(replicates=100))
        rows = found.comparisons.query("level == 'pair' and statistic == 'plcc_logistic4'")
        told_apart += int(rows["significant"].sum())
        noted = found.summary.query("level == 'pair' and statistic == 'plcc_logistic4'")
        raw = found.summary.query("level == 'pair' and statistic == 'srcc'")
        crossing = (raw["ci_low"] <= 0) & (raw["ci_high"] >= 0)
        assert noted["note"].str.contains("direction is uncertain").tolist() == crossing.tolist()
        if crossing.any():
            assert rows["p_adjusted"].isna().all()
            assert rows["test"].item() == "not tested: the curve's direction is uncertain"
    assert told_apart == 0
