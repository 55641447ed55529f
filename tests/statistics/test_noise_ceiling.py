"""The noise ceiling against formulas, a plain loop over SciPy, and simulated studies with known quality."""

import math

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics.coverage_observers import VotingPanel, ceiling_coverage
from benchmark.statistics.noise_ceiling import (
    ALL_NOISE,
    MOST_GROUPS,
    NoisyLabels,
    ceilings,
    noise_variance,
    plcc_ceiling,
    simulated,
)


def noisy_labels(n: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    variance = noise**2 * rng.uniform(0.5, 1.5, n)
    return rng.normal(size=n) + np.sqrt(variance) * rng.normal(size=n), variance


def test_plcc_is_the_root_of_the_reliability() -> None:
    labels, variance = noisy_labels(50, 0.5)
    spread = sum((y - sum(labels) / 50) ** 2 for y in labels) / 49
    assert plcc_ceiling(labels, variance) == pytest.approx(math.sqrt(1 - sum(variance) / 50 / spread))
    assert plcc_ceiling(labels, 100 * variance) == 0.0
    assert math.isnan(plcc_ceiling(np.ones(5), np.ones(5)))


def test_ranks_are_those_of_a_loop_over_scipy() -> None:
    labels, variance = noisy_labels(40, 0.6)
    noise = np.random.default_rng(1).standard_normal((30, 40))
    share = math.sqrt(1 - variance.mean() / labels.var(ddof=1))
    true = labels.mean() + share * (labels - labels.mean())
    assert true.var(ddof=1) == pytest.approx(labels.var(ddof=1) - variance.mean())
    drawn = [true + row * np.sqrt(variance) for row in noise]
    srcc, krcc = simulated(labels, variance, noise)
    assert srcc == pytest.approx(np.mean([stats.spearmanr(true, row)[0] for row in drawn]), abs=1e-12)
    assert krcc == pytest.approx(np.mean([stats.kendalltau(true, row)[0] for row in drawn]), abs=1e-12)


@pytest.mark.parametrize("noise", [0.3, 0.8])
def test_normal_labels_reach_what_theory_says(noise: float) -> None:
    """Of a bivariate normal pair SRCC is 6/pi asin(r/2), KRCC 2/pi asin(r) (Kendall 1948)."""
    rng = np.random.default_rng(5)
    n = 2000
    labels = rng.normal(size=n) + noise * rng.normal(size=n)
    variance = np.full(n, noise**2)
    r = 1 / math.sqrt(1 + noise**2)
    found = {
        item.statistic: item.value for item in ceilings(NoisyLabels(labels, variance, np.arange(n) // 100), (1,), 0.95)
    }
    assert found["plcc"] == pytest.approx(r, abs=0.015)
    assert found["srcc"] == pytest.approx(6 / math.pi * math.asin(r / 2), abs=0.015)
    assert found["krcc"] == pytest.approx(2 / math.pi * math.asin(r), abs=0.015)
    twice = np.mean([stats.spearmanr(labels, labels + noise * rng.normal(size=n))[0] for _ in range(10)])
    if noise == 0.8:
        assert abs(twice - 6 / math.pi * math.asin(r / 2)) > 0.05  # noise on noisy labels is another thing


def test_labels_without_noise_allow_everything_and_noise_alone_nothing() -> None:
    labels = np.arange(20.0)
    clusters = np.arange(20) // 4
    certain = ceilings(NoisyLabels(labels, np.zeros(20), clusters), (1,), 0.95)
    assert [item.value for item in certain] == [1.0, 1.0, 1.0]
    assert all(math.isnan(item.low) for item in certain)
    assert "end of the scale" in certain[0].note
    nothing = {item.statistic: item for item in ceilings(NoisyLabels(labels, np.full(20, 99.0), clusters), (1,), 0.95)}
    assert nothing["plcc"].value == 0.0
    assert math.isnan(nothing["srcc"].value)
    assert math.isnan(nothing["krcc"].value)
    assert {item.note for item in nothing.values()} == {ALL_NOISE}
    alone = ceilings(NoisyLabels(*noisy_labels(20, 0.3), np.zeros(20, dtype=np.int64)), (1,), 0.95)
    assert all(item.value > 0.5 and math.isnan(item.low) and "one cluster" in item.note for item in alone)


def test_plccs_interval_is_the_jackknife_over_clusters() -> None:
    labels, variance = noisy_labels(60, 0.6)
    clusters = np.arange(60) // 6
    (found,) = [
        item for item in ceilings(NoisyLabels(labels, variance, clusters), (1,), 0.95) if item.statistic == "plcc"
    ]
    left = np.arctanh([plcc_ceiling(labels[clusters != k], variance[clusters != k]) for k in range(10)])
    u = left - left.mean()
    freedom = min(9, (u**2).sum() ** 2 / (u**4).sum())
    reach = stats.t.ppf(0.975, freedom) * math.sqrt(9 / 10 * (u**2).sum())
    centre = math.atanh(found.value)
    assert (found.low, found.high) == pytest.approx((math.tanh(centre - reach), math.tanh(centre + reach)))


def test_the_seed_decides_and_many_clusters_are_gathered() -> None:
    n = MOST_GROUPS + 30
    noisy = NoisyLabels(*noisy_labels(n, 0.6), np.arange(n))
    first, again, other = (ceilings(noisy, (seed,), 0.95) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert first[0].value == pytest.approx(other[0].value, abs=0.005)
    assert all(item.low < item.value < item.high for item in first)


def test_noise_comes_from_votes_then_from_spread_then_from_limits() -> None:
    nan = np.nan
    sd, count = np.array([2.0, 3.0, nan, nan]), np.array([4.0, nan, 9.0, nan])
    half = np.array([1.0, 1.959963984540054, nan, nan])
    np.testing.assert_allclose(noise_variance(sd, count, half, None), [1.0, 1.0, nan, nan])
    votes = np.array([[1.0, nan, 5.0, nan], [3.0, nan, 5.0, 2.0]])
    np.testing.assert_allclose(noise_variance(sd, count, half, votes), [1.0, 1.0, 0.0, nan])


@pytest.mark.long
def test_the_true_correlation_of_a_perfect_method_is_inside() -> None:
    """In 92 to 98 of 100 studies: that with the very labels, and that which ever new labels have on average."""
    held = ceiling_coverage(VotingPanel(references=60, conditions=1, observers=15, noise=1.5), 100, 3, threads=1)
    for statistic, item in held.items():
        assert 0.92 <= item.drawn <= 0.98, (statistic, item)
        assert 0.92 <= item.expected <= 0.98, (statistic, item)


@pytest.mark.long
def test_images_of_one_photograph_are_no_independent_ones() -> None:
    """The labels of a study vary less around its own ceiling than studies do, and the interval is for the latter."""
    held = ceiling_coverage(VotingPanel(references=30, conditions=4, observers=15, noise=1.5), 100, 2, threads=1)
    for statistic, item in held.items():
        assert 0.92 <= item.expected <= 0.98, (statistic, item)
        assert item.drawn >= 0.92, (statistic, item)
