"""Mapped statistics in resamples against fits of the explicitly repeated arrays."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmark.statistics import Mapped, Table, draw_counts, fit, make_design, mapped_plcc
from benchmark.statistics.settings import MappingResamples

RESAMPLES: tuple[MappingResamples, ...] = ("refit", "once")


def test_a_refit_is_the_fit_of_the_repeated_arrays(make_table: Callable[..., Table]) -> None:
    table = make_table(references=40, conditions=6, methods=2)
    measure = Mapped(make_design(table), "refit")
    counts = draw_counts(np.random.default_rng(1), 40, 12)
    found = measure(counts)
    assert measure.remark == "mapping refitted"
    limit = table.label_interval
    for b, row in enumerate(counts):
        times = row[table.clusters].astype(int)
        x, y = np.repeat(table.scores[0], times), np.repeat(table.labels, times)
        curve = fit(x, y, 4)
        assert curve is not None
        assert found[b, 0, 0] == pytest.approx(mapped_plcc(curve, x, y), abs=1e-6)
        assert found[b, 2, 0] == pytest.approx(curve.rmse, abs=1e-6)
        outside = np.abs(y - curve.predict(x)) > np.repeat(limit, times)
        # a pair whose error equals its limit may fall on either side
        assert found[b, 3, 0] == pytest.approx(outside.mean(), abs=2.1 * times.max() / len(x))
        error = np.repeat(table.label_sd / np.sqrt(table.observers), times)
        z_rmse = np.sqrt(np.mean(((y - curve.predict(x)) / error) ** 2))
        assert found[b, 4, 0] == pytest.approx(z_rmse, rel=1e-4)


def test_five_parameters_are_refitted_too_where_the_data_determine_them(make_table: Callable[..., Table]) -> None:
    table = make_table(references=100, conditions=6, methods=1)
    x = table.scores[0] = np.random.default_rng(0).uniform(-3, 3, 600)
    table.labels[:] = 4 * np.tanh(2 * (x - 0.5)) + 0.5 * x + 0.2 * np.random.default_rng(1).normal(size=600)
    counts = draw_counts(np.random.default_rng(1), 100, 12)
    found = Mapped(make_design(table), "refit")(counts)
    for b, row in enumerate(counts):
        times = row[table.clusters].astype(int)
        repeated = np.repeat(x, times), np.repeat(table.labels, times)
        assert found[b, 1, 0] == pytest.approx(mapped_plcc(fit(*repeated, 5), *repeated), abs=1e-6)
        assert found[b, 1, 0] > found[b, 0, 0] + 1e-4, "the linear term is needed here"


def test_a_curve_that_is_kept_is_judged_on_each_resample(make_table: Callable[..., Table]) -> None:
    table = make_table(references=20, methods=1)
    measure = Mapped(make_design(table), "once")
    counts = draw_counts(np.random.default_rng(1), 20, 5)
    found = measure(counts)
    assert measure.remark == "mapping fitted once"
    curve = measure.fits[0][0]
    assert curve is not None
    for b, row in enumerate(counts):
        times = row[table.clusters].astype(int)
        predicted, y = np.repeat(curve.predict(table.scores[0]), times), np.repeat(table.labels, times)
        assert found[b, 0, 0] == pytest.approx(np.corrcoef(predicted, y)[0, 1], abs=1e-12)
        assert found[b, 2, 0] == pytest.approx(np.sqrt(np.mean((predicted - y) ** 2)), abs=1e-12)
        limit = np.repeat(table.label_interval, times)
        assert found[b, 3, 0] == pytest.approx(np.mean(np.abs(predicted - y) > limit), abs=1e-12)
        error = np.repeat(table.label_sd / np.sqrt(table.observers), times)
        assert found[b, 4, 0] == pytest.approx(np.sqrt(np.mean(((predicted - y) / error) ** 2)), abs=1e-12)


def test_labels_without_an_error_are_left_out_of_z_rmse_and_limits_stand_in(make_table: Callable[..., Table]) -> None:
    table = make_table(references=30, methods=1)
    n = len(table.labels)
    half = np.where(np.arange(n) % 3 == 0, 0.5, np.nan)
    opinions = np.where(np.arange(n) % 3 == 1, 1.2, np.nan)
    some = replace(table, label_half=half, label_sd=opinions, observers=np.full(n, 16.0))
    expected = np.select([np.isfinite(opinions), np.isfinite(half)], [1.2 / 4, 2 * 0.5 / 3.92], np.nan)
    for resamples in RESAMPLES:
        measure = Mapped(make_design(some), resamples)
        curve = measure.fits[0][0]
        assert curve is not None
        error = ((table.labels - curve.predict(table.scores[0])) / expected)[np.isfinite(expected)]
        counts = np.ones((2, 30))
        counts[1, 0] = 2  # so that `refit` refits
        found = measure(counts)[:, 4, 0]
        assert found[0] == pytest.approx(np.sqrt(np.mean(error**2)), abs=1e-12)
        assert np.isfinite(found[1])
    without = replace(table, label_sd=np.full(n, np.nan))
    assert np.isnan(Mapped(make_design(without), "refit")(np.ones((1, 30)))[0, 3:]).all()


@pytest.mark.parametrize("resamples", ["refit", "once"])
def test_all_pairs_once_give_the_fit_itself_with_its_sign(make_table: Callable[..., Table], resamples: str) -> None:
    table = make_table(references=20, methods=2)
    table.scores[1] = -table.scores[0]
    measure = Mapped(make_design(table), resamples)  # type: ignore[arg-type]
    found = measure(np.ones((1, 20)))[0]
    four, five = fit(table.scores[0], table.labels, 4), fit(table.scores[0], table.labels, 5)
    assert found[0, 0] == pytest.approx(mapped_plcc(four, table.scores[0], table.labels), abs=1e-12)
    assert found[1, 0] == pytest.approx(mapped_plcc(five, table.scores[0], table.labels), abs=1e-12)
    np.testing.assert_allclose(found[:2, 1], -found[:2, 0], atol=1e-9)
    np.testing.assert_allclose(found[2:, 1], found[2:, 0], atol=1e-9)
    drawn = measure(draw_counts(np.random.default_rng(0), 20, 9))
    assert (drawn[:, :2, 0] > 0).all()
    np.testing.assert_allclose(drawn[:, 0, 1], -drawn[:, 0, 0], atol=1e-6)
    assert (drawn[:, 1, 1] < 0).all()


def test_a_resample_with_too_few_distinct_scores_is_undefined() -> None:
    n = 30
    rng = np.random.default_rng(0)
    table = Table(
        labels=rng.normal(size=n),
        scores=(np.arange(n) // 5).astype(np.float64)[None],
        clusters=np.arange(n) // 5,
        n_clusters=6,
        references=np.arange(n) // 5,
        conditions=np.full(n, -1),
        label_sd=np.full(n, np.nan),
        observers=np.full(n, np.nan),
    )
    measure = Mapped(make_design(table), "refit")
    counts = np.array([[2.0, 2, 2, 0, 0, 0], [2, 1, 2, 1, 0, 0]])
    found = measure(counts)
    assert np.isnan(found[0, :3, 0]).all()
    assert np.isfinite(found[1, [0, 2], 0]).all()
    assert np.isnan(found[:, 1, 0]).all(), "five parameters need five distinct scores"
