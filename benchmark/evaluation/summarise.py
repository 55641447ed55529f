"""From ``scores.csv`` to ``summary.csv`` and ``comparisons.csv``: which statistic of which method at which level. Pandas.

This module decides what is computed on which pairs; the arithmetic is in ``benchmark.statistics``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmark.core.announce import Announce, silent
from benchmark.core.errors import ConfigError
from benchmark.evaluation.ceiling_rows import ceiling_rows
from benchmark.evaluation.choice_tasks import choice_tasks, table_of_choices, vote_notes
from benchmark.evaluation.drawn_observers import refuse, voted
from benchmark.evaluation.remarks import incomparable
from benchmark.evaluation.rows import (
    COMPARISON_COLUMNS,
    SUMMARY_COLUMNS,
    MethodColumn,
    comparison_columns,
    comparison_rows,
    literature_rows,
    ranking_rows,
    summary_rows,
)
from benchmark.evaluation.statistics_notes import CHOICE_WORDS, PAIR_WORDS, notes_on
from benchmark.evaluation.tasks import Task, pair_tasks, table_of_pairs, text
from benchmark.statistics.catalogue import find
from benchmark.statistics.crossed import CLUSTERS_ONLY, compute_crossed
from benchmark.statistics.design import make_design
from benchmark.statistics.inference import Family, compute, infer, joint, undirected, with_uncertain
from benchmark.statistics.intervals import Kind, kind_of
from benchmark.statistics.measures import Correlations, Measure
from benchmark.statistics.over_trainings import innermost, over_trainings
from benchmark.statistics.relabelled import relabelled
from benchmark.statistics.selection import leaders
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.significance import replicates_for_holm
from benchmark.statistics.vocabulary import MISSING_ALLOWED, magnitude

__all__ = ["COMPARISON_COLUMNS", "SUMMARY_COLUMNS", "Evaluated", "MethodColumn", "evaluate_scores"]

STOOD_IN = (
    "Where the jackknife is impossible, bootstrap percentiles stand in for it: column interval of summary.csv, test of "
    "comparisons.csv."
)
NOT_OF_OBSERVERS = (
    "Observers are drawn for SRCC, PLCC, KRCC and shares of ordered pairs. Other statistics are resampled by cluster only "
    "(columns interval and test say so), and so are further analyses and methods trained by partition."
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


def evaluate_scores(
    scores: pd.DataFrame,
    methods: Sequence[MethodColumn],
    settings: StatisticsSettings,
    *,
    lower_mos_better: bool = False,
    choices: pd.DataFrame | None = None,
    votes: pd.DataFrame | None = None,
    announce: Announce = silent,
) -> Evaluated:
    """Compute every statistic of every method, separately for each data set and split.

    Args:
        scores: the columns of ``scores.csv``; NaN where a method has no score.
        methods: the columns to evaluate, with their directions.
        settings: how to resample and compare.
        lower_mos_better: whether lower labels mean better quality.
        choices: observers' choices between two images (the columns of ``choices.csv``); pairs may then have no label.
        votes: single votes, row by row as ``scores``, an observer a column; NaN where there is none.
        announce: receives what is being done.

    Returns:
        Signed values: positive means that the method, oriented by its declared direction, agrees with the labels.

    Raises:
        ConfigError: Holm's correction needs more replicates, or observers are to be drawn and there are no votes.
    """
    refuse(settings.resample, scores, votes)
    summary: list[tuple[object, ...]] = []
    comparisons: list[tuple[object, ...]] = []
    notes: dict[str, None] = {}
    ceiling: list[tuple[object, ...]] = []
    stood_in = False
    labels = [method.label for method in methods]
    for key, rows in scores.groupby(["dataset", "split"], sort=False, dropna=False):
        dataset, split = (text(part) for part in key)
        labelled = rows[np.isfinite(rows["mos"].to_numpy(dtype=float))]
        chosen = _of_block(choices, dataset, split)
        tasks: Iterator[Task] = iter(())
        if len(labelled):
            own = None if votes is None else voted(labelled, votes)
            table, conditions = table_of_pairs(labelled, methods, lower_mos_better=lower_mos_better, votes=own)
            tasks = pair_tasks(dataset, split, table, conditions, labels, settings)
            notes |= dict.fromkeys(notes_on(table, settings, labels, PAIR_WORDS))
            if settings.noise_ceiling:
                announce("noise ceiling")
                reached, said = ceiling_rows(dataset, split, table, conditions, settings)
                ceiling += reached
                notes |= dict.fromkeys(said)
        if chosen is not None:
            table, groups = table_of_choices(chosen, rows, methods)
            tasks = itertools.chain(tasks, choice_tasks(dataset, split, table, groups, labels, settings))
            notes |= dict.fromkeys([*vote_notes(table), *notes_on(table, settings, labels, CHOICE_WORDS)])
        unsure: frozenset[int] = frozenset()
        for some in _together(tasks, settings):
            done = [_done(task, settings, announce) for task in some]
            for task, measure, corrected in _corrected_together(done, settings):
                of_pairs = isinstance(innermost(measure), Correlations) and task.scope.level == "pair"
                if of_pairs:
                    unsure = undirected(next(family for family in corrected if family.statistic == "srcc"))
                families = with_uncertain(corrected, unsure)
                stood_in = stood_in or any(family.stood_in for family in families)
                fixed = settings.by_observer and (task.observers is None or relabelled(measure) is None)
                aside = CLUSTERS_ONLY if fixed else ""
                summary += summary_rows(task.scope, measure, families, task.labels, aside)
                comparisons += comparison_rows(
                    task.scope, measure, families, task.labels, settings, tested=task.tested, aside=aside
                )
                if task.ranked:
                    summary += ranking_rows(task.scope, measure.design, families, labels, settings)
                if of_pairs:
                    comparisons += literature_rows(task.scope, measure.design, labels, settings)
    if stood_in:
        notes[STOOD_IN] = None
    if settings.by_observer:
        notes[NOT_OF_OBSERVERS] = None
    return Evaluated(
        pd.DataFrame([*summary, *ceiling], columns=list(SUMMARY_COLUMNS)),
        pd.DataFrame(comparisons, columns=list(comparison_columns(settings))),
        tuple(notes),
    )


def _of_block(choices: pd.DataFrame | None, dataset: str, split: str) -> pd.DataFrame | None:
    """The choices of a data set's split; ``None`` where there are none."""
    if choices is None:
        return None
    here = choices[(choices["dataset"].map(text) == dataset) & (choices["split"].map(text) == split)]
    return here if len(here) else None


