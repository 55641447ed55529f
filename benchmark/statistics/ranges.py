"""Cuts numbers into ranges with about as many values each. numpy only."""

from __future__ import annotations

import numpy as np

from benchmark.statistics.resampling import FloatArray, IntArray


def ranges(values: FloatArray, parts: int) -> IntArray:
    """The range of each value, from 0 for the lowest; equal values are in one.

    The cuts are where the sorted values would be cut into equal parts; a run of equal values across a cut falls to the range
    that its middle is in.

    Args:
        values: (n,); NaN is in no range.
        parts: how many ranges, at least 1. Few distinct values may fill fewer.

    Returns:
        (n,), -1 for NaN; numbers without a value are left out, so that ranges are numbered without gaps.
    """
    found = np.full(len(values), -1, dtype=np.int64)
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return found
    _, group, sizes = np.unique(values[known], return_inverse=True, return_counts=True)
    middle = np.cumsum(sizes) - (sizes + 1) / 2  # place of a value from 0, its ties sharing the mean of theirs
    part = np.minimum(np.floor((middle + 0.5) * parts / len(known)).astype(np.int64), parts - 1)
    _, numbered = np.unique(part, return_inverse=True)
    found[known] = numbered[group]
    return found


def range_names(count: int) -> tuple[str, ...]:
    """What ranges of labels are called, from the lowest quality on."""
    usual = {2: ("lower half", "upper half"), 3: ("low third", "middle third", "high third")}
    return usual.get(count) or tuple(f"part {number + 1} of {count}" for number in range(count))
