"""Intervals of statistics over partitions: references are resampled within each partition. numpy, scipy.special.

Where no reference is tested in two partitions (folds), each partition is a stratum of its own, from which as many references
are drawn as it has. Where some are (repeated splits), or a partition tests a single one, there is one stratum: a reference
is drawn or left out in all partitions alike, since its pairs are the same ones in each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.statistics.catalogue import find
from benchmark.statistics.inference import Estimate
from benchmark.statistics.intervals import (
    NO_INTERVAL,
    Kind,
    Range,
    back,
    choose,
    effective_freedom,
    forth,
    interval,
    known_part,
    student,
)
from benchmark.statistics.partitioned import STATISTICS, Training
from benchmark.statistics.resampling import FloatArray, IntArray, draw_counts, leave_one_out
from benchmark.statistics.settings import StatisticsSettings

Counted = Callable[[FloatArray], FloatArray]
"""Maps counts of clusters (B, K) to values (B, 3)."""


@dataclass(frozen=True, slots=True)
class Strata:
    """Which clusters are drawn together.

    Attributes:
        of_cluster: (K,) number of each cluster's stratum, from 0; -1 where it is not tested.
        count: number of strata.
        by_partition: whether the strata are the partitions.
    """

    of_cluster: IntArray
    count: int
    by_partition: bool

    @property
    def clusters(self) -> int:
        """The number of clusters that are tested."""
        return int((self.of_cluster >= 0).sum())

    def draw(self, rng: np.random.Generator, replicates: int) -> FloatArray:
        """(replicates, K): as many clusters of each stratum as it has, with replacement."""
        counts = np.zeros((replicates, len(self.of_cluster)))
        for stratum in range(self.count):
            members = np.flatnonzero(self.of_cluster == stratum)
            counts[:, members] = draw_counts(rng, len(members), replicates)
        return counts


def strata_of(trainings: Sequence[Training], n_clusters: int) -> Strata:
    """The strata of the clusters that a method's trainings are tested on."""
    tested = {item.partition: np.empty(0, dtype=np.int64) for item in trainings}
    for item in trainings:
        tested[item.partition] = np.union1d(tested[item.partition], item.clusters)
    together = np.concatenate([np.empty(0, dtype=np.int64), *tested.values()])
    number = np.full(n_clusters, -1, dtype=np.int64)
    alone = len(np.unique(together)) == len(together) and all(len(names) > 1 for names in tested.values())
    if not alone:
        number[together] = 0
        return Strata(number, 1, by_partition=False)
    for stratum, names in enumerate(tested.values()):
        number[names] = stratum
    return Strata(number, len(tested), by_partition=True)


def estimates(
    measure: Counted, strata: Strata, settings: StatisticsSettings, seed: Sequence[int]
) -> tuple[Estimate, ...]:
    """SRCC, PLCC and KRCC by a measure, with intervals of the kind that the settings say.

    Args:
        measure: ``partitioned.Within`` or ``Pooled``.
        strata: how clusters are drawn.
        settings: kind of interval, confidence, resamples.
        seed: of the resamples.
    """
    count = len(strata.of_cluster)
    data = measure(np.ones((1, count)))[0]
    kind = choose(settings.interval, strata.clusters)
    tested = np.flatnonzero(strata.of_cluster >= 0)
    drawn, left = np.empty((0, 3)), np.empty((0, 3))
    if kind != "percentile":
        left = np.concatenate([measure(block) for block in leave_one_out(count)])[tested]
    if kind != "jackknife":
        drawn = measure(strata.draw(np.random.default_rng(list(seed)), settings.replicates))
    found = []
    for place, name in enumerate(STATISTICS):
        value = float(data[place])
        if kind == "jackknife":
            found.append(_jackknife(value, left[:, place], strata.of_cluster[tested], settings.confidence, name))
            continue
        ends = interval(
            value, drawn[:, place], left[:, place], kind=kind, confidence=settings.confidence, scale=find(name).scale
        )
        found.append(Estimate(value, ends.low, ends.high, ends.note, kind))
    return tuple(found)


def _jackknife(value: float, left_out: FloatArray, strata: IntArray, confidence: float, statistic: str) -> Estimate:
    """The interval by leaving out each cluster within its stratum, with Student's t."""
    nothing: tuple[float, float, Kind] = (float("nan"), float("nan"), "jackknife")
    if not np.isfinite(value):
        return Estimate(value, *nothing[:2], "", nothing[2])
    if len(left_out) < 2:
        return Estimate(value, *nothing[:2], f"{NO_INTERVAL}one cluster only", nothing[2])
    record = find(statistic)
    draws, note = known_part(left_out, leave_out=True)
    if draws is None:
        return Estimate(value, *nothing[:2], f"{NO_INTERVAL}{note}", nothing[2])
    centre, moved = forth(np.array([value]), record.scale), forth(draws, record.scale)
    if not (np.isfinite(centre).all() and np.isfinite(moved).all()):
        return Estimate(value, *nothing[:2], f"{NO_INTERVAL}at the end of the scale", nothing[2])
    error, freedom = stratified_error(moved, strata[np.isfinite(left_out)], record.effective)
    reach = student(freedom, confidence) * error
    ends: Range = back(float(centre[0]) - reach, record.scale), back(float(centre[0]) + reach, record.scale)
    return Estimate(value, *ends, note, "jackknife")


def stratified_error(left_out: FloatArray, strata: IntArray, effective: float = 0.0) -> tuple[float, float]:
    """The jackknife's standard error over strata, and its degrees of freedom.

    The square is the sum over strata of (n - 1) / n times the sum of squared deviations from the stratum's mean (Shao and Tu
    1995, ch. 6), n clusters in a stratum. There are as many degrees of freedom as clusters less strata; or, with
    ``effective``, those of the clusters that carry the error (``intervals.effective_freedom``), and never more.

    Args:
        left_out: (K,) the statistic with each cluster left out.
        strata: (K,) number of each one's stratum.
        effective: as in the statistic's record.
    """
    names = np.unique(strata)
    square, influences = 0.0, np.zeros(len(left_out))
    for name in names:
        own = strata == name
        size = int(own.sum())
        influences[own] = (left_out[own] - left_out[own].mean()) * np.sqrt((size - 1) / size)
        square += float(influences[own] @ influences[own])
    most = float(max(len(left_out) - len(names), 1))
    freedom = min(effective_freedom(influences, effective), most) if effective else most
    return float(np.sqrt(square)), freedom
