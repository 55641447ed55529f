"""Observers and clusters drawn at once: values equal plain loops over SciPy, intervals cover."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics.coverage_observers import SCHEMES, VotingPanel, coverage
from benchmark.statistics.crossed import compute_crossed
from benchmark.statistics.design import Table, make_design
from benchmark.statistics.inference import infer
from benchmark.statistics.intervals import Crossed, crossed_error, interval, jackknife_error, kind_of
from benchmark.statistics.mapped import Mapped
from benchmark.statistics.measures import Alone, Correlations, Measure, System, WithinReference
from benchmark.statistics.over_trainings import OverTrainings
from benchmark.statistics.relabelled import relabelled
from benchmark.statistics.resampling import Resamples, draw_counts
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.votes import drawn_labels, opinions

MEASURES = (Correlations, WithinReference, System)


def judged(table: Table, observers: int = 8, *, missing: float = 0.25, seed: int = 5) -> Table:
    """A table whose labels are the means of whole votes, which tie, and of which some are missing."""
    rng = np.random.default_rng(seed)
    votes = np.round(2 * table.labels + rng.normal(size=(observers, len(table.labels))))
    gaps = rng.random(votes.shape) < missing
    gaps[0] = False
    votes[gaps] = np.nan
    said = opinions(votes)
    return replace(table, labels=said.mean, label_sd=said.spread, observers=said.count, votes=votes)


@pytest.mark.parametrize("kind", MEASURES)
def test_drawn_labels_are_taken_as_a_table_with_these_labels_is(
    make_table: Callable[..., Table], kind: type[Measure]
) -> None:
    table = judged(make_table(references=7, conditions=5, methods=3, digits=1, missing=4), missing=0.7)
    assert table.votes is not None
    rng = np.random.default_rng(1)
    counts, people = draw_counts(rng, 7, 40), draw_counts(rng, 8, 40)
    labels = drawn_labels(table.labels, table.votes, people)
    assert not np.isfinite(labels).all()
    design = make_design(table)
    again = relabelled(kind(design))  # type: ignore[call-arg]
    assert again is not None
    found = again(counts, labels)[:, :, design.own]
    for number in range(40):
        known = np.isfinite(labels[number])
        part = replace(table.take(known), labels=labels[number, known])
        other = make_design(part)
        expected = kind(other)(counts[number : number + 1])[0][:, other.own]  # type: ignore[call-arg]
        np.testing.assert_allclose(found[number], expected, rtol=1e-9, atol=1e-12)


def test_replicates_are_those_of_a_loop_over_scipy(make_table: Callable[..., Table]) -> None:
    table = judged(make_table(references=6, conditions=4, methods=2, digits=1))
    assert table.votes is not None
    measure = Correlations(make_design(table))
    again = relabelled(measure)
    assert again is not None
    clusters, people = Resamples(6, 30, (1,)), Resamples(8, 30, (2,))
    values = compute_crossed(measure, again, clusters, people)
    rng, other = np.random.default_rng((1,)), np.random.default_rng((2,))
    drawn, observers = draw_counts(rng, 6, 30), draw_counts(other, 8, 30)
    for number in range(30):
        votes = np.repeat(table.votes, observers[number].astype(int), axis=0)
        with np.errstate(invalid="ignore"):
            known = np.isfinite(votes)
            labels = np.where(known, votes, 0).sum(axis=0) / known.sum(axis=0)
        rows = np.concatenate(
            [np.flatnonzero(table.clusters == c) for c in range(6) for _ in range(int(drawn[number, c]))]
        )
        rows = rows[np.isfinite(labels[rows])]
        for column in range(2):
            x, y = table.scores[column, rows], np.round(labels[rows], 9)
            expected = (stats.spearmanr(x, y)[0], stats.pearsonr(x, y)[0], stats.kendalltau(x, y)[0])
            np.testing.assert_allclose(values.drawn[number, :, column], expected, rtol=1e-7)
    assert values.without_observer is not None
    for observer in range(8):
        labels = np.nanmean(np.delete(table.votes, observer, axis=0), axis=0)
        own = np.isfinite(labels)
        expected = stats.spearmanr(table.scores[0, own], np.round(labels[own], 9))[0]
        assert values.without_observer[observer, 0, 0] == pytest.approx(expected, rel=1e-7)


def test_both_jackknives_variances_are_added() -> None:
    rng = np.random.default_rng(0)
    left, without = 0.5 + 0.01 * rng.normal(size=12), 0.5 + 0.03 * rng.normal(size=20)
    found = crossed_error(0.5, left, without)
    one, two = (jackknife_error(0.5, some).error for some in (left, without))
    assert one == pytest.approx(np.sqrt(11 * left.var()))
    assert found.error == pytest.approx(np.hypot(one, two))
    assert found.freedom == pytest.approx((one**2 + two**2) ** 2 / (one**4 / 11 + two**4 / 19))
    ends = interval(0.5, np.empty(0), Crossed(left, without), kind="jackknife", confidence=0.95)
    reach = stats.t.ppf(0.975, found.freedom) * found.error
    assert (ends.low, ends.high) == pytest.approx((0.5 - reach, 0.5 + reach))


def test_intervals_and_tests_never_say_more_than_those_of_clusters_only(make_table: Callable[..., Table]) -> None:
    table = judged(make_table(references=8, conditions=5, methods=3), missing=0.0)
    measure = Correlations(make_design(table))
    again = relabelled(measure)
    assert again is not None
    settings = StatisticsSettings(replicates=200, resample="cluster+observer")
    values = compute_crossed(measure, again, Resamples(8, 200, (1,)), Resamples(8, 200, (2,)))
    both = infer(measure, values, "jackknife", settings)
    plain = infer(measure, replace(values, without_observer=None), "jackknife", settings)
    for wide, narrow in zip(both, plain, strict=True):
        for one, other in zip(wide.differences, narrow.differences, strict=True):
            assert one.value == other.value
            assert one.high - one.low > 0
            assert one.p_value != other.p_value
        errors = [np.arctanh(item.high) - np.arctanh(item.low) for item in (wide.estimates[0], narrow.estimates[0])]
        assert errors[0] != errors[1]


def test_what_has_no_form_for_drawn_labels_is_known(make_table: Callable[..., Table]) -> None:
    table = make_table()
    assert relabelled(Mapped(make_design(table), "once")) is None


def test_statistics_computed_alone_and_means_over_trainings(make_table: Callable[..., Table]) -> None:
    from benchmark.statistics.catalogue import Statistic
    from benchmark.statistics.design import SeveralTrainings

    def weighted(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
        return float(weights @ (scores * labels))

    table = judged(make_table(methods=2), missing=0.0)
    record = Statistic(name="own", title="own", meaning="own", place=1, levels=frozenset({"pair"}), compute=weighted)
    alone = Alone(make_design(table), statistics=[record])
    again = relabelled(alone)
    assert again is not None
    labels = table.labels[None] + 1
    expected = (table.scores * labels).sum(axis=1)
    np.testing.assert_allclose(again(np.ones((1, table.n_clusters)), labels)[0, 0], expected)
    rng = np.random.default_rng(0)
    each = table.scores[0] + rng.normal(size=(3, len(table.labels)))
    trained = replace(table, trainings=SeveralTrainings(each, np.zeros(3, dtype=np.int64)))
    measure = OverTrainings(make_design(trained), Correlations)
    over = relabelled(measure)
    assert over is not None
    found = over(np.ones((1, table.n_clusters)), labels)[0, 0, 0]
    assert found == pytest.approx(np.mean([stats.spearmanr(row, labels[0])[0] for row in each]))


def test_two_factors_are_the_jackknife_and_bca_is_refused() -> None:
    settings = StatisticsSettings(resample="cluster+observer")
    assert kind_of(settings, 5000) == "jackknife"
    assert kind_of(StatisticsSettings(), 5000) == "percentile"
    assert kind_of(replace(settings, interval="percentile"), 5) == "percentile"
    with pytest.raises(ValueError, match="bca has no form for two factors"):
        StatisticsSettings(resample="cluster+observer", interval="bca")


def test_intervals_that_speak_of_other_observers_cover() -> None:
    """Few observers with strong tastes: intervals of clusters only miss other panels, those of both hold them."""
    found = coverage(VotingPanel(references=40, observers=6, taste=2.0), studies=100, replicates=50, seed=2)
    only, both, _ = SCHEMES
    for statistic in ("srcc", "plcc", "krcc"):
        assert found[only, statistic][0] < 0.90
        assert found[both, statistic][0] >= 0.91
