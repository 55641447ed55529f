"""Compiled kernels of weighted Spearman and Kendall correlations, many resamples side by side. numba only.

A resample is a vector of whole weights. Arrays are flat, resamples innermost, indices unsigned: only then does LLVM
vectorise the loops over resamples. Sums of products are float64, which is exact below 2**53, where 64-bit integers of a
large study would overflow. Import this module late: numba takes a third of a second.
"""

from __future__ import annotations

import numpy as np
from numba import uint64

from benchmark.statistics.compiled import kernel

LANES = 32
NO_KRCC, WHOLE, SCALE = 0, 1, 2
LARGEST = 2**30  # largest total weight of the 32-bit counts below
ONE = np.uint64(1)
TWO = np.uint64(2)
THREE = np.uint64(3)
FOUR = np.uint64(4)


@kernel()
def rank_correlations(counts, clusters, order_y, last_y, codes_y, orders, lasts, srcc, krcc, how):  # type: ignore[no-untyped-def] # pragma: no cover
    """Weighted mid-rank Spearman and tau-b of every column in L resamples.

    Args:
        counts: (K, L) int32, weight of each cluster in each resample.
        clusters: (n,) uint64, cluster of each pair.
        order_y: (n,) uint64, pairs sorted by label.
        last_y: (n,) bool, whether a position of ``order_y`` ends a group of ties.
        codes_y: (n,) uint64, dense rank of each pair's label, from 0.
        orders, lasts: (m, n), the same for each column of scores.
        srcc, krcc: (m, L) float64, filled; NaN where labels or scores are constant.
        how: ``NO_KRCC`` leaves ``krcc`` as it is, ``WHOLE`` computes it, ``SCALE`` fills in by what twice the concordance
            (``cluster_concordance``) is to be divided.
    """
    n = clusters.shape[0]
    lanes = uint64(counts.shape[1])
    weights = np.empty(n * counts.shape[1], dtype=np.int32)
    total = np.zeros(counts.shape[1])
    for i in range(uint64(n)):
        k = clusters[i]
        for lane in range(lanes):
            weights[i * lanes + lane] = counts[k, lane]
            total[lane] += counts[k, lane]
    rank = np.empty(n * counts.shape[1])
    spread_y = np.empty(counts.shape[1])
    untied_y = np.empty(counts.shape[1])
    _label_ranks(weights, total, order_y, last_y, rank, spread_y, untied_y)
    spread_x, untied_x, product = np.empty_like(spread_y), np.empty_like(spread_y), np.empty_like(spread_y)
    for c in range(orders.shape[0]):
        _rank_product(weights, rank, total, orders[c], lasts[c], product, spread_x, untied_x)
        for lane in range(lanes):
            srcc[c, lane] = _ratio(product[lane], spread_x[lane], spread_y[lane])
        if how == SCALE:
            for lane in range(lanes):
                known = untied_x[lane] > 0.0 and untied_y[lane] > 0.0
                krcc[c, lane] = np.sqrt(untied_x[lane] * untied_y[lane]) if known else np.nan
        elif how == WHOLE:
            _concordance(weights, codes_y, orders[c], lasts[c], product)
            for lane in range(lanes):
                # the product counts every two pairs once, the untied weights count them twice
                krcc[c, lane] = _ratio(2.0 * product[lane], untied_x[lane], untied_y[lane])


@kernel()
def _ratio(product, first, second):  # type: ignore[no-untyped-def] # pragma: no cover
    if first > 0.0 and second > 0.0:
        return min(1.0, max(-1.0, product / np.sqrt(first * second)))
    return np.nan


@kernel()
def _label_ranks(weights, total, order, last, rank, spread, untied):  # type: ignore[no-untyped-def] # pragma: no cover
    """Weight times centred mid-rank (doubled: a whole number) of each pair's label; their squares; untied weight."""
    lanes = uint64(total.shape[0])
    below, group = np.zeros(total.shape[0]), np.zeros(total.shape[0])
    for lane in range(lanes):
        spread[lane] = 0.0
        untied[lane] = total[lane] * total[lane]
    start = uint64(0)
    for p in range(uint64(order.shape[0])):
        row = order[p] * lanes
        for lane in range(lanes):
            group[lane] += weights[row + lane]
        if last[p]:
            for q in range(start, p + ONE):
                row = order[q] * lanes
                for lane in range(lanes):
                    rank[row + lane] = weights[row + lane] * (2.0 * below[lane] + group[lane] - total[lane])
            for lane in range(lanes):
                middle = 2.0 * below[lane] + group[lane] - total[lane]
                spread[lane] += group[lane] * middle * middle
                untied[lane] -= group[lane] * group[lane]
                below[lane] += group[lane]
                group[lane] = 0.0
            start = p + ONE


