"""Scores of methods that are trained by partition: what one training gives, and ``partitions.csv`` read back. Pandas.

The file has a row for each partition, seed, method and pair (``dataset,partition,seed,pair,method,score``). Pairs are those
that a partition tests; rows of pairs that validate are read too, and serve to map scores to the labels' units only.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmark.core.errors import DataError
from benchmark.core.words import did_you_mean

PARTITION_COLUMNS = ("dataset", "partition", "seed", "pair", "method", "score")
SCALING = ("label_low", "label_high")
"""Columns that ``partitions.csv`` may have: the labels that a training scaled to 0 and to 1, the least and the greatest."""


@dataclass(frozen=True, slots=True)
class TrainedScores:
    """What one training of a method gives.

    Attributes:
        seed: of the training; ``None`` where it has none.
        scores: of the tested pairs, by their names; NaN where there is none.
        validation: of the pairs that validate, likewise; may be empty.
        scaling: the least and the greatest label that it scaled to 0 … 1, where its scores are on that scale.
        label_units: whether its scores are labels as they are, higher meaning better.
    """

    seed: int | None
    scores: Mapping[str, float]
    validation: Mapping[str, float] = field(default_factory=dict)
    scaling: tuple[float, float] | None = None
    label_units: bool = False


@dataclass(frozen=True, slots=True)
class TestedPart:
    """The tested pairs of one partition.

    Attributes:
        number: of the partition, from 1.
        pairs: their names.
        trained: the trainings of methods that were trained for this partition, by label.
        validation: names of the pairs that validate.
        trained_on: number of clusters that are trained on; 0 where it is not known.
    """

    number: int
    pairs: frozenset[str]
    trained: Mapping[str, Sequence[TrainedScores]] = field(default_factory=dict)
    validation: frozenset[str] = frozenset()
    trained_on: int = 0


def read_partitions(file: Path) -> pd.DataFrame:
    """The rows of a ``partitions.csv``, names as they are written.

    Raises:
        DataError: it can't be read, lacks a column, or a cell is no number.
    """
    try:
        frame = pd.read_csv(file, dtype={"dataset": str, "pair": str, "method": str}, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DataError(f"{file}: can't be read as partitions.csv: {error}") from None
    missing = [name for name in PARTITION_COLUMNS if name not in frame.columns]
    if missing:
        raise DataError(f"{file}: no column {missing[0]!r}; it needs {', '.join(PARTITION_COLUMNS)}")
    for name in ("partition", "seed", "score", *(item for item in SCALING if item in frame.columns)):
        numbers = pd.to_numeric(frame[name].replace("", np.nan), errors="coerce")
        whole = name in ("partition", "seed")
        wrong = (numbers.isna() & (frame[name].astype(str) != "")) | (whole & numbers.notna() & (numbers % 1 != 0))
        if name == "partition":
            wrong |= numbers.isna()
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            kind = "whole number" if whole else "number"
            raise DataError(f"{file}, line {row + 2}: {name} {str(frame[name].iloc[row])!r} is no {kind}")
        frame[name] = numbers.astype(float)
    return frame


def trained_parts(
    frame: pd.DataFrame, parts: Sequence[TestedPart], dataset: str, where: str, taken: Collection[str] = ()
) -> list[TestedPart]:
    """The test parts with the trainings that the rows of a ``partitions.csv`` hold.

    Args:
        frame: as ``read_partitions`` gives it.
        parts: the test parts of the data set's partitions.
        dataset: its label.
        where: what errors call the file.
        taken: labels of other methods.

    Raises:
        DataError: names the first row of another partition, of a pair that its partition trains on, that stands twice …
    """
    own = frame[frame["dataset"] == dataset]
    if not len(own):
        known = list(dict.fromkeys(frame["dataset"]))
        raise DataError(f"{where}: no row of the data set {dataset!r}{did_you_mean(dataset, known)}")
    clash = next((name for name in dict.fromkeys(own["method"]) if name in taken or not name), None)
    if clash is not None:
        raise DataError(f"{where}: the method {clash!r} has the name of another column of scores, or none")
    repeated = own.duplicated(["partition", "seed", "pair", "method"])
    if repeated.any():
        row = own[repeated].iloc[0]
        raise DataError(f"{where}: {_named(row)} stands twice")
    by_number = {part.number: part for part in parts}
    found: dict[int, dict[str, list[TrainedScores]]] = {number: {} for number in by_number}
    for _, rows in own.groupby(["partition", "method", "seed"], sort=True, dropna=False):
        number, method, seed = float(rows["partition"].iloc[0]), rows["method"].iloc[0], float(rows["seed"].iloc[0])
        part = by_number.get(int(number))
        if part is None:
            raise DataError(f"{where}: partition {number:g}: the protocol makes {len(parts)} partitions")
        trained = _training(rows, part, None if math.isnan(seed) else int(seed), where)
        found[part.number].setdefault(str(method), []).append(trained)
    return [replace(part, trained={**part.trained, **found[part.number]}) for part in parts]


def _training(rows: pd.DataFrame, part: TestedPart, seed: int | None, where: str) -> TrainedScores:
    """One training, its rows told apart by the part of their pairs."""
    tested = rows["pair"].isin(part.pairs)
    validates = rows["pair"].isin(part.validation)
    if not (tested | validates).all():
        row = rows[~(tested | validates)].iloc[0]
        raise DataError(f"{where}: {_named(row)}: its partition neither tests this pair nor validates with it")
    scores, validation = (
        {str(name): float(value) if math.isfinite(value) else math.nan for name, value in pairs}
        for pairs in (zip(rows["pair"][chosen], rows["score"][chosen], strict=True) for chosen in (tested, validates))
    )
    return TrainedScores(seed, scores, validation, _scaling(rows, where))


def _scaling(rows: pd.DataFrame, where: str) -> tuple[float, float] | None:
    """The labels that a training scaled to 0 and to 1; none where the file does not say."""
    if not set(SCALING) <= set(rows.columns):
        return None
    stated = rows[list(SCALING)].drop_duplicates()
    low, high = (float(stated[name].iloc[0]) for name in SCALING)
    if len(stated) > 1 or math.isnan(low) != math.isnan(high) or not (math.isnan(low) or low < high):
        raise DataError(f"{where}: {_named(rows.iloc[0])}: a training has one label_low, below its one label_high")
    return None if math.isnan(low) else (low, high)


def _named(row: pd.Series[float]) -> str:
    """A row in words."""
    seed = row["seed"]
    of_seed = "" if math.isnan(seed) else f", seed {seed:g}"
    return f"partition {row['partition']:g}{of_seed}, method {row['method']!r}, pair {row['pair']!r}"
