"""Divides a data set as ``protocol:`` says, on names that are sorted first: the order of its list changes nothing.

Every number is drawn from ``[seed, purpose, number of the partition]``, so that a partition does not depend on how many
there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.config.protocol import REFERENCE_FOLDS, Protocol
from benchmark.core.errors import ConfigError
from benchmark.data import folds, split_files
from benchmark.data.partitions import Partition, Partitions, of_parts, pairs_of

if TYPE_CHECKING:
    import pandas as pd

REPEAT, VALIDATE = 21, 22
"""What a generator is for: the second number of its seed (training and ``folds`` have 1 to 4)."""


def make(table: pd.DataFrame, protocol: Protocol, dataset: str, *, convert: bool = False) -> Partitions:
    """The partitions of a protocol, drawn or read from a file.

    Args:
        table: the pairs to divide, of all splits (columns: ``benchmark.data.pairs``).
        protocol: how; its paths are absolute.
        dataset: the data set's name, or its label in a study.
        convert: whether a file of another tool may divide by pair, since a split file is made of it.

    Raises:
        ConfigError: there are too few clusters or conditions, or a file doesn't fit the data set.
        benchmark.core.errors.DataError: a file can't be read.
    """
    try:
        protocol = protocol.of_dataset(dataset)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if isinstance(protocol.file, Path):
        rows = protocol.rows if isinstance(protocol.rows, Path) else None
        return split_files.read(protocol.file, table, dataset, rows=rows, columns=protocol.columns, convert=convert)
    makers = {"published": _published, "folds": _folds, "repeat": _repeats, "leave_out": _leave_out}
    partitions, notes = makers[protocol.form](table, protocol)
    return Partitions(
        dataset, partitions[0].by, protocol.in_words(), tuple(partitions), pairs_of(table), notes=tuple(notes)
    )


def rounded(share: float, count: int) -> int:
    """A share of a number, rounded to the nearest whole one, halves up, as MATLAB rounds."""
    return math.floor(share * count + 0.5)


def _names(column: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({str(name) for name in column}))


def _published(table: pd.DataFrame, _: Protocol) -> tuple[list[Partition], list[str]]:
    """One partition: the data set's own splits, or where it has none, everything as the test part."""
    present = set(table["split"])
    test = next((name for name in ("test", "val") if name in present), None)
    rest = [name for name in sorted(present) if name not in {"train", "val", "test"}]
    tested = [test] if test is not None else rest
    if not tested:
        raise ConfigError("protocol.published: the data set has only a training split; divide it by folds or repeat")
    where = {
        "train": table["split"] == "train",
        "validation": (table["split"] == "val") & (test == "test"),
        "test": table["split"].isin(tested),
    }
    notes = []
    unused = [name for name in rest if name and name not in tested]
    if unused:
        notes.append(f"The published splits {', '.join(unused)} are in no part.")
    clusters = {part: _names(table["cluster"][rows]) for part, rows in where.items()}
    together = sum(len(names) for names in clusters.values())
    used = table["cluster"][where["train"] | where["validation"] | where["test"]]
    left = set(table["cluster"][~(where["train"] | where["validation"] | where["test"])])
    if together == used.nunique() and not left & set(used):
        return [Partition(1, clusters["train"], clusters["validation"], clusters["test"])], notes
    named = {part: _names(table["pair"][rows]) for part, rows in where.items()}
    return [Partition(1, named["train"], named["validation"], named["test"], by="pair")], notes


def _folds(table: pd.DataFrame, protocol: Protocol) -> tuple[list[Partition], list[str]]:
    count = protocol.folds or REFERENCE_FOLDS
    parts = _fold_clusters(table, count, protocol.seed)
    total = sum(map(len, parts))
    partitions = []
    for number, tested in enumerate(parts, 1):
        others = sorted({name for part in parts if part is not tested for name in part})
        validation = _drawn(others, protocol, total, number)
        partitions.append(Partition(number, _without(others, validation), validation, tested))
    return partitions, []


