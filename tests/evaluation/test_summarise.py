"""From a table of scores to rows: signs, levels, families, and a clear word for everything that is undefined."""

import math
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark import evaluate
from benchmark.core.errors import ConfigError
from benchmark.evaluation.summarise import COMPARISON_COLUMNS, SUMMARY_COLUMNS, Evaluated, evaluate_scores
from benchmark.statistics import inference
from benchmark.statistics.catalogue import find
from benchmark.statistics.settings import StatisticsSettings
from tests.makers import Column, score_keys

QUICK = StatisticsSettings(replicates=200)


def make_scores(references: int = 6, conditions: int = 4, *, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = references * conditions
    mos = rng.normal(size=n) + np.arange(n) % conditions
    good, poor = mos + 0.5 * rng.normal(size=n), mos + 3 * rng.normal(size=n)
    return score_keys(references, conditions, mos).assign(good=good, poor=poor)


def run(
    scores: pd.DataFrame, *labels: str, settings: StatisticsSettings = QUICK, lower_mos_better: bool = False
) -> Evaluated:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return evaluate_scores(scores, [Column(label) for label in labels], settings, lower_mos_better=lower_mos_better)


def pick(table: pd.DataFrame, **where: str) -> pd.DataFrame:
    for column, value in where.items():
        table = table[table[column] == value]
    return table


def value(found: Evaluated, method: str, statistic: str, level: str = "pair", column: str = "value") -> float:
    rows = pick(found.summary, method=method, statistic=statistic, level=level)
    assert len(rows) == 1
    return float(rows[column].iloc[0])


def note(found: Evaluated, method: str, statistic: str, level: str = "pair", condition: str = "") -> str:
    rows = pick(found.summary, method=method, statistic=statistic, level=level, condition=condition)
    return str(rows["note"].iloc[0])


def test_the_columns_are_those_of_the_contract_and_every_level_is_there() -> None:
    found = run(make_scores(), "good", "poor")
    assert tuple(found.summary.columns) == SUMMARY_COLUMNS
    assert tuple(found.comparisons.columns) == COMPARISON_COLUMNS
    assert set(found.summary["level"]) == {"pair", "condition", "reference", "system"}
    levels = found.summary.groupby("level")["statistic"].agg(set)
    assert levels["condition"] == {"srcc", "plcc", "krcc"}
    assert levels["reference"] == {"srcc", "krcc", "pairs_ordered"}
    assert levels["system"] == {"srcc", "plcc", "krcc"}
    assert {"plcc_logistic4", "plcc_logistic5", "rmse", "p_best_srcc", "rank_srcc", "best_group_srcc"} <= levels["pair"]
    assert not {"outlier_ratio", "auc_ds"} & levels["pair"], "without opinions behind the labels they are undefined"


def test_values_are_scipys_and_signs_follow_both_directions() -> None:
    scores = make_scores()
    expected = stats.spearmanr(scores["good"], scores["mos"]).statistic
    assert value(run(scores, "good"), "good", "srcc") == pytest.approx(expected, abs=1e-12)
    flipped = evaluate_scores(scores, [Column("good", False)], QUICK)
    both = evaluate_scores(scores, [Column("good", False)], QUICK, lower_mos_better=True)
    for statistic in ("srcc", "plcc", "krcc", "plcc_logistic4", "plcc_logistic5"):
        assert value(flipped, "good", statistic) == pytest.approx(-value(both, "good", statistic), abs=1e-9)
    assert "reversed" in note(flipped, "good", "rmse")
    assert note(both, "good", "rmse") == ""


def test_each_split_is_its_own_family_and_does_not_depend_on_the_others() -> None:
    first, second = make_scores(), make_scores(seed=1).assign(split="val")
    together = run(pd.concat([first, second]), "good", "poor")
    alone = run(second, "good", "poor")
    for ours, theirs in ((together.summary, alone.summary), (together.comparisons, alone.comparisons)):
        part = ours[ours["split"] == "val"].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, theirs)


def test_splits_have_resamples_of_their_own() -> None:
    scores = make_scores(40)
    settings = StatisticsSettings(replicates=300, interval="percentile")
    twice = run(pd.concat([scores, scores.assign(split="val")]), "good", settings=settings)
    rows = pick(twice.summary, level="pair", statistic="srcc")
    assert rows["value"].nunique() == 1
    assert rows["ci_low"].nunique() == 2


