"""Krasula's analysis in resamples against a brute-force Mann-Whitney count on explicitly repeated pairs of images."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from benchmark.statistics import Discrimination, Table, discrimination, draw_counts, make_design

Floats = NDArray[np.float64]


def auc(positive: Floats, negative: Floats) -> float:
    return float(stats.mannwhitneyu(positive, negative).statistic / len(positive) / len(negative))


def brute_force(table: Table, method: int, counts: Floats) -> tuple[float, float, float]:
    i, j = np.triu_indices(len(table.labels), 1)
    times = (counts[table.clusters[i]] * counts[table.clusters[j]]).astype(int)
    i, j = np.repeat(i, times), np.repeat(j, times)
    error = np.sqrt(table.label_sd[i] ** 2 / table.observers[i] + table.label_sd[j] ** 2 / table.observers[j])
    gap = table.labels[i] - table.labels[j]
    different = stats.norm.cdf(np.abs(gap) / error) > 0.95
    score = np.round(table.scores[method, i] - table.scores[method, j], 12)  # .3 - .2 and .2 - .1 are a tie
    signed = (np.sign(gap) * score)[different]
    share = float(np.mean(np.sign(signed) + 1) / 2)
    return auc(np.abs(score[different]), np.abs(score[~different])), auc(signed, -signed), share


@pytest.mark.parametrize("digits", [None, 1, 0], ids=["untied", "ties", "heavy ties"])
def test_exact_resamples(make_table: Callable[..., Table], digits: int | None) -> None:
    table = make_table(references=8, digits=digits)
    counts = draw_counts(np.random.default_rng(1), 8, 40)
    measure = Discrimination(make_design(table), 40, np.random.default_rng(0))
    found = measure(counts)
    assert measure.remark == ""
    for b in (0, 17, 39):
        for method in range(3):
            np.testing.assert_allclose(found[b, :, method], brute_force(table, method, counts[b]), atol=1e-12)


@pytest.mark.parametrize("digits", [None, 1, 0], ids=["untied", "ties", "heavy ties"])
def test_linear_resamples_have_the_spread_of_exact_ones(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch, digits: int | None
) -> None:
    table = make_table(references=40, missing=2, digits=digits)
    design, counts = make_design(table), draw_counts(np.random.default_rng(1), 40, 400)
    exact = Discrimination(design, 400, np.random.default_rng(0))
    monkeypatch.setattr(discrimination, "MOST_WORK", 1.0)
    linear = Discrimination(design, 400, np.random.default_rng(0))
    assert linear.remark == "linearised"
    one, left = np.ones((1, 40)), 1 - np.eye(40)
    np.testing.assert_array_equal(linear(one), exact(one))
    np.testing.assert_array_equal(linear(left), exact(left))
    np.testing.assert_allclose(linear(counts).std(axis=0), exact(counts).std(axis=0), rtol=0.1)


def test_a_random_part_of_many_images_stands_for_all(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = make_table(references=60)
    whole = Discrimination(make_design(table), 1, np.random.default_rng(0))(np.ones((1, 60)))
    monkeypatch.setattr(discrimination, "MOST_PAIRS", 20_000)
    part = Discrimination(make_design(table), 1, np.random.default_rng(0))
    assert "random pairs" in part.remark
    np.testing.assert_allclose(part(np.ones((1, 60))), whole, atol=0.02)


def test_images_without_opinions_are_left_out_and_without_any_nothing_is_defined(
    make_table: Callable[..., Table],
) -> None:
    table = make_table(references=8)
    table.label_sd[:16] = np.nan
    found = Discrimination(make_design(table), 1, np.random.default_rng(0))(np.ones((1, 8)))
    kept = make_design(table.take(np.arange(32) >= 16))
    np.testing.assert_array_equal(found, Discrimination(kept, 1, np.random.default_rng(0))(np.ones((1, 8))))
    table.label_sd[:] = np.nan
    assert np.isnan(Discrimination(make_design(table), 1, np.random.default_rng(0))(np.ones((1, 8)))).all()
