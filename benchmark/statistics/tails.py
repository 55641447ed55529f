"""Whether a few values far from the others make a correlation's interval unreliable. numpy only.

A correlation of raw values can rest on a handful of far scores. References with such scores may be missing from a sample
of few references, and then no interval that is made from the sample knows of them; but heavy tails show in the sample.
"""

from __future__ import annotations

import numpy as np

from benchmark.statistics.resampling import FloatArray

HEAVY = 10.0
"""Kurtosis from which intervals at few clusters were found too narrow (docs/protocol.md, "Does it hold?")."""
FEW = 30
"""Clusters up to which that holds; beyond, the bound grows with the square root of their number."""


def kurtosis(values: FloatArray) -> float:
    """The fourth moment about the mean over the squared variance, 3 for a normal distribution; NaN for equal values."""
    deviations = values - values.mean() if len(values) else values
    largest = np.abs(deviations).max(initial=0.0)
    if largest == 0:
        return float("nan")
    squares = (deviations / largest) ** 2
    return float((squares**2).mean() / squares.mean() ** 2)


def are_heavy(scores: FloatArray, labels: FloatArray, clusters: int) -> bool:
    """Whether the interval of a correlation of raw values should not be relied on.

    Args:
        scores: (n,), finite.
        labels: (n,), finite.
        clusters: what is resampled.
    """
    bound = HEAVY * np.sqrt(max(1.0, clusters / FEW))
    return any(kurtosis(values) > bound for values in (scores, labels))
