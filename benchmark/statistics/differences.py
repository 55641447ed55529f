"""Differences of two methods on the same resamples: interval, p-value, and the correction over a family. numpy.

``differences`` gives the evidence of one statistic, ``adjust`` corrects one statistic's or several statistics' together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from benchmark.statistics import equivalence, selection, significance
from benchmark.statistics.design import Group, Versus
from benchmark.statistics.intervals import (
    Crossed,
    Kind,
    Range,
    Scale,
    crossed_error,
    interval,
    known_part,
    or_percentiles,
)
from benchmark.statistics.measures import Measure
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.rounding import ROUNDING
from benchmark.statistics.settings import StatisticsSettings


@dataclass(frozen=True, slots=True)
class Difference:
    """The first method's value less the second's on the pairs that both scored, with its interval and test.

    It is a difference of values, or of their magnitudes (``Family.magnitudes``).

    Attributes:
        versus: the two methods.
        value, low, high: NaN where undefined.
        p_value: two-sided; NaN where not tested.
        p_adjusted: corrected over the family.
        note: why there is no interval, or a remark about it.
        kind: of interval; the test is its own.
        margin: below which it does not matter; 0 where none was given.
        inner_low, inner_high: of the simultaneous interval of 1 - 2 alpha, which is compared with the margin; NaN for none.
    """

    versus: Versus
    value: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    note: str
    kind: Kind
    margin: float = 0.0
    inner_low: float = float("nan")
    inner_high: float = float("nan")


@dataclass(frozen=True, slots=True)
class Values:
    """A measure's values: on the data (S, C), in the resamples (B, S, C), with each cluster left out (K, S, C).

    Where observers are drawn, too, also with each of them left out (o, S, C).
    """

    data: FloatArray
    drawn: FloatArray
    left_out: FloatArray
    without_observer: FloatArray | None = None

    def of(self, statistic: int) -> Values:
        """The values of one statistic."""
        without = self.without_observer
        return Values(
            self.data[statistic],
            self.drawn[:, statistic],
            self.left_out[:, statistic],
            None if without is None else without[:, statistic],
        )

    def signed(self, signs: FloatArray) -> Values:
        """The values times signs (C,)."""
        without = self.without_observer
        return Values(
            self.data * signs,
            self.drawn * signs,
            self.left_out * signs,
            None if without is None else without * signs,
        )

    def observer(self, column: int) -> FloatArray | None:
        """A column's values with each observer left out; of one statistic."""
        return None if self.without_observer is None else self.without_observer[:, column]


