"""How statistics vary over the test parts of a study's partitions: rows of the study's ``summary.csv``. Pandas.

Test parts of repeated partitions overlap, so that what varies over them is a spread, and no interval of the value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.evaluation.choice_tasks import LEVEL, table_of_choices
from benchmark.evaluation.rows import SUMMARY_COLUMNS, MethodColumn, undefined
from benchmark.evaluation.tasks import has_opinions, table_of_pairs
from benchmark.statistics.catalogue import computed_alone
from benchmark.statistics.design import Design, Table, make_design
from benchmark.statistics.discrimination import Discrimination
from benchmark.statistics.mapped import Mapped
from benchmark.statistics.measures import Alone, Correlations, Measure
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


@dataclass(frozen=True, slots=True)
class TestedPart:
    """The tested pairs of one partition.

    Attributes:
        number: of the partition, from 1.
        pairs: their names.
        scores: of methods that were trained for this partition, by label; each by the pairs' names.
        more: the same of further seeds of a training; a statistic is then the mean of those of all seeds.
    """

    number: int
    pairs: frozenset[str]
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    more: Sequence[Mapping[str, Mapping[str, float]]] = ()


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
    find = _Finder(scores["pair"].astype(str).tolist())
    signs = [1.0 if method.higher_is_better else -1.0 for method in methods]
    for part in parts:
        tested = find.rows(part.pairs)
        of_part: list[dict[str, object]] = []
        for draw, given in enumerate((part.scores, *part.more)):
            learned = {place: find.scores(given[label]) for place, label in enumerate(labels) if label in given}
            turned = {place: signs[place] * item for place, item in learned.items()}
            measures = [("pair", measure) for measure in _of_pairs(_tested(table, tested, turned), statistics)]
            if choices is not None and len(choices) and not draw:
                measures += [(LEVEL, measure) for measure in _of_choices(choices, scores[tested], methods)]
            each = ({"level": level, **row} for level, measure in measures for row in _rows(measure, labels))
            of_part += [row for row in each if not draw or row["method"] in given]
        about = {"dataset": name, "partition": part.number, "aggregate": PARTITION}
        rows += [{**about, **row} for row in (_over_seeds(of_part) if part.more else of_part)]
    found = pd.DataFrame(rows, columns=list(STUDY_COLUMNS))
    for column in ("split", "condition", "interval"):
        found[column] = ""
    return pd.concat([found, _aggregates(found, scores)], ignore_index=True)


def _over_seeds(rows: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """The mean over seeds of each method's statistics in one partition, where they are defined."""
    grouped: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for row in rows:
        grouped.setdefault((row["level"], row["method"], row["statistic"]), []).append(row)
    means = []
    for same in grouped.values():
        values = np.array([row["value"] for row in same], dtype=float)
        known = values[np.isfinite(values)]
        gaps = len(values) - len(known)
        note = f"undefined for {gaps} of {len(values)} seeds" if gaps and len(known) else same[0]["note"]
        means.append({**same[0], "value": float(np.mean(known)) if len(known) else math.nan, "note": note})
    return means


class _Finder:
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


def _tested(table: Table, rows: BoolArray, learned: Mapping[int, FloatArray]) -> Table:
    """The labelled pairs of one test part, with the scores of methods that were trained for it."""
    kept = rows & np.isfinite(table.labels)
    part = table.take(kept)
    if not learned:
        return part
    scores = part.scores.copy()
    for place, values in learned.items():
        scores[place] = values[kept]
    return replace(part, scores=scores)


def _of_choices(choices: pd.DataFrame, tested: pd.DataFrame, methods: Sequence[MethodColumn]) -> Iterator[Measure]:
    """The measures of the choices between tested pairs."""
    there = set(tested["pair"].astype(str))
    among = choices[choices["first"].isin(there) & choices["second"].isin(there)]
    if len(among):
        table, _ = table_of_choices(among, tested, methods)
        yield TwoAlternatives(make_design(table, ()))


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


def _rows(measure: Measure, labels: Sequence[str]) -> Iterator[dict[str, object]]:
    design = measure.design
    values = measure(np.ones((1, design.table.n_clusters)))[0]
    for method, label in enumerate(labels):
        column = int(design.own[method])
        group = design.group_of[column]
        for place, statistic in enumerate(measure.names):
            if statistic == "outlier_ratio" and not np.isfinite(design.table.label_interval).any():
                continue
            value = float(values[place, column])
            note = "" if np.isfinite(value) else undefined(measure, statistic, column)
            yield {
                "method": label,
                "statistic": statistic,
                "value": value,
                "n": len(group.rows),
                "n_clusters": group.n_clusters,
                "note": note,
            }


def _aggregates(found: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for key, part in found.groupby(["level", "method", "statistic"], sort=False):
        level, method, statistic = (str(item) for item in key)
        values = part["value"].to_numpy(dtype=float)
        known = values[np.isfinite(values)]
        gaps = len(values) - len(known)
        note = f"undefined in {gaps} of {len(values)} partitions" if gaps else ""
        shared = {"level": level, "method": method, "statistic": statistic, "note": note, "n": len(scores)}
        rows += [
            {**shared, "aggregate": name, "value": take(known) if len(known) else float("nan")}
            for name, take in AGGREGATES.items()
        ]
    table = pd.DataFrame(rows, columns=list(STUDY_COLUMNS))
    table["dataset"] = str(scores["dataset"].iloc[0]) if len(scores) else ""
    for column in ("split", "condition", "interval"):
        table[column] = ""
    return table
