"""Choices between two images: every statistic against plain loops, SciPy's optimiser and its rank sums."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from benchmark.statistics.design import Table, make_design
from benchmark.statistics.inference import compute, infer
from benchmark.statistics.resampling import FloatArray, Resamples, draw_counts
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.two_alternatives import Observers, TwoAlternatives, ceiling, decided, differences, human


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def table_of(
    difference: FloatArray, preference: FloatArray, votes: FloatArray | None = None, clusters: int | None = None
) -> Table:
    n = len(preference)
    k = clusters or n
    numbers = np.arange(n) % k
    return Table(
        labels=np.asarray(preference, dtype=float),
        scores=np.atleast_2d(difference).astype(float),
        clusters=numbers,
        n_clusters=k,
        references=numbers,
        conditions=np.full(n, -1),
        label_sd=np.full(n, np.nan),
        observers=np.full(n, np.nan) if votes is None else np.asarray(votes, dtype=float),
    )


def study(rng: np.random.Generator, n: int = 200, k: int = 40, votes: int = 9) -> Table:
    """Two methods of different quality, ties among their differences and among the votes."""
    truth = rng.normal(size=n)
    share = rng.binomial(votes, 1 / (1 + np.exp(-1.5 * truth))) / votes
    scores = np.stack([truth + rng.normal(size=n), np.round(truth + 2 * rng.normal(size=n))])
    return table_of(scores, share, np.full(n, float(votes)), k)


def value(table: Table, statistic: str, column: int = 0) -> float:
    measure = TwoAlternatives(make_design(table))
    return float(measure(np.ones((1, table.n_clusters)))[0, measure.names.index(statistic), column])


def test_the_score_is_the_share_of_observers_who_agree(rng: np.random.Generator) -> None:
    table = study(rng)
    for column, row in enumerate(table.scores):
        agree = [p if d > 0 else 1 - p if d < 0 else 0.5 for d, p in zip(row, table.labels, strict=True)]
        assert value(table, "score_2afc", column) == pytest.approx(np.mean(agree), abs=1e-14)


def test_accuracy_leaves_out_choices_without_a_majority(rng: np.random.Generator) -> None:
    table = study(rng, votes=8)
    assert (table.labels == 0.5).any()
    for column, row in enumerate(table.scores):
        right = [
            0.5 if d == 0 else float((d > 0) == (p > 0.5)) for d, p in zip(row, table.labels, strict=True) if p != 0.5
        ]
        assert value(table, "accuracy_majority", column) == pytest.approx(np.mean(right), abs=1e-14)
    assert math.isnan(value(table_of(np.ones(3), np.full(3, 0.5)), "accuracy_majority"))
    assert value(table_of(np.array([0.0, 1.0]), np.array([0.5, 1.0])), "accuracy_majority") == 1


@pytest.mark.parametrize("unequal", [False, True])
def test_log_likelihood_is_the_largest_that_scipy_finds(rng: np.random.Generator, *, unequal: bool) -> None:
    table = study(rng)
    votes = rng.integers(1, 30, len(table.labels)).astype(float) if unequal else table.observers
    table = replace(table, observers=votes)
    for column, row in enumerate(table.scores):

        def loss(slope: float, row: FloatArray = row) -> float:
            terms = table.labels * slope * row - np.logaddexp(0, slope * row)
            return -float(votes @ terms / votes.sum())

        best = optimize.minimize_scalar(loss, bracket=(-1, 1), options={"xtol": 1e-12})
        assert value(table, "log_likelihood", column) == pytest.approx(-best.fun, abs=1e-12)


def test_log_likelihood_in_resamples_is_that_of_a_new_fit(rng: np.random.Generator) -> None:
    table = study(rng, n=120, k=20)
    measure = TwoAlternatives(make_design(table))
    counts = draw_counts(rng, table.n_clusters, 50)
    drawn = measure(counts)[:, 2]
    for count, values in zip(counts, drawn, strict=True):
        rows = np.repeat(np.arange(len(table.labels)), count[table.clusters].astype(int))
        for row, found in zip(table.scores, values, strict=True):
            again = table_of(row[rows], table.labels[rows], table.observers[rows])
            assert found == pytest.approx(value(again, "log_likelihood"), abs=1e-5)


def test_resampled_shares_are_those_of_the_drawn_choices(rng: np.random.Generator) -> None:
    table = study(rng, n=90, k=30)
    measure = TwoAlternatives(make_design(table))
    counts = draw_counts(rng, table.n_clusters, 5)
    for count, values in zip(counts, measure(counts), strict=True):
        rows = np.repeat(np.arange(len(table.labels)), count[table.clusters].astype(int))
        for column, row in enumerate(table.scores):
            again = table_of(row[rows], table.labels[rows], table.observers[rows])
            for place, name in enumerate(measure.names):
                if name != "log_likelihood":
                    assert values[place, column] == pytest.approx(value(again, name), abs=1e-12), name


def test_a_reversed_method_is_as_likely_and_flagged_by_its_slope(rng: np.random.Generator) -> None:
    table = study(rng)
    turned = replace(table, scores=-table.scores)
    assert value(turned, "log_likelihood") == pytest.approx(value(table, "log_likelihood"), abs=1e-12)
    assert value(turned, "score_2afc") == pytest.approx(1 - value(table, "score_2afc"), abs=1e-12)
    assert [slope.value < 0 for slope in TwoAlternatives(make_design(turned)).slopes] == [True, True]


def test_agreement_without_exception_puts_the_slope_at_its_bound() -> None:
    table = table_of(np.array([1.0, -2.0, 3.0]), np.array([1.0, 0.0, 1.0]))
    measure = TwoAlternatives(make_design(table))
    assert measure.slopes[0].at_bound
    assert value(table, "log_likelihood") == pytest.approx(0, abs=1e-9)
    split = table_of(np.array([1.0, 2.0, 1.0]), np.full(3, 0.5))
    assert not TwoAlternatives(make_design(split)).slopes[0].at_bound
    assert value(split, "log_likelihood") == pytest.approx(-math.log(2))
    equal = table_of(np.zeros(3), np.array([0.2, 0.9, 1.0]))
    assert not TwoAlternatives(make_design(equal)).slopes[0].at_bound
    assert value(equal, "score_2afc") == 0.5
    assert value(equal, "log_likelihood") == pytest.approx(-math.log(2))


def test_scale_and_units_of_scores_do_not_matter(rng: np.random.Generator) -> None:
    table = study(rng)
    for factor in (1e-200, 1e9):
        scaled = replace(table, scores=table.scores * factor)
        for name in TwoAlternatives(make_design(table)).names:
            assert value(scaled, name) == pytest.approx(value(table, name), abs=1e-9), name


def test_majorities_decide_by_the_binomial_tail() -> None:
    for votes in (1, 4, 5, 10, 47):
        for second in range(votes + 1):
            most = max(second, votes - second)
            chance = stats.binom.sf(most - 1, votes, 0.5)
            expected = np.sign(second - votes / 2) if chance <= 0.05 else 0
            assert decided(np.array([second / votes]), np.array([float(votes)]))[0] == expected


def test_areas_are_rank_sums(rng: np.random.Generator) -> None:
    table = study(rng)
    sign = decided(table.labels, table.observers)
    for column, row in enumerate(table.scores):
        size, differ = np.abs(row), sign != 0
        area = stats.mannwhitneyu(size[differ], size[~differ]).statistic / (differ.sum() * (~differ).sum())
        assert value(table, "auc_ds", column) == pytest.approx(area, abs=1e-12)
        better = row[differ] * sign[differ]  # and each choice the other way round
        area = stats.mannwhitneyu(better, -better).statistic / len(better) ** 2
        assert value(table, "auc_bw", column) == pytest.approx(area, abs=1e-12)
        right = np.where(row == 0, 0.5, np.sign(row) == sign)[differ].mean()
        assert value(table, "cc_0", column) == pytest.approx(right, abs=1e-12)


def test_without_the_votes_of_every_choice_there_are_no_areas(rng: np.random.Generator) -> None:
    table = study(rng)
    votes = table.observers.copy()
    votes[3] = np.nan
    assert TwoAlternatives(make_design(replace(table, observers=votes))).names == (
        "score_2afc",
        "accuracy_majority",
        "log_likelihood",
    )


def test_observers_reach_the_majority_s_score_and_their_own(rng: np.random.Generator) -> None:
    table = study(rng)
    p = table.labels
    reached = replace(table, scores=np.stack([ceiling(p), human(p)]))
    top, one = Observers(make_design(reached, ()))(np.ones((1, table.n_clusters)))[0, 0]
    assert top == pytest.approx(np.mean([max(x, 1 - x) for x in p]), abs=1e-14)
    assert one == pytest.approx(np.mean([x * x + (1 - x) * (1 - x) for x in p]), abs=1e-14)
    perfect = replace(table, scores=(p - 0.5)[None])
    assert value(perfect, "score_2afc") == pytest.approx(top, abs=1e-14)


def test_scores_that_rounding_tells_apart_are_ties() -> None:
    first, second = np.array([0.3, 1.0, np.nan]), np.array([0.1 + 0.2, 2.0, 1.0])
    assert second[0] != first[0]
    assert differences(first, second)[:2].tolist() == [0.0, 1.0]
    assert math.isnan(differences(first, second)[2])


def test_a_choice_without_both_scores_does_not_count_for_its_method(rng: np.random.Generator) -> None:
    table = study(rng)
    scores = table.scores.copy()
    scores[0, ::3] = np.nan
    known = np.isfinite(scores[0])
    design = make_design(replace(table, scores=scores))
    measure = TwoAlternatives(design)
    own = measure(np.ones((1, table.n_clusters)))[0][:, design.own]
    assert own[0, 0] == pytest.approx(value(table.take(known), "score_2afc"), abs=1e-14)
    assert own[0, 1] == pytest.approx(value(table, "score_2afc", 1), abs=1e-14)


def test_intervals_of_the_score_cover_and_equal_methods_are_rarely_told_apart(rng: np.random.Generator) -> None:
    """30 references with 6 choices that share the reference's difficulty; 95 % intervals, level 5 %."""
    settings = StatisticsSettings(replicates=200)
    covered, apart, studies, truth = 0, 0, 300, None
    for number in range(studies + 1):
        k = 20_000 if number == 0 else 30  # the first study is so large that its value is the truth
        ease = np.repeat(rng.normal(size=k), 6)
        ground = rng.normal(size=6 * k)
        share = rng.binomial(9, 1 / (1 + np.exp(-ground))) / 9
        noise = rng.normal(size=(2, 6 * k)) * np.exp(ease / 2) + np.repeat(rng.normal(size=(2, k)), 6, axis=1) / 2
        table = replace(table_of(ground + noise, share, clusters=k), clusters=np.repeat(np.arange(k), 6))
        if truth is None:
            truth = value(table, "score_2afc")
            continue
        measure = TwoAlternatives(make_design(table))
        values = compute(measure, Resamples(k, settings.replicates, (number,)), "jackknife")
        family = infer(measure, values, "jackknife", settings, names=["score_2afc"])[0]
        covered += family.estimates[0].low <= truth <= family.estimates[0].high
        apart += family.differences[0].p_adjusted < 0.05
    assert 0.91 <= covered / studies <= 0.98
    assert apart / studies <= 0.09
