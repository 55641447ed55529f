"""How statistics vary over the test parts of a study's partitions: rows of the study's ``summary.csv``. Pandas.

Test parts of repeated partitions overlap, so that what varies over them is a spread, and no interval of the value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.evaluation.choice_tasks import LEVEL, table_of_choices
from benchmark.evaluation.remarks import undefined
from benchmark.evaluation.rows import SUMMARY_COLUMNS, MethodColumn
from benchmark.evaluation.tasks import has_opinions, table_of_pairs
from benchmark.evaluation.trained_scores import TestedPart, TrainedScores
from benchmark.statistics.catalogue import computed_alone, find
from benchmark.statistics.design import Design, Table, make_design
from benchmark.statistics.discrimination import Discrimination
from benchmark.statistics.mapped import Mapped
from benchmark.statistics.measures import Alone, Correlations, Measure
from benchmark.statistics.over_trainings import over_trainings
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.two_alternatives import TwoAlternatives
from benchmark.statistics.vocabulary import PARTITION

BoolArray = NDArray[np.bool_]
STUDY_COLUMNS = (*SUMMARY_COLUMNS, "partition", "aggregate")
AGGREGATES: Mapping[str, Callable[[FloatArray], float]] = {
    "median": lambda values: float(np.median(values)),
    "mean": lambda values: float(np.mean(values)),
    "sd": lambda values: float(np.std(values, ddof=1)) if len(values) > 1 else float("nan"),
    "minimum": lambda values: float(np.min(values)),
    "quartile 1": lambda values: float(np.quantile(values, 0.25)),
    "quartile 3": lambda values: float(np.quantile(values, 0.75)),
    "maximum": lambda values: float(np.max(values)),
}
"""What is taken over partitions; quartiles interpolate linearly."""
SPREAD_ONLY = "a spread over partitions, not an interval"


def partition_rows(
    scores: pd.DataFrame,
    methods: Sequence[MethodColumn],
    parts: Iterable[TestedPart],
    *,
    lower_mos_better: bool = False,
    choices: pd.DataFrame | None = None,
    statistics: Collection[str] | None = None,
) -> pd.DataFrame:
    """Each method's statistics on the test part of each partition, and their aggregates over partitions.

    Args:
        scores: the pairs of one data set (columns of ``scores.csv``).
        methods: the columns to evaluate.
        parts: the test parts.
        lower_mos_better: whether lower labels mean better quality.
        choices: observers' choices between the pairs, where there are any.
        statistics: those that are wanted beside SRCC, PLCC and KRCC, which are always computed; ``None`` for all.

    Returns:
        Columns ``STUDY_COLUMNS``. In rows of an aggregate ``n`` counts all pairs that were tested.
    """
    rows: list[dict[str, object]] = []
    name = str(scores["dataset"].iloc[0]) if len(scores) else ""
    labels = [method.label for method in methods]
    table, _ = table_of_pairs(scores, methods, lower_mos_better=lower_mos_better)
    find = PairFinder(scores["pair"].astype(str).tolist())
    for part in parts:
        tested = find.rows(part.pairs)
        own = _tested(table, tested, _learned(part, methods, find))
        measures = [("pair", own.owners, measure) for measure in _of_pairs(own.table, statistics)]
        if choices is not None and len(choices):
            every = list(range(len(labels)))
            measures += [(LEVEL, every, measure) for measure in _of_choices(choices, scores[tested], methods)]
        for level, owners, measure in measures:
            for row in _rows(measure, owners, labels):
                rows.append({"dataset": name, "level": level, "partition": part.number, "aggregate": PARTITION, **row})
    found = pd.DataFrame(rows, columns=list(STUDY_COLUMNS))
    for column in ("split", "condition", "interval"):
        found[column] = ""
    return pd.concat([found, _aggregates(found, scores)], ignore_index=True)


class PairFinder:
    """Finds pairs by their names, quickly enough for a thousand partitions."""

    def __init__(self, pairs: Sequence[str]) -> None:
        self._pairs = pairs
        self._places: dict[str, list[int]] = {}
        for row, name in enumerate(pairs):
            self._places.setdefault(name, []).append(row)

    def rows(self, names: Iterable[str]) -> BoolArray:
        """Which rows have one of the names."""
        found = np.zeros(len(self._pairs), dtype=np.bool_)
        found[[row for name in names for row in self._places.get(name, ())]] = True
        return found

    def scores(self, by_name: Mapping[str, float]) -> FloatArray:
        """A score for each row, NaN where there is none."""
        return np.array([by_name.get(name, np.nan) for name in self._pairs], dtype=float)


@dataclass(frozen=True, slots=True)
class _Part:
    """The labelled pairs of one test part: a row of scores for each method, or for each training of one that has several.

    Attributes:
        table: labels and scores.
        owners: the place of the method that each row of scores is of.
    """

    table: Table
    owners: list[int]


def _learned(part: TestedPart, methods: Sequence[MethodColumn], find: PairFinder) -> dict[int, FloatArray]:
    """The oriented scores (seeds, pairs) of methods that were trained for a partition, by the method's place."""
    found = {}
    for place, method in enumerate(methods):
        trainings: Sequence[TrainedScores] = part.trained.get(method.label, ())
        if trainings:
            turn = 1.0 if method.higher_is_better else -1.0
            found[place] = turn * np.stack([find.scores(item.scores) for item in trainings])
    return found