def test_the_same_seed_gives_the_same_numbers_whatever_the_threads() -> None:
    scores, settings = make_scores(40), StatisticsSettings(replicates=300, interval="percentile", threads=1)
    one = run(scores, "good", "poor", settings=settings)
    two = run(scores, "good", "poor", settings=replace(settings, threads=2))
    other = run(scores, "good", "poor", settings=replace(settings, seed=1))
    pd.testing.assert_frame_equal(one.summary, two.summary, check_exact=True)
    assert value(one, "good", "srcc", column="ci_low") != value(other, "good", "srcc", column="ci_low")


def test_each_row_has_its_own_pairs_and_a_difference_those_both_scored() -> None:
    scores = make_scores()
    scores.loc[:3, "good"] = np.nan
    scores.loc[20:, "poor"] = np.nan
    found = run(scores, "good", "poor")
    assert (value(found, "good", "srcc", column="n"), value(found, "poor", "srcc", column="n")) == (20, 20)
    difference = pick(found.comparisons, level="pair", statistic="srcc").iloc[0]
    both = scores.dropna(subset=["good", "poor"])
    expected = [stats.spearmanr(both[name], both["mos"]).statistic for name in ("good", "poor")]
    assert difference["difference"] == pytest.approx(expected[0] - expected[1], abs=1e-12)
    assert (difference["n"], difference["n_clusters"]) == (16, 4)
    assert not pick(found.summary, statistic="rank_srcc").any(axis=None), "missing more than 1 %: unranked"


def test_fewer_than_a_thousand_references_get_the_jackknife_and_many_percentiles() -> None:
    few, many = run(make_scores(999, 1), "good"), run(make_scores(1000, 1), "good")
    assert pick(few.summary, level="pair", statistic="srcc")["interval"].iloc[0] == "jackknife-t"
    assert pick(many.summary, level="pair", statistic="srcc")["interval"].iloc[0] == "percentile"
    assert pick(many.summary, statistic="rmse")["interval"].iloc[0] == "percentile, mapping refitted"
    once = run(make_scores(1000, 1), "good", settings=StatisticsSettings(replicates=99, mapping_resamples="once"))
    assert pick(once.summary, statistic="rmse")["interval"].iloc[0] == "percentile, mapping fitted once"


def test_resampling_pairs_draws_pairs_and_references_stay_what_levels_draw() -> None:
    found = run(make_scores(), "good", settings=StatisticsSettings(replicates=99, resample="pair"))
    assert value(found, "good", "srcc", column="n_clusters") == 24
    assert value(found, "good", "srcc", "reference", column="n_clusters") == 6
    assert any("single pairs" in note for note in found.notes)


def test_opinions_bring_discrimination_and_outliers() -> None:
    scores = make_scores(8).assign(mos_sd=0.6, observers=15)
    found = run(scores, "good", "poor")
    for statistic in ("auc_ds", "auc_bw", "cc_0", "outlier_ratio"):
        assert 0 < value(found, "good", statistic) < 1
        assert len(pick(found.comparisons, level="pair", statistic=statistic)) == 1
    assert value(found, "good", "auc_bw") > value(found, "poor", "auc_bw")


def test_published_limits_of_labels_bring_outliers_but_no_discrimination() -> None:
    scores = make_scores(8)
    half = stats.t.ppf(0.975, 14) * 0.6 / math.sqrt(15)
    limits = scores.assign(mos_low=scores["mos"] - half, mos_high=scores["mos"] + half)
    judged = run(scores.assign(mos_sd=0.6, observers=15), "good", "poor")
    for lower in (False, True):
        found = run(limits, "good", "poor", lower_mos_better=lower)
        assert not {"auc_ds", "auc_bw", "cc_0"} & set(found.summary["statistic"])
        assert len(pick(found.comparisons, level="pair", statistic="outlier_ratio")) == 1
        if not lower:
            for column in ("value", "ci_low", "ci_high"):
                expected = value(judged, "good", "outlier_ratio", column=column)
                assert value(found, "good", "outlier_ratio", column=column) == expected
    mixed = limits.assign(mos_sd=0.6, observers=[15.0] * 16 + [np.nan] * 16)
    mixed.loc[:15, ["mos_low", "mos_high"]] = np.nan
    assert value(run(mixed, "good"), "good", "outlier_ratio") == value(judged, "good", "outlier_ratio")
    unknown = limits.assign(mos_low=np.nan, mos_high=np.nan)
    assert "outlier_ratio" not in set(run(unknown, "good").summary["statistic"])
    family = StatisticsSettings(replicates=99, family=("srcc", "outlier_ratio", "auc_ds"))
    (said,) = [item for item in run(limits, "good", "poor", settings=family).notes if " together" in item]
    assert find("outlier_ratio").title in said
    assert find("auc_ds").title not in said


