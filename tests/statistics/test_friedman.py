"""Ranks over data sets against SciPy and Demšar's published example."""

import numpy as np
import pytest
from scipy import stats

from benchmark.statistics.friedman import cliques, critical_difference, mean_ranks

DEMSAR = [
    *([4, 3, 2, 1], [1, 2, 3, 4], [4, 1, 2, 3], [4, 1, 3, 2], [4, 2, 3, 1], [1, 2.5, 4, 2.5], [3, 2, 4, 1]),
    *([2.5, 2.5, 4, 1], [4, 3, 2, 1], [2.5, 2.5, 2.5, 2.5], [4, 2.5, 1, 2.5], [3, 2, 4, 1], [4, 1, 2, 3], [3, 1, 4, 2]),
]
"""Ranks of four classifiers on fourteen data sets (Demšar, JMLR 7, 2006, table 6)."""


def test_demsars_example() -> None:
    """Average ranks, Friedman's and Iman and Davenport's statistics (without correction for ties), critical difference."""
    found = mean_ranks(-np.array(DEMSAR), corrected=False)
    assert [f"{mean:.3f}" for mean in found.means] == ["3.143", "2.000", "2.893", "1.964"]
    assert f"{found.chi_squared:.2f}" == "9.28"
    assert f"{found.f:.2f}" == "3.69"
    assert f"{found.critical:.2f}" == "1.25"
    assert found.f_p_value == pytest.approx(stats.f.sf(found.f, 3, 39), rel=1e-9)
    groups = cliques(found.means, found.critical)
    assert groups == [(3, 1, 2, 0)], "even the best and the worst are less than the critical difference apart"


@pytest.mark.parametrize("ties", [False, True])
def test_friedmans_statistic_is_scipys(ties: bool) -> None:
    values = np.random.default_rng(1).normal(size=(12, 5)) + np.arange(5) / 3
    values = np.round(values) if ties else values
    found, known = mean_ranks(values), stats.friedmanchisquare(*values.T)
    assert found.chi_squared == pytest.approx(known.statistic, rel=1e-12)
    assert found.p_value == pytest.approx(known.pvalue, rel=1e-9)
    assert found.means == pytest.approx(stats.rankdata(-values, axis=1).mean(axis=0))
    assert found.sets == 12


def test_the_critical_value_is_the_studentised_range_over_the_root_of_two() -> None:
    """Demšar's table 5: q of .05 for 2, 4 and 10 methods."""
    for methods, q in ((2, 1.960), (4, 2.569), (10, 3.164)):
        assert critical_difference(methods, 1) == pytest.approx(q * np.sqrt(methods * (methods + 1) / 6), rel=5e-4)


def test_all_data_sets_may_agree_or_see_no_difference() -> None:
    agreeing = mean_ranks(np.tile([3.0, 2.0, 1.0], (10, 1)))
    assert agreeing.means.tolist() == [1, 2, 3]
    assert agreeing.f == np.inf
    assert agreeing.f_p_value == 0
    equal = mean_ranks(np.ones((10, 3)))
    assert equal.means.tolist() == [2, 2, 2]
    assert (equal.chi_squared, equal.p_value) == (0, 1)


@pytest.mark.parametrize("values", [np.ones((1, 3)), np.ones((3, 1)), np.array([[1.0, np.nan], [1, 2]])])
def test_too_few_or_missing_values_are_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="two data sets and two methods"):
        mean_ranks(values)


def test_groups_overlap_and_none_is_within_another() -> None:
    assert cliques(np.array([1.0, 4.0, 2.0, 3.0]), 1.5) == [(0, 2), (2, 3), (3, 1)]
    assert cliques(np.array([1.0, 2.0, 3.0]), 1.0) == [], "at the critical difference they differ"
    assert cliques(np.array([1.0, 1.2, 3.0, 3.0]), 1.0) == [(0, 1), (2, 3)]
