"""From ``scores.csv`` to ``summary.csv`` and ``comparisons.csv``: which statistic of which method at which level. Pandas.

This module decides what is computed on which pairs; the arithmetic is in ``benchmark.statistics``.
"""

from __future__ import annotations

import functools
import itertools
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmark.core.announce import Announce, silent
from benchmark.core.errors import ConfigError
from benchmark.evaluation.rows import (
    COMPARISON_COLUMNS,
    SUMMARY_COLUMNS,
    MethodColumn,
    RowScope,
    comparison_rows,
    incomparable,
    literature_rows,
    ranking_rows,
    summary_rows,
)
from benchmark.statistics.catalogue import computed_alone, find
from benchmark.statistics.design import Design, Table, make_design
from benchmark.statistics.discrimination import Discrimination
from benchmark.statistics.inference import Family, compute, infer, joint
from benchmark.statistics.intervals import Kind, choose
from benchmark.statistics.mapped import Mapped
from benchmark.statistics.measures import Alone, Correlations, Measure, System, WithinReference
from benchmark.statistics.resampling import Resamples
from benchmark.statistics.selection import leaders
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.significance import replicates_for_holm
from benchmark.statistics.vocabulary import MISSING_ALLOWED, magnitude

__all__ = ["COMPARISON_COLUMNS", "SUMMARY_COLUMNS", "Evaluated", "MethodColumn", "evaluate_scores"]

