"""Makes the data of the page's comparison of two methods: every stored difference with its interval and p-value."""

from __future__ import annotations

import math
from typing import Any

from benchmark.report import naming
from benchmark.report.blocks import Block, Comparison, Numbers
from benchmark.report.content import ReportData
from benchmark.statistics.catalogue import names

DIGITS = 4
"""Decimals of differences and p-values."""


def differences(data: ReportData, numbers: Numbers, block: Block) -> list[dict[str, Any]]:
    """The differences of a data set's methods over all pairs, a statistic each.

    Each row of ``differences`` is: place of the first and of the second method in ``data.methods``, their difference (first
    minus second), the ends of its interval, its p-value (``null`` where unknown), and in words what the test was or why
    there is none, with the verdict of equivalence where there is one.
    """
    scope, _ = numbers.headline(block)
    labels = [method.label for method in data.methods]
    found = []
    for statistic in names():
        rows = []
        for first, one in enumerate(labels):
            for second, other in enumerate(labels[:first]):
                comparison = numbers.compare(scope, statistic, one, other)
                if comparison is not None and math.isfinite(comparison.difference):
                    rows.append(_row(first, second, comparison))
        if rows:
            found.append(
                {
                    "title": naming.title(statistic),
                    "higher": naming.higher_is_better(statistic),
                    "differences": rows,
                }
            )
    return found


def _row(first: int, second: int, comparison: Comparison) -> list[Any]:
    ends = (comparison.difference, comparison.low, comparison.high, comparison.p_adjusted)
    said = comparison.why or ("" if comparison.corrected else "p not corrected")
    words = "; ".join(text for text in (said, comparison.verdict) if text)
    return [first, second, *(round(value, DIGITS) if math.isfinite(value) else None for value in ends), words]
