"""SRCC, PLCC and KRCC of many resamples at once: a resample is a vector of counts over clusters. NumPy only.

Equal to computing each statistic on the explicitly repeated arrays. Memory is bounded by blocks of replicates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Counts = NDArray[np.float64]
Members = NDArray[np.intp]
Name = Literal["srcc", "plcc", "krcc"]

BLOCK_VALUES = 2_000_000
_FLAT = 1e-12


def resample_counts(rng: np.random.Generator, replicates: int, clusters: int) -> Counts:
    """How often each cluster is drawn in each of ``replicates`` draws with replacement: (replicates, clusters)."""
    return rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=replicates).astype(np.float64)


def leave_one_out_counts(clusters: int) -> Counts:
    """The resamples of the jackknife: (clusters, clusters), each leaving out one cluster."""
    return np.ones((clusters, clusters)) - np.eye(clusters)


def replicate(name: Name, scores: Vector, labels: Vector, members: Members, counts: Counts) -> Vector:
    """A statistic in each resample.

    Args:
        name: ``srcc``, ``plcc`` or ``krcc``.
        scores: (n,), finite.
        labels: (n,), finite.
        members: (n,), the cluster of each pair, as an index into ``counts``' columns.
        counts: (B, K), how often each cluster stands in each resample.

    Returns:
        (B,), NaN where the resample leaves the statistic undefined.
    """
    kernel = {"plcc": _pearson, "srcc": _spearman, "krcc": _kendall}[name]
    return kernel(scores, labels, members, counts)


def _blocks(members: Members, counts: Counts, function: Callable[[NDArray[np.float64]], Vector]) -> Vector:
    """Apply a function of pair weights, (b, n), to blocks of replicates."""
    size = max(1, BLOCK_VALUES // max(1, members.size))
    return np.concatenate([function(counts[start : start + size][:, members]) for start in range(0, len(counts), size)])


def _pearson(scores: Vector, labels: Vector, members: Members, counts: Counts) -> Vector:
    """From weighted moments, summed within clusters first; centred and scaled beforehand so that nothing cancels."""
    x, y = _standard(scores), _standard(labels)
    moments = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y])
    clusters = counts.shape[1]
    sums = np.stack([np.bincount(members, weights=row, minlength=clusters) for row in moments])
    n, sx, sy, sxx, syy, sxy = (counts @ sums.T).T
    with np.errstate(invalid="ignore", divide="ignore"):
        vx, vy, cov = sxx - sx * sx / n, syy - sy * sy / n, sxy - sx * sy / n
        value = cov / np.sqrt(vx * vy)
        flat = (vx <= _FLAT * sxx) | (vy <= _FLAT * syy)
    result = np.clip(value, -1.0, 1.0)
    unclear = flat | ~np.isfinite(value)
    for row in np.flatnonzero(unclear):
        result[row] = _pearson_once(x, y, counts[row][members])
    return result


def _pearson_once(x: Vector, y: Vector, weights: Vector) -> float:
    """Two passes, for resamples that are constant or nearly so."""
    drawn = weights > 0
    x, y, weights = x[drawn], y[drawn], weights[drawn]
    if x.size < 2 or np.all(x == x[0]) or np.all(y == y[0]):
        return float("nan")
    x, y = x - np.average(x, weights=weights), y - np.average(y, weights=weights)
    scale = np.sqrt((weights * x * x).sum()) * np.sqrt((weights * y * y).sum())
    return float(np.clip((weights * x * y).sum() / scale, -1, 1)) if scale > 0 else float("nan")


def _standard(values: Vector) -> Vector:
    centred = values - values.mean()
    spread = np.abs(centred).max(initial=0.0)
    return centred / spread if spread > 0 else centred


def _spearman(scores: Vector, labels: Vector, members: Members, counts: Counts) -> Vector:
    order_x, ties_x = _order(scores)
    order_y, ties_y = _order(labels)

    def block(weights: NDArray[np.float64]) -> Vector:
        x, y = _mid_ranks(weights, order_x, ties_x), _mid_ranks(weights, order_y, ties_y)
        total = weights.sum(axis=1, keepdims=True)
        mean = (total + 1) / 2
        x -= mean
        y -= mean
        vx, vy = np.einsum("bn,bn,bn->b", weights, x, x), np.einsum("bn,bn,bn->b", weights, y, y)
        cov = np.einsum("bn,bn,bn->b", weights, x, y)
        flat = (vx < 0.25) | (vy < 0.25)  # sums of squared half-integers: below 1/4 they are zero
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(flat, np.nan, np.clip(cov / np.sqrt(vx * vy), -1, 1))

    return _blocks(members, counts, block)


def _order(values: Vector) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Sorting order, and for each sorted place the index of its group of ties."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    ties = np.concatenate([[0], np.cumsum(ordered[1:] != ordered[:-1])]).astype(np.intp)
    return order, ties


def _mid_ranks(weights: NDArray[np.float64], order: NDArray[np.intp], ties: NDArray[np.intp]) -> NDArray[np.float64]:
    """Mid-ranks, (b, n), of resamples in which pair i stands weights[:, i] times."""
    starts = np.flatnonzero(np.concatenate([[True], ties[1:] != ties[:-1]]))
    groups = np.add.reduceat(weights[:, order], starts, axis=1)
    before = np.cumsum(groups, axis=1) - groups
    ranks = np.empty_like(weights)
    ranks[:, order] = (before + (groups + 1) / 2)[:, ties]
    return ranks


def _kendall(scores: Vector, labels: Vector, members: Members, counts: Counts) -> Vector:
    """tau-b from quadratic forms in the counts: pairs of pairs are summed within pairs of clusters once."""
    concordance, tied_x, tied_y = _cluster_forms(scores, labels, members, counts.shape[1])
    size = np.bincount(members, minlength=counts.shape[1]).astype(np.float64)
    n = counts @ size

    def form(matrix: NDArray[np.float64]) -> Vector:
        return np.asarray(((counts @ matrix) * counts).sum(axis=1))

    all_pairs = n * n
    free_x, free_y = all_pairs - form(tied_x), all_pairs - form(tied_y)
    undefined = (free_x < 0.5) | (free_y < 0.5)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = form(concordance) / np.sqrt(free_x) / np.sqrt(free_y)
    return np.where(undefined, np.nan, np.clip(value, -1, 1))


def _cluster_forms(
    scores: Vector, labels: Vector, members: Members, clusters: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Concordance and ties between every two clusters, (K, K); rows of pairs in blocks, so that memory stays bounded."""
    forms = [np.zeros((clusters, clusters)) for _ in range(3)]
    order = np.argsort(members, kind="stable")
    x, y, cluster = scores[order], labels[order], members[order]
    starts = np.flatnonzero(np.concatenate([[True], cluster[1:] != cluster[:-1]]))
    present = cluster[starts]
    size = max(1, BLOCK_VALUES // max(1, x.size))
    for start in range(0, x.size, size):
        rows = slice(start, start + size)
        sign_x, sign_y = np.sign(x[rows, None] - x[None]), np.sign(y[rows, None] - y[None])
        for matrix, values in zip(forms, (sign_x * sign_y, sign_x == 0, sign_y == 0), strict=True):
            columns = np.add.reduceat(values.astype(np.float64), starts, axis=1)
            partial = np.zeros((clusters, present.size))
            np.add.at(partial, cluster[rows], columns)
            matrix[:, present] += partial
    return forms[0], forms[1], forms[2]