def _together(tasks: Iterable[Task], settings: StatisticsSettings) -> Iterator[Iterable[Task]]:
    """The tasks whose results are held at once: those of one level and condition where families go beyond one task."""
    if len(settings.family) < 2:
        yield from ([task] for task in tasks)
        return
    yield from (some for _, some in itertools.groupby(tasks, key=lambda task: task.scope))


def _done(task: Task, settings: StatisticsSettings, announce: Announce) -> tuple[Task, Measure, list[Family]]:
    """A task with its measure and the estimates and differences of its statistics."""
    labels = task.labels
    _tell(announce, task)
    if task.tested:
        _check_holm(len(labels) * (len(labels) - 1) // 2, task.kind, settings)
    measure, against = _ready(task, settings)
    again = relabelled(measure) if task.observers is not None else None
    if task.observers is not None and again is not None:
        values = compute_crossed(
            measure, again, task.resamples, task.observers, lambda done: _tell(announce, task, done)
        )
    else:
        values = compute(measure, task.resamples, task.kind, lambda done: _tell(announce, task, done))
    if task.place is None and task.compared and len(labels) > 1:
        announce(f"{task.description}: comparing {len(labels):,} methods")
    return task, measure, infer(measure, values, task.kind, settings, tested=task.tested, leaders=against)


def _corrected_together(
    done: Sequence[tuple[Task, Measure, list[Family]]], settings: StatisticsSettings
) -> Iterator[tuple[Task, Measure, list[Family]]]:
    """The tasks of one level and condition, their families corrected together where the settings say so."""
    corrected = iter(joint([family for _, _, families in done for family in families], settings))
    for task, measure, families in done:
        yield task, measure, [next(corrected) for _ in families]


def _tell(announce: Announce, task: Task, done: int = 0) -> None:
    """Announce what is being resampled and how far it is: by resamples, or by tasks where there are many small ones."""
    if task.place is not None:
        announce(task.description, *task.place)
    else:
        announce(f"{task.description}: {task.resamples.replicates:,} resamples", done, task.resamples.replicates)


def _ready(task: Task, settings: StatisticsSettings) -> tuple[Measure, Mapping[str, Sequence[int]] | None]:
    """The measure with the columns of all comparisons; where these are limited, also who is compared with all others."""
    measure = over_trainings(task.design, task.build)
    if not task.compared or not settings.limited(len(task.labels)):
        return measure, None
    against = _against(measure, task.labels, settings)
    design = make_design(task.design.table, {method for some in against.values() for method in some})
    if design.n_columns > task.design.n_columns:  # scores are missing
        return over_trainings(design, task.build), against
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
        drawn = len(rows) if settings.resample == "pair" else rows["cluster"].map(text).nunique()
        _check_holm(methods * (methods - 1) // 2, kind_of(settings, drawn), settings)


def _check_holm(comparisons: int, kind: Kind, settings: StatisticsSettings) -> None:
    if settings.multiplicity != "holm" or kind == "jackknife":
        return
    needed = replicates_for_holm(comparisons, settings.alpha)
    if comparisons and settings.replicates < needed:
        raise ConfigError(
            f"statistics.multiplicity: Holm's correction of {comparisons} differences can't reject any with "
            f"{settings.replicates:,} replicates; set statistics.replicates to {needed:,} or more, or take max-t"
        )
