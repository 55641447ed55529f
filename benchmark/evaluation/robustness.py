"""How far scores, ranks and agreement with labels move when enhanced images are changed a little. Pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from benchmark.evaluation.rows import MethodColumn
from benchmark.evaluation.tasks import labelled_blocks, table_of_pairs
from benchmark.statistics.correlation import srcc
from benchmark.statistics.grouped import PairsOfMethod, of_two
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.significance import holm

COLUMNS = (
    *("dataset", "split", "method", "disturbance", "n", "mean_change", "largest_change", "rank_agreement"),
    *("srcc", "srcc_disturbed", "difference", "ci_low", "ci_high", "p_value", "p_adjusted"),
)


def moved(
    scores: pd.DataFrame,
    disturbed: Mapping[str, pd.DataFrame],
    methods: Sequence[MethodColumn],
    *,
    lower_mos_better: bool,
    confidence: float,
) -> pd.DataFrame:
    """What each disturbance does to each method.

    Args:
        scores: the columns of ``scores.csv``.
        disturbed: the same pairs' scores with disturbed images, a column a method, by disturbance.
        methods: the methods, with their directions.
        lower_mos_better: direction of the labels.
        confidence: of the intervals.

    Returns:
        ``COLUMNS``: changes of oriented scores, in standard deviations of the undisturbed ones (the mean is signed, the
        largest is a magnitude); the rank correlation of both scores; that of either with the labels, and the disturbed less
        the undisturbed one with its jackknife interval by reference; p-values after Holm's correction over methods.
    """
    rows: list[list[object]] = []
    for dataset, split, labelled in labelled_blocks(scores):
        for name, other in disturbed.items():
            there = [method for method in methods if method.label in other.columns]
            if not there:
                continue
            before, after = (
                table_of_pairs(table, there, lower_mos_better=lower_mos_better)[0]
                for table in (labelled, labelled.assign(**{m.label: other.loc[labelled.index, m.label] for m in there}))
            )
            found: list[list[object]] = []
            for place, method in enumerate(there):
                known = np.isfinite(before.scores[place]) & np.isfinite(after.scores[place])
                pair = [
                    PairsOfMethod(
                        table.labels[known],
                        table.scores[place][known],
                        table.clusters[known],
                        np.zeros(int(known.sum()), dtype=np.int64),
                    )
                    for table in (after, before)
                ]
                found.append([dataset, split, method.label, name, *_row(pair[0], pair[1], confidence)])
            corrected = holm(np.array([row[-2] for row in found], dtype=float))
            rows += [[*row[:-1], float(p)] for row, p in zip(found, corrected, strict=True)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(after: PairsOfMethod, before: PairsOfMethod, confidence: float) -> list[object]:
    """The numbers of one method."""
    n = len(before.labels)
    if not n:
        return [0, *[np.nan] * 10]
    changes = _in_deviations(before.scores, after.scores)
    disturbed, undisturbed, gap = of_two(after, before, "srcc", confidence)
    moves = [float(changes.mean()), float(np.abs(changes).max()), srcc(before.scores, after.scores)]
    ends = [gap.value, gap.low, gap.high, gap.p_value, np.nan]
    return [n, *moves, undisturbed.value, disturbed.value, *ends]


def _in_deviations(before: FloatArray, after: FloatArray) -> FloatArray:
    """Changes of scores in standard deviations of the undisturbed ones; NaN where these are all alike."""
    spread = float(before.std(ddof=1)) if len(before) > 1 else 0.0
    return (after - before) / spread if spread > 0 else np.full(len(before), np.nan)