FEWEST_CONDITIONS = 3
STOOD_IN = (
    "Where the jackknife is impossible, bootstrap percentiles stand in for it: column interval of summary.csv, test of "
    "comparisons.csv."
)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Statistics of a table of scores.

    Attributes:
        summary: one number per row (``SUMMARY_COLUMNS``).
        comparisons: one pair of methods per row (``COMPARISON_COLUMNS``).
        notes: notes on the computation that tables must carry.
    """

    summary: pd.DataFrame
    comparisons: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """One measure at one level, to be computed on its resamples.

    Attributes:
        description: what users see while it is computed.
        place: its number and the number of tasks of its kind, where these are many.
    """

    scope: RowScope
    design: Design
    build: Callable[[Design], Measure]
    resamples: Resamples
    kind: Kind
    description: str
    tested: bool = True
    place: tuple[int, int] | None = None


def evaluate_scores(
    scores: pd.DataFrame,
    methods: Sequence[MethodColumn],
    settings: StatisticsSettings,
    *,
    lower_mos_better: bool = False,
    announce: Announce = silent,
) -> Evaluated:
    """Compute every statistic of every method, separately for each data set and split.

    Args:
        scores: the columns of ``scores.csv``; NaN where a method has no score.
        methods: the columns to evaluate, with their directions.
        settings: how to resample and compare.
        lower_mos_better: whether lower labels mean better quality.
        announce: receives what is being done.

    Returns:
        Signed values: positive means that the method, oriented by its declared direction, agrees with the labels.

    Raises:
        ConfigError: Holm's correction needs more replicates.
    """
    summary: list[tuple[object, ...]] = []
    comparisons: list[tuple[object, ...]] = []
    notes: dict[str, None] = {}
    stood_in = False
    labels = [method.label for method in methods]
    for key, rows in scores.groupby(["dataset", "split"], sort=False, dropna=False):
        dataset, split = (_text(part) for part in key)
        table, conditions = _table(rows, methods, lower_mos_better=lower_mos_better)
        for some in _together(_tasks(dataset, split, table, conditions, settings), settings):
            done = [_done(task, labels, settings, announce) for task in some]
            for task, measure, families in _corrected_together(done, settings):
                stood_in = stood_in or any(family.stood_in for family in families)
                summary += summary_rows(task.scope, measure, families, labels)
                comparisons += comparison_rows(task.scope, measure, families, labels, settings, tested=task.tested)
                if isinstance(measure, Correlations) and task.scope.level == "pair":
                    summary += ranking_rows(task.scope, measure.design, families, labels, settings)
                    comparisons += literature_rows(task.scope, measure.design, labels, settings)
        notes |= dict.fromkeys(_notes(table, settings, labels))
    if stood_in:
        notes[STOOD_IN] = None
    return Evaluated(
        pd.DataFrame(summary, columns=list(SUMMARY_COLUMNS)),
        pd.DataFrame(comparisons, columns=list(COMPARISON_COLUMNS)),
        tuple(notes),
    )


def _together(tasks: Iterable[_Task], settings: StatisticsSettings) -> Iterator[Iterable[_Task]]:
    """The tasks whose results are held at once: those of one level and condition where families go beyond one task."""
    if len(settings.family) < 2:
        yield from ([task] for task in tasks)
        return
    yield from (some for _, some in itertools.groupby(tasks, key=lambda task: task.scope))


def _done(
    task: _Task, labels: Sequence[str], settings: StatisticsSettings, announce: Announce
) -> tuple[_Task, Measure, list[Family]]:
    """A task with its measure and the estimates and differences of its statistics."""
    _tell(announce, task)
    if task.tested:
        _check_holm(len(labels) * (len(labels) - 1) // 2, task.kind, settings)
    measure, against = _ready(task, labels, settings)
    values = compute(measure, task.resamples, task.kind, lambda done: _tell(announce, task, done))
    if task.place is None and len(labels) > 1:
        announce(f"{task.description}: comparing {len(labels):,} methods")
    return task, measure, infer(measure, values, task.kind, settings, tested=task.tested, leaders=against)


def _corrected_together(
    done: Sequence[tuple[_Task, Measure, list[Family]]], settings: StatisticsSettings
) -> Iterator[tuple[_Task, Measure, list[Family]]]:
    """The tasks of one level and condition, their families corrected together where the settings say so."""
    corrected = iter(joint([family for _, _, families in done for family in families], settings))
    for task, measure, families in done:
        yield task, measure, [next(corrected) for _ in families]


def _tell(announce: Announce, task: _Task, done: int = 0) -> None:
    """Announce what is being resampled and how far it is: by resamples, or by tasks where there are many small ones."""
    if task.place is not None:
        announce(task.description, *task.place)
    else:
        announce(f"{task.description}: {task.resamples.replicates:,} resamples", done, task.resamples.replicates)


def _ready(
    task: _Task, labels: Sequence[str], settings: StatisticsSettings
) -> tuple[Measure, Mapping[str, Sequence[int]] | None]:
    """The measure with the columns of all comparisons; where these are limited, also who is compared with all others."""
    measure = task.build(task.design)
    if not settings.limited(len(labels)):
        return measure, None
    against = _against(measure, labels, settings)
    design = make_design(task.design.table, {method for some in against.values() for method in some})
    if design.n_columns > task.design.n_columns:  # scores are missing
        return task.build(design), against
    measure.design = design
    return measure, against


def _against(measure: Measure, labels: Sequence[str], settings: StatisticsSettings) -> dict[str, list[int]]:
    """The best methods of each statistic, with and without signs, and the baseline.

    Only methods that a report ranks can be best: none that misses too many pairs, and none with a reversed fit.
    """
    design = measure.design
    values = measure(np.ones((1, design.table.n_clusters)))[0][:, design.own]
    total, groups = len(design.table.labels), design.group_of
    complete = [total - len(groups[int(column)].rows) <= MISSING_ALLOWED * total for column in design.own]
    baseline = [number for number, label in enumerate(labels) if label == settings.baseline]
    leading = {}
    for name, row in zip(measure.names, values, strict=True):
        allowed = [
            known and not incomparable(measure, name, int(column))
            for known, column in zip(complete, design.own, strict=True)
        ]
        better = row if find(name).higher_is_better else -row
        for key, each in ((name, better), (magnitude(name), np.abs(row))):
            leading[key] = list(dict.fromkeys([*leaders(each, allowed), *baseline]))
    return leading


def _table(rows: pd.DataFrame, methods: Sequence[MethodColumn], *, lower_mos_better: bool) -> tuple[Table, list[str]]:
    """A group's labels and scores as oriented arrays, and the names of its conditions in order of appearance."""
    clusters, cluster_names = pd.factorize(rows["cluster"].map(_text))
    references, _ = pd.factorize(rows["reference"].map(_text))
    names = rows["condition"].map(_text)
    conditions = [name for name in dict.fromkeys(names) if name]
    number = {name: place for place, name in enumerate(conditions)}
    signs = [1.0 if method.higher_is_better else -1.0 for method in methods]
    columns = [sign * _numbers(rows[method.label]) for sign, method in zip(signs, methods, strict=True)]
    stacked = np.stack(columns) if columns else np.empty((0, len(rows)))
    stacked[~np.isfinite(stacked)] = np.nan
    table = Table(
        labels=_numbers(rows["mos"]) * (-1.0 if lower_mos_better else 1.0),
        scores=stacked,
        clusters=clusters.astype(np.int64),
        n_clusters=len(cluster_names),
        references=references.astype(np.int64),
        conditions=np.array([number.get(name, -1) for name in names], dtype=np.int64),
        label_sd=_numbers(rows["mos_sd"]),
        observers=_numbers(rows["observers"]),
    )
    return table, conditions


