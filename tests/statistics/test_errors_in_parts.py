"""Errors of mapped scores in parts: borders and ties, curves against SciPy, the jackknife against a loop, coverage."""

from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

from benchmark.statistics.errors_in_parts import PartError, equal_parts, errors_in_parts
from benchmark.statistics.to_label_units import Curve, NoCurveError, in_label_units

Array = Any


def made(
    clusters: int = 12, each: int = 8, seed: int = 0, noise: float = 0.5, line: float = 0.0
) -> tuple[Array, Array, Array]:
    """Scores, labels and clusters; clusters have an effect in common. A step on a line determines five parameters."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), each)
    scores = rng.normal(size=clusters * each)
    labels = (
        3
        + 1.5 * np.tanh((1 + 2 * line) * scores)
        + line * scores
        + noise * (rng.normal(size=clusters)[cluster] + rng.normal(size=len(cluster)))
    )
    return scores, labels, cluster


def by_scipy(curve: Curve, scores: Array, labels: Array, at: Array) -> Array:
    """Mapped scores by SciPy and numpy alone."""
    if curve == "none":
        return at
    if curve == "linear":
        return np.polyval(np.polyfit(scores, labels, 1), at)

    def logistic(x: Array, *b: float) -> Array:
        if curve == "logistic4":
            return b[1] + (b[0] - b[1]) / (1 + np.exp(-(x - b[2]) / b[3]))
        return b[0] * (0.5 - 1 / (1 + np.exp(b[1] * (x - b[2])))) + b[3] * x + b[4]

    start = [labels.max(), labels.min(), np.median(scores), scores.std()]
    if curve == "logistic5":
        start = [np.ptp(labels), 2 / scores.std(), np.median(scores), 0.1, labels.mean()]
    exact: Any = {"ftol": 1e-14, "xtol": 1e-14, "gtol": 1e-14}
    found, _ = optimize.curve_fit(logistic, scores, labels, start, maxfev=50_000, **exact)
    return logistic(at, *found)


def in_loop(curve: Curve, data: tuple[Array, Array, Array], inside: Array, *, refit: bool) -> tuple[float, float]:
    """A part's mean error and half of its 95 % interval, cluster by cluster, the plain way."""
    scores, labels, clusters = data
    whole = by_scipy(curve, scores, labels, scores) - labels
    left = []
    for one in np.unique(clusters):
        kept = clusters != one
        mapped = by_scipy(curve, scores[kept], labels[kept], scores) - labels if refit else whole
        left.append(mapped[inside & kept].mean())
    k, held = len(left), len(np.unique(clusters[inside]))
    error = np.sqrt((k - 1) / k * ((np.array(left) - np.mean(left)) ** 2).sum())
    return float(whole[inside].mean()), float(stats.t.ppf(0.975, held - 1) * error)


def measured(curve: Curve, data: tuple[Array, Array, Array], part: Array, *, refit: bool = True) -> list[PartError]:
    scores, labels, clusters = data
    mapped = in_label_units(scores, labels, curve, 1)
    (found,) = errors_in_parts(mapped, labels, clusters, [(labels, part)], "refit" if refit else "once", 0.95)
    return found


@pytest.mark.parametrize("refit", [True, False])
@pytest.mark.parametrize("curve", ["logistic4", "logistic5", "linear", "none"])
def test_means_and_intervals_are_those_of_a_plain_loop(curve: Curve, refit: bool) -> None:
    data = made(line=1.0, noise=0.2) if curve == "logistic5" else made()
    scores, labels, clusters = data
    part = equal_parts(labels, 4)
    found = measured(curve, data, part, refit=refit)
    assert len(found) == 4
    for number, item in enumerate(found):
        inside = part == number
        errors = by_scipy(curve, scores, labels, scores)[inside] - labels[inside]
        mean, reach = in_loop(curve, data, inside, refit=refit)
        close = 1e-6
        assert item.error == pytest.approx(mean, abs=close)
        assert item.ci_low == pytest.approx(mean - reach, abs=3 * close)
        assert item.ci_high == pytest.approx(mean + reach, abs=3 * close)
        assert item.absolute == pytest.approx(np.abs(errors).mean(), abs=close)
        assert item.rmse == pytest.approx(np.sqrt((errors**2).mean()), abs=close)
        assert (item.n, item.n_clusters) == (inside.sum(), len(set(clusters[inside])))
        assert (item.low, item.high) == (labels[inside].min(), labels[inside].max())
        assert item.label == pytest.approx(labels[inside].mean())
        assert item.score == pytest.approx(item.label + item.error)


