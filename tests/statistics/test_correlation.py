"""Correlations against SciPy's own, undefined ones as NaN without a warning."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmark.statistics import krcc, plcc, srcc

ties = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=40)


@settings(deadline=None)
@given(ties)
def test_equal_to_scipy_under_heavy_ties(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=float).T
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert all(math.isnan(function(x, y)) for function in (plcc, srcc, krcc))
        return
    assert plcc(x, y) == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)
    assert srcc(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert krcc(x, y) == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-12)


def test_the_sign_is_kept() -> None:
    x = np.arange(10.0)
    y = x + np.tile([0.0, 3.0], 5)
    for function in (plcc, srcc, krcc):
        assert function(x, y) > 0
        assert function(x, -y) == pytest.approx(-function(x, y), abs=1e-15)


@pytest.mark.parametrize("vector", [[], [1.0], [2.0, 2.0, 2.0]])
def test_undefined_is_nan_without_a_warning(vector: list[float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function in (plcc, srcc, krcc):
            assert math.isnan(function(vector, list(range(len(vector)))))


def test_values_that_are_not_finite_and_unequal_lengths_are_errors() -> None:
    with pytest.raises(ValueError, match="finite"):
        plcc([1, 2, float("nan")], [1, 2, 3])
    with pytest.raises(ValueError, match="one length"):
        plcc([1, 2], [1, 2, 3])
