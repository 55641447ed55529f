"""Methods that were trained several times: each statistic is the mean of the trainings' own, on the same resamples."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.evaluation.partition_rows import partition_rows
from benchmark.evaluation.summarise import evaluate_scores
from benchmark.evaluation.trained_scores import TestedPart
from benchmark.statistics.settings import StatisticsSettings
from tests.makers import Column, score_keys

REFERENCES, CONDITIONS = 30, 4
SEEDS = ("net, seed 0", "net, seed 1", "net, seed 2")
NET, PLAIN = Column("net", columns=SEEDS), Column("plain")


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    """Labels with opinions, three trainings that agree with them more and less, and a method with one score a pair."""
    rng = np.random.default_rng(3)
    mos = rng.normal(size=REFERENCES * CONDITIONS)
    made = score_keys(REFERENCES, CONDITIONS, mos).assign(mos_sd=0.3, observers=12)
    noise = {name: mos + width * rng.normal(size=len(mos)) for name, width in zip(SEEDS, (0.4, 0.8, 2.0), strict=True)}
    return made.assign(**noise, plain=mos + 0.9 * rng.normal(size=len(mos)))


def evaluated(scores: pd.DataFrame, *methods: Column, **settings: Any) -> pd.DataFrame:
    return evaluate_scores(scores, methods, StatisticsSettings(**{"replicates": 100, **settings})).summary


def by_key(summary: pd.DataFrame, method: str) -> pd.DataFrame:
    """A method's statistics by level, condition and name: ``pair::srcc``."""
    own = summary[summary["method"] == method]
    own = own[~own["statistic"].str.contains("^(?:rank|p_best|best_group)_")]
    own = own.assign(key=own["level"] + ":" + own["condition"] + ":" + own["statistic"])
    return own.set_index("key").sort_index()


def test_every_statistic_at_every_level_is_the_mean_of_the_trainings(scores: pd.DataFrame) -> None:
    together = by_key(evaluated(scores, NET, PLAIN), "net")
    alone = [by_key(evaluated(scores, Column(name), PLAIN), name) for name in SEEDS]
    assert set(together["level"]) == {"pair", "condition", "reference", "system"}
    assert together["statistic"].nunique() > 8
    assert all(list(one.index) == list(together.index) for one in alone)
    np.testing.assert_allclose(together["value"], np.mean([one["value"] for one in alone], axis=0), rtol=1e-12)
    assert list(together["n"]) == list(alone[0]["n"])
    srcc = together["value"]["pair::srcc"]
    by_scipy = [stats.spearmanr(scores[name], scores["mos"]).statistic for name in SEEDS]
    assert srcc == pytest.approx(np.mean(by_scipy), abs=1e-12)
    ensemble = stats.spearmanr(scores[list(SEEDS)].mean(axis=1), scores["mos"]).statistic
    assert srcc < ensemble - 0.05, "the mean score would be an ensemble's"


def test_its_interval_is_that_of_the_mean(scores: pd.DataFrame) -> None:
    """Against a plain bootstrap of references with scipy; the trainings' own intervals are others."""
    row = by_key(evaluated(scores, NET, replicates=2000, interval="percentile"), "net").loc["pair::srcc"]
    drawn = np.random.default_rng(5).integers(0, REFERENCES, (2000, REFERENCES))
    rows = (drawn[:, :, None] * CONDITIONS + np.arange(CONDITIONS)).reshape(2000, -1)  # of a reference, four in a row
    ranks = [stats.zscore(stats.rankdata(scores[name].to_numpy()[rows], axis=1), axis=1) for name in ("mos", *SEEDS)]
    means = np.mean([(ranks[0] * each).mean(axis=1) for each in ranks[1:]], axis=0)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])), abs=0.012)


