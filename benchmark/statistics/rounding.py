"""Decides which values are equal up to rounding. numpy only.

The scale of rounding comes from the values themselves. Deviations from their mean would not do: if all values are equal, the
deviations are only rounding noise, which would then be its own scale.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.resampling import FloatArray

ROUNDING = 1e-12
"""Share of their magnitude by which equal values may differ: some thousand units in the last place.

For correlations it is an absolute tolerance, since their magnitude is at most 1."""
LAST_PLACES = 4 * float(np.finfo(np.float64).eps)
"""The same for differences of two values, without accumulated errors: a few units in the last place."""


def constant(values: FloatArray) -> NDArray[np.bool_]:
    """Whether all values along the last axis are equal up to rounding; true where there are none."""
    if values.shape[-1] == 0:
        return np.ones(values.shape[:-1], dtype=np.bool_)
    low, high = values.min(axis=-1), values.max(axis=-1)
    return np.asarray(high - low <= ROUNDING * np.maximum(np.abs(low), np.abs(high)), dtype=np.bool_)


def largest(values: FloatArray) -> float:
    """The largest magnitude; 0 where there are no values."""
    return float(np.abs(values).max(initial=0.0))
