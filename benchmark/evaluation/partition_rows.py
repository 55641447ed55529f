"""How statistics vary over the test parts of a study's partitions: rows of the study's ``summary.csv``. Pandas.

Test parts of repeated partitions overlap, so that what varies over them is a spread, and no interval of the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

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
class TestPart:
    """The tested pairs of one partition.

    Attributes:
        number: of the partition, from 1.
        pairs: their names.
        scores: of methods that were trained for this partition, by label; each by the pairs' names.
    """

    number: int
    pairs: frozenset[str]
    scores: Mapping[str, pd.Series[float]] = field(default_factory=dict)


def partition_rows(
    scores: pd.DataFrame,
    methods: Sequence[MethodColumn],
    parts: Iterable[TestPart],
    *,
    lower_mos_better: bool = False,
    choices: pd.DataFrame | None = None,
    mapped: bool = True,
) -> pd.DataFrame:
    """Each method's statistics on the test part of each partition, and their aggregates over partitions.

    Args:
        scores: the pairs of one data set (columns of ``scores.csv``).
        methods: the columns to evaluate.
        parts: the test parts.
        lower_mos_better: whether lower labels mean better quality.
        choices: observers' choices between the pairs, where there are any.
        mapped: whether to compute statistics after a fitted mapping too, which takes longer than all others.

    Returns:
        Columns ``STUDY_COLUMNS``. In rows of an aggregate ``n`` counts all pairs that were tested.
    """
    rows: list[dict[str, object]] = []
    name = str(scores["dataset"].iloc[0]) if len(scores) else ""
    names = scores["pair"].astype(str)
    for part in parts:
        tested = scores[names.isin(part.pairs)]
        learned = {label: names[tested.index].map(values) for label, values in part.scores.items()}
        tested = tested.assign(**learned) if learned else tested
        for level, measure in _measures(tested, methods, choices, lower_mos_better=lower_mos_better, mapped=mapped):
            for row in _rows(measure, [method.label for method in methods]):
                rows.append({"dataset": name, "level": level, "partition": part.number, "aggregate": PARTITION, **row})
    found = pd.DataFrame(rows, columns=list(STUDY_COLUMNS))
    for column in ("split", "condition", "interval"):
        found[column] = ""
    return pd.concat([found, _aggregates(found, scores)], ignore_index=True)


def _measures(
    tested: pd.DataFrame,
    methods: Sequence[MethodColumn],
    choices: pd.DataFrame | None,
    *,
    lower_mos_better: bool,
    mapped: bool,
) -> Iterator[tuple[str, Measure]]:
    """The measures of one test part with their levels."""
    labelled = tested[np.isfinite(tested["mos"].to_numpy(dtype=float))]
    if len(labelled):
        table, _ = table_of_pairs(labelled, methods, lower_mos_better=lower_mos_better)
        yield from (("pair", measure) for measure in _of_pairs(table, mapped=mapped))
    if choices is not None and len(choices):
        there = set(tested["pair"].astype(str))
        among = choices[choices["first"].isin(there) & choices["second"].isin(there)]
        if len(among):
            table, _ = table_of_choices(among, tested, methods)
            yield LEVEL, TwoAlternatives(make_design(table, ()))


def _of_pairs(table: Table, *, mapped: bool) -> Iterator[Measure]:
    design: Design = make_design(table, ())
    yield Correlations(design)
    if mapped:
        yield Mapped(design, resamples="once")
    if has_opinions(table.label_sd, table.observers):
        yield Discrimination(design, 1, np.random.default_rng(0))
    alone = computed_alone("pair")
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
