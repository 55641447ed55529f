"""The measures that are computed of labelled pairs, level by level. Pandas; their arithmetic is in ``statistics``."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmark.core.pair_columns import LIMITS
from benchmark.evaluation.rows import MethodColumn, RowScope
from benchmark.statistics.catalogue import computed_alone
from benchmark.statistics.design import Design, SeveralTrainings, Table, make_design
from benchmark.statistics.discrimination import Discrimination
from benchmark.statistics.intervals import Kind, kind_of
from benchmark.statistics.mapped import Mapped
from benchmark.statistics.measures import Alone, Correlations, Measure, System, WithinReference
from benchmark.statistics.ranges import range_names, ranges
from benchmark.statistics.resampling import FloatArray, Resamples
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.votes import in_units_of

FEWEST_CONDITIONS = 3
OF_OBSERVERS = 1
"""What makes the seed of drawn observers another than that of drawn clusters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One measure at one level, to be computed on its resamples.

    Attributes:
        scope: data set, split, level and condition.
        design: the columns; its methods are those of ``labels``.
        build: makes the measure of a design.
        resamples: what is drawn.
        kind: of intervals.
        description: what users see while it is computed.
        labels: the names of the design's methods.
        compared: whether methods are compared with each other as the settings say; if not, its design has all comparisons.
        tested: whether differences get p-values.
        ranked: whether methods get ranks and probabilities of being best by its statistics.
        place: its number and the number of tasks of its kind, where these are many.
        observers: where observers are drawn, too, their resamples.
    """

    scope: RowScope
    design: Design
    build: Callable[[Design], Measure]
    resamples: Resamples
    kind: Kind
    description: str
    labels: tuple[str, ...]
    compared: bool = True
    tested: bool = True
    ranked: bool = False
    place: tuple[int, int] | None = None
    observers: Resamples | None = None


def seed_of(settings: StatisticsSettings, dataset: str, split: str) -> tuple[int, ...]:
    """The seed of the resamples of a data set's split."""
    return (settings.seed, zlib.crc32(dataset.encode()), zlib.crc32(split.encode()))


def table_of_pairs(
    rows: pd.DataFrame, methods: Sequence[MethodColumn], *, lower_mos_better: bool, votes: pd.DataFrame | None = None
) -> tuple[Table, list[str]]:
    """Labels and scores as oriented arrays, and the names of the conditions in order of appearance.

    ``votes`` are the single votes on the same rows, an observer a column.
    """
    clusters, cluster_names = pd.factorize(rows["cluster"].map(text))
    references, _ = pd.factorize(rows["reference"].map(text))
    conditions, numbered = conditions_of(rows)
    scores, trainings = stacked([oriented_columns(rows, method) for method in methods], len(rows))
    labels = numbers(rows["mos"]) * (-1.0 if lower_mos_better else 1.0)
    table = Table(
        labels=labels,
        scores=scores,
        clusters=clusters.astype(np.int64),
        n_clusters=len(cluster_names),
        references=references.astype(np.int64),
        conditions=numbered,
        label_sd=numbers(rows["mos_sd"]),
        observers=numbers(rows["observers"]),
        label_half=_half(rows),
        trainings=trainings,
        votes=None if votes is None else in_units_of(labels, votes.to_numpy(dtype=np.float64).T)[0],
    )
    return table, conditions


