"""Heavy tails are seen in the sample, and an error that rests on a few clusters gets few degrees of freedom."""

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics.intervals import effective_freedom
from benchmark.statistics.tails import are_heavy, kurtosis


@pytest.mark.parametrize("power", [1, 3, 9])
def test_kurtosis_is_scipys_at_any_scale(power: int) -> None:
    values = np.random.default_rng(power).normal(size=200) ** power
    for scale in (1e-160, 1.0, 1e160):
        expected = stats.kurtosis(values, fisher=False)
        assert kurtosis(values * scale) == pytest.approx(expected, rel=1e-12)
    assert np.isnan(kurtosis(np.ones(5)))
    assert np.isnan(kurtosis(np.empty(0)))


def test_far_scores_or_labels_are_remarked_on_and_more_so_with_few_clusters() -> None:
    rng = np.random.default_rng(0)
    plain, far = rng.normal(size=240), np.exp(1.4 * rng.normal(size=240))
    assert not are_heavy(plain, plain, 12)
    assert are_heavy(far, plain, 12)
    assert are_heavy(plain, -far, 30)
    assert not are_heavy(far, plain, int(30 * (kurtosis(far) / 10) ** 2) + 1)


def test_degrees_of_freedom_are_the_clusters_that_carry_the_error() -> None:
    assert effective_freedom(np.array([1.0, -1, 1, -1, 1, -1])) == 5, "never more than K - 1"
    assert effective_freedom(np.array([1.0, -1, 0, 0, 0, 0])) == pytest.approx(2)
    assert effective_freedom(np.array([5.0, 0, 0, 0])) == 1
    assert effective_freedom(np.zeros(4)) == 3
    assert effective_freedom(np.array([1e-200, -1e-200, 0, 0, 0])) == pytest.approx(2)
