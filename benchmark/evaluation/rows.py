"""Makes rows of ``summary.csv`` and ``comparisons.csv`` of results, and words what is undefined.

Imports numpy and ``benchmark.statistics``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchmark.statistics import rank_uncertainty, significance
from benchmark.statistics.catalogue import find
from benchmark.statistics.correlation import plcc
from benchmark.statistics.design import Design, Group
from benchmark.statistics.differences import Difference
from benchmark.statistics.discrimination import Discrimination
from benchmark.statistics.inference import Family
from benchmark.statistics.mapped import Mapped
from benchmark.statistics.mapping import Mapping, fit, unfit
from benchmark.statistics.measures import Alone, Correlations, Measure, WithinReference
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.rounding import constant
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.tails import are_heavy
from benchmark.statistics.two_alternatives import DECIDED, Observers, TwoAlternatives
from benchmark.statistics.vocabulary import (
    HEAVY_TAILS,
    INTERVAL_ONLY,
    MISSING_ALLOWED,
    NOT_MONOTONE,
    NOT_TESTED,
    REVERSED,
    UNCERTAIN,
    UNCORRECTED,
    magnitude,
    why_incomparable,
)

SUMMARY_COLUMNS = (
    *("dataset", "split", "level", "condition", "method", "statistic", "value", "ci_low", "ci_high"),
    *("n", "n_clusters", "interval", "note"),
)
COMPARISON_COLUMNS = (
    *("dataset", "split", "level", "condition", "statistic", "method_a", "method_b", "difference", "ci_low", "ci_high"),
    *("p_value", "p_adjusted", "significant", "test", "n", "n_clusters"),
)
INTERVALS = {"percentile": "percentile", "bca": "BCa", "jackknife": "jackknife-t"}
CORRECTIONS = {"max-t": "max-T", "holm": "Holm", "none": UNCORRECTED}
DIGITS = 3  # that tables print by default
Row = tuple[object, ...]


class MethodColumn(Protocol):
    """A method as statistics need it."""

    @property
    def label(self) -> str:
        """The name of its column in the table of scores."""
        ...

    @property
    def higher_is_better(self) -> bool:
        """Its declared direction."""
        ...


@dataclass(frozen=True, slots=True)
class RowScope:
    """The scope of a number: the first four columns of both tables."""

    dataset: str
    split: str
    level: str
    condition: str = ""

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The four columns."""
        return (self.dataset, self.split, self.level, self.condition)


def summary_rows(scope: RowScope, measure: Measure, families: Sequence[Family], labels: Sequence[str]) -> Iterator[Row]:
    """The estimates of a measure, method by method."""
    groups = measure.design.group_of
    for method, label in enumerate(labels):
        column = int(measure.design.own[method])
        group = groups[column]
        for family in families:
            if (
                find(family.statistic).needs == "label intervals"
                and not np.isfinite(measure.design.table.label_interval).any()
            ):
                continue
            estimate = family.estimates[method]
            why = "" if np.isfinite(estimate.value) else undefined(measure, family.statistic, column)
            unsure = UNCERTAIN if method in family.uncertain else ""
            note = "; ".join(filter(None, [why, _remarks(measure, family.statistic, column), unsure, estimate.note]))
            how = (
                ", ".join(filter(None, [INTERVALS[estimate.kind], measure.remark])) if np.isfinite(estimate.low) else ""
            )
            numbers = (estimate.value, estimate.low, estimate.high, len(group.rows), group.n_clusters)
            yield (*scope.cells, label, family.statistic, *numbers, how, note)


def comparison_rows(
    scope: RowScope,
    measure: Measure,
    families: Sequence[Family],
    labels: Sequence[str],
    settings: StatisticsSettings,
    *,
    tested: bool,
) -> Iterator[Row]:
    """The differences of a measure's statistics; where correlations have opposite signs, of their magnitudes too."""
    for family in families:
        if (
            find(family.statistic).needs == "label intervals"
            and not np.isfinite(measure.design.table.label_interval).any()
        ):
            continue
        named = [(family.statistic, item) for item in family.differences]
        named += [(magnitude(family.statistic), item) for item in family.magnitudes]
        for statistic, item in named:
            pair = item.versus
            group = measure.design.groups[pair.group]
            ends = (labels[pair.first], labels[pair.second], item.value, item.low, item.high)
            sizes = (len(group.rows), group.n_clusters)
            if family.uncertain & {pair.first, pair.second}:
                words = f"{NOT_TESTED}: {UNCERTAIN}"
                yield (*scope.cells, statistic, *ends, np.nan, np.nan, False, words, *sizes)
                continue
            real = bool(item.p_adjusted < settings.alpha)
            how = "jackknife-t" if item.kind == "jackknife" else "bootstrap"
            test = f"{how}, {CORRECTIONS[settings.multiplicity]}"
            words = test if np.isfinite(item.p_adjusted) else _untested(item, tested=tested)
            yield (*scope.cells, statistic, *ends, item.p_value, item.p_adjusted, real, words, *sizes)


