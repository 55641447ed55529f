"""Compiled kernels of AUCs over pairs of images, for many resamples or left-out clusters. numba; see ``discrimination``."""

from __future__ import annotations

import numpy as np
from numba import uint64

from benchmark.statistics.compiled import kernel

LANES = 128  # the loop over images costs more than its lanes
# rows of the sums: weight of similar and of different pairs below, then different over similar, better, correct signs
SIMILAR, DIFFERENT, OVER, BETTER, SIGNS = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)


@kernel()
def areas(counts, first, second, kind, last, results):  # type: ignore[no-untyped-def] # pragma: no cover
    """AUC different/similar, AUC better/worse and share of correct signs in L resamples.

    Args:
        counts: (K, L) float64, weight of each cluster in each resample.
        first, second: (p,) uint32, the two images' clusters, pairs sorted by the size of their score difference.
        kind: (p,) uint8: 0 similar, else different with the scores' sign 1 correct, 2 wrong, 3 undecided.
        last: (p,) bool, whether a position ends a group of ties.
        results: (3, L), filled; NaN where undefined.
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
        over, better, signs = sums[OVER * lanes + lane], sums[BETTER * lanes + lane], sums[SIGNS * lanes + lane]
        _finish(over, better, signs, sums[SIMILAR * lanes + lane], sums[DIFFERENT * lanes + lane], results[:, lane])


@kernel()
def _add_one(weight, a, b, kind, sums, lanes):  # type: ignore[no-untyped-def] # pragma: no cover
    """Enter a pair without ties; of two different pairs the one with the larger difference decides."""
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


@kernel()
def _add_group(group, sums, lanes):  # type: ignore[no-untyped-def] # pragma: no cover
    """Enter a group of ties and empty it: a correct pair against a wrong one of equal size counts one half."""
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


@kernel()
def _finish(over, better, signs, similar, different, results):  # type: ignore[no-untyped-def] # pragma: no cover
    """The three statistics, (3,), from their sums; NaN where undefined."""
    results[0] = over / different / similar if different > 0.0 and similar > 0.0 else np.nan
    results[1] = better / different / different if different > 0.0 else np.nan
    results[2] = signs / different if different > 0.0 else np.nan


@kernel()
def left_out_areas(first, second, kind, last, results):  # type: ignore[no-untyped-def] # pragma: no cover
    """The three statistics of ``areas`` with each cluster left out in turn, in one pass over the pairs.

    The loss through a cluster is counted as its pairs pass: a sum over (pair, pair below it) loses the terms in which either
    pair has an image of the cluster, that is, those of the upper one and those of the lower one less those of both.
    All sums are whole or half numbers, so that their order doesn't matter.

    Args:
        first, second, kind, last: as in ``areas``.
        results: (3, K), filled; NaN where undefined.
    """
    clusters = results.shape[1]
    all_different, all_correct = 0.0, 0.0
    for p in range(kind.shape[0]):
        all_different += kind[p] != 0
        all_correct += kind[p] == 1
    below, here = np.zeros(3), np.zeros(4)  # similar, different, correct below; the kinds of the group of ties
    own_below, own_here = np.zeros((clusters, 3)), np.zeros((clusters, 4))
    over, better, signs = 0.0, 0.0, 0.0
    lost = np.zeros((clusters, 3))
    start = 0
    for p in range(kind.shape[0]):
        k, a, b = kind[p], first[p], second[p]
        here[k] += 1.0
        own_here[a, k] += 1.0
        if b != a:
            own_here[b, k] += 1.0
        if not last[p]:
            continue
        similar, correct, wrong, undecided = here[0], here[1], here[2], here[3]
        different = correct + wrong + undecided
        reach, rank = below[0] + 0.5 * similar, 2.0 * below[1] + correct + wrong
        over += different * reach
        better += correct * rank + 0.5 * undecided * undecided
        signs += correct + 0.5 * undecided
        above_different = all_different - below[1] - 0.5 * different
        above_correct = all_correct - below[2] - correct
        for q in range(start, p + 1):
            for c in (first[q], second[q]):
                own, past = own_here[c], own_below[c]
                other = own[1] + own[2] + own[3]
                if own[0] + other == 0.0:  # done already
                    continue
                lost[c, 0] += other * (reach - past[0] - 0.5 * own[0]) + own[0] * above_different
                lost[c, 1] += own[1] * (rank - 2.0 * past[1] - own[1] - own[2]) + 2.0 * other * above_correct
                lost[c, 1] += correct * (own[1] + own[2]) + own[3] * (undecided - 0.5 * own[3])
                lost[c, 2] += own[1] + 0.5 * own[3]
                past[0] += own[0]
                past[1] += other
                past[2] += own[1]
                own[:] = 0.0
        below[0] += similar
        below[1] += different
        below[2] += correct
        here[:] = 0.0
        start = p + 1
    for c in range(clusters):
        own, gone = own_below[c], lost[c]
        _finish(over - gone[0], better - gone[1], signs - gone[2], below[0] - own[0], below[1] - own[1], results[:, c])
