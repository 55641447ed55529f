"""Words that ``summary.csv`` and ``comparisons.csv`` carry from statistics to reports: written and read by these names only.

A report may be made long after the statistics, from the files alone, so that the files must hold all that decides there.
Imports nothing.
"""

from __future__ import annotations

MISSING_ALLOWED = 0.01  # share of the pairs that a ranked method may lack
REVERSED = "the curve falls: reversed"
NOT_MONOTONE = "the curve is not monotone"
UNCERTAIN = "the curve's direction is uncertain"
HEAVY_TAILS = "a few values lie far out: the interval may be too narrow"
NOT_TESTED = "not tested"
INTERVAL_ONLY = "interval only"
UNCORRECTED = "uncorrected"


def why_incomparable(note: str) -> str:
    """The reason in a value's note not to compare it: a fit that is reversed, not monotone or of uncertain direction.

    A free mapping explains labels just as well by a falling curve, so that its small error does not speak for the method.
    """
    return "; ".join(part for part in note.split("; ") if part in {REVERSED, NOT_MONOTONE, UNCERTAIN})


def magnitude(statistic: str) -> str:
    """The name of differences of a correlation's magnitudes in ``comparisons.csv``."""
    return f"{statistic}_magnitude"


def why_untested(test: str) -> str:
    """The reason for not testing in a cell of the column ``test``; empty if it has none."""
    head, _, reason = test.partition(": ")
    return reason if head in {NOT_TESTED, INTERVAL_ONLY} else ""


OBSERVERS = {"ceiling": "Ceiling (majority)", "human": "Human (one observer)"}
"""What observers of choices reach themselves, by the names under which ``summary.csv`` has it, as tables print it."""

NOISE_CEILING = "noise-ceiling"
"""What labels of their reliability allow: its name in place of a method's in ``summary.csv``."""
NOT_METHODS = {**OBSERVERS, NOISE_CEILING: "Noise ceiling"}
"""All rows of ``summary.csv`` that are no method's, as tables print them."""

AVERAGES = {"average": "Average", "weighted average": "Weighted average"}
"""Averages over the data sets of a study: their names in place of a data set's, as tables print them."""
PARTITION = "partition"
"""The entry in the column ``aggregate`` of a number that belongs to one partition."""
WITHIN = "within"
"""Likewise, of the mean of the correlations within partitions."""
POOLED = "pooled"
"""Likewise, of all tested pairs together, scores in the labels' units."""
VARIANCES = {
    "variance: seed": "seed",
    "variance: training set": "training set",
    "variance: test sampling": "test sampling",
}
"""Likewise, of the parts of the variance of one training, with their names."""
