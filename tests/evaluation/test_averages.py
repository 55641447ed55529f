"""Averages over data sets and spread over partitions, against plain pandas and NumPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.evaluation.averages import average_rows, difference_rows, weights_of
from benchmark.evaluation.partition_rows import STUDY_COLUMNS, partition_rows
from benchmark.evaluation.summarise import evaluate_scores
from benchmark.evaluation.trained_scores import TestedPart
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.settings import StatisticsSettings

SETTINGS = StatisticsSettings(replicates=100)
METHODS = [
    ScoredMethod(label="good", name="good", title="Good", higher_is_better=True),
    ScoredMethod(label="bad", name="bad", title="Bad", higher_is_better=False),
]


def scores_of(dataset: str, references: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = references * 5
    mos = rng.normal(size=n)
    names = [f"r{i // 5}" for i in range(n)]
    frame = pd.DataFrame({"dataset": dataset, "split": "", "fold": np.nan, "pair": [f"{dataset}{i}" for i in range(n)]})
    return frame.assign(
        reference=names,
        cluster=names,
        enhanced=frame["pair"],
        condition="",
        mos=mos,
        mos_sd=np.nan,
        observers=np.nan,
        good=mos + rng.normal(size=n),
        bad=-mos + 3 * rng.normal(size=n),
    )


@pytest.fixture(scope="module")
def study() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Scores, summary and comparisons of three data sets of different sizes."""
    scores = pd.concat([scores_of("a", 12, 1), scores_of("b", 30, 2), scores_of("c", 20, 3)], ignore_index=True)
    found = evaluate_scores(scores, METHODS, SETTINGS)
    return scores, found.summary.assign(partition=np.nan, aggregate="")[list(STUDY_COLUMNS)], found.comparisons


def of(table: pd.DataFrame, **cells: str) -> pd.DataFrame:
    for column, cell in cells.items():
        table = table[table[column] == cell]
    return table


