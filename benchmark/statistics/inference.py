"""From a measure to estimates with intervals and differences with tests: all methods on the same resamples. numpy.

One family: one statistic at one level and condition; its differences are corrected together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.statistics import selection, significance
from benchmark.statistics.catalogue import find
from benchmark.statistics.design import Group, Versus
from benchmark.statistics.intervals import (
    MAGNITUDES,
    Kind,
    Range,
    interval,
    jackknife_error,
    known_part,
    of_differences,
)
from benchmark.statistics.measures import Measure
from benchmark.statistics.resampling import FloatArray, Resamples, leave_one_out
from benchmark.statistics.rounding import ROUNDING
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.vocabulary import magnitude


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic of one method, with its interval.

    Attributes:
        value: NaN where undefined.
        low, high: of the interval; NaN where there is none.
        note: why there is none, or a remark about it.
    """

    value: float
    low: float
    high: float
    note: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The first method's value less the second's on the pairs that both scored, with its interval and test.

    It is a difference of values, or of their magnitudes (``Family.magnitudes``).

    Attributes:
        versus: the two methods.
        value, low, high: NaN where undefined.
        p_value: two-sided; NaN where not tested.
        p_adjusted: corrected over the family.
        note: why there is no interval.
    """

    versus: Versus
    value: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    note: str


@dataclass(frozen=True, slots=True)
class Family:
    """One statistic of all methods at one level.

    Attributes:
        statistic: its name.
        kind: the kind of intervals; empty if there are none.
        estimates: by method.
        differences: of every two methods that are compared.
        replicates: (B, m) the methods' own values in the resamples.
        magnitudes: differences of magnitudes, where correlations of opposite signs are among the values.
    """

    statistic: str
    kind: Kind
    estimates: tuple[Estimate, ...]
    differences: tuple[Difference, ...]
    replicates: FloatArray
    magnitudes: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Values:
    """A measure's values: on the data (S, C), in the resamples (B, S, C), with each cluster left out (K, S, C)."""

    data: FloatArray
    drawn: FloatArray
    left_out: FloatArray


def compute(
    measure: Measure, resamples: Resamples, kind: Kind, progress: Callable[[int], None] = lambda done: None
) -> Values:
    """Evaluate a measure on the data, in all resamples and, where the intervals need it, by leaving out clusters.

    ``progress`` is called after each block with the number of finished resamples.
    """
    k, shape = resamples.n_clusters, (len(measure.names), measure.design.n_columns)
    data = measure(np.ones((1, k)))[0]
    nothing = np.empty((0, *shape))
    if k < 2:
        return Values(data, np.full((resamples.replicates, *shape), np.nan), np.full((1, *shape), np.nan))
    drawn, done = np.empty((resamples.replicates, *shape)), 0
    for block in resamples.blocks():
        drawn[done : done + len(block)] = measure(block)
        done += len(block)
        progress(done)
    left = nothing if kind == "percentile" else np.concatenate([measure(block) for block in leave_one_out(k)])
    return Values(data, drawn, left)


def infer(
    measure: Measure,
    values: Values,
    kind: Kind,
    settings: StatisticsSettings,
    *,
    tested: bool = True,
    names: Sequence[str] | None = None,
    leaders: Mapping[str, Collection[int]] | None = None,
) -> list[Family]:
    """Estimates and differences of a measure's statistics.

    Args:
        measure: whose values they are.
        values: from ``compute``.
        kind: of interval.
        settings: confidence and multiplicity.
        tested: whether differences get p-values.
        names: which statistics; all by default.
        leaders: for each statistic, and for each of magnitudes, the methods that are compared with all others; by default
            all are.
    """
    families = []
    for place, name in enumerate(measure.names):
        if names is None or name in names:
            part = Values(values.data[place], values.drawn[:, place], values.left_out[:, place])
            families.append(_family(name, measure, part, kind, settings, tested=tested, leaders=leaders))
    return families


def _family(
    name: str,
    measure: Measure,
    values: Values,
    kind: Kind,
    settings: StatisticsSettings,
    *,
    tested: bool,
    leaders: Mapping[str, Collection[int]] | None,
) -> Family:
    design = measure.design
    groups = design.group_of
    statistic = find(name)
    estimates = []
    for column in design.own:
        bounds = interval(
            float(values.data[column]),
            values.drawn[:, column],
            _left_out(groups, values.left_out, column),
            kind=kind,
            confidence=settings.confidence,
            scale=statistic.scale,
            within=statistic.range,
        )
        estimates.append(Estimate(float(values.data[column]), bounds.low, bounds.high, bounds.note))
    within = of_differences(statistic.range)
    chosen = None if leaders is None else leaders[name]
    differences = _differences(measure, values, kind, settings, within=within, tested=tested, leaders=chosen)
    opposite = statistic.turns and bool((values.data > 0).any() and (values.data < 0).any())
    within = of_differences(MAGNITUDES)
    without_signs = []
    if opposite:
        chosen, turned = None if leaders is None else leaders[magnitude(name)], _oriented(values)
        without_signs = _differences(measure, turned, kind, settings, within=within, tested=tested, leaders=chosen)
    return Family(name, kind, tuple(estimates), tuple(differences), values.drawn[:, design.own], tuple(without_signs))


def _oriented(values: Values) -> Values:
    """Values with signs such that each is positive on the data; in the resamples they keep their sign relative to it.

    The magnitude's own replicates would be folded at zero, where a bootstrap goes wrong; with the sign of the data kept,
    the difference is smooth, and near zero its test is conservative.
    """
    signs = np.where(values.data < 0, -1.0, 1.0)
    return Values(values.data * signs, values.drawn * signs, values.left_out * signs)


