"""Methods that are trained by partition in a study's tables: rows of summary.csv and comparisons.csv, against SciPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.core.errors import DataError
from benchmark.evaluation.partition_rows import partition_rows
from benchmark.evaluation.trained_differences import trained_comparisons
from benchmark.evaluation.trained_folds import trained
from benchmark.evaluation.trained_rows import trained_notes, trained_summary
from benchmark.evaluation.trained_scores import TestedPart, TrainedScores, read_partitions, trained_parts
from benchmark.results.scored import ScoredMethod
from benchmark.statistics import StatisticsSettings
from benchmark.statistics.trained import corrected_t

SETTINGS = StatisticsSettings(replicates=200)
FOLDS, REFERENCES, EACH = 5, 20, 4


def method(label: str, *, by_partition: bool = False, higher: bool = True) -> ScoredMethod:
    return ScoredMethod(label=label, name=label, title=label, higher_is_better=higher, by_partition=by_partition)


METHODS = [method("psnr"), method("mine", by_partition=True), method("yours", by_partition=True)]


@pytest.fixture
def scores() -> pd.DataFrame:
    """Five folds of four references."""
    rng = np.random.default_rng(0)
    n = REFERENCES * EACH
    names = [f"r{i // EACH:02}" for i in range(n)]
    mos = rng.normal(size=n)
    return pd.DataFrame({"dataset": "A", "split": "", "pair": [f"p{i:02}" for i in range(n)]}).assign(
        reference=names,
        cluster=names,
        condition="",
        mos=mos,
        mos_sd=np.nan,
        observers=np.nan,
        psnr=mos + rng.normal(size=n),
        mine=np.nan,
        yours=np.nan,
    )


def parts_of(scores: pd.DataFrame, seeds: int = 2, offset: float = 5.0) -> list[TestedPart]:
    """Each training has a level of its own; ``mine`` follows the labels better than ``yours``."""
    rng = np.random.default_rng(1)
    found = []
    for number in range(FOLDS):
        own = scores[scores["reference"].isin([f"r{i:02}" for i in range(4 * number, 4 * number + 4)])]
        others = scores[scores["reference"] == f"r{(4 * number + 4) % REFERENCES:02}"]
        made = {}
        for label, noise in (("mine", 0.3), ("yours", 2.0)):
            each = []
            for seed in range(seeds):
                level = offset * rng.normal()
                tested, validation = (
                    dict(
                        zip(rows["pair"], 0.1 * (rows["mos"] + noise * rng.normal(size=len(rows))) + level, strict=True)
                    )
                    for rows in (own, others)
                )
                each.append(TrainedScores(seed, tested, validation))
            made[label] = each
        part = TestedPart(number + 1, frozenset(own["pair"]), made, frozenset(others["pair"]), trained_on=15)
        found.append(part)
    return found


def srcc_by_part(scores: pd.DataFrame, parts: list[TestedPart], label: str) -> list[float]:
    labels = scores.set_index("pair")["mos"]
    return [
        float(
            np.mean(
                [
                    stats.spearmanr([labels[name] for name in item.scores], list(item.scores.values())).statistic
                    for item in part.trained[label]
                ]
            )
        )
        for part in parts
    ]


def value(rows: pd.DataFrame, aggregate: str, label: str, statistic: str = "srcc") -> dict[str, Any]:
    chosen = (rows["aggregate"] == aggregate) & (rows["method"] == label) & (rows["statistic"] == statistic)
    (row,) = rows[chosen].to_dict("records")
    return {str(key): cell for key, cell in row.items()}


def test_a_partition_has_the_mean_of_its_seeds(scores: pd.DataFrame) -> None:
    parts = parts_of(scores)
    rows = partition_rows(scores, METHODS, parts)
    chosen = rows[(rows["aggregate"] == "partition") & (rows["method"] == "mine") & (rows["statistic"] == "srcc")]
    np.testing.assert_allclose(chosen["value"], srcc_by_part(scores, parts, "mine"), atol=1e-12)
    assert set(chosen["note"]) == {"mean of 2 seeds"}
    assert value(rows, "median", "mine")["value"] == pytest.approx(np.median(srcc_by_part(scores, parts, "mine")))
    assert value(rows, "sd", "mine")["note"] == "a spread over partitions, not an interval"


def test_a_seed_without_a_value_is_said(scores: pd.DataFrame) -> None:
    parts = parts_of(scores)
    flat, other = parts[0].trained["mine"]
    parts[0] = replace(
        parts[0], trained={**parts[0].trained, "mine": [replace(flat, scores=dict.fromkeys(flat.scores, 1.0)), other]}
    )
    rows = partition_rows(scores, METHODS, parts)
    first = rows[(rows["partition"] == 1) & (rows["method"] == "mine") & (rows["statistic"] == "srcc")].iloc[0]
    assert first["note"] == "mean of 1 of 2 seeds: all scores are equal"
    summary = trained_summary(trained(scores, METHODS, parts), SETTINGS)
    assert value(summary, "within", "mine")["note"] == "undefined in 1 of 10 trainings, which are left out"


def test_within_and_pooled_have_rows_with_intervals(scores: pd.DataFrame) -> None:
    parts = parts_of(scores)
    summary = trained_summary(trained(scores, METHODS, parts), SETTINGS)
    within = value(summary, "within", "mine")
    assert within["value"] == pytest.approx(np.mean(srcc_by_part(scores, parts, "mine")), abs=1e-12)
    assert within["ci_low"] < within["value"] < within["ci_high"]
    assert within["interval"] == "jackknife-t, within partitions"
    assert (within["n"], within["n_clusters"]) == (80, 20)
    pooled = value(summary, "pooled", "mine")["value"]
    each = []
    labels = scores.set_index("pair")["mos"]
    for seed in range(2):
        x, y = [], []
        for part in parts:
            item = part.trained["mine"][seed]
            line = stats.linregress(list(item.validation.values()), [labels[name] for name in item.validation])
            x += [line.intercept + line.slope * score for score in item.scores.values()]
            y += [labels[name] for name in item.scores]
        each.append(stats.spearmanr(x, y).statistic)
    assert pooled == pytest.approx(np.mean(each), abs=1e-12)
    raw = stats.spearmanr(
        [score for part in parts for score in part.trained["mine"][0].scores.values()],
        [labels[name] for part in parts for name in part.trained["mine"][0].scores],
    ).statistic
    assert pooled > raw + 0.3


@pytest.mark.parametrize("lower_mos_better", [False, True])
def test_a_training_s_own_scaling_goes_before_its_validation(scores: pd.DataFrame, *, lower_mos_better: bool) -> None:
    parts = parts_of(scores)
    labels = scores.set_index("pair")["mos"]
    made = []
    for part in parts:
        low, high = -3.0 - part.number, 3.0 + part.number
        top = 0 if lower_mos_better else 1
        tested = {name: abs((labels[name] - low) / (high - low) - 1 + top) for name in sorted(part.pairs)}
        made.append(replace(part, trained={"mine": [TrainedScores(0, tested, {"p00": 1.0}, (low, high))]}))
    data = trained(scores, METHODS[:2], made, lower_mos_better=lower_mos_better)
    row = value(trained_summary(data, SETTINGS), "pooled", "mine", "plcc")
    assert row["value"] == pytest.approx(1.0)
    assert row["note"] == "no interval: at the end of the scale"


def test_a_line_that_falls_or_is_missing_is_said(scores: pd.DataFrame) -> None:
    parts = parts_of(scores)
    first, second = parts[1].trained["mine"]
    turned = replace(second, validation={name: -score for name, score in second.validation.items()})
    parts[1] = replace(parts[1], trained={**parts[1].trained, "mine": [first, turned]})
    note = value(trained_summary(trained(scores, METHODS, parts), SETTINGS), "pooled", "mine")["note"]
    assert note == "the line fitted on validation does not rise for partition 2 (training 2)"
    for given in ({}, dict.fromkeys(second.validation, 1.0)):
        parts[1] = replace(parts[1], trained={**parts[1].trained, "mine": [first, replace(second, validation=given)]})
        row = value(trained_summary(trained(scores, METHODS, parts), SETTINGS), "pooled", "mine")
        assert np.isnan(row["value"])
        assert row["note"].startswith("no line to the labels' units for partition 2 (training 2)")


def test_nothing_is_added_where_nothing_is_trained(scores: pd.DataFrame) -> None:
    parts = [replace(part, trained={}) for part in parts_of(scores)]
    data = trained(scores, METHODS[:1], parts)
    assert not len(trained_summary(data, SETTINGS))
    assert not len(trained_comparisons(data, SETTINGS))
    assert trained_notes(data, trained_summary(data, SETTINGS)) == ([], [])


def test_differences_are_tested_over_partitions_and_corrected_by_holm(scores: pd.DataFrame) -> None:
    methods = [*METHODS, method("ssim")]
    scores["ssim"] = scores["psnr"] + 0.1
    parts = parts_of(scores)
    rows = trained_comparisons(trained(scores, methods, parts), SETTINGS)
    rows = rows[rows["statistic"] == "srcc"].set_index(["method_a", "method_b"])
    assert ("psnr", "ssim") not in rows.index, "two that do not learn: the cluster bootstrap over all pairs"
    assert len(rows) == 5
    gaps = np.array(srcc_by_part(scores, parts, "mine")) - np.array(srcc_by_part(scores, parts, "yours"))
    expected = corrected_t(gaps, 4 / 15)
    (row,) = rows.loc[[("mine", "yours")]].to_dict("records")
    assert (row["difference"], row["p_value"]) == pytest.approx((expected.value, expected.p_value), rel=1e-9)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((expected.low, expected.high), rel=1e-9)
    order = np.argsort(rows["p_value"].to_numpy())
    by_hand = np.minimum(1, np.maximum.accumulate(rows["p_value"].to_numpy()[order] * [5, 4, 3, 2, 1]))
    np.testing.assert_allclose(rows["p_adjusted"].to_numpy()[order], by_hand, rtol=1e-12)
    assert set(rows["test"]) == {"corrected t over partitions, Holm"}
    plain = trained_comparisons(trained(scores, methods, parts), StatisticsSettings(multiplicity="none"))
    assert (plain["p_adjusted"] == plain["p_value"]).all()


def test_a_difference_is_of_the_pairs_that_both_scored(scores: pd.DataFrame) -> None:
    parts = parts_of(scores, seeds=1)
    (only,) = parts[0].trained["yours"]
    lacking = dict(list(only.scores.items())[:7])
    parts[0] = replace(parts[0], trained={**parts[0].trained, "yours": [replace(only, scores=lacking)]})
    rows = trained_comparisons(trained(scores, METHODS, parts), SETTINGS).set_index(
        ["statistic", "method_a", "method_b"]
    )
    (mine,) = parts[0].trained["mine"]
    labels = scores.set_index("pair")["mos"]
    first = [
        stats.spearmanr([labels[name] for name in lacking], [item[name] for name in lacking]).statistic
        for item in (mine.scores, lacking)
    ]
    others = np.array(srcc_by_part(scores, parts, "mine")) - np.array(srcc_by_part(scores, parts, "yours"))
    found = rows.loc[("srcc", "mine", "yours"), "difference"]
    assert found == pytest.approx(np.mean([first[0] - first[1], *others[1:]]), abs=1e-12)


def test_what_is_not_tested_says_why(scores: pd.DataFrame) -> None:
    def tests(change: Callable[[TestedPart], TestedPart]) -> set[str]:
        rows = trained_comparisons(trained(scores, METHODS, [change(part) for part in parts_of(scores)]), SETTINGS)
        return set(rows["test"])

    assert tests(lambda part: replace(part, trained_on=0)) == {
        "not tested: how many references are trained on is not known"
    }
    assert "corrected t over partitions, 4 of 5, Holm" in tests(
        lambda part: replace(part, trained={}) if part.number == 2 else part
    )
    assert "not tested: fewer than two partitions with a value" in tests(
        lambda part: replace(part, trained={}) if part.number > 1 else part
    )


def test_the_parts_of_the_variance_are_rows_and_shares_a_note(scores: pd.DataFrame) -> None:
    data = trained(scores, METHODS, parts_of(scores, seeds=3))
    summary = trained_summary(data, SETTINGS)
    seed = value(summary, "variance: seed", "yours")
    parts = parts_of(scores, seeds=3)
    labels = scores.set_index("pair")["mos"]
    each = [
        [
            stats.spearmanr([labels[name] for name in item.scores], list(item.scores.values())).statistic
            for item in part.trained["yours"]
        ]
        for part in parts
    ]
    assert seed["value"] == pytest.approx(np.mean(np.var(each, axis=1, ddof=1)), rel=1e-9)
    assert seed["note"].endswith("% of the variance of one training")
    assert value(summary, "variance: test sampling", "yours")["value"] > 0
    assert not len(summary[(summary["method"] == "psnr") & summary["aggregate"].str.startswith("variance")])
    shared, shares = trained_notes(data, summary)
    assert "Nadeau and Bengio" in shared[1]
    assert shares[1].startswith("yours: variance of the SRCC of one training: seed ")
    one = trained_summary(trained(scores, METHODS, parts_of(scores, seeds=1)), SETTINGS)
    assert value(one, "variance: seed", "yours")["note"] == "one seed a partition"
    assert "with the seed's part" in value(one, "variance: training set", "yours")["note"]


HEAD = "dataset,partition,seed,pair,method,score\n"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("dataset,partition,pair\nA,1,p00\n", "no column 'seed'"),
        (HEAD + "A,1,0,p00,mine,x\n", "line 2: score 'x' is no number"),
        (HEAD + "A,1,0,p00,mine,1\nA,1.5,0,p01,mine,1\n", "line 3: partition '1.5' is no whole number"),
        (HEAD + "A,,0,p00,mine,1\n", "line 2: partition '' is no whole number"),
        (HEAD + "B,1,0,p00,mine,1\n", "no row of the data set 'A'"),
        (HEAD + "A,9,0,p00,mine,1\n", "partition 9: the protocol makes 5 partitions"),
        (HEAD + "A,1,0,p79,mine,1\n", "pair 'p79': its partition neither tests this pair nor validates with it"),
        (HEAD + "A,1,0,p00,mine,1\nA,1,0,p00,mine,2\n", "partition 1, seed 0, method 'mine', pair 'p00' stands twice"),
        (HEAD + "A,1,,p00,mine,1\nA,1,,p00,mine,2\n", "partition 1, method 'mine', pair 'p00' stands twice"),
        (HEAD + "A,1,0,p00,psnr,1\n", "the method 'psnr' has the name of another column"),
        (HEAD.strip() + ",label_low,label_high\nA,1,0,p00,mine,1,5,5\n", "one label_low, below its one label_high"),
    ],
)
def test_what_is_wrong_in_partitions_csv_is_named(
    scores: pd.DataFrame, tmp_path: Path, rows: str, message: str
) -> None:
    file = tmp_path / "partitions.csv"
    file.write_text(rows)
    parts = [replace(part, trained={}) for part in parts_of(scores)]
    with pytest.raises(DataError, match=message.replace("(", r"\(")):
        trained_parts(read_partitions(file), parts, "A", str(file), ["psnr"])


def test_partitions_csv_gives_seeds_validation_and_scaling(scores: pd.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "partitions.csv"
    parts = [replace(part, trained={}) for part in parts_of(scores)]
    head = HEAD.strip() + ",label_low,label_high\n"
    file.write_text(
        head + "A,1,0,p00,mine,0.5,1,9\nA,1,0,p16,mine,0.25,1,9\nA,1,1,p00,mine,,1,9\nB,1,1,p00,mine,3,1,9\n"
    )
    first, *others = trained_parts(read_partitions(file), parts, "A", str(file))
    zero, one = first.trained["mine"]
    assert (zero.seed, zero.scores, zero.validation, zero.scaling) == (0, {"p00": 0.5}, {"p16": 0.25}, (1, 9))
    assert one.seed == 1
    assert np.isnan(one.scores["p00"])
    assert not any(part.trained for part in others)