def labelled_blocks(scores: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Data set, split and labelled pairs of each block of a table of scores; blocks without a label are left out."""
    for key, block in scores.groupby(["dataset", "split"], sort=False, dropna=False):
        dataset, split = (text(part) for part in key)
        labelled = block[np.isfinite(block["mos"].to_numpy(dtype=float))]
        if len(labelled):
            yield dataset, split, labelled


def placed(notes: Mapping[tuple[str, str], Iterable[str]]) -> list[str]:
    """Notes on blocks, by data set and split: those that differ between blocks begin with the block that they speak of."""
    said: dict[str, list[tuple[str, str]]] = {}
    for block, lines in notes.items():
        for line in lines:
            said.setdefault(line, []).append(block)
    return [
        line if len(where) == len(notes) else f"{', '.join(' '.join(filter(None, block)) for block in where)}: {line}"
        for line, where in said.items()
    ]


def _half(rows: pd.DataFrame) -> FloatArray | None:
    """Half the distance of the labels' limits; none where the data set has none."""
    if not set(LIMITS) <= set(rows.columns):
        return None
    low, high = (numbers(rows[name]) for name in LIMITS)
    return (high - low) / 2


def conditions_of(rows: pd.DataFrame) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The names of the conditions in order of appearance, and each row's number; -1 where it has none."""
    names = rows["condition"].map(text)
    conditions = [name for name in dict.fromkeys(names) if name]
    number = {name: place for place, name in enumerate(conditions)}
    return conditions, np.array([number.get(name, -1) for name in names], dtype=np.int64)


def oriented_columns(rows: pd.DataFrame, method: MethodColumn) -> FloatArray:
    """A method's scores (t, n) such that higher means better: of its only column, or of those of its trainings.

    A training without any score of these rows is left out, and a pair that any of the others lacks is missing in all, so
    that all speak of the same pairs.
    """
    turn = 1.0 if method.higher_is_better else -1.0
    scores = turn * np.stack([numbers(rows[name]) for name in method.columns or (method.label,)])
    known = np.isfinite(scores)
    there = known.any(axis=1)
    kept = there if there.any() else np.arange(len(scores)) == 0
    return np.where(known[kept].all(axis=0), scores[kept], np.nan)


def stacked(columns: Sequence[FloatArray], n: int) -> tuple[FloatArray, SeveralTrainings | None]:
    """The scores of methods as a table has them: (m, n), and those of methods with several trainings.

    Args:
        columns: of each method, the scores of its trainings (t, n).
        n: number of pairs.
    """
    columns = [np.where(np.isfinite(scores), scores, np.nan) for scores in columns]
    scores = np.stack([each.mean(axis=0) for each in columns]) if columns else np.empty((0, n))
    several = [(place, row) for place, each in enumerate(columns) if len(each) > 1 for row in each]
    if not several:
        return scores, None
    places = np.array([place for place, _ in several], dtype=np.int64)
    return scores, SeveralTrainings(np.stack([row for _, row in several]), places)


def pair_tasks(
    dataset: str,
    split: str,
    table: Table,
    conditions: Sequence[str],
    labels: Sequence[str],
    settings: StatisticsSettings,
) -> Iterator[Task]:
    """Every measure of a group of labelled pairs, level by level; all levels share the same resamples."""
    seed, names = seed_of(settings, dataset, split), tuple(labels)
    by_cluster = Resamples(table.n_clusters, settings.replicates, seed)
    kind = kind_of(settings, table.n_clusters)
    drawn, resamples, drawn_kind = table, by_cluster, kind
    if settings.resample == "pair":
        n = len(table.labels)
        drawn = replace(table, clusters=np.arange(n, dtype=np.int64), n_clusters=n)
        resamples, drawn_kind = Resamples(n, settings.replicates, seed), kind_of(settings, n)
    observers = None
    if settings.by_observer:
        assert table.votes is not None  # refused before
        observers = Resamples(len(table.votes), settings.replicates, (*seed, OF_OBSERVERS))

    against = () if settings.limited(len(table.scores)) else None
    threads = settings.threads
    design = make_design(drawn, against)
    pair = RowScope(dataset, split, "pair")
    task = functools.partial(Task, resamples=resamples, labels=names, observers=observers)
    of_pairs = functools.partial(task, scope=pair, design=design, kind=drawn_kind)
    correlations = functools.partial(Correlations, threads=threads)
    yield of_pairs(build=correlations, description="SRCC, PLCC, KRCC", ranked=True)
    mapped = functools.partial(Mapped, resamples=settings.mapping_resamples, threads=threads)
    yield of_pairs(build=mapped, description="logistic mappings")
    if has_opinions(design.table.label_sd, design.table.observers):

        def discrimination(design: Design) -> Discrimination:
            return Discrimination(design, settings.replicates, np.random.default_rng(seed), threads=threads)

        yield of_pairs(build=discrimination, description="discrimination of images")
    further = computed_alone("pair")
    if further:
        alone = functools.partial(Alone, statistics=further)
        yield of_pairs(build=alone, description=", ".join(item.title for item in further))
    yield from _of_parts(dataset, split, table, drawn, conditions, task, settings)
    whole = design if drawn is table else make_design(table, against)
    of_clusters = functools.partial(Task, design=whole, resamples=by_cluster, labels=names, observers=observers)
    if len(np.unique(table.references)) < len(table.references):
        scope = RowScope(dataset, split, "reference")
        yield of_clusters(scope=scope, build=WithinReference, kind=kind, description="within references")
    if len(conditions) >= FEWEST_CONDITIONS:
        # so few conditions show no significance, and ranks of six means have no jackknife, since they hardly ever change
        scope = RowScope(dataset, split, "system")
        yield of_clusters(scope=scope, build=System, kind="percentile", description="means of conditions", tested=False)


def _of_parts(
    dataset: str,
    split: str,
    table: Table,
    drawn: Table,
    conditions: Sequence[str],
    task: Callable[..., Task],
    settings: StatisticsSettings,
) -> Iterator[Task]:
    """The measures of each condition and of each range of labels; ``drawn`` is the table with what is resampled."""
    against = () if settings.limited(len(table.scores)) else None
    correlations = functools.partial(Correlations, threads=settings.threads)
    within = computed_alone("condition")
    masks = [(name, np.isin(drawn.conditions, chosen)) for name, chosen in parts_of(conditions, settings)]
    for level, parts, words in (
        ("condition", masks, "each condition"),
        ("range", _ranges(table, settings), "each range of labels"),
    ):
        for number, (name, rows) in enumerate(parts):
            part = make_design(drawn.take(rows), against)
            of_part = functools.partial(
                task,
                scope=RowScope(dataset, split, level, name),
                design=part,
                kind=kind_of(settings, len(np.unique(part.table.clusters))),
                place=(number + 1, len(parts)),
            )
            yield of_part(build=correlations, description=f"SRCC, PLCC, KRCC of {words}")
            if within and level == "condition":
                alone = functools.partial(Alone, statistics=within)
                yield of_part(build=alone, description=", ".join(item.title for item in within))


def parts_of(conditions: Sequence[str], settings: StatisticsSettings) -> list[tuple[str, list[int]]]:
    """The conditions, if there are several, and the subsets of them that are taken together, with their numbers."""
    place = {name: number for number, name in enumerate(conditions)}
    alone = [(name, [number]) for name, number in place.items()] if len(conditions) > 1 else []
    joined = [(name, [place[item] for item in some if item in place]) for name, some in settings.subsets.items()]
    return [*alone, *((name, some) for name, some in joined if some)]


def _ranges(table: Table, settings: StatisticsSettings) -> list[tuple[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]]:
    """The ranges of labels with their pairs, from the lowest quality on; none where they are not asked for."""
    if not settings.ranges:
        return []
    numbers = ranges(table.labels, settings.ranges)
    return [(name, numbers == number) for number, name in enumerate(range_names(int(numbers.max()) + 1))]


def has_opinions(label_sd: FloatArray, observers: FloatArray) -> bool:
    """Whether labels have the spread and number of their opinions, which are needed to decide whether pairs differ."""
    return bool((np.isfinite(label_sd) & (observers >= 1)).sum() > 1)


def numbers(column: pd.Series[float]) -> FloatArray:
    """A column as an array."""
    return np.array(column, dtype=np.float64)


def text(value: object) -> str:
    """A cell as text; empty where it is missing."""
    return "" if value is None or value != value else str(value)  # noqa: PLR0124 - NaN
