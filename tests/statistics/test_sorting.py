"""PWRC against a plain loop over every two images, with the trapezoid rule of its authors, and by hand."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from benchmark.statistics.sorting import pwrc, scaled, sorting_accuracy

Floats = NDArray[np.float64]


def by_loop(scores: Floats, labels: Floats, threshold: float) -> float:
    """The formula, image by image; labels from 0 to 100."""
    n = len(scores)
    of_labels, of_scores = stats.rankdata(labels), stats.rankdata(scores)
    found = weight = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            level = (max(of_labels[i], of_labels[j]) - 1) / (n - 1)
            moved = abs(of_labels[i] - of_scores[i]) + abs(of_labels[j] - of_scores[j])
            w = math.exp(level + moved / (2 * (n - 1)))
            sign = np.sign(scores[i] - scores[j]) * np.sign(labels[i] - labels[j])
            seen = 1 / (1 + math.exp(-0.175 * (abs(labels[i] - labels[j]) - threshold)))
            found += w * float(sign) * seen
            weight += w
    return found / weight


@pytest.fixture
def images() -> tuple[Floats, Floats, Floats]:
    """Scores, labels with ties, and their standard deviations."""
    rng = np.random.default_rng(0)
    labels = rng.normal(50, 15, 40).round()
    return (labels + rng.normal(0, 12, 40)).round(), labels, rng.uniform(3, 9, 40)


def test_the_curve_is_that_of_the_loop(images: tuple[Floats, Floats, Floats]) -> None:
    scores, labels, deviations = images
    on = scaled(labels, deviations)
    assert on is not None
    assert (on.labels.min(), on.labels.max()) == (0, 100)
    thresholds = np.array([0.0, 7.5, 30, 110])
    expected = [by_loop(scores, on.labels, threshold) for threshold in thresholds]
    np.testing.assert_allclose(sorting_accuracy(scores, on, thresholds), expected, atol=1e-12)


def test_pwrc_is_the_area_under_the_curve_also_with_a_cluster_left_out(
    images: tuple[Floats, Floats, Floats], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmark.statistics.sorting.BLOCK", 7)
    scores, labels, deviations = images
    on = scaled(labels, deviations)
    assert on is not None
    scale = 100 / (labels.max() - labels.min())
    assert (on.low, on.high) == pytest.approx((2 * deviations.min() * scale, 2 * deviations.max() * scale))
    clusters = np.arange(40) % 8
    value, left_out = pwrc(scores, on, clusters, 8)
    thresholds = np.linspace(on.low, on.high, 201)
    area = np.trapezoid([by_loop(scores, on.labels, threshold) for threshold in thresholds], thresholds)
    assert value == pytest.approx(area, rel=1e-5)
    kept = clusters != 3
    area = np.trapezoid([by_loop(scores[kept], on.labels[kept], threshold) for threshold in thresholds], thresholds)
    assert left_out[3] == pytest.approx(area, rel=1e-5)


def test_three_images_by_hand() -> None:
    """The worked example of docs/protocol.md: labels 0, 50, 100, the scores of the two better ones exchanged."""
    on = scaled(np.array([1.0, 2, 3]), np.array([0.1, 0.1, 0.2]))
    assert on is not None
    assert (on.low, on.high) == pytest.approx((10, 20))
    found = sorting_accuracy(np.array([1.0, 3, 2]), on, np.array([50.0]))[0]
    # weights exp(level + moved): worst and middle exp(1/2 + 1/4), worst and best exp(1 + 1/4), middle and best exp(1 + 2/4)
    w = np.exp([0.75, 1.25, 1.5])
    seen = 1 / (1 + np.exp(-0.175 * (np.array([50.0, 100, 50]) - 50)))
    assert found == pytest.approx(np.sum(w * [1, 1, -1] * seen) / w.sum())
    assert found == pytest.approx(0.2287, abs=5e-5)


def test_a_perfect_order_has_the_most_and_its_reverse_the_negative(images: tuple[Floats, Floats, Floats]) -> None:
    _, labels, deviations = images
    labels = labels + np.arange(40) / 1000
    on = scaled(labels, deviations)
    assert on is not None
    clusters = np.arange(40)
    best, _ = pwrc(labels, on, clusters, 40)
    worse, _ = pwrc(labels[::-1].copy(), on, clusters, 40)
    assert worse < best <= on.high - on.low
    assert pwrc(2 * labels**3, on, clusters, 40)[0] == pytest.approx(best), "only the order counts"


def test_what_has_no_thresholds_or_no_order_is_undefined() -> None:
    labels = np.arange(4.0)
    assert scaled(labels, np.full(4, np.nan)) is None
    assert scaled(labels, np.full(4, 0.5)) is None, "one threshold has no area"
    assert scaled(np.ones(4), np.array([0.1, 0.2, 0.3, 0.4])) is None
    on = scaled(labels, np.array([0.1, 0.2, 0.3, 0.4]))
    assert on is not None
    value, left_out = pwrc(np.ones(4), on, np.arange(4), 4)
    assert math.isnan(value)
    assert np.isnan(left_out).all()
    assert np.isnan(sorting_accuracy(np.ones(4), on, np.array([1.0]))).all()
    assert np.isnan(pwrc(np.array([1.0, 2, 2, 2]), on, np.arange(4), 4)[1][0])
