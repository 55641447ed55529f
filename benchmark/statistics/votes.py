"""Single votes: labels, spread and number from them, and the labels that other observers would have given. numpy.

Votes are (o, n): one row an observer, one column a pair, NaN where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.rounding import ROUNDING, largest

DIGITS = 12
"""Digits of labels that are made of votes."""
LEAST_AGREEMENT = 0.8
"""Least magnitude of the correlation of labels with the votes' means: below, the labels are not made of these votes."""


def centred(votes: FloatArray) -> FloatArray:
    """Each observer's votes less their mean, plus the mean of all votes, which keeps the scale's place.

    An observer who used the upper half of the scale, and did not see all images, else lifts those that were seen. An
    observer with one vote says nothing of differences between images and is left out (NaN).
    """
    known = np.isfinite(votes)
    each = known.sum(axis=1, keepdims=True)
    sums = np.where(known, votes, 0.0).sum(axis=1, keepdims=True)
    means = np.divide(sums, each, out=np.full_like(sums, np.nan), where=each > 1)
    total = float(votes[known].mean()) if known.any() else 0.0
    return np.asarray(votes - means + total)


@dataclass(frozen=True, slots=True)
class Opinions:
    """What votes say of each pair, (n,) each.

    Attributes:
        mean: of the votes; NaN without any.
        spread: their standard deviation over n - 1; NaN with fewer than two.
        count: their number.
    """

    mean: FloatArray
    spread: FloatArray
    count: FloatArray


def opinions(votes: FloatArray) -> Opinions:
    """Mean, standard deviation and number of each pair's votes."""
    known = np.isfinite(votes)
    count = known.sum(axis=0).astype(np.float64)
    mean = means(np.ones((1, len(votes))), votes)[0]
    squares = np.where(known, votes - mean, 0.0) ** 2
    spread = np.sqrt(squares.sum(axis=0) / np.where(count > 1, count - 1, np.nan))
    alike = spread <= 10.0 ** (2 - DIGITS) * largest(votes[known])
    return Opinions(mean, np.where(alike, 0.0, spread), count)


def means(counts: FloatArray, votes: FloatArray) -> FloatArray:
    """The labels of drawn observers: (B, o) counts → (B, n) weighted means of votes; NaN where nobody drawn voted."""
    known = np.isfinite(votes)
    sums = counts @ np.where(known, votes, 0.0)
    number = counts @ known.astype(np.float64)
    values = np.divide(sums, number, out=np.full_like(sums, np.nan), where=number > 0)
    return _without_rounding(values, largest(votes[known]))


def in_units_of(labels: FloatArray, votes: FloatArray) -> tuple[FloatArray, float]:
    """Votes in the unit and direction of labels: times the least-squares slope of the labels on the votes' means.

    Labels are often processed further (outliers removed, 0 to 100, turned around), so that other observers move them by
    other amounts than the votes' mean.

    Args:
        labels: (n,) finite.
        votes: (o, n).

    Returns:
        The votes, and the correlation of labels with the votes' means (NaN where one of them does not vary).
    """
    mean = opinions(votes).mean
    known = np.isfinite(mean)
    if known.sum() < 2:
        return votes, float("nan")
    for sign in (1.0, -1.0):
        if np.abs(labels[known] - sign * mean[known]).max() <= 1e-9 * max(largest(labels[known]), 1e-300):
            return sign * votes, sign
    x, y = mean[known] - mean[known].mean(), labels[known] - labels[known].mean()
    spread = float(x @ x) * float(y @ y)
    if not spread > 0:
        return votes, float("nan")
    return votes * (float(x @ y) / float(x @ x)), float(x @ y / np.sqrt(spread))


def drawn_labels(labels: FloatArray, votes: FloatArray, counts: FloatArray) -> FloatArray:
    """The labels with other observers: each label moved as far as the mean of its votes moves.

    Args:
        labels: (n,) as published.
        votes: (o, n) in the labels' unit (``in_units_of``).
        counts: (B, o) how often each observer is drawn.

    Returns:
        (B, n); NaN where no drawn observer voted. Where labels are the votes' means, exactly the drawn votes' means.
    """
    offset = labels - means(np.ones((1, len(votes))), votes)[0]
    scale = max(largest(labels), largest(votes[np.isfinite(votes)]))
    offset = np.where(np.abs(offset) <= 1e3 * ROUNDING * scale, 0.0, offset)
    return _without_rounding(means(counts, votes) + offset, scale)


def _without_rounding(values: FloatArray, scale: float) -> FloatArray:
    """Values with so many digits that those which only rounding tells apart are equal: they are ranked."""
    if not scale > 0:
        return values
    return np.asarray(np.round(values, DIGITS - int(np.ceil(np.log10(scale)))))