def test_refitting_counts_the_curves_own_uncertainty() -> None:
    data = made(clusters=6, each=5)
    part = np.zeros(30, dtype=np.int64)
    part[data[1] > np.quantile(data[1], 0.8)] = 1
    anew, once = measured("linear", data, part)[1], measured("linear", data, part, refit=False)[1]
    assert anew.error == pytest.approx(once.error)
    assert anew.ci_high - anew.ci_low != pytest.approx(once.ci_high - once.ci_low, rel=1e-3)


def test_parts_are_equally_large_and_equal_values_stay_together() -> None:
    rng = np.random.default_rng(1)
    values = rng.permutation(np.arange(100.0))
    part = equal_parts(values, 10)
    assert np.bincount(part).tolist() == [10] * 10
    assert all(values[part == a].max() < values[part == a + 1].min() for a in range(9))
    coarse = rng.integers(0, 37, size=500).astype(float)
    part = equal_parts(coarse, 10)
    assert all(len(set(part[coarse == value])) == 1 for value in set(coarse))
    assert np.bincount(part).max() < 80


@pytest.mark.parametrize(
    ("values", "parts"), [([1.0] * 9, 1), ([1.0] * 5 + [2.0] * 5, 2), ([1.0] * 90 + list(range(2, 12)), 2), ([4.0], 1)]
)
def test_ties_leave_fewer_parts_numbered_without_gaps(values: list[float], parts: int) -> None:
    found = equal_parts(np.array(values), 10)
    assert sorted(set(found.tolist())) == list(range(parts))


def test_one_cluster_has_no_interval_and_a_part_of_one_cluster_neither() -> None:
    scores, labels, _ = made(clusters=2, each=20)
    alone = measured("linear", (scores, labels, np.zeros(40, dtype=np.int64)), equal_parts(labels, 2))
    assert [item.note for item in alone] == ["no interval: one cluster only"] * 2
    assert np.isnan([item.ci_low for item in alone]).all()
    part = np.repeat([0, 1], 20)
    halves = measured("linear", (scores, labels, part), part)
    assert {item.note for item in halves} == {"no interval: one cluster only"}


@pytest.mark.parametrize(
    ("scores", "curve", "why"),
    [
        ([], "logistic4", "no scored pairs"),
        ([1.0] * 12, "logistic4", "all scores are equal"),
        ([1.0] * 12, "linear", "all scores are equal"),
        ([1.0, 2.0, 3.0], "logistic4", "3 pairs are too few for 4 parameters"),
        (list(np.arange(12.0))[::-1], "logistic4", "reversed"),
        (list(np.arange(12.0))[::-1], "linear", "reversed"),
    ],
)
def test_what_can_not_be_mapped_says_why(scores: list[float], curve: Curve, why: str) -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(float(len(scores))) + rng.normal(size=len(scores))
    with pytest.raises(NoCurveError, match=why):
        in_label_units(np.array(scores), labels, curve, 1)


@pytest.mark.parametrize("by", ["label", "score"])
def test_a_calibrated_method_is_unbiased_by_score_and_regresses_by_label(by: str) -> None:
    """Labels are the score plus noise: by score most 95 % intervals hold zero; by label both ends are off."""
    held, ends = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        cluster = np.repeat(np.arange(30), 6)
        scores = rng.normal(size=180)
        labels = scores + 0.4 * rng.normal(size=30)[cluster] + 0.4 * rng.normal(size=180)
        mapped = in_label_units(scores, labels, "none", 1)
        part = equal_parts(labels if by == "label" else scores, 5)
        (found,) = errors_in_parts(mapped, labels, cluster, [(labels, part)], "refit", 0.95)
        held += [item.ci_low <= 0 <= item.ci_high for item in found]
        ends.append((found[0].error, found[-1].error))
    low, high = np.mean(ends, axis=0)
    if by == "score":
        assert 0.9 < np.mean(held) < 0.99
        assert abs(low) < 0.05
        assert abs(high) < 0.05
    else:
        assert np.mean(held) < 0.7
        assert low > 0.2
        assert high < -0.2