def test_averages_are_plain_and_weighted_means_of_the_data_sets(
    study: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    scores, summary, _ = study
    averages = average_rows(summary)
    sizes = scores.groupby("dataset").size().to_numpy()
    for method in ("good", "bad"):
        for statistic in ("srcc", "plcc", "krcc"):
            own = of(summary, level="pair", method=method, statistic=statistic)["value"].to_numpy(dtype=float)
            for name, weights in (("average", None), ("weighted average", sizes)):
                row = of(averages, level="pair", dataset=name, method=method, statistic=statistic)
                assert row["value"].item() == pytest.approx(np.average(own, weights=weights), abs=1e-14)
                assert row["n"].item() == len(scores)


def test_errors_in_the_labels_units_have_no_average(study: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> None:
    assert "rmse" in set(study[1]["statistic"])
    averaged = set(average_rows(study[1])["statistic"])
    assert "rmse" not in averaged
    assert not [name for name in averaged if name.startswith(("rank_", "p_best", "best_group"))]


def test_a_method_without_a_value_on_one_data_set_has_no_average(
    study: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    _, summary, _ = study
    gone = (summary["dataset"] == "b") & (summary["method"] == "bad")
    averages = of(average_rows(summary[~gone]), level="pair", statistic="srcc", dataset="average")
    row = of(averages, method="bad")
    assert np.isnan(row["value"].item())
    assert row["note"].item() == "no value on b"
    assert np.isfinite(of(averages, method="good")["value"].item())


def test_the_interval_of_an_average_covers_over_independent_data_sets() -> None:
    """400 studies of two data sets of 15 references each; the truth is the mean of both populations' correlations."""
    rng = np.random.default_rng(0)
    truth = np.mean([0.6, 0.8])
    covered = 0
    for _ in range(400):
        rows = []
        for dataset, rho in (("a", 0.6), ("b", 0.8)):
            x = rng.normal(size=60)
            y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=60)
            r = float(stats.pearsonr(x, y).statistic)
            z, half = np.arctanh(r), 1.96 / np.sqrt(57)
            ends = np.tanh([z - half, z + half])
            rows.append([dataset, "", "pair", "", "m", "plcc", r, *ends, 60, 15, "jackknife-t", "", np.nan, ""])
        row = of(average_rows(pd.DataFrame(rows, columns=list(STUDY_COLUMNS))), dataset="average")
        covered += row["ci_low"].item() <= truth <= row["ci_high"].item()
    assert 0.92 <= covered / 400 <= 0.98


def test_differences_of_averages_rest_on_those_of_the_data_sets(
    study: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    _, summary, comparisons = study
    found = of(difference_rows(comparisons, summary, ["good", "bad"], SETTINGS), dataset="average", level="pair")
    found = of(found, statistic="srcc")
    own = of(comparisons, level="pair", statistic="srcc")
    assert found["difference"].item() == pytest.approx(own["difference"].mean(), abs=1e-14)
    half = ((own["ci_high"] - own["ci_low"]) / 2).to_numpy()
    reach = np.sqrt((half**2).sum()) / 3
    assert found["ci_high"].item() == pytest.approx(found["difference"].item() + reach)
    p = 2 * stats.norm.sf(abs(found["difference"].item()) / (reach / stats.norm.ppf(0.975)))
    assert found["p_value"].item() == pytest.approx(p)
    assert found["significant"].item() == (p < 0.05)


def test_the_weights_sum_to_one() -> None:
    assert weights_of("weighted average", np.array([1.0, 3.0])).tolist() == [0.25, 0.75]
    assert weights_of("average", np.array([1.0, 3.0])).tolist() == [0.5, 0.5]


def test_each_partition_has_the_statistics_of_its_tested_pairs() -> None:
    scores = scores_of("a", 20, 4)
    rng = np.random.default_rng(1)
    parts = [
        TestedPart(
            number, frozenset(scores["pair"][scores["cluster"].isin(rng.permutation(scores["cluster"].unique())[:6])])
        )
        for number in range(1, 6)
    ]
    rows = partition_rows(scores, METHODS, parts)
    values = []
    for part in parts:
        tested = scores[scores["pair"].isin(part.pairs)]
        expected = stats.spearmanr(-tested["bad"], tested["mos"]).statistic
        row = rows[(rows["partition"] == part.number) & (rows["method"] == "bad") & (rows["statistic"] == "srcc")]
        assert row["value"].item() == pytest.approx(expected, abs=1e-12)
        assert (row["n"].item(), row["n_clusters"].item()) == (30, 6)
        values.append(expected)
    chosen = of(rows, method="bad", statistic="srcc").set_index("aggregate")["value"]
    assert chosen["median"] == pytest.approx(np.median(values))
    assert chosen["mean"] == pytest.approx(np.mean(values))
    assert chosen["sd"] == pytest.approx(np.std(values, ddof=1))
    assert chosen["quartile 1"] == pytest.approx(np.quantile(values, 0.25))
    assert (chosen["minimum"], chosen["maximum"]) == pytest.approx((min(values), max(values)))


def test_partitions_without_a_value_are_counted_beside_the_aggregate() -> None:
    scores = scores_of("a", 6, 5)
    flat = scores["cluster"] == "r0"
    scores.loc[flat, "good"] = 1.0
    parts = [TestedPart(1, frozenset(scores["pair"][flat])), TestedPart(2, frozenset(scores["pair"][~flat]))]
    rows = of(partition_rows(scores, METHODS, parts), method="good", statistic="srcc")
    assert of(rows, aggregate="median")["note"].item() == "undefined in 1 of 2 partitions"
    assert rows[rows["partition"] == 1]["note"].item() == "all scores are equal"
    assert np.isfinite(of(rows, aggregate="median")["value"].item())
    assert np.isnan(of(rows, aggregate="sd")["value"].item())


def test_an_average_at_the_end_of_a_statistics_range_has_no_interval(
    study: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    summary = study[1].copy()
    own = (summary["level"] == "pair") & (summary["statistic"] == "srcc") & (summary["method"] == "good")
    summary.loc[own, "value"] = 1.0
    made = of(average_rows(summary), dataset="average", level="pair", statistic="srcc", method="good")
    assert made["value"].item() == 1.0
    assert made[["ci_low", "ci_high"]].isna().all(axis=None)
