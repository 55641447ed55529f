"""PWRC, the perceptually weighted rank correlation, and its curve of sorting accuracy against sensory threshold. numpy.

Wu, Li, Meng and Ngan, IEEE Transactions on Image Processing 27 (2018), 2499-2513 (arXiv 1705.05126). Every two images i, j
count with a weight that is higher the better the better one is and the further their ranks are off; images whose labels
differ by less than a threshold T hardly count. docs/protocol.md has the formula.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.statistics.correlation import midranks
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import constant

STEEPNESS = 0.175
"""How sharply the attention to two images rises where the difference of their labels passes the threshold."""
SCALE = 100.0
"""Labels are brought to 0 ... 100, on which thresholds are counted."""
BLOCK = 1024
"""Rows of the matrix of every two images that are held at a time."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """Labels on the scale of thresholds.

    Attributes:
        labels: (n,) from 0 for the worst to 100 for the best.
        low, high: thresholds between which the curve's area is taken: twice the least and the greatest standard deviation
            of a label.
    """

    labels: FloatArray
    low: float
    high: float


def scaled(labels: FloatArray, deviations: FloatArray) -> Scaled | None:
    """Labels on the scale of thresholds.

    Args:
        labels: (n,) oriented so that higher is better, finite.
        deviations: (n,) standard deviation of each label, in its unit; NaN where unknown.

    Returns:
        ``None`` where there is no threshold: no deviation is known, all are equal, or all labels are.
    """
    known = deviations[np.isfinite(deviations)]
    if not len(known) or constant(labels):
        return None
    spread = float(labels.max() - labels.min())
    low, high = (2 * SCALE * float(end) / spread for end in (known.min(), known.max()))
    return Scaled((labels - labels.min()) * SCALE / spread, low, high) if high > low else None


def pwrc(scores: FloatArray, on: Scaled, clusters: IntArray, n_clusters: int) -> tuple[float, FloatArray]:
    """PWRC: the area under the curve between both thresholds; and with each cluster left out.

    Args:
        scores: (n,) oriented so that higher is better, finite.
        on: their labels. Their scale and thresholds stay, whichever cluster is left out.
        clusters: (n,) number of each pair's cluster, in [0, K).
        n_clusters: K.

    Returns:
        The value, in the unit of thresholds, at most ``on.high - on.low`` in magnitude; and (K,). NaN where there are fewer
        than two images or all scores are equal.
    """
    order = np.argsort(on.labels, kind="stable")
    x, y, own = scores[order], on.labels[order], clusters[order]
    masks = np.concatenate([np.ones((1, len(x)), dtype=bool), np.arange(n_clusters)[:, None] != own[None, :]])
    ranks = [_terms(x[mask], y[mask]) for mask in masks]
    first, second = (np.zeros(masks.shape) for _ in range(2))
    for row, (mask, terms) in enumerate(zip(masks, ranks, strict=True)):
        first[row, mask], second[row, mask] = terms
    total, weight = np.zeros(len(masks)), np.zeros(len(masks))
    for begin in range(0, len(x), BLOCK):
        part = slice(begin, begin + BLOCK)
        above = np.triu(np.ones((len(x[part]), len(x) - begin), dtype=bool), 1)
        agree = np.sign(x[None, begin:] - x[part, None]) * np.sign(y[None, begin:] - y[part, None])
        apart = y[None, begin:] - y[part, None]
        total += ((first[:, part] @ (agree * _area(apart, on) * above)) * second[:, begin:]).sum(axis=1)
        weight += ((first[:, part] @ above.astype(float)) * second[:, begin:]).sum(axis=1)
    values = np.divide(total, weight, out=np.full(len(total), np.nan), where=weight > 0)
    equal = np.array([len(x[mask]) < 2 or constant(x[mask]) for mask in masks])
    values[equal] = np.nan
    return float(values[0]), values[1:]


def sorting_accuracy(scores: FloatArray, on: Scaled, thresholds: FloatArray) -> FloatArray:
    """The curve: the weighted share of images sorted rightly less those sorted wrongly, at each threshold.

    Args:
        scores: (n,) oriented so that higher is better, finite.
        on: their labels.
        thresholds: (T,) on the scale from 0 to 100.

    Returns:
        (T,) in [-1, 1]; NaN where there are fewer than two images or all scores are equal.
    """
    if len(scores) < 2 or constant(scores):
        return np.full(len(thresholds), np.nan)
    order = np.argsort(on.labels, kind="stable")
    x, y = scores[order], on.labels[order]
    first, second = _terms(x, y)
    found, weight = np.zeros(len(thresholds)), 0.0
    for row in range(len(x) - 1):
        weights = first[row] * second[row + 1 :]
        apart = y[row + 1 :] - y[row]
        signed = weights * np.sign(x[row + 1 :] - x[row]) * np.sign(apart)
        seen = 1 / (1 + np.exp(-STEEPNESS * (apart[None, :] - thresholds[:, None])))
        found += seen @ signed
        weight += weights.sum()
    return found / weight


def _terms(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The two factors of the weight of every two images, of the worse and of the better one, by ascending labels.

    The weight exp(level / (n - 1) + deviation / (2 (n - 1))) is a product: its level is that of the better image, and the
    deviations of both ranks add up.
    """
    if len(x) < 2:
        return np.ones(len(x)), np.ones(len(x))
    ranks = midranks(y)
    moved = np.exp(np.abs(ranks - midranks(x)) / (2 * (len(x) - 1)))
    return moved, moved * np.exp((ranks - 1) / (len(x) - 1))


def _area(apart: FloatArray, on: Scaled) -> FloatArray:
    """The attention to images whose labels differ by so much, integrated over the thresholds."""
    ends = (np.logaddexp(0, STEEPNESS * (apart - end)) for end in (on.low, on.high))
    low, high = ends
    return np.asarray((low - high) / STEEPNESS)
