"""Who is best, over resamples, on examples small enough to count by hand."""

import numpy as np

from benchmark.statistics import probability_best, rank_intervals, with_best
from benchmark.statistics.rank_uncertainty import ranks


def test_the_best_of_each_resample_is_counted_and_ties_share() -> None:
    drawn = np.array([[3.0, 1.0, 2.0], [1.0, 5.0, 5.0], [2.0, 1.0, 0.0], [np.nan, 9.0, 0.0]])
    np.testing.assert_allclose(probability_best(drawn), [2 / 3, 0.5 / 3, 0.5 / 3])


def test_tied_values_share_the_better_rank() -> None:
    np.testing.assert_array_equal(ranks(np.array([0.5, 0.9, 0.9, 0.1])), [3, 1, 1, 4])


def test_rank_intervals_are_whole_ranks() -> None:
    drawn = np.repeat([[3.0, 2.0, 1.0], [2.0, 3.0, 1.0]], [95, 5], axis=0)
    low, high = rank_intervals(drawn, 0.95)
    np.testing.assert_array_equal(low, [1, 1, 3])
    np.testing.assert_array_equal(high, [2, 2, 3])
    assert np.isnan(rank_intervals(np.full((3, 2), np.nan), 0.95)[0]).all()


def test_the_group_of_the_best_holds_what_no_test_tells_from_it() -> None:
    p = np.array(
        [[np.nan, 0.2, 0.01, np.nan], [0.2, np.nan, 0.5, 0.5], [0.01, 0.5, np.nan, 0.5], [np.nan, 0.5, 0.5, np.nan]]
    )
    group = with_best(np.array([0.9, 0.85, 0.6, 0.5]), p, 0.05)
    np.testing.assert_array_equal(group, [1, 1, 0, np.nan])
    assert np.isnan(with_best(np.array([np.nan, np.nan]), p[:2, :2], 0.05)).all()
