"""Correlations in groups against SciPy; intervals and differences against the jackknife written out, and simulated."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics.grouped import PairsOfMethod, grouped, of_two

SCIPY: dict[str, Any] = {"srcc": stats.spearmanr, "plcc": stats.pearsonr, "krcc": stats.kendalltau}


def made(seed: int = 0, references: int = 12, each: int = 6) -> PairsOfMethod:
    """References of six images; the groups are the images' numbers, three by three, so that they share references."""
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(references), each)
    labels = rng.normal(size=len(clusters)) + rng.normal(size=references)[clusters]
    scores = labels + 2 * rng.normal(size=len(clusters))
    return PairsOfMethod(labels, scores, clusters, np.tile(np.arange(each) // 3, references))


def scipy_of(pairs: PairsOfMethod, statistic: str, rows: np.ndarray) -> float:
    return float(SCIPY[statistic](pairs.scores[rows], pairs.labels[rows]).statistic)


@pytest.mark.parametrize("statistic", list(SCIPY))
def test_values_are_scipys_and_the_mean_is_weighted_by_pairs(statistic: str) -> None:
    pairs = made()
    groups = pairs.groups.copy()
    groups[:10] = -1  # in no group
    pairs = PairsOfMethod(pairs.labels, pairs.scores, pairs.clusters, groups)
    found = grouped(pairs, 2, statistic)
    own = [scipy_of(pairs, statistic, groups == group) for group in (0, 1)]
    sizes = [int((groups == group).sum()) for group in (0, 1)]
    assert [item.value for item in found.each] == pytest.approx(own)
    assert [item.n for item in found.each] == sizes
    assert found.within.value == pytest.approx(np.average(own, weights=sizes))
    assert found.pooled.value == pytest.approx(scipy_of(pairs, statistic, groups >= 0))


def test_the_mean_within_leaves_out_groups_without_a_value_with_their_pairs() -> None:
    pairs = made()
    labels = np.where(pairs.groups == 0, 1.0, pairs.labels)
    found = grouped(PairsOfMethod(labels, pairs.scores, pairs.clusters, pairs.groups), 2, "srcc")
    assert np.isnan(found.each[0].value)
    assert found.within.value == pytest.approx(found.each[1].value)


def jackknife(values: np.ndarray, value: float) -> tuple[float, float]:
    """Standard error and t quantile, written out."""
    k = len(values)
    return float(np.sqrt((k - 1) / k * ((values - values.mean()) ** 2).sum())), float(stats.t.ppf(0.975, k - 1))


def test_a_difference_of_groups_that_share_references_leaves_each_out_of_both() -> None:
    pairs = made()
    found = grouped(pairs, 2, "krcc")
    left = []
    for cluster in range(12):
        kept = pairs.clusters != cluster
        left.append(
            scipy_of(pairs, "krcc", kept & (pairs.groups == 0)) - scipy_of(pairs, "krcc", kept & (pairs.groups == 1))
        )
    error, quantile = jackknife(np.array(left), 0)
    item = found.difference(0, 1, 0.95)
    assert item.value == pytest.approx(found.each[0].value - found.each[1].value)
    assert (item.low, item.high) == pytest.approx((item.value - quantile * error, item.value + quantile * error))
    assert item.p_value == pytest.approx(2 * stats.t.sf(abs(item.value) / error, 11))
    assert found.difference(1, 0, 0.95).value == -item.value
    assert item.n_clusters == 12


def test_a_difference_of_independent_groups_is_welchs() -> None:
    pairs = made(references=20)
    pairs = PairsOfMethod(pairs.labels, pairs.scores, pairs.clusters, (pairs.clusters >= 8).astype(np.int64))
    found = grouped(pairs, 2, "plcc")
    parts = []
    for group, members in ((0, range(8)), (1, range(8, 20))):
        rows = pairs.groups == group
        left = [scipy_of(pairs, "plcc", rows & (pairs.clusters != cluster)) for cluster in members]
        error, _ = jackknife(np.array(left), 0)
        parts.append((error**2, len(left) - 1))
    total = sum(variance for variance, _ in parts)
    freedom = total**2 / sum(variance**2 / free for variance, free in parts)
    item = found.difference(0, 1, 0.95)
    reach = stats.t.ppf(0.975, freedom) * np.sqrt(total)
    assert (item.low, item.high) == pytest.approx((item.value - reach, item.value + reach))
    assert item.p_value == pytest.approx(2 * stats.t.sf(abs(item.value) / np.sqrt(total), freedom))


def test_two_methods_on_the_same_pairs() -> None:
    one = made()
    other = PairsOfMethod(one.labels, -one.scores, one.clusters, one.groups)
    first, second, gap = of_two(one, other, "srcc")
    assert second.value == pytest.approx(-first.value)
    assert gap.value == pytest.approx(2 * first.value)
    same = of_two(one, one, "srcc")[2]
    assert same.value == 0
    assert same.p_value == 1 or np.isnan(same.p_value)


def test_signs_are_those_of_intervals_only() -> None:
    found = grouped(made(references=40), 2, "srcc")
    assert all(item.sign == (1 if item.low > 0 else -1 if item.high < 0 else 0) for item in (*found.each, found.within))
    single = grouped(made(references=1), 2, "srcc")
    assert single.within.sign == 0
    assert single.within.note


def test_where_nothing_differs_five_percent_are_found_and_intervals_cover() -> None:
    """Shared references, and independent thirds, of two groups that are alike in truth."""
    found = {"shared": 0, "apart": 0}
    studies = 400
    for seed in range(studies):
        pairs = made(seed, references=30)
        found["shared"] += grouped(pairs, 2, "srcc").difference(0, 1, 0.95).p_value < 0.05
        apart = PairsOfMethod(pairs.labels, pairs.scores, pairs.clusters, (pairs.clusters % 2).astype(np.int64))
        found["apart"] += grouped(apart, 2, "srcc").difference(0, 1, 0.95).p_value < 0.05
    assert all(0.02 <= count / studies <= 0.08 for count in found.values()), found