def _less(first: FloatArray, second: FloatArray) -> FloatArray:
    """First less second; zero where they are equal up to rounding, at the scale of the values themselves."""
    difference = first - second
    scale = np.fmax(np.abs(first), np.abs(second))
    return np.asarray(np.where(np.abs(difference) <= ROUNDING * scale, 0.0, difference))


def _differences(
    measure: Measure,
    values: Values,
    kind: Kind,
    settings: StatisticsSettings,
    *,
    within: Range,
    tested: bool,
    leaders: Collection[int] | None,
) -> list[Difference]:
    pairs: Sequence[Versus] = measure.design.pairs
    if leaders is not None:
        pairs = [pair for pair in pairs if pair.first in leaders or pair.second in leaders]
    if not pairs:
        return []
    first = np.array([pair.column_first for pair in pairs])
    second = np.array([pair.column_second for pair in pairs])
    observed = _less(values.data[first], values.data[second])
    drawn = _less(values.drawn[:, first], values.drawn[:, second])
    intervals, p_values, errors = [], np.full(len(pairs), np.nan), np.full(len(pairs), np.nan)
    freedom = np.ones(len(pairs))
    groups = measure.design.group_of
    for number, pair in enumerate(pairs):
        left_first = _left_out(groups, values.left_out, pair.column_first)
        left = _less(left_first, _left_out(groups, values.left_out, pair.column_second))
        ends = interval(
            float(observed[number]), drawn[:, number], left, kind=kind, confidence=settings.confidence, within=within
        )
        intervals.append(ends)
        if not np.isfinite(ends.low):
            observed_kept = observed[number] == 0 and not np.any(drawn[:, number][np.isfinite(drawn[:, number])])
            p_values[number] = 1.0 if observed_kept and np.isfinite(drawn[:, number]).any() else np.nan
            continue
        if kind == "jackknife":
            known, _ = known_part(left, leave_out=True)
            error = jackknife_error(float(observed[number]), left if known is None else known)[0]
            errors[number] = 0.0 if error <= ROUNDING * abs(float(observed[number])) else error
            freedom[number] = len(left) - 1
            p_values[number] = significance.student_p(float(observed[number]), errors[number], len(left) - 1)
        else:
            p_values[number] = significance.bootstrap_p(drawn[:, number])
    p_values = p_values if tested else np.full(len(pairs), np.nan)
    used = errors if kind == "jackknife" else None
    if leaders is None:
        adjusted = _adjust(observed, drawn, p_values, used, freedom, settings)
    else:
        adjusted = _adjust_chosen(observed, drawn, p_values, used, freedom, settings, _own(measure, values))
    return [
        Difference(pair, float(value), ends.low, ends.high, float(p), float(p_adjusted), ends.note)
        for pair, value, ends, p, p_adjusted in zip(pairs, observed, intervals, p_values, adjusted, strict=True)
    ]


def _adjust(
    observed: FloatArray,
    drawn: FloatArray,
    p_values: FloatArray,
    errors: FloatArray | None,
    freedom: FloatArray,
    settings: StatisticsSettings,
) -> FloatArray:
    """P-values corrected over the family; never below the uncorrected ones.

    A difference that is constant over the resamples is further from zero than any other: its correction changes nothing.
    """
    if settings.multiplicity == "none" or not np.isfinite(p_values).any():
        return p_values
    if settings.multiplicity == "holm":
        return significance.holm(p_values)
    tested = np.isfinite(p_values)
    adjusted = np.full(len(p_values), np.nan)
    adjusted[tested] = significance.max_t(
        observed[tested],
        drawn[:, tested],
        None if errors is None else errors[tested],
        None if errors is None else freedom[tested],
    )
    return np.asarray(np.where(np.isfinite(adjusted), np.fmax(adjusted, p_values), p_values))


def _own(measure: Measure, values: Values) -> tuple[FloatArray, FloatArray]:
    """The methods' own values, and their replicates."""
    return values.data[measure.design.own], values.drawn[:, measure.design.own]


def _adjust_chosen(
    observed: FloatArray,
    drawn: FloatArray,
    p_values: FloatArray,
    errors: FloatArray | None,
    freedom: FloatArray,
    settings: StatisticsSettings,
    own: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """P-values of comparisons with methods chosen from the data, corrected for every pair of methods.

    Where scores are missing, the other pairs are taken from each method's own values.
    """
    if settings.multiplicity == "none" or not np.isfinite(p_values).any():
        return p_values
    count = len(own[0])
    if settings.multiplicity == "holm":
        return np.asarray(np.minimum(1.0, p_values * (count * (count - 1) // 2)))
    tested = np.isfinite(p_values)
    largest = selection.largest_differences(*own, threads=settings.threads)
    adjusted = np.full(len(p_values), np.nan)
    adjusted[tested] = significance.single_step(
        observed[tested],
        drawn[:, tested],
        largest,
        None if errors is None else errors[tested],
        None if errors is None else freedom[tested],
    )
    return np.asarray(np.where(np.isfinite(adjusted), np.fmax(adjusted, p_values), p_values))


def _left_out(groups: list[Group], left_out: FloatArray, column: int) -> FloatArray:
    """A column's values with each of its own clusters left out; other clusters don't affect it."""
    if len(left_out) <= 1:
        return left_out[:, column]
    own = groups[column].clusters
    return left_out[own, column] if len(own) else left_out[:1, column]