def _tested(table: Table, rows: BoolArray, learned: Mapping[int, FloatArray]) -> _Part:
    """The labelled pairs of one test part, with the scores of methods that were trained for it."""
    kept = rows & np.isfinite(table.labels)
    part = table.take(kept)
    blocks = [learned[place][:, kept] if place in learned else part.each(place) for place in range(len(part.scores))]
    owners = [place for place, block in enumerate(blocks) for _ in block]
    several = len(owners) > len(blocks) or bool(learned)
    return _Part(replace(part, scores=np.concatenate(blocks), trainings=None) if several else part, owners)


def _of_choices(choices: pd.DataFrame, tested: pd.DataFrame, methods: Sequence[MethodColumn]) -> Iterator[Measure]:
    """The measures of the choices between tested pairs."""
    there = set(tested["pair"].astype(str))
    among = choices[choices["first"].isin(there) & choices["second"].isin(there)]
    if len(among):
        table, _ = table_of_choices(among, tested, methods)
        yield over_trainings(make_design(table, ()), TwoAlternatives)


def _of_pairs(table: Table, statistics: Collection[str] | None) -> Iterator[Measure]:
    """The measures of the pairs of one test part; those that take long only where one of their statistics is wanted."""
    if not len(table.labels):
        return

    def wanted(names: Iterable[str]) -> bool:
        return statistics is None or not set(statistics).isdisjoint(names)

    design: Design = make_design(table, ())
    yield Correlations(design)
    if wanted(Mapped.names):
        yield Mapped(design, resamples="once")
    if has_opinions(table.label_sd, table.observers) and wanted(Discrimination.names):
        yield Discrimination(design, 1, np.random.default_rng(0))
    alone = [item for item in computed_alone("pair") if wanted([item.name])]
    if alone:
        yield Alone(design, statistics=alone)


def _rows(measure: Measure, owners: Sequence[int], labels: Sequence[str]) -> Iterator[dict[str, object]]:
    """A measure's values, method by method; seeds are averaged."""
    design = measure.design
    values = measure(np.ones((1, design.table.n_clusters)))[0]
    for method, label in enumerate(labels):
        seeds = [int(design.own[row]) for row, owner in enumerate(owners) if owner == method]
        group = design.group_of[seeds[0]]
        for place, statistic in enumerate(measure.names):
            if find(statistic).needs == "label intervals" and not np.isfinite(design.table.label_interval).any():
                continue
            each = values[place, seeds]
            known = each[np.isfinite(each)]
            gap = next((column for column, value in zip(seeds, each, strict=True) if not np.isfinite(value)), None)
            why = "" if gap is None else undefined(measure, statistic, gap)
            yield {
                "method": label,
                "statistic": statistic,
                "value": float(known.mean()) if len(known) else float("nan"),
                "n": len(group.rows),
                "n_clusters": group.n_clusters,
                "note": why if len(seeds) == 1 else _of_seeds(len(seeds), len(known), why),
            }


def _of_seeds(seeds: int, known: int, why: str) -> str:
    """What a mean over seeds rests on."""
    if known == seeds:
        return f"mean of {seeds} seeds"
    return f"mean of {known} of {seeds} seeds: {why}" if known else why


def _aggregates(found: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for key, part in found.groupby(["level", "method", "statistic"], sort=False):
        level, method, statistic = (str(item) for item in key)
        values = part["value"].to_numpy(dtype=float)
        known = values[np.isfinite(values)]
        gaps = len(values) - len(known)
        note = f"undefined in {gaps} of {len(values)} partitions" if gaps else ""
        shared = {"level": level, "method": method, "statistic": statistic, "note": note, "n": len(scores)}
        for name, take in AGGREGATES.items():
            value = take(known) if len(known) else float("nan")
            words = "; ".join(filter(None, [SPREAD_ONLY if name == "sd" else "", note]))
            rows.append({**shared, "aggregate": name, "value": value, "note": words})
    table = pd.DataFrame(rows, columns=list(STUDY_COLUMNS))
    table["dataset"] = str(scores["dataset"].iloc[0]) if len(scores) else ""
    for column in ("split", "condition", "interval"):
        table[column] = ""
    return table