def _tasks(
    dataset: str, split: str, table: Table, conditions: list[str], settings: StatisticsSettings
) -> Iterator[_Task]:
    """Every measure of a group, level by level; all levels share the same resamples."""
    seed = (settings.seed, zlib.crc32(dataset.encode()), zlib.crc32(split.encode()))
    by_cluster = Resamples(table.n_clusters, settings.replicates, seed)
    kind = choose(settings.interval, table.n_clusters)
    drawn, resamples, drawn_kind = table, by_cluster, kind
    if settings.resample == "pair":
        n = len(table.labels)
        drawn = replace(table, clusters=np.arange(n, dtype=np.int64), n_clusters=n)
        resamples, drawn_kind = Resamples(n, settings.replicates, seed), choose(settings.interval, n)

    against = () if settings.limited(len(table.scores)) else None
    threads = settings.threads
    design = make_design(drawn, against)
    pair = RowScope(dataset, split, "pair")
    correlations = functools.partial(Correlations, threads=threads)
    yield _Task(pair, design, correlations, resamples, drawn_kind, "SRCC, PLCC, KRCC")
    mapped = functools.partial(Mapped, resamples=settings.mapping_resamples, threads=threads)
    yield _Task(pair, design, mapped, resamples, drawn_kind, "logistic mappings")
    if has_opinions(design.table.label_sd, design.table.observers):

        def discrimination(design: Design) -> Discrimination:
            return Discrimination(design, settings.replicates, np.random.default_rng(seed), threads=threads)

        yield _Task(pair, design, discrimination, resamples, drawn_kind, "discrimination of images")
    further = computed_alone("pair")
    if further:
        alone = functools.partial(Alone, statistics=further)
        yield _Task(pair, design, alone, resamples, drawn_kind, ", ".join(item.title for item in further))
    for number, name in enumerate(conditions) if len(conditions) > 1 else ():
        part = make_design(drawn.take(drawn.conditions == number), against)
        scope = RowScope(dataset, split, "condition", name)
        fewer = choose(settings.interval, len(np.unique(part.table.clusters)))
        description, place = "SRCC, PLCC, KRCC of each condition", (number + 1, len(conditions))
        yield _Task(scope, part, correlations, resamples, fewer, description, place=place)
    whole = design if drawn is table else make_design(table, against)
    if len(np.unique(table.references)) < len(table.references):
        scope = RowScope(dataset, split, "reference")
        yield _Task(scope, whole, WithinReference, by_cluster, kind, "within references")
    if len(conditions) >= FEWEST_CONDITIONS:
        # so few conditions show no significance, and ranks of six means have no jackknife, since they hardly ever change
        scope = RowScope(dataset, split, "system")
        yield _Task(scope, whole, System, by_cluster, "percentile", "means of conditions", tested=False)


