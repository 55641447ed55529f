"""From a measure to estimates with intervals and differences with tests: all methods on the same resamples. numpy.

One family: one statistic at one level and condition; its differences are corrected together. ``joint`` corrects those of
several statistics together, where the settings say so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.statistics.catalogue import Statistic, find
from benchmark.statistics.design import Design
from benchmark.statistics.differences import Difference, Evidence, How, Values, adjust, differences, left_out_of
from benchmark.statistics.intervals import MAGNITUDES, Crossed, Kind, interval, of_differences, or_percentiles
from benchmark.statistics.measures import Measure
from benchmark.statistics.resampling import FloatArray, Resamples, leave_one_out
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.vocabulary import magnitude


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic of one method, with its interval.

    Attributes:
        value: NaN where undefined.
        low, high: of the interval; NaN where there is none.
        note: why there is none, or a remark about it.
        kind: of the interval.
    """

    value: float
    low: float
    high: float
    note: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Family:
    """One statistic of all methods at one level.

    Attributes:
        statistic: its name.
        kind: the kind of intervals; single ones may be of another that stands in for it.
        estimates: by method.
        differences: of every two methods that are compared.
        replicates: (B, m) the methods' own values in the resamples.
        magnitudes: differences of magnitudes, where correlations of opposite signs are among the values.
        evidence: what the differences' correction rests on, where it is to be made together with other statistics'.
        magnitudes_evidence: the same of ``magnitudes``.
        uncertain: the methods whose rank correlation may be zero, where a fitted curve decides the sign.
    """

    statistic: str
    kind: Kind
    estimates: tuple[Estimate, ...]
    differences: tuple[Difference, ...]
    replicates: FloatArray
    magnitudes: tuple[Difference, ...] = ()
    evidence: Evidence | None = None
    magnitudes_evidence: Evidence | None = None
    uncertain: frozenset[int] = frozenset()

    @property
    def stood_in(self) -> bool:
        """Whether an interval is of another kind than the family's."""
        pairs = (*self.differences, *self.magnitudes)
        return any(
            kind != self.kind for kind in (*(item.kind for item in self.estimates), *(item.kind for item in pairs))
        )


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
            families.append(_family(name, measure, values.of(place), kind, settings, tested=tested, leaders=leaders))
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
    statistic = find(name)
    common = statistic.correlation or statistic.scale == "logit"
    margin = settings.margin(name, on_a_common_scale=common)
    how = How(
        kind,
        of_differences(statistic.range),
        tested=tested,
        stand_in=settings.interval == "auto",
        margin=margin,
        scale=statistic.scale,
    )
    chosen = None if leaders is None else leaders[name]
    evidence = differences(measure, values, how, settings, chosen)
    opposite = statistic.turns and bool((values.data > 0).any() and (values.data < 0).any())
    turned = None
    if opposite:
        chosen = None if leaders is None else leaders[magnitude(name)]
        how = replace(how, within=of_differences(MAGNITUDES))
        turned = differences(measure, _oriented(values), how, settings, chosen)
    kept = name in settings.family
    return Family(
        name,
        kind,
        tuple(_estimates(statistic, measure.design, values, kind, settings)),
        adjust([evidence], settings)[0],
        values.drawn[:, measure.design.own],
        adjust([turned], settings)[0] if turned is not None else (),
        evidence if kept else None,
        turned if kept else None,
    )


def _estimates(
    statistic: Statistic, design: Design, values: Values, kind: Kind, settings: StatisticsSettings
) -> list[Estimate]:
    """Each method's own value with its interval."""
    estimates = []
    for column in design.own:
        value, drawn = float(values.data[column]), values.drawn[:, column]
        left = left_out_of(design.group_of, values.left_out, column)
        without = values.observer(int(column))
        bounds = interval(
            value,
            drawn,
            left if without is None else Crossed(left, without),
            kind=kind,
            confidence=settings.confidence,
            scale=statistic.scale,
            within=statistic.range,
            effective=statistic.effective,
        )
        if settings.interval == "auto":
            bounds = or_percentiles(
                bounds, value, drawn, len(left), confidence=settings.confidence, within=statistic.range
            )
        estimates.append(Estimate(value, bounds.low, bounds.high, bounds.note, bounds.kind))
    return estimates


def joint(families: Sequence[Family], settings: StatisticsSettings) -> list[Family]:
    """Families of one level, condition and split, those in ``settings.family`` corrected as one.

    The p-values of differences are corrected over all pairs of methods of all these statistics; those of magnitudes
    likewise, among themselves, where each of the statistics has them or not.
    """
    plain = {
        place: part for place, family in enumerate(families) if (part := family.evidence) is not None and part.pairs
    }
    turned = {place: part for place, family in enumerate(families) if (part := family.magnitudes_evidence) is not None}
    if len(plain) < 2:
        return list(families)
    # By place, not by name: what observers reach has a family called like that of the methods, without differences.
    corrected = dict(zip(plain, adjust(list(plain.values()), settings), strict=True))
    magnitudes = dict(zip(turned, adjust(list(turned.values()), settings), strict=True))
    return [
        replace(
            family,
            differences=corrected.get(place, family.differences),
            magnitudes=magnitudes.get(place, family.magnitudes),
            evidence=None,
            magnitudes_evidence=None,
        )
        for place, family in enumerate(families)
    ]


def undirected(family: Family) -> frozenset[int]:
    """The methods whose correlation may be zero by its interval; those without an interval are not among them."""
    return frozenset(number for number, item in enumerate(family.estimates) if item.low <= 0 <= item.high)


def with_uncertain(families: Sequence[Family], methods: frozenset[int]) -> list[Family]:
    """Families whose signs a fitted curve decides, with the methods for which nothing shows that it points the right way.

    A free curve fits a weak relation either way and always finds some correlation, so that two methods that have nothing to
    do with the labels would differ by twice of nothing.
    """
    return [replace(family, uncertain=methods) if find(family.statistic).fitted_sign else family for family in families]


def _oriented(values: Values) -> Values:
    """Values with signs such that each is positive on the data; in the resamples they keep their sign relative to it.

    The magnitude's own replicates would be folded at zero, where a bootstrap goes wrong; with the sign of the data kept,
    the difference is smooth, and near zero its test is conservative.
    """
    return values.signed(np.where(values.data < 0, -1.0, 1.0))
