"""Resampling of two factors at once: clusters of pairs and observers, crossed. numpy.

In each resample clusters are drawn and, independently, observers; labels are made anew of the drawn observers' votes (the
"pigeonhole bootstrap", Owen 2007). The jackknife leaves out each cluster, and then each observer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from benchmark.statistics.differences import Values
from benchmark.statistics.measures import Measure
from benchmark.statistics.relabelled import Relabelled
from benchmark.statistics.resampling import FloatArray, Resamples, block_size, draw_counts, leave_one_out
from benchmark.statistics.votes import drawn_labels

CLUSTERS_ONLY = "clusters only"
"""What is said of an interval of a statistic that can't be computed of labels that are drawn."""


def compute_crossed(
    measure: Measure,
    again: Relabelled,
    resamples: Resamples,
    observers: Resamples,
    progress: Callable[[int], None] = lambda done: None,
) -> Values:
    """Evaluate a measure on the data, in all resamples, and with each cluster and each observer left out.

    Args:
        measure: its table has votes.
        again: the measure as a function of labels, too.
        resamples: of clusters.
        observers: of observers; as many as of clusters.
        progress: called after each block with the number of finished resamples.
    """
    table = measure.design.table
    assert table.votes is not None
    votes, labels = table.votes, table.labels
    k, count = resamples.n_clusters, len(votes)
    data = measure(np.ones((1, k)))[0]
    drawn = np.full((resamples.replicates, *data.shape), np.nan)
    if k < 2:
        return Values(data, drawn, np.full((1, *data.shape), np.nan))
    done = 0
    for clusters, people in _blocks(resamples, observers, len(labels)):
        drawn[done : done + len(clusters)] = again(clusters, drawn_labels(labels, votes, people))
        done += len(clusters)
        progress(done)
    left = np.concatenate([measure(block) for block in leave_one_out(k)])
    without = np.concatenate(
        [again(np.ones((len(block), k)), drawn_labels(labels, votes, block)) for block in leave_one_out(count)]
    )
    return Values(data, drawn, left, without)


def _blocks(resamples: Resamples, observers: Resamples, pairs: int) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Counts of clusters (b, K) and of observers (b, o); the size of blocks does not affect their content."""
    rng, other = np.random.default_rng(resamples.seed), np.random.default_rng(observers.seed)
    step = block_size(max(resamples.n_clusters, observers.n_clusters, pairs))
    for begin, end in pairwise([*range(0, resamples.replicates, step), resamples.replicates]):
        yield (
            draw_counts(rng, resamples.n_clusters, end - begin),
            draw_counts(other, observers.n_clusters, end - begin),
        )