def has_opinions(
    label_sd: np.ndarray[tuple[int], np.dtype[np.float64]], observers: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> bool:
    """Whether labels have the spread and number of their opinions, which are needed to decide whether pairs differ."""
    return bool((np.isfinite(label_sd) & (observers >= 1)).sum() > 1)


def check_resolution(scores: pd.DataFrame, methods: int, settings: StatisticsSettings) -> None:
    """Refuse Holm's correction where so many methods need more replicates; this can be checked before scoring.

    Args:
        scores: ``dataset``, ``split`` and ``cluster`` of the pairs.
        methods: number of methods that are compared.
        settings: how to resample and compare.

    Raises:
        ConfigError: the message states how many replicates are needed.
    """
    for _, rows in scores.groupby(["dataset", "split"], sort=False, dropna=False):
        drawn = len(rows) if settings.resample == "pair" else rows["cluster"].map(_text).nunique()
        _check_holm(methods * (methods - 1) // 2, choose(settings.interval, drawn), settings)


def _check_holm(comparisons: int, kind: Kind, settings: StatisticsSettings) -> None:
    if settings.multiplicity != "holm" or kind == "jackknife":
        return
    needed = replicates_for_holm(comparisons, settings.alpha)
    if comparisons and settings.replicates < needed:
        raise ConfigError(
            f"statistics.multiplicity: Holm's correction of {comparisons} differences can't reject any with "
            f"{settings.replicates:,} replicates; set statistics.replicates to {needed:,} or more, or take max-t"
        )


def _notes(table: Table, settings: StatisticsSettings, labels: Sequence[str]) -> Iterator[str]:
    by_pair = settings.resample == "pair"
    count = len(table.labels) if by_pair else table.n_clusters
    what = "single pairs (taken as independent)" if by_pair else "references (or the clusters named)"
    kind = choose(settings.interval, count)
    words = {
        "percentile": "bootstrap percentiles",
        "bca": "BCa bootstrap",
        "jackknife": "jackknife with Student's t",
    }[kind]
    percent = f"{settings.confidence * 100:.4g} %"
    if count < 2:
        yield f"Only one {'pair' if by_pair else 'reference (or cluster)'}: no intervals and no tests."
        return
    yield (
        f"{percent} intervals: {words}, resampling {count:,} {what}; they speak of new photographs under these "
        "conditions, not of further conditions."
    )
    correction = {"max-t": "Romano–Wolf max-T", "holm": "Holm", "none": "no correction"}[settings.multiplicity]
    test = "jackknife with Student's t" if kind == "jackknife" else "paired bootstrap"
    yield (
        f"Differences: {test}, {settings.replicates:,} resamples; {correction} over all pairs of methods of "
        f"{_family_in_words(settings, table)}, level, condition and split."
    )
    if settings.limited(len(labels)):
        yield _limit(settings, labels)
    how = "refitted in each resample" if settings.mapping_resamples == "refit" else "fitted once to all pairs"
    yield f"Logistic mappings: {how}; values carry the direction of the fitted curve."


def _family_in_words(settings: StatisticsSettings, table: Table) -> str:
    """Which statistics are corrected together; those that these labels do not allow are in no family."""
    judged = has_opinions(table.label_sd, table.observers)
    titles = [find(name).title for name in settings.family if judged or not find(name).needs]
    if len(titles) < 2:
        return "one statistic"
    return f"{', '.join(titles[:-1])} and {titles[-1]} together (any other statistic by itself)"


def _limit(settings: StatisticsSettings, labels: Sequence[str]) -> str:
    """The note on limited comparisons: which methods are compared, and what their correction covers."""
    count = len(labels)
    baseline = f" and the baseline ({settings.baseline})" if settings.baseline in labels else ""
    corrected = (
        ""
        if settings.multiplicity == "none"
        else f"; p-values are corrected for all {count * (count - 1) // 2:,} pairs, since the best is chosen from the data"
    )
    return (
        f"Of {count:,} methods only the best by each statistic{baseline} {'are' if baseline else 'is'} compared with all "
        f"others{corrected} (statistics.comparisons: all compares every two)."
    )


def _numbers(column: pd.Series[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(column, dtype=np.float64)


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)  # noqa: PLR0124 - NaN
