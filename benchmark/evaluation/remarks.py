"""What a value's note says: why it is undefined, or what readers must know of it. Imports numpy and ``statistics``."""

from __future__ import annotations

import numpy as np

from benchmark.statistics.catalogue import find
from benchmark.statistics.design import Design, Group
from benchmark.statistics.discrimination import Discrimination
from benchmark.statistics.mapped import Mapped
from benchmark.statistics.mapping import Mapping, unfit
from benchmark.statistics.measures import Alone, Correlations, Measure, WithinReference
from benchmark.statistics.over_trainings import OverTrainings
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.rounding import constant
from benchmark.statistics.tails import are_heavy
from benchmark.statistics.two_alternatives import DECIDED, Observers, TwoAlternatives
from benchmark.statistics.vocabulary import HEAVY_TAILS, NOT_MONOTONE, REVERSED, why_incomparable


def undefined(measure: Measure, statistic: str, column: int) -> str:
    """The reason why a statistic has no value, in words."""
    if isinstance(measure, OverTrainings):  # undefined in all of its trainings
        column, measure = measure.columns[column][0], measure.each
    design = measure.design
    x, y = _arrays(design, design.group_of[column], column)
    if isinstance(measure, (TwoAlternatives, Observers)):
        return _undefined_choices(statistic, len(x))
    without_values = _too_few_or_equal(x, y)
    if without_values:
        return without_values
    if isinstance(measure, Mapped):
        return unfit(x, y, 5 if statistic == "plcc_logistic5" else 4) or "the fit did not converge"
    if isinstance(measure, WithinReference):
        return "no reference has images whose labels and scores differ"
    if isinstance(measure, Discrimination):
        return "no two images differ significantly, or none are similar"
    return "it is undefined for these values" if isinstance(measure, Alone) else "the conditions' means do not differ"


def _too_few_or_equal(x: FloatArray, y: FloatArray) -> str:
    if len(x) < 2:
        return "no scored pairs" if len(x) == 0 else "one scored pair only"
    return "all labels are equal" if constant(y) else "all scores are equal" if constant(x) else ""


def _undefined_choices(statistic: str, count: int) -> str:
    if not count:
        return "no scored choices"
    if statistic == "accuracy_majority":
        return "no choice has a majority"
    if statistic == "auc_ds":
        return f"no choice is decided by its majority (binomial test, {DECIDED * 100:g} %), or all are"
    return f"no choice is decided by its majority (binomial test, {DECIDED * 100:g} %)"


def incomparable(measure: Measure, statistic: str, column: int) -> bool:
    """Whether a value is printed but not compared, because its fit is reversed or not monotonic."""
    return bool(why_incomparable(remarks(measure, statistic, column)))


def remarks(measure: Measure, statistic: str, column: int) -> str:
    """Remarks on a defined value."""
    if isinstance(measure, OverTrainings):
        return _of_trainings(measure, statistic, column)
    if isinstance(measure, Mapped):
        four, five = measure.fits[column]
        return _fit_words(five if statistic == "plcc_logistic5" else four)
    if isinstance(measure, Correlations) and find(statistic).far_values:
        group = measure.design.group_of[column]
        heavy = len(group.rows) > 1 and are_heavy(*_arrays(measure.design, group, column), group.n_clusters)
        return HEAVY_TAILS if heavy else ""
    if isinstance(measure, TwoAlternatives) and statistic == "log_likelihood":
        slope = measure.slopes[column]
        return "; ".join(["the slope is at its bound"] * slope.at_bound + [REVERSED] * (slope.value < 0))
    if isinstance(measure, WithinReference):
        place = measure.names.index(statistic)
        used = int(measure.n_references[place, column])
        rows = measure.design.group_of[column].rows
        total = len(np.unique(measure.design.table.references[rows]))
        return f"{used} of {total} references: the others' labels or scores do not differ" if 0 < used < total else ""
    return ""


def _of_trainings(measure: OverTrainings, statistic: str, column: int) -> str:
    """The remarks on a method's trainings, and how many of them have a value where not all have."""
    own, known = measure.columns[column], measure.known[measure.names.index(statistic)]
    there = [place for place in own if known[place]]
    without = [place for place in own if not known[place]]
    partly = []
    if there and without:
        why = undefined(measure.each, statistic, without[0])
        partly = [f"mean of {len(there)} of {len(own)} trainings: {why}"]
    said = [part for place in there for part in remarks(measure.each, statistic, place).split("; ") if part]
    return "; ".join([*partly, *dict.fromkeys(said)])


def _fit_words(curve: Mapping | None) -> str:
    if curve is None:
        return ""
    words = []
    if curve.at_bound:
        level = "a line" if curve.parameters == 4 else "a polynomial"
        words.append("the slope is at its bound" if curve.at_bound == "steep" else f"the curve is all but {level}")
    if not curve.monotone:
        words.append(NOT_MONOTONE)
    if curve.direction < 0:
        words.append(REVERSED)
    return "; ".join(words)


def _arrays(design: Design, group: Group, column: int) -> tuple[FloatArray, FloatArray]:
    methods = [method for each in design.groups for method in each.methods]
    return design.table.scores[methods[column], group.rows], design.table.labels[group.rows]
