"""Planning: the simulated model has the correlations it says, and power behaves as the normal approximation says."""

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics import StatisticsSettings, simulate_power, smallest_difference
from benchmark.statistics.power import wilson
from benchmark.statistics.simulated import Model, pearson_for_srcc, simulate, true_values


def test_the_model_has_the_correlations_it_says() -> None:
    table = simulate(Model(references=20_000, conditions=3), (0.8, -0.3), np.random.default_rng(0))
    for row, r in enumerate((0.8, -0.3)):
        truth = true_values(r)
        x, y = table.scores[row], table.labels
        assert stats.pearsonr(x, y).statistic == pytest.approx(truth["plcc"], abs=0.01)
        assert stats.spearmanr(x, y).statistic == pytest.approx(truth["srcc"], abs=0.01)
        assert stats.kendalltau(x, y).statistic == pytest.approx(truth["krcc"], abs=0.01)
    assert true_values(pearson_for_srcc(0.8))["srcc"] == pytest.approx(0.8, abs=1e-12)
    by_reference = table.labels.reshape(-1, 3)
    assert np.corrcoef(by_reference[:, 0], by_reference[:, 1])[0, 1] == pytest.approx(0.5, abs=0.03)


def test_power_grows_with_references_and_agrees_with_its_own_spread() -> None:
    settings = StatisticsSettings(replicates=300)
    found = []
    for references in (12, 60, 240):
        model = Model(references=references, conditions=6)
        rng = np.random.default_rng(1)
        found.append(simulate_power(model, srcc=0.8, difference=0.05, rng=rng, studies=60, settings=settings))
    assert found[0].detected < found[1].detected < found[2].detected
    assert found[0].detectable > found[1].detectable > found[2].detectable
    assert found[1].detectable == pytest.approx((1.959964 + 0.841621) * found[1].spread, rel=1e-6)
    normal = stats.norm.sf(stats.norm.ppf(0.975) - 0.05 / found[1].spread)
    assert found[1].low - 0.1 <= normal <= found[1].high + 0.1


def test_impossible_plans_are_refused() -> None:
    with pytest.raises(ValueError, match="difference"):
        simulate_power(Model(references=9, conditions=2), srcc=0.8, difference=0.0, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="two references"):
        Model(references=1, conditions=6)
    with pytest.raises(ValueError, match="share"):
        Model(references=9, conditions=6, reference_share=1.5)


def test_the_smallest_difference_comes_from_the_interval() -> None:
    """A standard error of .01: (1.960 + 0.842) times it."""
    reach = 1.959964 * 0.01
    found = smallest_difference([0.1 - reach, np.nan], [0.1 + reach, np.nan], 0.95)
    assert found[0] == pytest.approx(0.02801585, abs=1e-7)
    assert np.isnan(found[1])
    half = stats.t.ppf(0.975, 7) * 0.01
    few = smallest_difference(0.1 - half, 0.1 + half, 0.95, freedom=7)
    assert few == pytest.approx(0.01 * (stats.t.ppf(0.975, 7) + stats.t.ppf(0.8, 7)), abs=1e-12)


def test_wilson_is_scipys() -> None:
    expected = stats.binomtest(37, 120).proportion_ci(method="wilson")
    assert wilson(37, 120) == pytest.approx((expected.low, expected.high), abs=1e-12)
