"""Within and pooled correlations of methods that are trained by partition, against SciPy and plain loops."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics import StatisticsSettings
from benchmark.statistics.coverage_trained import mean_learner
from benchmark.statistics.partitioned import LabelLine, Pooled, Training, Within, fitted_line, scaling_line
from benchmark.statistics.resampling import FloatArray, leave_one_out
from benchmark.statistics.strata import estimates, strata_of, stratified_error

SETTINGS = StatisticsSettings(replicates=400)
PLAIN = LabelLine(0.0, 1.0)


def folds(
    sizes: tuple[int, ...] = (3, 4, 5),
    seeds: int = 1,
    *,
    offset: float = 0.0,
    noise: float = 1.0,
    line: LabelLine = PLAIN,
) -> tuple[list[Training], int]:
    """Trainings on folds of clusters of three pairs; labels and scores of later folds lie higher by ``offset``."""
    rng = np.random.default_rng(3)
    found, first = [], 0
    for number, size in enumerate(sizes):
        labels = rng.normal(size=3 * size) + offset * number
        clusters = np.repeat(np.arange(first, first + size), 3)
        for seed in range(seeds):
            found.append(Training(number + 1, seed, labels, labels + noise * rng.normal(size=3 * size), clusters, line))
        first += size
    return found, first


def once(count: int) -> FloatArray:
    return np.ones((1, count))


def test_within_is_the_mean_of_the_partitions_weighted_by_pairs() -> None:
    trainings, count = folds(seeds=2)
    found = Within(trainings, count)(once(count))[0]
    functions: tuple[Any, ...] = (stats.spearmanr, stats.pearsonr, stats.kendalltau)
    for value, function in zip(found, functions, strict=True):
        each = [function(item.labels, item.scores).statistic for item in trainings]
        assert value == pytest.approx(np.average(each, weights=[len(item.labels) for item in trainings]), abs=1e-12)


def test_seeds_share_the_weight_of_their_partition() -> None:
    trainings, count = folds((3, 4))
    first, second = (stats.spearmanr(item.labels, item.scores).statistic for item in trainings)
    again = [*trainings, *[Training(1, seed, *_arrays(trainings[0])) for seed in (1, 2)]]
    value = Within(again, count)(once(count))[0, 0]
    assert value == pytest.approx((9 * first + 12 * second) / 21, abs=1e-12)


def _arrays(item: Training) -> tuple[FloatArray, FloatArray, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    return item.labels, item.scores, item.clusters


def test_a_training_without_a_value_is_left_out_with_its_weight_and_counted() -> None:
    trainings, count = folds((3, 4))
    flat = Training(2, 0, trainings[1].labels, np.full(12, 2.5), trainings[1].clusters)
    within = Within([trainings[0], flat], count)
    assert within.known.tolist() == [1, 1, 1]
    expected = stats.spearmanr(trainings[0].labels, trainings[0].scores).statistic
    assert within(once(count))[0, 0] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(Within([flat], count)(once(count))).all()


@pytest.mark.parametrize(("folds_", "references"), [(4, 12), (5, 50)])
def test_a_learner_that_returns_its_training_mean_is_not_below_zero_within(folds_: int, references: int) -> None:
    """Put together as they are, its folds correlate negatively: a fold of low labels was trained on higher ones."""
    found = mean_learner(folds_, references, 200, seed=0)
    assert found["raw"] < -0.1
    assert found["within"] > -0.02


def test_folds_with_different_ranges_of_labels_keep_their_correlation_pooled() -> None:
    """Each training scales its own range of labels to 0 … 1; put together as they are, the scores hardly correlate."""
    plain, count = folds((10, 10, 10), offset=8.0, noise=0.2)
    scaled = []
    for item in plain:
        low, high = float(item.labels.min()), float(item.labels.max())
        line = scaling_line(low, high, lower_mos_better=False)
        scores = (item.scores - low) / (high - low)
        np.testing.assert_allclose(line(scores), item.scores)
        scaled.append(Training(item.partition, 0, item.labels, scores, item.clusters, line))
    labels, scores = (np.concatenate([getattr(item, key) for item in scaled]) for key in ("labels", "scores"))
    raw = stats.spearmanr(labels, scores).statistic
    pooled = Pooled(scaled, count)(once(count))[0]
    both = np.concatenate([item.scores for item in plain])
    assert pooled[0] == pytest.approx(stats.spearmanr(labels, both).statistic, abs=1e-12)
    assert pooled[1] == pytest.approx(stats.pearsonr(labels, both).statistic, abs=1e-12)
    assert pooled[0] > 0.97
    assert raw < 0.6


def test_a_scaling_of_labels_that_fall_gives_oriented_labels() -> None:
    """DMOS 20 is the best of a training (score 1), 80 the worst (score 0); oriented labels are negated."""
    line = scaling_line(20, 80, lower_mos_better=True)
    assert line(np.array([0.0, 1.0])).tolist() == [-80, -20]
    with pytest.raises(ValueError, match="two different labels, not 3 to 3"):
        scaling_line(3, 3, lower_mos_better=False)


def test_the_line_of_validation_is_that_of_least_squares() -> None:
    rng = np.random.default_rng(1)
    x = 1e6 + rng.normal(size=30)
    for sign in (1, -1):
        y = sign * 3 * x + rng.normal(size=30)
        expected = stats.linregress(x, y)
        line = fitted_line(x, y)
        assert line is not None
        assert line.slope == pytest.approx(expected.slope, rel=1e-9)
        np.testing.assert_allclose(line(x), expected.intercept + expected.slope * x, rtol=1e-9)
    assert fitted_line(np.ones(5), np.arange(5.0)) is None
    assert fitted_line(np.ones(1), np.ones(1)) is None


def test_pooled_is_the_mean_over_seeds_and_needs_every_line() -> None:
    trainings, count = folds(seeds=2)
    each = []
    for seed in (0, 1):
        own = [item for item in trainings if item.seed == seed]
        each.append(
            stats.spearmanr(
                np.concatenate([item.labels for item in own]), np.concatenate([item.scores for item in own])
            ).statistic
        )
    assert Pooled(trainings, count)(once(count))[0, 0] == pytest.approx(np.mean(each), abs=1e-12)
    without = Training(1, 0, *_arrays(trainings[0]))
    with pytest.raises(ValueError, match="every training needs a line"):
        Pooled([without, *trainings[1:]], count)


def test_counts_draw_a_reference_as_often_as_repeating_its_rows() -> None:
    trainings, count = folds()
    counts = np.random.default_rng(0).integers(0, 3, size=count).astype(float)
    repeated = []
    for item in trainings:
        rows = np.repeat(np.arange(len(item.labels)), counts[item.clusters].astype(int))
        repeated.append(Training(item.partition, 0, item.labels[rows], item.scores[rows], item.clusters[rows], PLAIN))
    for kind in (Within, Pooled):
        np.testing.assert_allclose(
            kind(trainings, count)(counts[None]), kind(repeated, count)(once(count)), rtol=1e-12, atol=1e-12
        )


def test_folds_are_strata_and_partitions_that_share_references_are_not() -> None:
    trainings, count = folds()
    strata = strata_of(trainings, count + 1)  # one reference is never tested
    assert (strata.count, strata.by_partition, strata.clusters) == (3, True, 12)
    assert strata.of_cluster.tolist() == [0] * 3 + [1] * 4 + [2] * 5 + [-1]
    drawn = strata.draw(np.random.default_rng(0), 50)
    assert (drawn[:, :3].sum(axis=1) == 3).all()
    assert (drawn[:, 3:7].sum(axis=1) == 4).all()
    assert (drawn[:, 12] == 0).all()
    shared = [*trainings, Training(4, 0, *_arrays(trainings[0]))]
    assert strata_of(shared, count).by_partition is False
    assert strata_of(folds((1, 4))[0], 5).by_partition is False


def test_the_error_over_strata_is_that_of_a_stratified_mean() -> None:
    """Of a plain mean in each stratum the jackknife's error is exact: the variance of a mean."""
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=size) + 10 * place for place, size in enumerate((4, 6))]
    left = [
        [np.mean([np.delete(part, i).mean(), other.mean()]) for i in range(len(part))]
        for part, other in (parts, parts[::-1])
    ]
    error, freedom = stratified_error(np.concatenate(left), np.repeat([0, 1], [4, 6]))
    assert error == pytest.approx(np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts)) / 2)
    assert freedom == 8
    apart = stratified_error(np.array([0.0, 0.0, 5.0, 5.0]), np.array([0, 0, 1, 1]))
    assert apart[0] == 0, "what differs between strata is no error"


