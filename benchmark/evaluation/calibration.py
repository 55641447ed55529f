"""Calibration of methods: by how much mapped scores miss the labels, by decile of label and mapped score. Pandas.

Within parts by the observed label even a perfectly calibrated method shows regression to the mean: the lowest labels are
low partly by chance, so that their mapped scores lie above them. Within parts by mapped score it shows none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
import pandas as pd

from benchmark.config.calibration_analysis import CalibrationAnalysis
from benchmark.evaluation.rows import MethodColumn
from benchmark.evaluation.tasks import labelled_blocks, numbers, text
from benchmark.statistics.errors_in_parts import PartError, equal_parts, errors_in_parts
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.settings import MappingResamples
from benchmark.statistics.to_label_units import Curve, InLabelUnits, NoCurveError, in_label_units

COLUMNS = (
    *("dataset", "split", "method", "divided_by", "part", "low", "high", "n", "n_clusters", "mean_label", "mean_score"),
    *("mean_error", "ci_low", "ci_high", "mean_absolute_error", "rmse", "label_mapping", "note"),
)
ALL, LABEL, SCORE = "all", "label", "score"
UNDEFINED = "undefined: "
BY_FIT = "zero by the fit"
CURVES = {
    "logistic4": "the four-parameter logistic curve",
    "logistic5": "the five-parameter logistic curve",
    "linear": "a line of least squares",
}
REGRESSION = (
    "By label even a perfect method shows regression to the mean: the lowest labels are low partly by chance, so that "
    "scores lie above them, and below the highest. By mapped score it shows none."
)


@dataclass(frozen=True, slots=True)
class Errors:
    """The analysis.

    Attributes:
        table: one part of one method per row (``COLUMNS``); ``part`` counts from 1 for the lowest, or is ``all``.
        notes: what readers must know.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def errors(
    scores: pd.DataFrame,
    methods: Sequence[MethodColumn],
    asked: CalibrationAnalysis,
    *,
    lower_mos_better: bool,
    confidence: float,
    resamples: MappingResamples,
) -> Errors:
    """Mean errors of mapped scores in the labels' unit, with jackknife intervals by cluster.

    Args:
        scores: the columns of ``scores.csv``.
        methods: the methods that have scores.
        asked: what is wanted.
        lower_mos_better: direction of the labels.
        confidence: of the intervals.
        resamples: whether the curve is fitted anew without each cluster.

    Returns:
        Labels and mapped scores are as given: where a lower label is better, an error above zero means that a method finds
        the images worse. A method whose scores can't be mapped has one row, whose note says why.
    """
    chosen = [method for method in methods if not asked.methods or method.label in asked.methods]
    there = {method.label for method in methods}
    missing = [label for label in dict.fromkeys((*asked.methods, *asked.unmapped)) if label not in there]
    rows: list[tuple[object, ...]] = []
    fewer: dict[str, None] = {}
    for dataset, split, labelled in labelled_blocks(scores):
        for method in chosen:
            curve: Curve = "none" if method.label in asked.unmapped else asked.mapping
            expected = 1 if method.higher_is_better != lower_mos_better else -1
            found = _of_method(labelled, method.label, curve, expected, asked, resamples, confidence)
            rows += [(dataset, split, method.label, *row) for row in found]
            fewer |= dict.fromkeys(_fewer(found, method.label, asked.parts))
    notes = [f"{label} has no scores here." for label in missing]
    notes += _notes(asked, lower_mos_better=lower_mos_better, refitted=resamples == "refit")
    return Errors(pd.DataFrame(rows, columns=list(COLUMNS)), (*notes, *fewer))


def _of_method(
    rows: pd.DataFrame,
    label: str,
    curve: Curve,
    expected: int,
    asked: CalibrationAnalysis,
    resamples: MappingResamples,
    confidence: float,
) -> list[tuple[object, ...]]:
    """The rows of one method, without data set, split and label."""
    all_scores, all_labels = numbers(rows[label]), numbers(rows["mos"])
    all_clusters, _ = pd.factorize(rows["cluster"].map(text))
    known = np.isfinite(all_scores)
    scored, labels, clusters = all_scores[known], all_labels[known], all_clusters[known].astype(np.int64)
    wanted = [LABEL, SCORE] if asked.by == "both" else [asked.by]
    try:
        mapped = in_label_units(scored, labels, curve, expected)
    except NoCurveError as reason:
        nothing = [np.nan] * 2 + [len(scored), len(np.unique(clusters))] + [np.nan] * 7
        return [(ALL, ALL, *nothing, curve, f"{UNDEFINED}{reason}")]
    divisions: list[tuple[FloatArray, IntArray]] = [(labels, np.zeros(len(labels), dtype=np.int64))]
    divisions += [_division(by, mapped, labels, asked.parts) for by in wanted]
    whole, *divided = errors_in_parts(mapped, labels, clusters, divisions, resamples, confidence)
    named = [(ALL, ALL, part if curve == "none" else _zero(part)) for part in whole]
    named += [
        (by, str(number), part)
        for by, parts in zip(wanted, divided, strict=True)
        for number, part in enumerate(parts, 1)
    ]
    return [(by, number, *_numbers(part), curve, _note(part, mapped)) for by, number, part in named]


def _division(by: str, mapped: InLabelUnits, labels: FloatArray, count: int) -> tuple[FloatArray, IntArray]:
    """What divides the pairs, in the labels' unit, and their parts."""
    if by == LABEL:
        return labels, equal_parts(labels, count)
    return mapped.values, equal_parts(mapped.order, count)


def _zero(part: PartError) -> PartError:
    """The mean error under a curve of least squares over the pairs that it is fitted to: zero but for rounding."""
    return replace(part, score=part.label, error=0.0, ci_low=np.nan, ci_high=np.nan, note=BY_FIT)


def _numbers(part: PartError) -> tuple[object, ...]:
    return astuple(part)[:-1]


def _note(part: PartError, mapped: InLabelUnits) -> str:
    return "; ".join(filter(None, (mapped.remark, part.note)))


def _fewer(rows: Sequence[tuple[object, ...]], label: str, wanted: int) -> list[str]:
    """Sentences where ties leave fewer parts than wanted."""
    counts: Mapping[str, int] = {
        by: sum(row[0] == by for row in rows) for by in (LABEL, SCORE) if any(row[0] == by for row in rows)
    }
    return [
        f"{label}: {count} parts by {by} instead of {wanted}, since equal values stay together."
        for by, count in counts.items()
        if count < wanted
    ]


def _notes(asked: CalibrationAnalysis, *, lower_mos_better: bool, refitted: bool) -> list[str]:
    kept = f" ({', '.join(asked.unmapped)}: as they are)" if asked.unmapped and asked.mapping != "none" else ""
    if asked.mapping == "none":
        how = "Scores are taken as they are, as predictions in the labels' unit."
    else:
        anew = "fitted anew without each of them" if refitted else "kept without each of them"
        how = (
            f"Scores are brought to the labels' unit by {CURVES[asked.mapping]}, fitted to the same pairs{kept}; in the "
            f"intervals, which leave out references (or clusters), the curve is {anew} and the parts stay as they are."
        )
    meaning = "Error: mapped score less label, in the labels' unit."
    if lower_mos_better:
        meaning += " Lower labels are better: above zero, a method finds the images worse than the labels say."
    return [how, meaning, *([REGRESSION] if asked.by != SCORE else [])]
