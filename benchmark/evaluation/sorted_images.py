"""How rightly methods sort images: PWRC with intervals and tests, and its curve. Pandas.

The formula is in ``statistics.sorting``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from benchmark.evaluation.rows import MethodColumn
from benchmark.evaluation.tasks import labelled_blocks, placed, table_of_pairs
from benchmark.statistics.design import Table
from benchmark.statistics.grouped import Valued, difference
from benchmark.statistics.intervals import UNBOUNDED, interval
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.settings import MOST_COMPARED
from benchmark.statistics.significance import holm
from benchmark.statistics.sorting import Scaled, pwrc, scaled, sorting_accuracy

COLUMNS = (
    *("dataset", "split", "method", "kind", "minus", "threshold", "value", "ci_low", "ci_high"),
    *("n", "n_clusters", "p_value", "p_adjusted", "note"),
)
PWRC, CURVE, DIFFERENCE = "pwrc", "curve", "difference"
STEP = 2.0
"""Distance of the thresholds of the curve, on the scale from 0 to 100."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """The analysis.

    Attributes:
        table: one number per row (``COLUMNS``).
        notes: what the thresholds are, and where there are none.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def sorted_rightly(
    scores: pd.DataFrame, methods: Sequence[MethodColumn], *, lower_mos_better: bool, confidence: float
) -> Ordered:
    """PWRC of every method, the differences of every two, and the curves.

    Args:
        scores: the columns of ``scores.csv``.
        methods: the methods that have scores.
        lower_mos_better: direction of the labels.
        confidence: of the intervals.
    """
    rows: list[tuple[object, ...]] = []
    notes: dict[tuple[str, str], list[str]] = {}
    for dataset, split, labelled in labelled_blocks(scores):
        table, _ = table_of_pairs(labelled, methods, lower_mos_better=lower_mos_better)
        on = scaled(table.labels, _deviations(table))
        if on is None:
            notes[dataset, split] = [
                "No PWRC: it needs labels with different standard deviations of their opinions, or with 95 % limits."
            ]
            continue
        notes[dataset, split] = [
            f"PWRC is the area under the curve of sorting accuracy between the thresholds {on.low:.1f} and {on.high:.1f} "
            "(twice the least and the greatest standard deviation of a label; labels on a scale from 0 to 100); the most is "
            f"{on.high - on.low:.1f}."
        ]
        rows += [(dataset, split, *row) for row in _block(table, on, [item.label for item in methods], confidence)]
    return Ordered(pd.DataFrame(rows, columns=list(COLUMNS)), tuple(placed(notes)))


def _deviations(table: Table) -> FloatArray:
    """The standard deviation of each label: of its opinions, or the width of its 95 % limits over 3.92."""
    half = np.full(len(table.labels), np.nan) if table.label_half is None else table.label_half
    return np.where(np.isfinite(table.label_sd), table.label_sd, half / 1.96)


def _block(table: Table, on: Scaled, labels: Sequence[str], confidence: float) -> list[tuple[object, ...]]:
    """The rows of one data set and split, without these."""
    known = np.isfinite(table.scores)
    thresholds = np.arange(0.0, 100.0 + STEP / 2, STEP)
    rows: list[tuple[object, ...]] = []
    nothing = (np.nan, np.nan, "")
    for place, label in enumerate(labels):
        own = known[place]
        value, _ = _valued(table, place, on, own, confidence)
        ends = (value.value, value.low, value.high, value.n, value.n_clusters)
        rows.append((label, PWRC, "", np.nan, *ends, np.nan, np.nan, value.note))
        curve = sorting_accuracy(table.scores[place][own], _taken(on, own), thresholds)
        rows += [
            (label, CURVE, "", threshold, height, np.nan, np.nan, value.n, value.n_clusters, *nothing)
            for threshold, height in zip(thresholds, curve, strict=True)
        ]
    if len(labels) <= MOST_COMPARED:
        pairs = list(combinations(range(len(labels)), 2))
        gaps = [_gap(table, first, second, on, confidence) for first, second in pairs]
        adjusted = holm(np.array([gap.p_value for gap in gaps], dtype=float))
        for (first, second), gap, p in zip(pairs, gaps, adjusted, strict=True):
            ends = (gap.value, gap.low, gap.high, gap.n, gap.n_clusters)
            rows.append((labels[first], DIFFERENCE, labels[second], np.nan, *ends, gap.p_value, float(p), gap.note))
    return rows


def _taken(on: Scaled, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Scaled:
    """Some of the labels, on the same scale."""
    return Scaled(on.labels[rows], on.low, on.high)


def _valued(
    table: Table, place: int, on: Scaled, rows: np.ndarray[tuple[int], np.dtype[np.bool_]], confidence: float
) -> tuple[Valued, FloatArray]:
    """A method's PWRC on some pairs, with its interval, and with each cluster left out."""
    names, local = np.unique(table.clusters[rows], return_inverse=True)
    value, left_out = pwrc(table.scores[place][rows], _taken(on, rows), local.astype(np.int64), len(names))
    reach = on.high - on.low
    ends = interval(value, np.empty(0), left_out, kind="jackknife", confidence=confidence, within=(-reach, reach))
    return Valued(value, ends.low, ends.high, int(rows.sum()), len(names), ends.note), left_out


def _gap(table: Table, first: int, second: int, on: Scaled, confidence: float) -> Valued:
    """One method's PWRC less another's, on the pairs that both scored."""
    rows = np.isfinite(table.scores[first]) & np.isfinite(table.scores[second])
    (one, left_one), (other, left_other) = (_valued(table, place, on, rows, confidence) for place in (first, second))
    found = difference(one, other, left_one - left_other, confidence, UNBOUNDED)
    return Valued(found.value, found.low, found.high, one.n, one.n_clusters, found.note, found.p_value)
