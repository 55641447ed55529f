"""Makes rows of ``summary.csv`` and ``comparisons.csv`` of results; what their notes say is in ``remarks``.

Imports numpy and ``benchmark.statistics``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import numpy as np

from benchmark.evaluation.remarks import remarks, undefined
from benchmark.statistics import rank_uncertainty, significance
from benchmark.statistics.catalogue import find
from benchmark.statistics.correlation import plcc, srcc
from benchmark.statistics.design import Design, Versus
from benchmark.statistics.differences import Difference
from benchmark.statistics.equivalence import verdict
from benchmark.statistics.inference import Family
from benchmark.statistics.mapping import fit
from benchmark.statistics.measures import Measure
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.vocabulary import (
    INTERVAL_ONLY,
    MISSING_ALLOWED,
    NOT_TESTED,
    UNCERTAIN,
    UNCORRECTED,
    magnitude,
)

SUMMARY_COLUMNS = (
    *("dataset", "split", "level", "condition", "method", "statistic", "value", "ci_low", "ci_high"),
    *("n", "n_clusters", "interval", "note"),
)
COMPARISON_COLUMNS = (
    *("dataset", "split", "level", "condition", "statistic", "method_a", "method_b", "difference", "ci_low", "ci_high"),
    *("p_value", "p_adjusted", "significant", "test", "n", "n_clusters"),
)
EQUIVALENCE_COLUMNS = ("equivalence_low", "equivalence_high", "verdict")
"""Further columns of comparisons where a margin of equivalence was asked for."""
INTERVALS = {"percentile": "percentile", "bca": "BCa", "jackknife": "jackknife-t"}
CORRECTIONS = {"max-t": "max-T", "holm": "Holm", "none": UNCORRECTED}
TESTED: dict[str, tuple[str, ...]] = {
    "steiger": ("plcc_steiger",),
    "williams": ("plcc_williams",),
    "meng": ("srcc_meng", "plcc_meng"),
    "f-test": ("rmse_f_test",),
}
"""The rows of each test from the literature."""
OF_CORRELATIONS = {
    "plcc_steiger": (plcc, significance.steiger),
    "plcc_williams": (plcc, significance.williams),
    "srcc_meng": (srcc, significance.meng),
    "plcc_meng": (plcc, significance.meng),
}
DIGITS = 3  # that tables print by default
Row = tuple[object, ...]


def comparison_columns(settings: StatisticsSettings) -> tuple[str, ...]:
    """The columns of ``comparisons.csv``: further ones where a margin of equivalence was asked for."""
    return COMPARISON_COLUMNS if settings.equivalence is None else (*COMPARISON_COLUMNS, *EQUIVALENCE_COLUMNS)


class MethodColumn(Protocol):
    """A method as statistics need it."""

    @property
    def label(self) -> str:
        """What it is called, and its column in the table of scores if it has a single one."""
        ...

    @property
    def higher_is_better(self) -> bool:
        """Its declared direction."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Where it was trained several times, the columns of these trainings, over which its statistics are averaged."""
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


def summary_rows(
    scope: RowScope, measure: Measure, families: Sequence[Family], labels: Sequence[str], aside: str = ""
) -> Iterator[Row]:
    """The estimates of a measure, method by method; ``aside`` is a further remark on how intervals are made."""
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
            note = "; ".join(filter(None, [why, remarks(measure, family.statistic, column), unsure, estimate.note]))
            made = [INTERVALS[estimate.kind], measure.remark, aside] if np.isfinite(estimate.low) else []
            how = ", ".join(filter(None, made))
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
    aside: str = "",
) -> Iterator[Row]:
    """The differences of a measure's statistics; where correlations have opposite signs, of their magnitudes too.

    ``aside`` is a further remark on how they are tested.
    """
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
                inner = (np.nan, np.nan, "") if settings.equivalence is not None else ()
                yield (*scope.cells, statistic, *ends, np.nan, np.nan, False, words, *sizes, *inner)
                continue
            real = bool(item.p_adjusted < settings.alpha)
            how = "jackknife-t" if item.kind == "jackknife" else "bootstrap"
            test = ", ".join(filter(None, [how, CORRECTIONS[settings.multiplicity], aside]))
            words = test if np.isfinite(item.p_adjusted) else _untested(item, tested=tested)
            inner = _inner(item, family.statistic, statistic, real=real) if settings.equivalence is not None else ()
            yield (*scope.cells, statistic, *ends, item.p_value, item.p_adjusted, real, words, *sizes, *inner)


def _inner(item: Difference, base: str, statistic: str, *, real: bool) -> tuple[float, float, str]:
    """The interval that is compared with the margin, and what is known of the first method against the second."""
    higher = statistic != base or find(base).higher_is_better
    ends = (item.inner_low, item.inner_high)
    return (*ends, verdict(item.value, *ends, item.margin, significant=real, higher_is_better=higher))


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
    """Tests that take pairs as independent, where wanted; uncorrected.

    Steiger's and Williams' are of PLCC, Meng's of SRCC and PLCC, the F-test is of residual variances.
    """
    wanted = [(test, name) for test in settings.tests for name in TESTED[test]]
    for (test, name), pair in product(wanted, design.pairs):
        difference, p = _by_literature(name, pair, design)
        words = f"{test} (assumes independent pairs), {UNCORRECTED}"
        if not np.isfinite(p):
            several = any(len(design.table.each(method)) > 1 for method in (pair.first, pair.second))
            words = f"{NOT_TESTED}: {'it is one of single trainings' if several else 'the test is undefined here'}"
        numbers = (difference, np.nan, np.nan, p, p, bool(p < settings.alpha), words)
        sizes = (len(design.groups[pair.group].rows), design.groups[pair.group].n_clusters)
        inner = (np.nan, np.nan, "") if settings.equivalence is not None else ()
        yield (*scope.cells, name, labels[pair.first], labels[pair.second], *numbers, *sizes, *inner)


def _by_literature(name: str, pair: Versus, design: Design) -> tuple[float, float]:
    """The difference of a test's row, and its p-value; both NaN where a method has several trainings."""
    if any(len(design.table.each(method)) > 1 for method in (pair.first, pair.second)):
        return float("nan"), float("nan")
    rows = design.groups[pair.group].rows
    y = design.table.labels[rows]
    a, b = design.table.scores[pair.first, rows], design.table.scores[pair.second, rows]
    if name not in OF_CORRELATIONS:
        return _variances(a, b, y)
    correlation, test = OF_CORRELATIONS[name]
    correlations = (correlation(a, y), correlation(b, y), correlation(a, b))
    return correlations[0] - correlations[1], test(*correlations, len(y)).p_value


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