@kernel()
def _rank_product(weights, rank, total, order, last, product, spread, untied):  # type: ignore[no-untyped-def] # pragma: no cover
    """Sum of the products of centred mid-ranks, of their squares in the scores, and the scores' untied weight."""
    lanes = uint64(total.shape[0])
    # one array, so that the compiler knows that its parts don't overlap: below, group, ranks in group, product, spread, ties
    state = np.zeros(6 * total.shape[0])
    for p in range(uint64(order.shape[0])):
        row = order[p] * lanes
        if last[p]:
            for lane in range(lanes):
                group = state[lanes + lane] + weights[row + lane]
                within = state[TWO * lanes + lane] + rank[row + lane]
                below = state[lane]
                middle = 2.0 * below + group - total[lane]
                state[THREE * lanes + lane] += middle * within
                state[FOUR * lanes + lane] += group * middle * middle
                state[(FOUR + ONE) * lanes + lane] += group * group
                state[lane] = below + group
                state[lanes + lane] = 0.0
                state[TWO * lanes + lane] = 0.0
        else:
            for lane in range(lanes):
                state[lanes + lane] += weights[row + lane]
                state[TWO * lanes + lane] += rank[row + lane]
    for lane in range(lanes):
        product[lane] = state[THREE * lanes + lane]
        spread[lane] = state[FOUR * lanes + lane]
        untied[lane] = total[lane] * total[lane] - state[(FOUR + ONE) * lanes + lane]


@kernel()
def _concordance(weights, codes, order, last, product):  # type: ignore[no-untyped-def] # pragma: no cover
    """Concordant less discordant weight: a Fenwick tree over the labels' dense ranks, pairs entering by score."""
    n = uint64(order.shape[0])
    lanes = uint64(product.shape[0])
    size = uint64(0)
    for i in range(n):
        size = max(size, codes[i] + ONE)
    # nodes 1 … size of the tree, then the weight at each rank
    tree = np.zeros(int((size + ONE + size) * lanes), dtype=np.int32)
    exact = (size + ONE) * lanes
    entered = np.zeros(product.shape[0], dtype=np.int32)
    balance = np.zeros(product.shape[0], dtype=np.int32)
    for lane in range(lanes):
        product[lane] = 0.0
    start = uint64(0)
    for p in range(n):
        if not last[p]:
            continue
        for q in range(start, p + ONE):
            row = order[q] * lanes
            node = codes[order[q]]
            at = exact + node * lanes
            # below less above = 2 below + equal - entered
            for lane in range(lanes):
                balance[lane] = tree[at + lane] - entered[lane]
            while node > uint64(0):
                at = node * lanes
                for lane in range(lanes):
                    balance[lane] += np.int32(2) * tree[at + lane]
                node &= node - ONE
            for lane in range(lanes):
                product[lane] += float(weights[row + lane]) * float(balance[lane])
        for q in range(start, p + ONE):
            _enter(weights, order[q] * lanes, tree, codes[order[q]], size, entered)
        start = p + ONE


@kernel()
def _enter(weights, row, tree, code, size, entered):  # type: ignore[no-untyped-def] # pragma: no cover
    """Add a pair's weights to the tree of ``_concordance``."""
    lanes = uint64(entered.shape[0])
    at = (size + ONE + code) * lanes
    for lane in range(lanes):
        tree[at + lane] += weights[row + lane]
        entered[lane] += weights[row + lane]
    node = code + ONE
    while node <= size:
        at = node * lanes
        for lane in range(lanes):
            tree[at + lane] += weights[row + lane]
        node += node & (~node + ONE)


@kernel()
def cluster_concordance(clusters, n_clusters, codes, order, last, balance):  # type: ignore[no-untyped-def] # pragma: no cover
    """Concordant less discordant pairs of every two clusters: the quadratic form that gives Kendall's for any weights.

    As ``_concordance``, with a count for each cluster in place of a weight for each resample.

    Args:
        clusters: (n,) uint64, cluster of each pair.
        n_clusters: K.
        codes: (n,) uint64, dense rank of each pair's label, from 0.
        order: (n,) uint64, pairs sorted by score.
        last: (n,) bool, whether a position of ``order`` ends a group of ties.
        balance: (K, K) float64 of zeros, filled: over the pairs of the first cluster and those of the second with lower
            scores, how many more have lower labels than have higher ones.
    """
    n, lanes = uint64(order.shape[0]), uint64(n_clusters)
    size = uint64(0)
    for i in range(n):
        size = max(size, codes[i] + ONE)
    # nodes 1 … size of the tree, then the counts at each rank
    tree = np.zeros(int((size + ONE + size) * lanes), dtype=np.int32)
    exact = (size + ONE) * lanes
    entered = np.zeros(n_clusters, dtype=np.int32)
    row = np.zeros(n_clusters, dtype=np.int32)
    start = uint64(0)
    for p in range(n):
        if not last[p]:
            continue
        for q in range(start, p + ONE):
            node = codes[order[q]]
            at = exact + node * lanes
            for lane in range(lanes):
                row[lane] = tree[at + lane] - entered[lane]
            while node > uint64(0):
                at = node * lanes
                for lane in range(lanes):
                    row[lane] += np.int32(2) * tree[at + lane]
                node &= node - ONE
            own = clusters[order[q]]
            for lane in range(lanes):
                balance[own, lane] += row[lane]
        for q in range(start, p + ONE):
            own, code = clusters[order[q]], codes[order[q]]
            tree[(size + ONE + code) * lanes + own] += 1
            entered[own] += 1
            node = code + ONE
            while node <= size:
                tree[node * lanes + own] += 1
                node += node & (~node + ONE)
        start = p + ONE