@pytest.mark.parametrize(
    "settings",
    [
        StatisticsSettings(replicates=100, interval="percentile"),
        StatisticsSettings(replicates=100, interval="percentile", resample="pair"),
        StatisticsSettings(replicates=100, interval="jackknife", mapping_resamples="once"),
        StatisticsSettings(replicates=100, comparisons="best", baseline="plain"),
    ],
    ids=["percentile", "pairs", "jackknife", "best only"],
)
def test_equal_trainings_are_one(scores: pd.DataFrame, settings: StatisticsSettings) -> None:
    """Values, intervals, tests, ranks and notes are those of a method with one column."""
    twice = scores.assign(again=scores[SEEDS[0]], flat=0.0)
    twice.loc[5, [SEEDS[0], "again"]] = np.nan
    plain = [PLAIN, Column("flat")]
    one = evaluate_scores(twice, [Column("net", columns=(SEEDS[0],)), *plain], settings)
    two = evaluate_scores(twice, [Column("net", columns=(SEEDS[0], "again")), *plain], settings)
    alone = evaluate_scores(twice.rename(columns={SEEDS[0]: "net"}), [Column("net"), *plain], settings)
    pd.testing.assert_frame_equal(one.summary, alone.summary)
    for name in ("summary", "comparisons"):
        pd.testing.assert_frame_equal(getattr(two, name), getattr(alone, name), rtol=1e-9)


def test_lower_is_better_turns_every_training(scores: pd.DataFrame) -> None:
    turned = scores.assign(**{name: -scores[name] for name in SEEDS})
    plain = by_key(evaluated(scores, NET), "net")
    other = by_key(evaluated(turned, Column("net", higher_is_better=False, columns=SEEDS)), "net")
    np.testing.assert_allclose(other["value"], plain["value"], rtol=1e-12)


def test_all_trainings_speak_of_the_pairs_that_all_scored(scores: pd.DataFrame) -> None:
    holed = scores.copy()
    holed.loc[:2, SEEDS[0]] = np.nan
    holed.loc[3, SEEDS[1]] = np.nan
    row = by_key(evaluated(holed, NET), "net").loc["pair::plcc"]
    rest = scores.iloc[4:]
    by_scipy = [stats.pearsonr(rest[name], rest["mos"])[0] for name in SEEDS]
    assert (row["value"], row["n"]) == (pytest.approx(np.mean(by_scipy), abs=1e-12), len(rest))


def test_a_training_without_any_score_is_left_out(scores: pd.DataFrame) -> None:
    holed = scores.assign(**{SEEDS[2]: np.nan})
    row = by_key(evaluated(holed, NET), "net").loc["pair::srcc"]
    by_scipy = [stats.spearmanr(scores[name], scores["mos"]).statistic for name in SEEDS[:2]]
    assert row["value"] == pytest.approx(np.mean(by_scipy), abs=1e-12)


def test_a_training_whose_statistic_is_undefined_is_left_out_and_named(scores: pd.DataFrame) -> None:
    row = by_key(evaluated(scores.assign(**{SEEDS[2]: 1.0}), NET), "net").loc["pair::srcc"]
    by_scipy = [stats.spearmanr(scores[name], scores["mos"]).statistic for name in SEEDS[:2]]
    assert row["value"] == pytest.approx(np.mean(by_scipy), abs=1e-12)
    assert "mean of 2 of 3 trainings: all scores are equal" in row["note"]
    nothing = by_key(evaluated(scores.assign(**dict.fromkeys(SEEDS, 1.0)), NET), "net").loc["pair::srcc"]
    assert np.isnan(nothing["value"])
    assert nothing["note"] == "all scores are equal"