@pytest.mark.parametrize("interval", ["percentile", "bca", "jackknife"])
def test_intervals_stay_in_range_at_every_level_and_p_values_stay_what_they_were(
    interval: Literal["percentile", "bca", "jackknife"], monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = make_scores(4, 5).assign(mos_sd=0.6, observers=15)
    scores["best"], scores["worst"] = scores["mos"] + 0.01 * scores["poor"], -scores["mos"] + 0.01 * scores["good"]
    settings = StatisticsSettings(replicates=200, interval=interval, confidence=0.999)
    found = run(scores, "best", "worst", "poor", settings=settings)
    ends: dict[str, tuple[float, float]] = dict.fromkeys(("rmse", "z_rmse"), (0, math.inf))
    ends |= dict.fromkeys(("srcc", "plcc", "krcc", "plcc_logistic4", "plcc_logistic5"), (-1, 1))
    for rows, both in ((found.summary, False), (found.comparisons, True)):
        known = rows[rows["ci_low"].notna() & ~rows["statistic"].str.contains("rank|best")]
        assert set(known["level"]) >= {"pair", "reference"}
        for _, row in known.iterrows():
            low, high = ends.get(row["statistic"], (0, 1))
            low, high = (low - high, high - low) if both else (low, high)
            assert low <= row["ci_low"] <= row["ci_high"] <= high
    monkeypatch.setattr(inference, "of_differences", lambda within: (-math.inf, math.inf))
    free = run(scores, "best", "worst", "poor", settings=settings)
    for column in ("difference", "p_value", "p_adjusted", "significant"):
        pd.testing.assert_series_equal(found.comparisons[column], free.comparisons[column])
    if interval == "jackknife":
        assert free.comparisons["ci_high"].max() > 2, "else nothing was drawn in"


def test_system_differences_carry_no_stars() -> None:
    rows = pick(run(make_scores(40), "good", "poor").comparisons, level="system")
    assert len(rows) == 3
    assert rows["p_value"].isna().all()
    assert not rows["significant"].any()
    assert rows["test"].str.contains("too few conditions").all()


def test_tests_from_the_literature_are_labelled() -> None:
    settings = StatisticsSettings(replicates=99, tests=("steiger", "williams", "meng", "f-test"))
    found = run(make_scores(), "good", "poor", settings=settings)
    rows = found.comparisons[found.comparisons["test"].str.contains("assumes independent pairs")]
    assert list(rows["statistic"]) == ["plcc_steiger", "plcc_williams", "srcc_meng", "plcc_meng", "rmse_f_test"]
    assert (rows["p_value"] < 0.05).all()


def test_holm_is_refused_where_the_replicates_cannot_resolve_it() -> None:
    settings = StatisticsSettings(replicates=38, multiplicity="holm", interval="percentile")
    with pytest.raises(ConfigError, match="39 or more"):
        evaluate_scores(make_scores(), [Column("good"), Column("poor")], settings)
    run(
        make_scores(),
        "good",
        "poor",
        settings=StatisticsSettings(replicates=39, multiplicity="holm", interval="percentile"),
    )


def test_a_constant_column_and_a_column_without_scores() -> None:
    scores = make_scores().assign(flat=0.1, empty=np.nan)
    found = run(scores, "good", "flat", "empty")
    for statistic in ("srcc", "plcc", "krcc", "plcc_logistic4", "rmse"):
        assert np.isnan(value(found, "flat", statistic))
        assert note(found, "flat", statistic) == "all scores are equal"
        assert note(found, "empty", statistic) == "no scored pairs"
    assert value(found, "flat", "pairs_ordered", "reference") == 0.5
    rows = pick(found.comparisons, level="pair", statistic="srcc", method_b="flat")
    assert rows[["difference", "ci_low", "p_value", "p_adjusted"]].isna().all(axis=None)
    assert not rows["significant"].any()


def test_values_equal_up_to_rounding_are_undefined_and_the_words_say_why() -> None:
    scores = make_scores(9, 5)
    number = scores["reference"].str[1:].astype(float)
    scores["by_reference"] = np.sqrt(number) * (1 + 1e-16 * np.arange(len(scores)))
    scores["level"] = np.where(np.arange(len(scores)) % 2, 0.3, 0.1 + 0.2)
    found = run(scores, "by_reference", "level", "good")
    for statistic in ("srcc", "plcc", "krcc"):
        assert math.isnan(value(found, "by_reference", statistic, "system"))
        assert note(found, "by_reference", statistic, "system") == "the conditions' means do not differ"
        assert math.isfinite(value(found, "by_reference", statistic))
        assert math.isnan(value(found, "level", statistic))
        assert note(found, "level", statistic) == "all scores are equal"
    assert note(found, "level", "rmse") == "all scores are equal"


def test_equal_labels() -> None:
    found = run(make_scores().assign(mos=3.0), "good", "poor")
    assert found.summary["value"].isna().all()
    assert set(pick(found.summary, level="pair")["note"]) == {"all labels are equal"}


def test_one_reference_has_values_without_intervals() -> None:
    found = run(make_scores(1, 12), "good", "poor")
    assert np.isfinite(value(found, "good", "srcc"))
    assert found.summary[["ci_low", "ci_high"]].isna().all(axis=None)
    assert note(found, "good", "srcc") == "no interval: one cluster only"
    assert any("no intervals" in note for note in found.notes)


def test_three_rows_and_conditions_of_one_pair() -> None:
    scores = make_scores(3, 1)
    scores["condition"] = ["a", "a", "b"]
    found = run(scores, "good")
    assert np.isfinite(value(found, "good", "srcc"))
    assert note(found, "good", "plcc_logistic4") == "3 pairs are too few for 4 parameters"
    assert note(found, "good", "srcc", "condition", "b") == "one scored pair only"
    assert "reference" not in set(found.summary["level"])


def test_nothing_known_is_never_zero() -> None:
    scores = make_scores(2, 3)
    scores["good"] = [1.0, np.nan, 1.0, 2.0, np.nan, np.nan]
    found = run(scores, "good", "poor")
    rows = found.summary[found.summary["note"] != ""]
    assert not ((rows["value"] == 0) | (rows["ci_low"] == 0)).any()


def test_no_methods_and_no_pairs() -> None:
    assert run(make_scores()).summary.empty
    assert run(make_scores().iloc[:0], "good").summary.empty


def test_subsets_take_conditions_together(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"ref": [f"r{i // 6}" for i in range(72)], "kind": ["a", "b", "c"] * 24, "mos": rng.normal(size=72)}
    )
    frame["m"] = frame["mos"] + rng.normal(size=72)
    subsets = {"ab": ["a", "b"]}
    table = {"columns": ["srcc"], "conditions": ["ab", "c"]}
    result = evaluate(
        frame,
        mos="mos",
        methods=["m"],
        condition="kind",
        statistics={"replicates": 50, "subsets": subsets},
        report={"plots": [], "tables": [table]},
    )
    rows = frame[frame["kind"].isin(["a", "b"])]
    found = result.summary.query("level == 'condition' and condition == 'ab' and statistic == 'srcc'")
    assert found["value"].item() == pytest.approx(stats.spearmanr(rows["m"], rows["mos"]).statistic, abs=1e-12)
    assert found["n"].item() == 48
    result.save(tmp_path)
    assert "ab: srcc" in (tmp_path / "tables" / "comparison.csv").read_text().splitlines()[0]
    with pytest.raises(ConfigError, match=r"statistics.subsets.ab: no condition 'bb'"):
        evaluate(frame, mos="mos", methods=["m"], condition="kind", statistics={"subsets": {"ab": ["a", "bb"]}})
