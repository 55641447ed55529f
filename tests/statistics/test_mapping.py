"""The logistic mapping against curves made from known parameters, and never worse than SciPy's curve_fit."""

import math
import warnings

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from benchmark.statistics import fit, mapped_plcc, plcc

Floats = NDArray[np.float64]


def logistic4(x: Floats, b1: float, b2: float, b3: float, b4: float) -> Floats:
    return b2 + (b1 - b2) / (1 + np.exp(np.clip(-(x - b3) / abs(b4), -700, 700)))


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_known_curve_is_found_whatever_the_scores_scale(scale: float, sign: int) -> None:
    x = np.linspace(20, 40, 60)
    y = logistic4(x, 90.0, 10.0, 29.0, 2.5)
    mapping = fit(sign * scale * x, y)
    assert mapping is not None
    assert mapping.converged
    assert mapping.monotone
    assert mapping.direction == sign
    assert mapping.rmse == pytest.approx(0, abs=1e-5)
    np.testing.assert_allclose(mapping.predict(sign * scale * x), y, atol=1e-4)
    assert mapped_plcc(mapping, sign * scale * x, y) == pytest.approx(sign, abs=1e-9)


def test_the_fit_is_never_worse_than_curve_fit_from_ten_random_starts() -> None:
    rng = np.random.default_rng(3)
    for _ in range(5):
        x = rng.normal(size=120)
        y = np.tanh(1.5 * x) + 0.4 * rng.normal(size=120)
        mapping = fit(x, y)
        assert mapping is not None
        best = math.inf
        for _ in range(10):
            start = [*rng.normal(size=3), rng.uniform(0.2, 2)]
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found, _ = optimize.curve_fit(logistic4, x, y, start, maxfev=5000)
            except RuntimeError:
                continue
            best = min(best, float(np.sqrt(np.mean((logistic4(x, *found) - y) ** 2))))
        assert mapping.rmse <= best + 1e-9


def test_where_no_fit_can_exist_there_is_none() -> None:
    assert fit(np.arange(4.0), np.arange(4.0)) is None
    assert fit(np.ones(10), np.arange(10.0)) is None
    assert fit(np.arange(10.0), np.ones(10)) is None
    assert math.isnan(mapped_plcc(None, np.ones(10), np.arange(10.0)))


def test_a_step_stops_at_the_bound_and_says_so() -> None:
    x = np.linspace(-1, 1, 50)
    mapping = fit(x, np.sign(x))
    assert mapping is not None
    assert mapping.at_bound


def test_mapping_does_not_lower_the_correlation_of_a_line() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    y = x + rng.normal(size=200)
    mapping = fit(x, y, 5)
    assert mapping is not None
    assert mapped_plcc(mapping, x, y) >= plcc(x, y) - 1e-9
