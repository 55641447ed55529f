"""Compiled kernel of weighted AUCs over pairs of images, many resamples side by side. numba only; see ``discrimination``."""

from __future__ import annotations

import numpy as np
from numba import njit, uint64

LANES = 128  # the loop over images costs more than its lanes
# rows of the sums: weight of similar and of different pairs below, then different over similar, better, correct signs
SIMILAR, DIFFERENT, OVER, BETTER, SIGNS = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)


@njit(nogil=True, cache=True, error_model="numpy")
def areas(counts, first, second, kind, last, found):  # type: ignore[no-untyped-def] # pragma: no cover
    """AUC different/similar, AUC better/worse and share of correct signs in L resamples.

    Args:
        counts: (K, L) float64, weight of each cluster in each resample.
        first, second: (p,) uint32, the two images' clusters, pairs sorted by the size of their score difference.
        kind: (p,) uint8: 0 similar, else different with the scores' sign 1 correct, 2 wrong, 3 undecided.
        last: (p,) bool, whether a position ends a group of ties.
        found: (3, L), filled; NaN where undefined.
    """
    lanes = uint64(counts.shape[1])
    weight = counts.ravel()
    group = np.zeros(4 * counts.shape[1])
    sums = np.zeros(5 * counts.shape[1])
    alone = True
    for p in range(uint64(first.shape[0])):
        a, b = uint64(first[p]) * lanes, uint64(second[p]) * lanes
        if alone and last[p] and kind[p] < 3:
            _add_one(weight, a, b, kind[p], sums, lanes)
            continue
        at = uint64(kind[p]) * lanes
        for lane in range(lanes):
            group[at + lane] += weight[a + lane] * weight[b + lane]
        alone = last[p]
        if alone:
            _add_group(group, sums, lanes)
    for lane in range(lanes):
        similar, different = sums[SIMILAR * lanes + lane], sums[DIFFERENT * lanes + lane]
        found[0, lane] = (
            sums[OVER * lanes + lane] / different / similar if different > 0.0 and similar > 0.0 else np.nan
        )
        found[1, lane] = sums[BETTER * lanes + lane] / different / different if different > 0.0 else np.nan
        found[2, lane] = sums[SIGNS * lanes + lane] / different if different > 0.0 else np.nan


@njit(nogil=True, cache=True, error_model="numpy")
def _add_one(weight, a, b, kind, sums, lanes):  # type: ignore[no-untyped-def] # pragma: no cover
    """Enter a pair that ties with no other; of two different pairs the one with the larger difference decides."""
    if kind == 0:
        for lane in range(lanes):
            sums[lane] += weight[a + lane] * weight[b + lane]
    elif kind == 1:
        for lane in range(lanes):
            both = weight[a + lane] * weight[b + lane]
            sums[OVER * lanes + lane] += both * sums[lane]
            sums[BETTER * lanes + lane] += both * (2.0 * sums[DIFFERENT * lanes + lane] + both)
            sums[SIGNS * lanes + lane] += both
            sums[DIFFERENT * lanes + lane] += both
    else:
        for lane in range(lanes):
            both = weight[a + lane] * weight[b + lane]
            sums[OVER * lanes + lane] += both * sums[lane]
            sums[DIFFERENT * lanes + lane] += both


@njit(nogil=True, cache=True, error_model="numpy")
def _add_group(group, sums, lanes):  # type: ignore[no-untyped-def] # pragma: no cover
    """Enter a group of ties, and empty it: a correct one against a wrong one of equal size counts one half."""
    for lane in range(lanes):
        similar, correct = group[lane], group[lanes + lane]
        wrong, undecided = group[np.uint64(2) * lanes + lane], group[np.uint64(3) * lanes + lane]
        different = correct + wrong + undecided
        below = sums[DIFFERENT * lanes + lane]
        sums[OVER * lanes + lane] += different * (sums[lane] + 0.5 * similar)
        sums[BETTER * lanes + lane] += correct * (2.0 * below + correct + wrong) + 0.5 * undecided * undecided
        sums[SIGNS * lanes + lane] += correct + 0.5 * undecided
        sums[lane] += similar
        sums[DIFFERENT * lanes + lane] += different
    for j in range(group.shape[0]):
        group[j] = 0.0
