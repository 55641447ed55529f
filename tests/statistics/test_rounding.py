"""Values that are equal but for rounding are equal; honest small differences stay. Truth: SciPy, and exact integers."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics import (
    Correlations,
    Discrimination,
    ScoreColumns,
    System,
    Table,
    WithinReference,
    compute,
    draw_counts,
    infer,
    krcc,
    make_design,
    plcc,
    srcc,
    weighted_plcc,
    weighted_ranks,
)
from benchmark.statistics.mapping import fit
from benchmark.statistics.resampling import Resamples
from benchmark.statistics.settings import StatisticsSettings

MakeTable = Callable[..., Table]
LAST = float(np.finfo(np.float64).eps)


@pytest.mark.parametrize("offset", [0.0, 1e6, -1e9], ids=["plain", "offset", "large offset"])
@pytest.mark.parametrize("noise", [0.0, 8 * LAST], ids=["equal", "equal up to rounding"])
def test_constant_within_references_has_no_system_level_correlation(
    make_table: MakeTable, offset: float, noise: float
) -> None:
    """The conditions' means then differ by the rounding of sums only, in every resample; patients' sums in any order."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        table = make_table(references=37, conditions=6, methods=1, seed=seed)
        scores = offset + rng.normal(size=37)[table.references]
        scores *= 1 + noise * rng.uniform(-1, 1, len(scores))
        table = replace(table, scores=scores[None])
        order = rng.permutation(len(scores))
        patients = replace(table, clusters=table.references // 8, n_clusters=5).take(order)  # type: ignore[arg-type]
        for part in (table, patients):
            k = part.n_clusters
            found = System(make_design(part))(np.vstack([np.ones((1, k)), draw_counts(rng, k, 50)]))
            assert np.isnan(found).all()


@pytest.mark.parametrize("offset", [0.0, 1.0, 1e3])
def test_conditions_that_differ_by_a_billionth_are_not_tied(make_table: MakeTable, offset: float) -> None:
    table = make_table(references=40, conditions=5, methods=1)
    steps = np.array([3.0, 1.0, 4.0, 2.0, 0.0])
    base = np.random.default_rng(1).normal(size=40)[table.references]
    table = replace(table, scores=(offset + base + 1e-9 * max(offset, 1.0) * steps[table.conditions])[None])
    labels = np.array([table.labels[table.conditions == c].mean() for c in range(5)])
    expected = [stats.spearmanr(steps, labels).statistic, stats.kendalltau(steps, labels).statistic]
    found = System(make_design(table))(np.ones((1, 40)))[0, :, 0]
    np.testing.assert_allclose(found[[0, 2]], expected, atol=1e-12)
    assert found[1] == pytest.approx(stats.pearsonr(steps, labels).statistic, abs=1e-4)


@pytest.mark.parametrize(
    "values",
    [
        [0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3],
        [1e6, 1e6 + 1e-10, 1e6 - 1e-10, 1e6 + 2e-10, 1e6],
        [-1e-30, -1e-30 * (1 + LAST), -1e-30, -1e-30, -1e-30 * (1 + 2 * LAST)],
        [0.0, -0.0, 0.0, 0.0, -0.0],
    ],
)
def test_values_that_are_all_equal_up_to_rounding_have_no_correlation_on_either_side(values: list[float]) -> None:
    x, y = np.array(values), np.array([1.0, 2.0, 4.0, 3.0, 5.0])
    for function in (srcc, plcc, krcc):
        assert np.isnan([function(x, y), function(y, x)]).all()
    assert [fit(np.tile(x, 3), np.tile(y, 3)), fit(np.tile(y, 3), np.tile(x, 3))] == [None, None]
    columns = ScoreColumns(y, x[None], np.arange(5), 5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [weighted_plcc(columns, np.ones((3, 5))), *weighted_ranks(columns, np.ones((3, 5)))]
    assert np.isnan(found).all()


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e12])
def test_small_spreads_and_differences_of_a_billionth_are_ranked_as_they_are(scale: float) -> None:
    rng = np.random.default_rng(2)
    steps = rng.permutation(30).astype(float)
    labels = steps + rng.normal(size=30)
    for x in (scale * (1 + 1e-9 * steps), scale * steps):
        assert srcc(x, labels) == pytest.approx(stats.spearmanr(steps, labels).statistic, abs=1e-12)
        assert krcc(x, labels) == pytest.approx(stats.kendalltau(steps, labels).statistic, abs=1e-12)