def test_tests_of_single_correlations_are_not_made_of_means(scores: pd.DataFrame) -> None:
    settings = StatisticsSettings(replicates=50, tests=("steiger", "f-test"))
    rows = evaluate_scores(scores, [NET, PLAIN, Column(SEEDS[0])], settings).comparisons
    single = rows[(rows["method_a"] == "plain") & (rows["method_b"] == SEEDS[0])]
    assert single.loc[single["statistic"] == "plcc_steiger", "p_value"].notna().all()
    mean = rows[rows["statistic"].isin(["plcc_steiger", "rmse_f_test"]) & (rows["method_a"] == "net")]
    assert len(mean) == 4
    assert set(mean["test"]) == {"not tested: it is one of single trainings"}
    assert mean[["difference", "p_value"]].isna().all(axis=None)


def test_a_partition_has_the_mean_of_the_trainings(scores: pd.DataFrame) -> None:
    parts = [
        TestedPart(number, frozenset(scores["pair"][scores["cluster"].isin(names)]))
        for number, names in enumerate((["r0", "r1", "r2", "r3"], ["r4", "r5", "r6"], ["r1", "r7", "r8"]), 1)
    ]
    rows = partition_rows(scores, [NET, PLAIN], parts)
    own = rows[(rows["method"] == "net") & (rows["statistic"] == "krcc")]
    expected = []
    for part in parts:
        some = scores[scores["pair"].isin(part.pairs)]
        expected.append(np.mean([stats.kendalltau(some[name], some["mos"]).statistic for name in SEEDS]))
    by_part = own[own["aggregate"] == "partition"].set_index("partition")
    assert by_part["value"].tolist() == pytest.approx(expected, abs=1e-12)
    assert set(by_part["note"]) == {"mean of 3 seeds"}
    value = own.set_index("aggregate")["value"]
    assert (value["median"], value["sd"]) == pytest.approx((np.median(expected), np.std(expected, ddof=1)), abs=1e-12)


def test_a_partition_speaks_of_the_pairs_that_all_its_trainings_scored(scores: pd.DataFrame) -> None:
    holed = scores.copy()
    holed.loc[0, SEEDS[0]] = np.nan
    holed.loc[9, SEEDS[1]] = np.nan
    rows = partition_rows(holed, [NET], [TestedPart(1, frozenset(scores["pair"][:16]))])
    row = rows[(rows["statistic"] == "srcc") & (rows["aggregate"] == "partition")]
    rest = scores[:16].drop([0, 9])
    by_scipy = [stats.spearmanr(rest[name], rest["mos"]).statistic for name in SEEDS]
    assert (row["value"].item(), row["n"].item()) == (pytest.approx(np.mean(by_scipy), abs=1e-12), 14)


def test_of_choices_too(scores: pd.DataFrame) -> None:
    """The share of votes that follow a training, and what observers reach, which has no trainings."""
    rng = np.random.default_rng(7)
    first, second = rng.permutation(len(scores)).reshape(2, -1)
    names = scores["pair"].to_numpy()
    about = {"dataset": "set", "split": "test", "reference": scores["reference"].to_numpy()[first]}
    choices = pd.DataFrame({**about, "cluster": about["reference"], "condition": "", "first": names[first]})
    choices = choices.assign(second=names[second], preference=rng.integers(0, 6, len(first)) / 5, votes=5)
    made = evaluate_scores(scores, [NET, PLAIN], StatisticsSettings(replicates=50), choices=choices).summary
    found = made[(made["level"] == "choice") & (made["statistic"] == "score_2afc")].set_index("method")["value"]
    p = choices["preference"].to_numpy()
    shares = []
    for name in SEEDS:
        values = scores[name].to_numpy()
        shares.append(np.where(values[second] > values[first], p, 1 - p).mean())
    assert found["net"] == pytest.approx(np.mean(shares), abs=1e-12)
    assert found["ceiling"] == pytest.approx(np.maximum(p, 1 - p).mean(), abs=1e-12)
    parts = [TestedPart(1, frozenset(names))]
    rows = partition_rows(scores, [NET], parts, choices=choices)
    own = rows[(rows["statistic"] == "score_2afc") & (rows["aggregate"] == "partition")]
    assert own["value"].item() == pytest.approx(np.mean(shares), abs=1e-12)
