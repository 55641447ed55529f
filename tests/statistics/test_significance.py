"""Intervals and corrections against closed forms, SciPy, and what they must do under no difference."""

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics import holm, interval, leave_one_out_counts, max_t, replicate, two_sided_p


def test_the_jackknife_of_a_mean_is_students_interval() -> None:
    x = np.random.default_rng(0).normal(size=12)
    left_out = leave_one_out_counts(12) @ x / 11
    found = interval(float(x.mean()), np.empty(0), left_out, method="jackknife", confidence=0.95, fisher=False)
    low, high = stats.t.interval(0.95, 11, loc=x.mean(), scale=stats.sem(x))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


def test_percentiles_are_numpys_quantiles_and_undefined_resamples_are_counted() -> None:
    draws = np.random.default_rng(0).normal(size=1000)
    found = interval(0.0, draws, np.zeros(9), method="percentile", confidence=0.9, fisher=True)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(draws, (0.05, 0.95))))
    draws[:40] = np.nan
    some = interval(0.0, draws, np.zeros(9), method="percentile", confidence=0.9, fisher=True)
    assert some.note == "undefined in 40 of 1000 resamples"
    assert np.isfinite(some.low)
    draws[:60] = np.nan
    assert np.isnan(interval(0.0, draws, np.zeros(9), method="percentile", confidence=0.9, fisher=True).low)


def test_bca_agrees_with_scipy_on_the_same_resamples() -> None:
    rng = np.random.default_rng(1)
    x = rng.exponential(size=40)
    draws = x[rng.integers(0, 40, (20_000, 40))].mean(axis=1)
    left_out = (x.sum() - x) / 39
    found = interval(float(x.mean()), draws, left_out, method="bca", confidence=0.95, fisher=False)
    reference = stats.bootstrap((x,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(2))
    assert found.low == pytest.approx(reference.confidence_interval.low, abs=0.06)
    assert found.high == pytest.approx(reference.confidence_interval.high, abs=0.06)


def test_p_values_have_the_correction_and_two_sides() -> None:
    assert two_sided_p(np.ones(99)) == pytest.approx(2 / 100)
    assert two_sided_p(-np.ones(99)) == pytest.approx(2 / 100)
    assert two_sided_p(np.concatenate([np.ones(50), -np.ones(50)])) == 1.0


def test_holm_on_a_worked_example() -> None:
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, np.nan])), [0.03, 0.06, 0.06, np.nan])


def test_max_t_finds_the_one_difference_and_keeps_the_rest() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(size=(20, 2000))
    differences = np.zeros(20)
    differences[3] = 6.0
    adjusted = max_t(differences, noise + differences[:, None])
    assert adjusted[3] < 0.01
    assert (np.delete(adjusted, 3) == 1.0).all()
    single = max_t(np.array([1.96]), 1.96 + rng.normal(size=(1, 20_000)))
    assert single[0] == pytest.approx(0.05, abs=0.01), "one comparison needs no correction"


def test_max_t_controls_the_family_under_no_difference() -> None:
    rng = np.random.default_rng(6)
    families = 300
    rejected = 0
    for _ in range(families):
        common = rng.normal(size=(10, 400))
        rejected += bool((max_t(common[:, 0].copy(), common[:, 1:]) < 0.05).any())
    assert rejected / families < 0.09


def test_an_undefined_difference_stays_undefined() -> None:
    draws = 9.0 + np.random.default_rng(0).normal(size=(2, 100))
    adjusted = max_t(np.array([np.nan, 9.0]), draws)
    assert np.isnan(adjusted[0])
    assert adjusted[1] < 0.05


def test_replicates_of_equal_clusters_are_the_statistic_itself() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=30), rng.normal(size=30)
    once = replicate("srcc", x, y, np.zeros(30, dtype=np.intp), np.full((3, 1), 2.0))
    np.testing.assert_allclose(once, stats.spearmanr(x, y).statistic, atol=1e-12)
