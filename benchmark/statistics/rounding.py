"""Which values are equal but for rounding. numpy only.

The scale of what counts as rounding comes from the values as they are: those less their mean are themselves nothing but
rounding where all are equal, and would lend their own noise a scale.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.resampling import FloatArray

ROUNDING = 1e-12
"""Share of their magnitude by which values may differ that are equal: some thousand units in the last place.

Correlations are compared by it as it stands, since their magnitude is at most 1."""
LAST_PLACES = 4 * float(np.finfo(np.float64).eps)
"""The same for differences of two values, where nothing has added up: a few units in the last place."""


def constant(values: FloatArray) -> NDArray[np.bool_]:
    """Whether all values along the last axis are equal up to rounding; true where there are none."""
    if values.shape[-1] == 0:
        return np.ones(values.shape[:-1], dtype=np.bool_)
    low, high = values.min(axis=-1), values.max(axis=-1)
    return np.asarray(high - low <= ROUNDING * np.maximum(np.abs(low), np.abs(high)), dtype=np.bool_)


def largest(values: FloatArray) -> float:
    """The largest magnitude; 0 where there are no values."""
    return float(np.abs(values).max(initial=0.0))
