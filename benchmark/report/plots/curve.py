"""The fitted mapping of scores to labels as points to draw. NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted curve, and its band where it has one; all (K,)."""

    x: Vector
    y: Vector
    low: Vector | None = None
    high: Vector | None = None
