"""Intervals against closed forms and SciPy."""

import math

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics import interval, leave_one_out
from benchmark.statistics.intervals import Interval, choose, of_differences, or_percentiles
from benchmark.statistics.resampling import FloatArray

NOTHING = np.empty(0)


def test_the_jackknife_of_a_mean_is_students_interval() -> None:
    x = np.random.default_rng(0).normal(size=12)
    left_out = np.concatenate(list(leave_one_out(12))) @ x / 11
    found = interval(float(x.mean()), NOTHING, left_out, kind="jackknife", confidence=0.95)
    low, high = stats.t.interval(0.95, 11, loc=x.mean(), scale=stats.sem(x))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize(
    ("scale", "forth", "back"),
    [
        ("fisher", np.arctanh, np.tanh),
        ("log", np.log, np.exp),
        ("logit", lambda p: np.log(p / (1 - p)), stats.logistic.cdf),
    ],
)
def test_the_jackknife_works_on_its_scale(scale: str, forth: object, back: object) -> None:
    left_out = np.array([0.7, 0.75, 0.8, 0.72, 0.78])
    plain = interval(float(forth(0.75)), NOTHING, forth(left_out), kind="jackknife", confidence=0.9)  # type: ignore[operator]
    found = interval(0.75, NOTHING, left_out, kind="jackknife", confidence=0.9, scale=scale)  # type: ignore[arg-type]
    assert (found.low, found.high) == pytest.approx((back(plain.low), back(plain.high)), abs=1e-12)  # type: ignore[operator]


def test_at_the_end_of_the_scale_there_is_no_interval_and_a_word_says_so() -> None:
    found = interval(1.0, NOTHING, np.ones(10), kind="jackknife", confidence=0.95, scale="fisher")
    assert math.isnan(found.low)
    assert found.note == "no interval: at the end of the scale"


def test_what_is_at_the_end_of_its_scale_only_without_a_cluster_is_not_said_to_be_there() -> None:
    found = interval(0.75, NOTHING, np.array([1.0, 0.7, 0.7, 0.6]), kind="jackknife", confidence=0.95, scale="fisher")
    assert math.isnan(found.low)
    assert found.note == "no interval: with a cluster left out at the end of the scale"


def test_percentiles_are_numpys_quantiles_and_undefined_resamples_are_counted() -> None:
    draws = np.random.default_rng(0).normal(size=1000)
    found = interval(0.0, draws, NOTHING, kind="percentile", confidence=0.9)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(draws, (0.05, 0.95))))
    draws[:40] = np.nan
    some = interval(0.0, draws, NOTHING, kind="percentile", confidence=0.9)
    assert some.note == "undefined in 40 of 1,000 resamples"
    assert (some.low, some.high) == pytest.approx(tuple(np.quantile(draws[40:], (0.05, 0.95))))
    draws[:60] = np.nan
    none = interval(0.0, draws, NOTHING, kind="percentile", confidence=0.9)
    assert math.isnan(none.low)
    assert none.note == "no interval: undefined in 60 of 1,000 resamples"


def test_bca_agrees_with_scipy() -> None:
    rng = np.random.default_rng(1)
    x = rng.exponential(size=40)
    reference = stats.bootstrap((x,), np.mean, n_resamples=2000, method="BCa", rng=np.random.default_rng(2))
    draws = reference.bootstrap_distribution
    found = interval(float(x.mean()), draws, (x.sum() - x) / 39, kind="bca", confidence=0.95)
    assert found.low == pytest.approx(reference.confidence_interval.low, abs=1e-9)
    assert found.high == pytest.approx(reference.confidence_interval.high, abs=1e-9)
    plain = interval(float(x.mean()), draws, NOTHING, kind="percentile", confidence=0.95)
    assert found.high > plain.high + 0.01, "a skewed sample moves BCa's upper end by more than the tolerance above"


@pytest.mark.parametrize("kind", ["percentile", "bca", "jackknife"])
@pytest.mark.parametrize("within", [(-1.0, 1.0), (0.0, 1.0), (0.0, math.inf)], ids=["correlation", "share", "error"])
def test_no_interval_leaves_the_range_of_its_statistic_nor_one_of_a_difference_its(
    kind: str, within: tuple[float, float]
) -> None:
    rng = np.random.default_rng(3)
    low, high = within
    for ends in (within, of_differences(within)):
        for value in (ends[0] if math.isfinite(ends[0]) else -9.0, ends[1] if math.isfinite(ends[1]) else 9.0):
            draws, left_out = value + rng.normal(size=500), value + rng.normal(size=9) / 9
            for confidence in (0.6, 0.95, 0.999):
                options = {"kind": kind, "confidence": confidence}
                free = interval(value, draws, left_out, **options)  # type: ignore[arg-type]
                found = interval(value, draws, left_out, within=ends, **options)  # type: ignore[arg-type]
                assert free.low < value < free.high, "else the test tests nothing"
                assert (found.low, found.high) == (max(free.low, ends[0]), min(free.high, ends[1]))
    assert of_differences(within) == (low - high, high - low)


def test_one_cluster_gives_no_interval() -> None:
    found = interval(0.5, np.full(100, 0.5), np.array([np.nan]), kind="percentile", confidence=0.95)
    assert math.isnan(found.low)
    assert "one cluster" in found.note


def test_auto_takes_the_jackknife_below_a_thousand_clusters() -> None:
    assert [choose("auto", count) for count in (2, 999, 1000, 3000)] == [
        "jackknife",
        "jackknife",
        "percentile",
        "percentile",
    ]
    assert choose("bca", 5) == "bca"


@pytest.mark.parametrize("clusters", [29, 30])
def test_percentiles_stand_in_for_an_impossible_jackknife_from_thirty_clusters_on(clusters: int) -> None:
    draws = np.random.default_rng(0).uniform(0.1, 0.3, 1000)
    left_out = np.full(clusters, 0.2)
    left_out[:3] = np.nan

    def found(value: float, draws: FloatArray) -> Interval:
        ends = interval(value, draws, left_out, kind="jackknife", confidence=0.9, scale="logit")
        return or_percentiles(ends, value, draws, clusters, confidence=0.9, within=(0.0, 1.0))

    usual, why = found(0.2, draws), f"undefined in 3 of {clusters} leave-one-out samples"
    if clusters < 30:
        assert math.isnan(usual.low)
        assert (usual.kind, usual.note) == ("jackknife", f"no interval: {why}")
    else:
        assert (usual.low, usual.high) == pytest.approx(tuple(np.quantile(draws, (0.05, 0.95))))
        assert (usual.kind, usual.note) == ("percentile", f"percentiles instead of the jackknife: {why}")
    assert math.isnan(found(math.nan, draws).low)
    draws[:60] = np.nan
    assert (math.isnan(found(0.2, draws).low), found(0.2, draws).kind) == (True, "jackknife")


def test_nothing_stands_in_at_the_end_of_the_scale() -> None:
    """Where there is no outlier at all, resamples know nothing of how many there could be."""
    draws, none = np.random.default_rng(0).uniform(0.0, 0.1, 1000), np.zeros(40)
    ends = interval(0.0, draws, none, kind="jackknife", confidence=0.9, scale="logit")
    assert math.isnan(or_percentiles(ends, 0.0, draws, 40, confidence=0.9, within=(0.0, 1.0)).low)
