"""Checks that a score is finite and within the range that its method declares. No torch.

Every score passes here: ``score_group`` checks those just computed, ``plan`` stored ones, ``commands`` those of sources.
"""

from __future__ import annotations

import math

from benchmark.plugins.contracts import MethodInfo

ROUNDING = 1e-4
"""How far a score may exceed a bound, because of single precision in long sums.

It is relative to the bound where that exceeds 1, and to the range's width where that is below 1."""
AUTOCAST_ROUNDING = {"float16": 4 * 2.0**-10, "bfloat16": 4 * 2.0**-7}
"""The same under ``torch.autocast``: four units in the last place."""


def fault(value: float, info: MethodInfo, autocast: str = "") -> str:
    """Why a value is not a valid score of a method, as one clause; empty where it is one.

    Args:
        value: the value that the method returned.
        info: the method's metadata.
        autocast: the precision, where it was not single.
    """
    if not math.isfinite(value):
        return f"the score is {value}, not a finite number"
    rounding = max(ROUNDING, AUTOCAST_ROUNDING.get(autocast, 0.0))
    low, high = info.score_range
    width = 1.0 if low is None or high is None else min(1.0, high - low)
    below = low is not None and value < low - rounding * max(width, abs(low))
    above = high is not None and value > high + rounding * max(width, abs(high))
    if below or above:
        return f"the score is {value:.6g}, outside the method's range ({in_words(info)})"
    return ""


def in_words(info: MethodInfo) -> str:
    """A declared range in words: ``0 to 1``, ``0 or more``, ``unbounded``."""
    low, high = info.score_range
    if low is None and high is None:
        return "unbounded"
    if high is None:
        return f"{low:g} or more"
    return f"{high:g} or less" if low is None else f"{low:g} to {high:g}"