@dataclass(frozen=True, slots=True)
class How:
    """How differences are judged.

    Attributes:
        kind: of interval.
        within: values that a difference can have.
        tested: whether there are p-values.
        stand_in: whether percentiles stand in for a jackknife that is impossible.
        margin: below which a difference does not matter; 0 for none.
        scale: on which the statistic varies alike everywhere.
    """

    kind: Kind
    within: Range
    tested: bool
    stand_in: bool
    margin: float = 0.0
    scale: Scale = "plain"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a correction rests on: the differences of one statistic, uncorrected, (p,).

    Attributes:
        pairs: with ``p_value`` in place of ``p_adjusted``.
        drawn: (B, p), the differences in the resamples.
        errors: (p,), standard errors by the jackknife, or the resamples' standard deviation where percentiles stand in for
            it; ``None`` where the resamples' own spread is used for all.
        freedom: (p,), their degrees of freedom.
        chosen_from: the number of all pairs, where these were chosen from them; 0 where these are all.
        largest: (B,), the largest studentised deviation of any of all pairs, where these were chosen from them.
        stretches: (p,), how much larger each error would be at the margin (``equivalence.stretch``); without margins empty.
    """

    pairs: tuple[Difference, ...]
    drawn: FloatArray
    errors: FloatArray | None
    freedom: FloatArray
    chosen_from: int = 0
    largest: FloatArray | None = None
    stretches: FloatArray = field(default_factory=lambda: np.empty(0))


def differences(
    measure: Measure, values: Values, how: How, settings: StatisticsSettings, leaders: Collection[int] | None
) -> Evidence:
    """The differences of a statistic's values, not corrected yet.

    Args:
        measure: whose values they are.
        values: of one statistic.
        how: interval and test.
        settings: confidence.
        leaders: the methods that are compared with all others; ``None`` if every two are compared.
    """
    pairs: Sequence[Versus] = measure.design.pairs
    if leaders is not None:
        pairs = [pair for pair in pairs if pair.first in leaders or pair.second in leaders]
    first = np.array([pair.column_first for pair in pairs], dtype=np.int64)
    second = np.array([pair.column_second for pair in pairs], dtype=np.int64)
    observed = _less(values.data[first], values.data[second])
    drawn = _less(values.drawn[:, first], values.drawn[:, second])
    errors, freedom = np.full(len(pairs), np.nan), np.ones(len(pairs))
    groups, rows, stretches = measure.design.group_of, [], np.ones(len(pairs) if how.margin > 0 else 0)
    for number, pair in enumerate(pairs):
        left_first = left_out_of(groups, values.left_out, pair.column_first)
        left_second = left_out_of(groups, values.left_out, pair.column_second)
        left = _less(left_first, left_second)
        value, column = float(observed[number]), drawn[:, number]
        one, other = values.observer(pair.column_first), values.observer(pair.column_second)
        without = None if one is None or other is None else _less(one, other)
        ends = interval(
            value,
            column,
            left if without is None else Crossed(left, without),
            kind=how.kind,
            confidence=settings.confidence,
            within=how.within,
        )
        if how.stand_in:
            ends = or_percentiles(ends, value, column, len(left), confidence=settings.confidence, within=how.within)
        p_value = float("nan")
        if not np.isfinite(ends.low):
            known = column[np.isfinite(column)]
            p_value = 1.0 if value == 0 and len(known) and not known.any() else p_value
        elif ends.kind == "jackknife":
            kept, _ = known_part(left, leave_out=True)
            error = crossed_error(value, left if kept is None else kept, without)
            errors[number] = 0.0 if error.error <= ROUNDING * abs(value) else error.error
            freedom[number] = error.freedom
            p_value = significance.student_p(value, errors[number], error.freedom)
        else:
            p_value = significance.bootstrap_p(column)
            errors[number], freedom[number] = significance.deviation(column), max(1, len(left) - 1)
        if how.margin > 0:
            both = values.drawn[:, pair.column_first], values.drawn[:, pair.column_second]
            both = (left_first, left_second) if ends.kind == "jackknife" else both
            two = (float(values.data[pair.column_first]), float(values.data[pair.column_second]))
            stretches[number] = equivalence.stretch(*two, *both, how.margin, how.scale)
        p_value = p_value if how.tested else float("nan")
        rows.append(Difference(pair, value, ends.low, ends.high, p_value, p_value, ends.note, ends.kind, how.margin))
    used = errors if how.kind == "jackknife" else None
    if leaders is None:
        return Evidence(tuple(rows), drawn, used, freedom, stretches=stretches)
    own, largest = measure.design.own, None
    if how.tested and settings.multiplicity == "max-t":
        largest = selection.largest_differences(
            values.data[own], values.drawn[:, own], normal=used is not None, threads=settings.threads
        )
    return Evidence(tuple(rows), drawn, used, freedom, len(own) * (len(own) - 1) // 2, largest, stretches)


def adjust(parts: Sequence[Evidence], settings: StatisticsSettings) -> list[tuple[Difference, ...]]:
    """The differences of each part with p-values corrected over all parts; never below the uncorrected ones.

    A difference that is constant over the resamples is further from zero than any other: its correction changes nothing.
    Comparisons with methods that were chosen from the data are corrected for every two of all methods.
    """
    pairs = [pair for part in parts for pair in part.pairs]
    p_values = np.array([pair.p_value for pair in pairs])
    adjusted = p_values
    if settings.multiplicity != "none" and np.isfinite(p_values).any():
        chosen_from = sum(part.chosen_from for part in parts)
        if settings.multiplicity == "max-t":
            adjusted = _max_t(parts, p_values)
        else:
            adjusted = np.minimum(1.0, p_values * chosen_from) if chosen_from else significance.holm(p_values)
    rest = iter(adjusted)
    corrected = [tuple(replace(pair, p_adjusted=float(next(rest))) for pair in part.pairs) for part in parts]
    return _with_inner_intervals(parts, corrected, settings)


def _with_inner_intervals(
    parts: Sequence[Evidence], corrected: list[tuple[Difference, ...]], settings: StatisticsSettings
) -> list[tuple[Difference, ...]]:
    """The differences with the intervals that are compared with margins: simultaneous over all parts that have one."""
    places = [place for place, part in enumerate(parts) if part.pairs and part.pairs[0].margin > 0]
    if not places:
        return corrected
    whole = _together([parts[place] for place in places])
    tested = np.flatnonzero(np.isfinite([pair.p_value for pair in whole.pairs]))
    values = np.array([pair.value for pair in whole.pairs])
    half = np.full(len(values), np.nan)
    half[tested] = equivalence.half_widths(
        values[tested],
        whole.drawn[:, tested],
        None if whole.errors is None else whole.errors[tested],
        None if whole.errors is None else whole.freedom[tested],
        alpha=settings.alpha,
        multiplicity=settings.multiplicity,
        chosen_from=whole.chosen_from,
        largest=whole.largest,
    )
    reach = iter((half * whole.stretches).tolist())
    for place in places:
        corrected[place] = tuple(
            replace(pair, inner_low=pair.value - (by := next(reach)), inner_high=pair.value + by)
            for pair in corrected[place]
        )
    return corrected


def _max_t(parts: Sequence[Evidence], p_values: FloatArray) -> FloatArray:
    """Romano and Wolf's correction: of all pairs step by step, of chosen ones by the largest of all pairs."""
    whole = _together(parts)
    tested = np.isfinite(p_values)
    observed = np.array([pair.value for pair in whole.pairs])[tested]
    errors = None if whole.errors is None else whole.errors[tested]
    freedom = None if errors is None else whole.freedom[tested]
    adjusted = np.full(len(p_values), np.nan)
    drawn = whole.drawn[:, tested]
    if whole.largest is not None:
        adjusted[tested] = significance.single_step(observed, drawn, whole.largest, errors, freedom)
    else:
        adjusted[tested] = significance.max_t(observed, drawn, errors, freedom)
    return np.asarray(np.where(np.isfinite(adjusted), np.fmax(adjusted, p_values), p_values))