def _untested(item: Difference, *, tested: bool) -> str:
    """The entry in place of a test where there was none, with the reason."""
    if not np.isfinite(item.value):
        return f"{NOT_TESTED}: the difference is undefined"
    if not np.isfinite(item.low):
        return f"{NOT_TESTED}: {item.note.removeprefix('no interval: ') or 'no interval'}"
    if not tested:
        return f"{INTERVAL_ONLY}: too few conditions to test"
    return f"{NOT_TESTED}: the difference does not vary"


def ranking_rows(
    scope: RowScope, design: Design, families: Sequence[Family], labels: Sequence[str], settings: StatisticsSettings
) -> Iterator[Row]:
    """For each statistic, the probability of being best, the rank with its interval, and whether it equals the best.

    A method that misses more than 1 % of the pairs, or whose statistic is undefined, is not ranked. Ranks are those of the
    unrounded values; where values that print alike have different ranks, a note says so.
    """
    total = len(design.table.labels)
    groups = design.group_of
    complete = [total - len(groups[int(column)].rows) <= MISSING_ALLOWED * total for column in design.own]
    for family in families:
        values = np.array([item.value for item in family.estimates])
        chosen = np.flatnonzero(np.isfinite(values) & np.array(complete, dtype=bool))
        if len(chosen) < 2:
            continue
        drawn = family.replicates[:, chosen]
        best, rank = rank_uncertainty.probability_best(drawn), rank_uncertainty.ranks(values[chosen])
        printed = rank_uncertainty.ranks(np.array([float(f"{value:.{DIGITS}f}") for value in values[chosen]]))
        low, high = rank_uncertainty.rank_intervals(drawn, settings.confidence)
        together = rank_uncertainty.with_best(
            values[chosen], _matrix(family, len(labels))[np.ix_(chosen, chosen)], settings.alpha
        )
        for place, method in enumerate(chosen):
            group = groups[int(design.own[method])]
            end = (len(group.rows), group.n_clusters)
            known = np.isfinite(low[place])
            here = (*scope.cells, labels[int(method)])
            yield (*here, f"p_best_{family.statistic}", best[place], np.nan, np.nan, *end, "", "")
            note = f"by unrounded values; at {DIGITS} digits {printed[place]}" if printed[place] != rank[place] else ""
            rank_row = (float(rank[place]), low[place], high[place], *end, "percentile" if known else "", note)
            yield (*here, f"rank_{family.statistic}", *rank_row)
            yield (*here, f"best_group_{family.statistic}", together[place], np.nan, np.nan, *end, "", "")


def literature_rows(
    scope: RowScope, design: Design, labels: Sequence[str], settings: StatisticsSettings
) -> Iterator[Row]:
    """Steiger's and Williams' tests of PLCC and the F-test of residual variances, where wanted; uncorrected."""
    for test in settings.tests:
        for pair in design.pairs:
            rows = design.groups[pair.group].rows
            y = design.table.labels[rows]
            a, b = design.table.scores[pair.first, rows], design.table.scores[pair.second, rows]
            if test == "f-test":
                difference, p = _variances(a, b, y)
                name = "rmse_f_test"
            else:
                correlations = (plcc(a, y), plcc(b, y), plcc(a, b))
                function = significance.steiger if test == "steiger" else significance.williams
                difference, p = correlations[0] - correlations[1], function(*correlations, len(y)).p_value
                name = f"plcc_{test}"
            words = f"{test} (assumes independent pairs), {UNCORRECTED}"
            if not np.isfinite(p):
                words = f"{NOT_TESTED}: the test is undefined here"
            numbers = (difference, np.nan, np.nan, p, p, bool(p < settings.alpha), words)
            sizes = (len(rows), design.groups[pair.group].n_clusters)
            yield (*scope.cells, name, labels[pair.first], labels[pair.second], *numbers, *sizes)


def undefined(measure: Measure, statistic: str, column: int) -> str:
    """The reason why a statistic has no value, in words."""
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
    return bool(why_incomparable(_remarks(measure, statistic, column)))


def _remarks(measure: Measure, statistic: str, column: int) -> str:
    """Remarks on a defined value."""
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


def _matrix(family: Family, count: int) -> FloatArray:
    """Adjusted p-values of every two methods, (m, m)."""
    matrix = np.full((count, count), np.nan)
    for item in family.differences:
        matrix[item.versus.first, item.versus.second] = item.p_adjusted
        matrix[item.versus.second, item.versus.first] = item.p_adjusted
    return matrix


def _variances(a: FloatArray, b: FloatArray, y: FloatArray) -> tuple[float, float]:
    """The difference of the errors after the four-parameter mapping, and the F-test's p-value."""
    first, second = fit(a, y, 4), fit(b, y, 4)
    if first is None or second is None or not (first.converged and second.converged):
        return float("nan"), float("nan")
    freedom = first.n - first.parameters
    p = significance.f_test(first.rmse_corrected**2, second.rmse_corrected**2, freedom, freedom).p_value
    return first.rmse - second.rmse, p