def test_resamples_of_large_values_with_small_differences_equal_scipys_and_constant_ones_are_undefined() -> None:
    """Scores of 1e8 and a small whole number: moments would cancel; three of five clusters are constant."""
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(5), 4)
    scores = 1e8 + np.where(clusters < 3, 2.0, rng.integers(0, 9, 20))
    labels = rng.normal(size=20)
    counts = np.vstack([draw_counts(rng, 5, 60), [5, 0, 0, 0, 0], [2, 2, 1, 0, 0], [0, 1, 4, 0, 0]])
    columns = ScoreColumns(labels, scores[None], clusters, 5)
    srcc_, krcc_ = weighted_ranks(columns, counts)
    for b, row in enumerate(counts):
        times = row[clusters].astype(int)
        x, y = np.repeat(scores - 1e8, times), np.repeat(labels, times)
        found = (srcc_[b, 0], weighted_plcc(columns, counts[b : b + 1])[0, 0], krcc_[b, 0])
        if np.ptp(x) == 0:
            assert np.isnan(found).all()
        else:
            expected = [f(x, y).statistic for f in (stats.spearmanr, stats.pearsonr, stats.kendalltau)]
            np.testing.assert_allclose(found, expected, atol=1e-9)
    assert np.isnan(weighted_plcc(columns, counts[-3:])).all()


def test_resamples_in_which_a_method_is_constant_up_to_rounding_have_no_plcc() -> None:
    rng = np.random.default_rng(4)
    clusters = np.repeat(np.arange(4), 5)
    scores = np.where(clusters < 3, 0.3 + rng.integers(0, 2, 20) * LAST / 4, rng.normal(size=20))
    columns = ScoreColumns(rng.normal(size=20), scores[None], clusters, 4)
    assert len(np.unique(scores[clusters < 3])) > 1, "else the test tests nothing"
    assert np.isnan(weighted_plcc(columns, np.array([[1.0, 2, 1, 0], [4, 0, 0, 0]]))).all()
    assert np.isfinite(weighted_plcc(columns, np.array([[1.0, 1, 1, 1]]))).all()


def test_a_reference_whose_scores_are_equal_up_to_rounding_is_left_out(make_table: MakeTable) -> None:
    table = make_table(references=6, conditions=4, methods=1)
    scores = table.scores.copy()
    scores[0, table.references == 2] = [0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2]
    exact = scores.copy()
    exact[0, table.references == 2] = 0.3
    found, expected = (WithinReference(make_design(replace(table, scores=s))) for s in (scores, exact))
    assert found.n_references[0, 0] == 5
    np.testing.assert_array_equal(found(np.ones((1, 6))), expected(np.ones((1, 6))))


def test_score_differences_that_are_equal_up_to_rounding_are_tied(make_table: MakeTable) -> None:
    """Scores in tenths: whether .3 - .2 is below .2 - .1 is not for the last bit to decide. Truth: whole numbers."""
    table = make_table(references=8, methods=1, digits=1)
    tenths = np.rint(table.scores * 10)
    assert [Fraction(value) for value in table.scores[0]] != [Fraction(int(t), 10) for t in tenths[0]]
    found, exact = (
        Discrimination(make_design(replace(table, scores=s)), 1, np.random.default_rng(0))(np.ones((1, 8)))
        for s in (table.scores, tenths)
    )
    np.testing.assert_allclose(found, exact, atol=1e-12)


@pytest.mark.parametrize("kind", ["percentile", "bca", "jackknife"])
def test_a_method_and_its_double_do_not_differ(make_table: MakeTable, kind: str) -> None:
    """Their PLCC differ in the last digits only, whose signs are no evidence."""
    table = make_table(references=12, methods=2, seed=5)
    table.scores[1] = 0.7 + table.scores[0] / 3
    measure = Correlations(make_design(table))
    values = compute(measure, Resamples(12, 300), kind)  # type: ignore[arg-type]
    for family in infer(measure, values, kind, StatisticsSettings(replicates=300)):  # type: ignore[arg-type]
        (difference,) = family.differences
        assert (difference.value, difference.low, difference.high) == (0, 0, 0)
        assert (difference.p_value, difference.p_adjusted) == (1, 1)