@pytest.mark.parametrize("interval", ["auto", "percentile", "bca"])
def test_intervals_of_within_are_of_the_kind_that_is_asked_for(interval: str) -> None:
    trainings, count = folds((12, 12, 12))
    settings = StatisticsSettings(replicates=400, interval=interval)  # type: ignore[arg-type]
    found = estimates(Within(trainings, count), strata_of(trainings, count), settings, (0,))
    for item in found:
        assert item.kind == {"auto": "jackknife"}.get(interval, interval)
        assert item.low < item.value < item.high


def test_the_jackknife_of_one_partition_is_that_of_all_pairs() -> None:
    trainings, count = folds((20,))
    (item,) = trainings
    found = estimates(Within(trainings, count), strata_of(trainings, count), SETTINGS, (0,))[2]
    left = np.concatenate([Within(trainings, count)(block) for block in leave_one_out(count)])[:, 2]
    z = np.arctanh(left)
    error = np.sqrt((count - 1) / count * ((z - z.mean()) ** 2).sum())
    reach = stats.t.ppf(0.975, count - 1) * error
    tau = stats.kendalltau(item.labels, item.scores).statistic
    assert (found.low, found.high) == pytest.approx(tuple(np.tanh([np.arctanh(tau) - reach, np.arctanh(tau) + reach])))


def test_there_is_no_interval_where_one_reference_is_tested_or_a_value_is_one() -> None:
    labels, clusters = np.arange(6.0), np.zeros(6, dtype=np.int64)
    one = [Training(1, 0, labels, labels[::-1] + np.array([0, 3, 0, 0, 0, 0.0]), clusters)]
    assert "one cluster only" in estimates(Within(one, 1), strata_of(one, 1), SETTINGS, (0,))[0].note
    perfect = [Training(1, 0, labels, labels, np.repeat(np.arange(3), 2))]
    found = estimates(Within(perfect, 3), strata_of(perfect, 3), SETTINGS, (0,))[0]
    assert found.value == 1
    assert np.isnan(found.low)
    assert "end of the scale" in found.note