def _together(parts: Sequence[Evidence]) -> Evidence:
    """The evidence of several statistics on the same resamples, side by side."""
    if len(parts) == 1:
        return parts[0]
    errors = [part.errors for part in parts if part.errors is not None]
    largest = [part.largest for part in parts if part.largest is not None]
    return Evidence(
        tuple(pair for part in parts for pair in part.pairs),
        np.concatenate([part.drawn for part in parts], axis=1),
        np.concatenate(errors) if len(errors) == len(parts) else None,
        np.concatenate([part.freedom for part in parts]),
        sum(part.chosen_from for part in parts),
        np.max(largest, axis=0) if largest else None,
        np.concatenate([part.stretches for part in parts]),
    )


def _less(first: FloatArray, second: FloatArray) -> FloatArray:
    """First less second; zero where they are equal up to rounding, at the scale of the values themselves."""
    difference = first - second
    scale = np.fmax(np.abs(first), np.abs(second))
    return np.asarray(np.where(np.abs(difference) <= ROUNDING * scale, 0.0, difference))


def left_out_of(groups: list[Group], left_out: FloatArray, column: int) -> FloatArray:
    """A column's values with each of its own clusters left out; other clusters don't affect it."""
    if len(left_out) <= 1:
        return left_out[:, column]
    own = groups[column].clusters
    return left_out[own, column] if len(own) else left_out[:1, column]
