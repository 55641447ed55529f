"""What one data set adds to a pooled correlation: Fisher's z of each method, and of every two methods' difference. numpy.

Variances are the jackknife's, with whole clusters left out: images of one photograph are not independent, so that
1 / (n - 3) would be far too small. Data sets with common photographs are not independent either: ``merged`` makes them one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.statistics.catalogue import find
from benchmark.statistics.differences import left_out_of
from benchmark.statistics.intervals import forth, jackknife_error, known_part
from benchmark.statistics.measures import Measure
from benchmark.statistics.resampling import FloatArray, leave_one_out

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Effect:
    """Fisher's z, or a difference of two, with its squared standard error; NaN where undefined, and why."""

    z: float
    variance: float
    why: str = ""

    @property
    def known(self) -> bool:
        """Whether it can be pooled."""
        return bool(np.isfinite(self.z) and np.isfinite(self.variance) and self.variance > 0)


@dataclass(frozen=True, slots=True)
class SetEffects:
    """The effects of one data set.

    Attributes:
        methods: of each method, on all pairs that it scored.
        pairs: of every two methods, the first less the second, on the pairs that both scored.
    """

    methods: tuple[Effect, ...]
    pairs: dict[Pair, Effect]


def set_effects(measure: Measure, statistic: str) -> SetEffects:
    """The effects of the methods of a measure whose statistics are correlations.

    Args:
        measure: of a data set's pairs.
        statistic: one of its correlations.

    Raises:
        ValueError: the measure has no such correlation.
    """
    if find(statistic).scale != "fisher":
        raise ValueError(f"{statistic} is no correlation: it has no Fisher's z")
    place, design = measure.names.index(statistic), measure.design
    k = design.table.n_clusters
    values = measure(np.ones((1, k)))[0, place]
    left = np.concatenate([measure(block)[:, place] for block in leave_one_out(k)]) if k else np.empty((0, len(values)))
    groups = design.group_of

    def of(column: int) -> tuple[float, FloatArray]:
        return float(values[column]), left_out_of(groups, left, column)

    methods = tuple(_effect(*of(int(column))) for column in design.own)
    pairs = {}
    for pair in design.pairs:
        (first, one), (second, other) = of(pair.column_first), of(pair.column_second)
        pairs[pair.first, pair.second] = _difference(first, one, second, other)
    return SetEffects(methods, pairs)


def _effect(value: float, left: FloatArray) -> Effect:
    why = _why(value)
    return Effect(np.nan, np.nan, why) if why else _jackknifed(float(np.arctanh(value)), forth(left, "fisher"))


def _difference(first: float, one: FloatArray, second: float, other: FloatArray) -> Effect:
    why = _why(first) or _why(second)
    if why:
        return Effect(np.nan, np.nan, why)
    apart = float(np.arctanh(first) - np.arctanh(second))
    return _jackknifed(apart, forth(one, "fisher") - forth(other, "fisher"))


def _why(value: float) -> str:
    """Why a correlation has no z; empty where it has one."""
    if not np.isfinite(value):
        return "undefined"
    return (
        "" if np.isfinite(forth(np.array([value]), "fisher")).all() else "exactly 1 or -1, where Fisher's z is infinite"
    )


def _jackknifed(z: float, left: FloatArray) -> Effect:
    """An effect with the jackknife's variance."""
    if len(left) < 2:
        return Effect(z, np.nan, "one cluster only")
    kept, note = known_part(left, leave_out=True)
    if kept is None:
        return Effect(z, np.nan, note)
    error = jackknife_error(z, kept).error
    return Effect(z, error**2, "" if error > 0 else "it does not vary with the clusters")


def merged(parts: Sequence[Effect]) -> Effect:
    """One effect of data sets that share photographs: their mean, with the variance that it has at most.

    How their errors hang together is not known from tables of scores; no dependence makes the mean's standard error larger
    than the mean of the standard errors (Cauchy and Schwarz). Those that are undefined are left out.
    """
    known = [part for part in parts if part.known]
    if not known:
        return parts[0]
    errors = np.sqrt([part.variance for part in known])
    return Effect(float(np.mean([part.z for part in known])), float(errors.mean()) ** 2)
