"""Cells that a file stores as numbers or texts, as text; for ``workbook`` and ``parquet``. Standard library only."""

from __future__ import annotations

import decimal
import math

from benchmark.data.decimals import Stored

EXACT = 2.0**53


def as_text(value: object) -> str:
    """A cell as it would stand in a file of text with decimal points; empty if it is missing.

    A whole number has no point, however it is stored, so that a name such as 12 stays one.
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else Stored(_whole(value) or repr(value))
    if isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool):
        return Stored(value)
    return str(value).strip()


def _whole(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < EXACT else ""
