"""Labels, their spread and number from votes; what other observers would have said."""

import numpy as np
import pandas as pd
import pytest

from benchmark.statistics.votes import centred, drawn_labels, in_units_of, means, opinions

RNG = np.random.default_rng(3)
VOTES = np.round(RNG.normal(5, 2, (9, 14)), 1)
VOTES[RNG.random(VOTES.shape) < 0.3] = np.nan
VOTES[:, 3] = np.nan
VOTES[4, 3] = 7.0
"""Nine observers, fourteen images, one of which a single observer has seen."""


def test_mean_spread_and_number_are_those_of_pandas() -> None:
    found, table = opinions(VOTES), pd.DataFrame(VOTES)
    np.testing.assert_allclose(found.mean, table.mean(), rtol=1e-11)
    np.testing.assert_allclose(found.spread, table.std(ddof=1), rtol=1e-11)
    np.testing.assert_array_equal(found.count, table.count())
    assert np.isnan(found.spread[3])


def test_an_image_without_votes_has_no_label() -> None:
    found = opinions(np.array([[1.0, np.nan], [2.0, np.nan]]))
    assert found.mean[0] == 1.5
    assert np.isnan(found.mean[1])
    assert found.count[1] == 0


def test_observers_means_are_removed_and_the_mean_of_all_votes_is_kept() -> None:
    found = centred(VOTES)
    for votes, mine in zip(VOTES, found, strict=True):
        np.testing.assert_allclose(mine, votes - np.nanmean(votes) + np.nanmean(VOTES), rtol=1e-12)


def test_a_single_vote_says_nothing_without_its_mean() -> None:
    votes = np.array([[1.0, 2.0, 3.0], [9.0, np.nan, np.nan]])
    assert np.isnan(centred(votes)[1]).all()
    np.testing.assert_allclose(centred(votes)[0], votes[0] - 2 + 15 / 4)


def test_the_labels_of_drawn_observers_are_the_means_of_their_votes() -> None:
    counts = RNG.multinomial(9, np.full(9, 1 / 9), size=6).astype(float)
    labels = opinions(VOTES).mean
    found = drawn_labels(labels, VOTES, counts)
    for row, count in zip(found, counts, strict=True):
        drawn = np.repeat(VOTES, count.astype(int), axis=0)
        for value, votes in zip(row, drawn.T, strict=True):
            expected = votes[np.isfinite(votes)]
            assert value == pytest.approx(expected.mean(), rel=1e-11) if len(expected) else np.isnan(value)


def test_means_that_only_rounding_tells_apart_are_ties() -> None:
    votes = np.array([[0.1, 0.3], [0.2, 0.2], [0.3, 0.1]])
    (found,) = means(np.ones((1, 3)), votes)
    assert (0.1 + 0.2) + 0.3 != (0.3 + 0.2) + 0.1
    assert found[0] == found[1]


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (-1.0, 0.0), (25.0, -3.0), (-0.5, 10.0)])
def test_labels_in_another_unit_or_direction_move_as_far_as_their_unit_says(slope: float, offset: float) -> None:
    said = opinions(VOTES).mean
    labels = slope * said + offset
    votes, agreement = in_units_of(labels, VOTES)
    assert agreement == pytest.approx(np.sign(slope))
    counts = np.ones((2, 9))
    counts[1, 2], counts[1, 5] = 0, 2
    found = drawn_labels(labels, votes, counts)
    np.testing.assert_allclose(found, slope * means(counts, VOTES) + offset, rtol=1e-9)


def test_labels_that_are_not_made_of_the_votes_are_recognised() -> None:
    _, agreement = in_units_of(RNG.normal(size=14), VOTES)
    assert abs(agreement) < 0.8
    assert np.isnan(in_units_of(np.ones(14), VOTES)[1])
