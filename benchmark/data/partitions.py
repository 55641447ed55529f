"""Partitions of a data set: which clusters, or pairs, are trained on, validate and are tested. Pandas; no images, no files.

A partition names its parts, so that it means the same whatever the order of the data set's list. Partitions are drawn in
``protocols`` and read from files in ``split_files``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from benchmark.core.errors import ConfigError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    BoolArray = NDArray[np.bool_]

By = Literal["cluster", "pair"]
UNNAMED = (
    "Split by pair: no two pairs are known to share a reference; where references are not named, the same one may be on "
    "both sides."
)
PARTS = ("train", "validation", "test")
SPLITS: Mapping[str, str] = {"train": "train", "validation": "val", "test": "test"}
"""What each part is called in the column ``split``."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One division of a data set.

    Attributes:
        number: from 1.
        train: names of the clusters (or pairs) that are trained on, sorted.
        validation: likewise, of those that select a checkpoint.
        test: likewise, of those that are tested.
        by: what the names are.
        label: what is special about it (the condition left out, a column of a file); may be empty.
    """

    number: int
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    by: By = "cluster"
    label: str = ""

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """The three parts by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


def of_parts(number: int, parts: Mapping[str, Iterable[str]], by: By = "cluster", label: str = "") -> Partition:
    """A partition from its parts by name (``train``, ``validation``, ``test``), sorted; a part may be missing."""
    train, validation, test = (tuple(sorted(parts.get(part, ()))) for part in PARTS)
    return Partition(number, train, validation, test, by, label)


@dataclass(frozen=True, slots=True)
class Partitions:
    """All partitions of a data set by one protocol.

    Attributes:
        dataset: its name.
        by: what the partitions name: clusters or pairs.
        protocol: how they were made, as plain values.
        partitions: in the order of their numbers.
        pairs: the names of the pairs of each cluster that they were made for; empty where unknown.
        notes: what tables must say.
    """

    dataset: str
    by: By
    protocol: Mapping[str, Any]
    partitions: tuple[Partition, ...]
    pairs: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def pairs_sha256(self) -> str:
        """The hash of the pairs; empty where they are unknown."""
        return sha256_of_pairs(self.pairs) if self.pairs else ""


@dataclass(frozen=True, slots=True)
class PartSize:
    """How large one part of a partition is, in clusters and pairs."""

    number: int
    part: str
    clusters: int
    pairs: int


def pairs_of(table: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """The pairs' names by cluster, both sorted."""
    grouped: dict[str, list[str]] = {}
    for cluster, pair in zip(table["cluster"].astype(str), table["pair"].astype(str), strict=True):
        grouped.setdefault(cluster, []).append(pair)
    return {cluster: tuple(sorted(grouped[cluster])) for cluster in sorted(grouped)}


def sha256_of_pairs(pairs: Mapping[str, Sequence[str]]) -> str:
    """SHA-256 over the names of clusters and pairs, whatever their order."""
    digest = hashlib.sha256()
    for cluster in sorted(pairs):
        for pair in sorted(pairs[cluster]):
            digest.update(f"{cluster}\0{pair}\n".encode())
    return digest.hexdigest()


def select(table: pd.DataFrame, partition: Partition) -> pd.DataFrame:
    """The pairs of a partition, in the table's order, in the splits ``train``, ``val`` and ``test``; others are dropped."""
    split = {name: SPLITS[part] for part, names in partition.parts.items() for name in names}
    placed = table.assign(split=table[partition.by].map(split))
    return placed[placed["split"].notna()].reset_index(drop=True)


def rows_of_each(table: pd.DataFrame, partitions: Partitions) -> Iterator[tuple[Partition, dict[str, BoolArray]]]:
    """Each partition with which rows of a table are in each of its parts, by the part's name; quick for a thousand."""
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    coded = {by: pd.factorize(table[by].astype(str)) for by in {item.by for item in partitions.partitions}}
    places = {by: {str(name): place for place, name in enumerate(names)} for by, (_, names) in coded.items()}
    for partition in partitions.partitions:
        codes, names = coded[partition.by]
        place = places[partition.by]
        found: dict[str, BoolArray] = {}
        for part, inside in partition.parts.items():
            chosen = np.zeros(len(names), dtype=np.bool_)
            chosen[[place[name] for name in inside if name in place]] = True
            found[part] = chosen[codes]
        yield partition, found


def sizes(table: pd.DataFrame, partitions: Partitions) -> list[PartSize]:
    """The size of every part of every partition."""
    found = []
    for partition in partitions.partitions:
        selected = select(table, partition)
        for part in PARTS:
            rows = selected[selected["split"] == SPLITS[part]]
            found.append(PartSize(partition.number, part, int(rows["cluster"].nunique()), len(rows)))
    return found


def shared_clusters(partition: Partition, cluster_of: Mapping[str, str]) -> set[str]:
    """The tested clusters that are also trained on or validate; none where a partition names clusters."""
    if partition.by == "cluster":
        return set()
    tested = {cluster_of[name] for name in partition.test}
    return tested & {cluster_of[name] for name in (*partition.train, *partition.validation)}


def marks(table: pd.DataFrame, partitions: Partitions) -> list[str]:
    """Sentences that every table of these partitions must carry: tested references that are on both sides."""
    if partitions.by == "cluster":
        return []
    cluster_of = dict(zip(table["pair"].astype(str), table["cluster"].astype(str), strict=True))
    shared = [len(shared_clusters(partition, cluster_of)) for partition in partitions.partitions]
    if not any(shared):
        alone = len(set(cluster_of.values())) == len(cluster_of) and "leave_out" not in partitions.protocol
        return [UNNAMED] if alone else []
    count = sum(number > 0 for number in shared)
    extent = (
        f"in {count} of {len(shared)} partitions, at most {max(shared)} of {len(set(cluster_of.values()))} references"
    )
    if "leave_out" in partitions.protocol:
        return [f"One condition left out: the same reference is on both sides, under other conditions ({extent})."]
    return [f"Split by pair: the same reference is on both sides ({extent})."]


def refuse_overlap(partition: Partition, where: str) -> None:
    """Refuse a name that stands in two parts, or twice in one.

    Raises:
        ConfigError: names it.
    """
    first: dict[str, str] = {}
    for part, names in partition.parts.items():
        for name in names:
            if name in first:
                places = f"twice in {part}" if first[name] == part else f"in {first[name]} and in {part}"
                raise ConfigError(f"{where}: partition {partition.number}: the {partition.by} {name!r} stands {places}")
            first[name] = part
