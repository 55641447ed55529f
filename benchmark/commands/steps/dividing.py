"""Divides one data set of a study as its protocol says, with files found relative to the configuration. Pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.config.protocol import Protocol
from benchmark.config.source import Source, absolute
from benchmark.core.errors import ConfigError
from benchmark.data import partitions as dividing
from benchmark.data import protocols
from benchmark.data.partitions import Partitions
from benchmark.evaluation.trained_scores import TestedPart

if TYPE_CHECKING:
    import pandas as pd

SPLITS = "splits.json"


@dataclass(slots=True)
class Divided:
    """How one data set was divided, known once it was read.

    Attributes:
        partitions: all of them; ``None`` where its own splits are evaluated as published.
        marks: what every table must say of them.
    """

    partitions: Partitions | None = None
    marks: tuple[str, ...] = ()


def divide(table: pd.DataFrame, protocol: Protocol, label: str, source: Source) -> Divided:
    """The partitions of a data set with what tables must say of them; none as published.

    Raises:
        ConfigError: it can't be divided so; names the key's place.
        benchmark.core.errors.DataError: a split file can't be read.
    """
    if protocol.form == "published":
        return Divided()
    try:
        own = _with_paths(protocol.of_dataset(label), source)
    except ValueError as error:
        raise ConfigError(f"{source.named(('protocol', 'file'))}: {str(error).partition(' ')[2]}") from None
    with source.placing():
        partitions = protocols.make(table, own, label)
    return Divided(partitions, (*partitions.notes, *dividing.marks(table, partitions)))


def _with_paths(protocol: Protocol, source: Source) -> Protocol:
    """A protocol whose files are found relative to the configuration."""
    changes: Mapping[str, Path] = {
        key: absolute(value, source, ("protocol", key))
        for key in ("file", "rows")
        if isinstance(value := getattr(protocol, key), Path) and str(value) != "dataset"
    }
    return protocol.model_copy(update=dict(changes)) if changes else protocol


def tested_parts(divided: Divided, scores: pd.DataFrame) -> tuple[TestedPart, ...]:
    """The tested pairs of each partition, with those that validate and the number of clusters that are trained on."""
    if divided.partitions is None:
        return ()
    names = scores["pair"].astype(str).to_numpy()
    clusters, labelled = scores["cluster"].astype(str).to_numpy(), scores["mos"].notna().to_numpy()
    return tuple(
        TestedPart(
            partition.number,
            frozenset(names[rows["test"]]),
            validation=frozenset(names[rows["validation"]]),
            trained_on=len(set(clusters[rows["train"] & labelled])),
        )
        for partition, rows in dividing.rows_of_each(scores, divided.partitions)
    )
