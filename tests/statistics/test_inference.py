"""Estimates, differences and their tests put together, on tables whose answer is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics import Correlations, Resamples, StatisticsSettings, Table, compute, infer, make_design
from benchmark.statistics.inference import Family
from benchmark.statistics.intervals import Kind

SETTINGS = StatisticsSettings(replicates=800)


def families(table: Table, kind: Kind, settings: StatisticsSettings = SETTINGS) -> list[Family]:
    measure = Correlations(make_design(table))
    resamples = Resamples(table.n_clusters, settings.replicates, (1,))
    return infer(measure, compute(measure, resamples, kind), kind, settings)


def test_a_copy_of_a_method_does_not_differ_and_its_negative_does(make_table: Callable[..., Table]) -> None:
    table = make_table(references=40, methods=3)
    table.scores[1] = table.scores[0]
    table.scores[2] = -table.scores[0]
    for kind in ("percentile", "bca", "jackknife"):
        for family in families(table, kind):
            same, turned, _ = family.differences
            assert (same.value, same.p_value, same.p_adjusted) == (0.0, 1.0, 1.0)
            assert turned.value == pytest.approx(2 * family.estimates[0].value, abs=1e-12)
            assert turned.p_adjusted < 0.01
            assert family.estimates[2].low == pytest.approx(-family.estimates[0].high, abs=0.02)


def test_corrected_p_values_are_never_below_uncorrected_ones(make_table: Callable[..., Table]) -> None:
    table = make_table(references=12, methods=5, missing=3)
    for kind in ("percentile", "jackknife"):
        for family in families(table, kind):
            assert all(item.p_adjusted >= item.p_value for item in family.differences)
            assert all(item.low <= item.value <= item.high for item in family.differences)
            assert any(item.p_adjusted > item.p_value + 0.01 for item in family.differences), "ten comparisons"


@pytest.mark.parametrize(("place", "correlation"), [(0, stats.spearmanr), (1, stats.pearsonr), (2, stats.kendalltau)])
def test_few_clusters_get_students_p_value(
    make_table: Callable[..., Table], place: int, correlation: Callable[..., Any]
) -> None:
    """With one degree of freedom less than clusters."""
    table = make_table(references=8, methods=2)
    difference = families(table, "jackknife")[place].differences[0]
    left = []
    for cluster in range(8):
        keep = table.clusters != cluster
        r = [correlation(table.scores[m, keep], table.labels[keep])[0] for m in (0, 1)]
        left.append(r[0] - r[1])
    squares = (np.array(left) - np.mean(left)) ** 2
    error = np.sqrt(7 / 8 * squares.sum())
    assert difference.p_value == pytest.approx(2 * stats.t.sf(abs(difference.value) / error, 7), abs=1e-9)
    assert difference.high - difference.low == pytest.approx(2 * stats.t.ppf(0.975, 7) * error, abs=1e-9)
    assert difference.p_adjusted == pytest.approx(difference.p_value, abs=0.05), "one comparison needs no correction"


def test_a_cluster_without_pairs_does_not_count_for_the_jackknife(make_table: Callable[..., Table]) -> None:
    table = make_table(references=10, methods=2)
    part = table.take(table.clusters < 6)
    small = Table(
        **{
            name: getattr(part, name)
            for name in ("labels", "scores", "references", "conditions", "label_sd", "observers")
        },
        clusters=part.clusters,
        n_clusters=6,
    )
    for wide, narrow in zip(families(part, "jackknife"), families(small, "jackknife"), strict=True):
        assert wide.estimates == narrow.estimates


def test_one_cluster_has_values_and_no_intervals(make_table: Callable[..., Table]) -> None:
    for family in families(make_table(references=1, conditions=12), "jackknife"):
        assert np.isfinite(family.estimates[0].value)
        assert np.isnan(family.estimates[0].low)
        assert "one cluster" in family.estimates[0].note
        assert np.isnan(family.differences[0].p_value)


@pytest.mark.parametrize("multiplicity", ["none", "holm"])
def test_other_corrections(make_table: Callable[..., Table], multiplicity: str) -> None:
    settings = StatisticsSettings(replicates=400, multiplicity=multiplicity)  # type: ignore[arg-type]
    differences = families(make_table(references=12, methods=3), "jackknife", settings)[0].differences
    p = sorted(item.p_value for item in differences)
    adjusted = sorted(item.p_adjusted for item in differences)
    expected = p if multiplicity == "none" else list(np.maximum.accumulate([3 * p[0], 2 * p[1], p[2]]).clip(max=1))
    np.testing.assert_allclose(adjusted, expected, atol=1e-12)


def test_a_difference_that_varies_by_rounding_alone_is_not_tested(make_table: Callable[..., Table]) -> None:
    table = make_table(references=12, methods=2)
    table.scores[0], table.scores[1] = table.labels, -table.labels
    for family in families(table, "jackknife"):
        (turned,) = family.differences
        assert turned.value == pytest.approx(2)
        assert np.isnan([turned.p_value, turned.p_adjusted]).all(), family.statistic


def test_a_values_interval_has_the_degrees_of_freedom_of_the_clusters_that_carry_its_error(
    make_table: Callable[..., Table],
) -> None:
    """SRCC one and a half, PLCC one for each of them; KRCC one less than clusters."""
    table = make_table(references=9, methods=1)
    found = families(table, "jackknife")
    functions: list[tuple[Any, float]] = [(stats.spearmanr, 1.5), (stats.pearsonr, 1.0), (stats.kendalltau, 0)]
    for place, (correlation, each) in enumerate(functions):
        kept = [table.clusters != cluster for cluster in range(9)]
        left = np.arctanh([correlation(table.scores[0, keep], table.labels[keep])[0] for keep in kept])
        squares = (left - left.mean()) ** 2
        freedom = min(8, each * squares.sum() ** 2 / (squares**2).sum()) if each else 8
        reach = stats.t.ppf(0.975, freedom) * np.sqrt(8 / 9 * squares.sum())
        estimate = found[place].estimates[0]
        assert np.arctanh(estimate.high) - np.arctanh(estimate.low) == pytest.approx(2 * reach, rel=1e-9)


def test_a_difference_with_percentiles_in_place_of_the_jackknife_is_corrected_as_the_others(
    make_table: Callable[..., Table],
) -> None:
    """By the standard deviation of its resamples: nearly what the jackknife would have given."""
    table = make_table(references=40, methods=5)
    measure = Correlations(make_design(table))
    values = compute(measure, Resamples(40, 800, (1,)), "jackknife")
    (usual,) = infer(measure, values, "jackknife", SETTINGS, names=["srcc"])
    values.left_out[:3, 0, 0] = np.nan
    (found,) = infer(measure, values, "jackknife", SETTINGS, names=["srcc"])
    assert found.stood_in
    assert not usual.stood_in
    assert [item.kind for item in found.differences] == ["percentile"] * 4 + ["jackknife"] * 6
    for item, other in zip(found.differences, usual.differences, strict=True):
        assert item.p_value == pytest.approx(other.p_value, abs=0.08)
        assert item.p_adjusted == pytest.approx(other.p_adjusted, abs=0.08)
    assert any(item.p_adjusted > item.p_value + 0.1 for item in found.differences[:4])