def _fold_clusters(table: pd.DataFrame, count: int, seed: int) -> list[tuple[str, ...]]:
    """The clusters of each fold, as ``dataset.folds`` divides them.

    Raises:
        ConfigError: there are fewer clusters than folds.
    """
    clusters = table["cluster"].nunique()
    if clusters < count:
        raise ConfigError(f"protocol.folds: {clusters} references can't be divided into {count} folds")
    divided = folds.divide(table, count, seed)
    return [_names(divided["cluster"][divided["fold"] == number]) for number in range(1, count + 1)]


def _repeats(table: pd.DataFrame, protocol: Protocol) -> tuple[list[Partition], list[str]]:
    clusters = _names(table["cluster"])
    share = protocol.test or 0.0
    tested = max(1, rounded(share, len(clusters)))
    validating = _validating(protocol, len(clusters))
    if len(clusters) - tested - validating < 1:
        raise ConfigError(
            f"protocol.repeat: {len(clusters)} references are too few to test {tested}, validate on {validating} and "
            "train on the rest"
        )
    partitions = []
    for number in range(1, (protocol.repeat or 0) + 1):
        order = np.random.default_rng([protocol.seed, REPEAT, number]).permutation(len(clusters))
        drawn = [clusters[place] for place in order]
        parts = {"test": drawn[:tested], "validation": drawn[tested : tested + validating]}
        partitions.append(of_parts(number, {**parts, "train": drawn[tested + validating :]}))
    return partitions, []


def _leave_out(table: pd.DataFrame, protocol: Protocol) -> tuple[list[Partition], list[str]]:
    """One partition a condition, or with ``reference`` one a condition and fold of the references; all by pair.

    With ``reference`` the tested pairs are those of the condition in the fold, and the trained ones those of other
    conditions in other folds: every pair is tested once, and neither its condition nor its reference was trained on.
    """
    conditions = [name for name in _names(table["condition"]) if name]
    if len(conditions) < 2:
        raise ConfigError(f"protocol.leave_out: {len(conditions)} named conditions; at least two are needed")
    notes = []
    unnamed = int((table["condition"] == "").sum())
    if unnamed:
        notes.append(f"{unnamed} pairs have no condition: they are in no part.")
    with_references = "reference" in (protocol.leave_out or ())
    count = protocol.folds or REFERENCE_FOLDS
    groups = _fold_clusters(table, count, protocol.seed) if with_references else [_names(table["cluster"])]
    partitions: list[Partition] = []
    for condition in conditions:
        for place, group in enumerate(groups, 1):
            partition = _without_condition(table, condition, group, protocol, len(partitions) + 1)
            if not partition.test:
                notes.append(f"The condition {condition} has no pair in fold {place} of the references.")
                continue
            label = f"{condition}, references {place} of {count}" if with_references else condition
            partitions.append(replace(partition, label=label))
    return partitions, notes


def _without_condition(
    table: pd.DataFrame, condition: str, tested: tuple[str, ...], protocol: Protocol, number: int
) -> Partition:
    """The partition that tests a condition on some references."""
    own, inside = table["condition"] == condition, table["cluster"].isin(tested)
    together = len(tested) == table["cluster"].nunique()
    train = table[~own & (table["condition"] != "") & (True if together else ~inside)]
    clusters = _names(train["cluster"])
    validating = train["cluster"].isin(_drawn(clusters, protocol, table["cluster"].nunique(), number))
    if validating.all():
        raise ConfigError(f"protocol.leave_out: without the condition {condition} nothing is left to train on")
    parts = {"train": train["pair"][~validating], "validation": train["pair"][validating]}
    return of_parts(number, {**parts, "test": table["pair"][own & inside]}, by="pair")


def _validating(protocol: Protocol, clusters: int) -> int:
    return max(1, rounded(protocol.validation, clusters)) if protocol.validation else 0


def _drawn(names: Iterable[str], protocol: Protocol, clusters: int, number: int) -> tuple[str, ...]:
    """The clusters that validate in a partition: a share of all clusters, drawn from those that are not tested.

    Raises:
        ConfigError: none would be left to train on.
    """
    available, count = list(names), _validating(protocol, clusters)
    if len(available) - count < 1:
        raise ConfigError(f"protocol.validate: {len(available)} references are too few to take {count} of them out")
    order = np.random.default_rng([protocol.seed, VALIDATE, number]).permutation(len(available))
    return tuple(sorted(available[place] for place in order[:count]))


def _without(names: Iterable[str], taken: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names) - set(taken)))
