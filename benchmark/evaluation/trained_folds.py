"""Test parts of a study as arrays, with every method's scores of them, for statistics over partitions. Pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmark.evaluation.partition_rows import PairFinder
from benchmark.evaluation.rows import MethodColumn
from benchmark.evaluation.tasks import table_of_pairs
from benchmark.evaluation.trained_scores import TestedPart, TrainedScores
from benchmark.statistics.partitioned import LabelLine, Training, fitted_line, scaling_line
from benchmark.statistics.resampling import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Fold:
    """One test part as arrays, with every method's scores of it.

    Attributes:
        part: names and trainings.
        labels: (n,) oriented.
        clusters: (n,) numbers in [0, K).
        scores: by method's place (seeds, n), oriented, NaN where missing.
        lines: by method's place, for each seed, the map to the labels' units.
    """

    part: TestedPart
    labels: FloatArray
    clusters: IntArray
    scores: Mapping[int, FloatArray]
    lines: Mapping[int, Sequence[LabelLine | None]]


@dataclass(frozen=True, slots=True)
class Trained:
    """A data set's test parts, where methods were trained for them.

    Attributes:
        dataset: its label.
        methods: all methods.
        learned: the places of those that were trained.
        folds: its test parts.
        n_clusters: K.
        pairs: number of different pairs that are tested and have a label.
        n_tested: number of the clusters that these come from.
    """

    dataset: str
    methods: tuple[MethodColumn, ...]
    learned: frozenset[int]
    folds: tuple[Fold, ...]
    n_clusters: int
    pairs: int
    n_tested: int


def trained(
    scores: pd.DataFrame,
    methods: Sequence[MethodColumn],
    parts: Sequence[TestedPart],
    *,
    lower_mos_better: bool = False,
) -> Trained:
    """A data set's test parts as arrays; arguments as of ``partition_rows``."""
    table, _ = table_of_pairs(scores, methods, lower_mos_better=lower_mos_better)
    find = PairFinder(scores["pair"].astype(str).tolist())
    labelled = np.isfinite(table.labels)
    any_tested = np.zeros(len(labelled), dtype=np.bool_)
    folds, learned = [], set()
    for part in parts:
        kept = find.rows(part.pairs) & labelled
        any_tested |= kept
        own: dict[int, FloatArray] = {}
        lines: dict[int, Sequence[LabelLine | None]] = {}
        for place, method in enumerate(methods):
            turn = 1.0 if method.higher_is_better else -1.0
            trainings = part.trained.get(method.label, ())
            if trainings:
                learned.add(place)
                own[place] = turn * np.stack([find.scores(item.scores)[kept] for item in trainings])
                lines[place] = [
                    _line(item, turn, find.scores(item.validation), table.labels, lower_mos_better=lower_mos_better)
                    for item in trainings
                ]
            else:
                own[place] = table.each(place)[:, kept]
                lines[place] = [LabelLine(0.0, 1.0)] * len(own[place])
        folds.append(Fold(part, table.labels[kept], table.clusters[kept], own, lines))
    return Trained(
        str(scores["dataset"].iloc[0]) if len(scores) else "",
        tuple(methods),
        frozenset(learned),
        tuple(folds),
        table.n_clusters,
        int(any_tested.sum()),
        len(np.unique(table.clusters[any_tested])),
    )


def _line(
    item: TrainedScores, turn: float, validation: FloatArray, labels: FloatArray, *, lower_mos_better: bool
) -> LabelLine | None:
    """How a training's oriented scores become oriented labels: as it scaled them itself, else as its validation says."""
    if turn > 0 and item.label_units:
        return LabelLine(0.0, 1.0)
    if turn > 0 and item.scaling is not None:
        return scaling_line(*item.scaling, lower_mos_better=lower_mos_better)
    known = np.isfinite(validation) & np.isfinite(labels)
    return fitted_line(turn * validation[known], labels[known])


def trainings_of(data: Trained, place: int) -> list[Training]:
    """A method's trainings that have scores of tested pairs."""
    found = []
    for fold in data.folds:
        if place in data.learned and data.methods[place].label not in fold.part.trained:
            continue
        for seed, (values, line) in enumerate(zip(fold.scores[place], fold.lines[place], strict=True)):
            known = np.isfinite(values)
            if known.any():
                arrays = (fold.labels[known], values[known], fold.clusters[known])
                found.append(Training(fold.part.number, seed, *arrays, line))
    return found
