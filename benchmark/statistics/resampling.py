"""Resamples as counts: how often each cluster is drawn in each replicate. numpy only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BLOCK_ELEMENTS = 1 << 21
BLOCK_MOST = 1024


def draw_counts(rng: np.random.Generator, n_clusters: int, replicates: int) -> FloatArray:
    """Draw ``n_clusters`` clusters with replacement, ``replicates`` times.

    Returns:
        (replicates, n_clusters) whole numbers as float64; each row sums to ``n_clusters``.
    """
    drawn = rng.integers(0, n_clusters, size=(replicates, n_clusters))
    drawn += np.arange(replicates)[:, None] * n_clusters
    counts = np.bincount(drawn.ravel(), minlength=replicates * n_clusters)
    return counts.reshape(replicates, n_clusters).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Resamples:
    """The resamples that all methods, statistics and levels of one analysis share; each call draws the same ones again.

    Attributes:
        n_clusters: number of clusters to draw from.
        replicates: number of resamples.
        seed: entropy of ``numpy.random.default_rng``.
    """

    n_clusters: int
    replicates: int
    seed: tuple[int, ...] = (0,)

    def blocks(self) -> Iterator[FloatArray]:
        """Counts (block, K), in blocks of bounded size, which does not affect their content."""
        rng = np.random.default_rng(self.seed)
        step = block_size(self.n_clusters)
        for begin in range(0, self.replicates, step):
            yield draw_counts(rng, self.n_clusters, min(step, self.replicates - begin))


def leave_one_out(n_clusters: int) -> Iterator[FloatArray]:
    """The jackknife's counts (block, K): every cluster once but one."""
    step = block_size(n_clusters)
    for begin in range(0, n_clusters, step):
        rows = np.arange(begin, min(begin + step, n_clusters))
        counts = np.ones((len(rows), n_clusters))
        counts[np.arange(len(rows)), rows] = 0.0
        yield counts


def block_size(n_clusters: int) -> int:
    """Number of replicates at a time, which bounds memory."""
    return int(np.clip(BLOCK_ELEMENTS // max(n_clusters, 1), 64, BLOCK_MOST))
