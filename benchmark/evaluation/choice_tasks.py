"""The measures that are computed of choices between two images (2AFC), over all and by group. Pandas.

``choices.csv`` names the two images of each choice by their pairs in ``scores.csv``. What observers reach themselves has
the rows of two methods, ``ceiling`` and ``human``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmark.core.choice_columns import SIDES
from benchmark.evaluation.rows import MethodColumn, RowScope
from benchmark.evaluation.tasks import Task, conditions_of, numbers, oriented_columns, seed_of, stacked, text
from benchmark.statistics.catalogue import Level, computed_alone, find
from benchmark.statistics.design import Table, make_design
from benchmark.statistics.intervals import choose
from benchmark.statistics.measures import Alone
from benchmark.statistics.resampling import Resamples
from benchmark.statistics.rounding import ROUNDING
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.two_alternatives import WITH_VOTES, Observers, TwoAlternatives, ceiling, differences, human
from benchmark.statistics.vocabulary import OBSERVERS

LEVEL: Level = "choice"


def table_of_choices(
    choices: pd.DataFrame, pairs: pd.DataFrame, methods: Sequence[MethodColumn]
) -> tuple[Table, list[str]]:
    """Preferences and score differences as arrays for ``statistics.two_alternatives``, and the names of the groups.

    Args:
        choices: the choices of one data set and split (columns: ``benchmark.core.choice_columns``).
        pairs: the scored pairs of the same.
        methods: the columns of scores.
    """
    place = {str(pair): row for row, pair in enumerate(pairs["pair"])}
    first, second = ([place[str(name)] for name in choices[side]] for side in SIDES)
    between = [
        np.stack([differences(row[first], row[second]) for row in oriented_columns(pairs, method)])
        for method in methods
    ]
    scores, trainings = stacked(between, len(choices))
    clusters, cluster_names = pd.factorize(choices["cluster"].map(text))
    references, _ = pd.factorize(choices["reference"].map(text))
    groups, numbered = conditions_of(choices)
    table = Table(
        labels=numbers(choices["preference"]),
        scores=scores,
        clusters=clusters.astype(np.int64),
        n_clusters=len(cluster_names),
        references=references.astype(np.int64),
        conditions=numbered,
        label_sd=np.full(len(choices), np.nan),
        observers=numbers(choices["votes"]),
        trainings=trainings,
    )
    return table, groups


def vote_notes(table: Table) -> Iterator[str]:
    """Notes on votes that are known for some choices only, and on shares that so many votes can't give.

    Shares may be rounded to two digits, and a vote may be split in halves.
    """
    votes, total = table.observers, f"{len(table.observers):,} choices"
    known = votes >= 1
    unknown = int((~known).sum())
    if known.any() and unknown:
        without = ", ".join(find(name).title for name in WITH_VOTES)
        yield (
            f"The number of votes is missing in {unknown:,} of {total}: all choices count alike in the log-likelihood, and "
            f"{without} can't be computed of all choices."
        )
    halves = 2 * table.labels[known] * votes[known]
    odd = int((np.abs(halves - np.round(halves)) > 0.01 * votes[known] + ROUNDING).sum())
    if odd:
        yield (
            f"In {odd:,} of {total} the share can't come of so many votes (0.7 of 1, say): check that votes are the number "
            "of people who were asked about these two images."
        )


def choice_tasks(
    dataset: str,
    split: str,
    table: Table,
    groups: Sequence[str],
    labels: Sequence[str],
    settings: StatisticsSettings,
) -> Iterator[Task]:
    """The measures of all choices and of each group; all share the same resamples."""
    if settings.resample == "pair":
        n = len(table.labels)
        table = replace(table, clusters=np.arange(n, dtype=np.int64), n_clusters=n)
    resamples = Resamples(table.n_clusters, settings.replicates, seed_of(settings, dataset, split))
    yield from _of_some(RowScope(dataset, split, LEVEL), table, labels, resamples, settings)
    for number, name in enumerate(groups) if len(groups) > 1 else ():
        part, place = table.take(table.conditions == number), (number + 1, len(groups))
        yield from _of_some(RowScope(dataset, split, LEVEL, name), part, labels, resamples, settings, place)


def _of_some(
    scope: RowScope,
    table: Table,
    labels: Sequence[str],
    resamples: Resamples,
    settings: StatisticsSettings,
    place: tuple[int, int] | None = None,
) -> Iterator[Task]:
    kind = choose(settings.interval, len(np.unique(table.clusters)))
    task = functools.partial(Task, scope=scope, resamples=resamples, kind=kind, place=place)
    against = () if settings.limited(len(table.scores)) else None
    design = make_design(table, against)
    methods = functools.partial(task, design=design, labels=tuple(labels))
    of_all = place is None
    build = functools.partial(TwoAlternatives, threads=settings.threads)
    yield methods(build=build, description="choices" if of_all else "choices of each group", ranked=of_all)
    further = computed_alone(LEVEL)
    if further:
        alone = functools.partial(Alone, statistics=further)
        yield methods(build=alone, description=", ".join(item.title for item in further))
    reached = replace(table, scores=np.stack([ceiling(table.labels), human(table.labels)]), trainings=None)
    observers = functools.partial(task, build=Observers, description="observers", labels=tuple(OBSERVERS))
    yield observers(design=make_design(reached, ()), compared=False, tested=False)
