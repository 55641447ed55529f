"""Partitions from pyiqa's files: meta tables with columns of splits, and pickles of row numbers. Standard library only.

Which rows are meant is never guessed: row numbers need the table that they number. Whether a file divides references or
pairs is found, not believed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.core.errors import ConfigError, DataError, Problem
from benchmark.core.words import did_you_mean
from benchmark.data import delimited, plain_pickle
from benchmark.data.named_pairs import locate
from benchmark.data.partitions import Partition, Partitions, of_parts, pairs_of, refuse_overlap

if TYPE_CHECKING:
    import pandas as pd

IMAGES = ("pair", "enhanced", "dist_name", "img_name", "image", "image_name", "name")
REFERENCES = ("cluster", "reference", "ref_name")
WORDS = {"train": "train", "val": "validation", "validation": "validation", "test": "test"}
"""What pyiqa and others call the parts; an empty cell is no part."""
_NUMBERED = re.compile(r"(.+?)_?(?:split)?_?[0-9]+")
Division = tuple[str, Mapping[str, Sequence[str]]]
"""A label, and the names of the pairs in each part."""


@dataclass(frozen=True, slots=True)
class NamedRows:
    """A table of names as another tool orders them.

    Attributes:
        file: where it came from.
        names: of images, or where the table has none, of references.
        references: of each image; empty where the table has none.
        lines: the line of each row.
        columns: all columns by name.
    """

    file: Path
    names: tuple[str, ...]
    references: tuple[str, ...]
    lines: tuple[int, ...]
    columns: Mapping[str, tuple[str, ...]]

    @property
    def of_references(self) -> bool:
        """Whether it lists references, not images."""
        return not set(IMAGES) & set(self.columns)


def read(file: Path, table: pd.DataFrame, dataset: str, *, rows: Path | None, columns: str) -> Partitions:
    """The partitions of a meta table (``.csv``) or a pickle of row numbers (``.pkl``).

    Raises:
        ConfigError: it does not fit the data set, or needs ``rows``.
        DataError: it can't be read.
    """
    kind = file.suffix.lower()
    if kind in (".pkl", ".pickle"):
        if rows is None:
            raise ConfigError(
                f"{file}: it numbers rows: say of which table with `rows` (pyiqa's meta_info_….csv, or the word "
                "`dataset` for the order in which the data set lists its pairs)"
            )
        own = str(rows) == "dataset" or rows.name == "dataset"
        pairs = table["pair"].astype(str).tolist() if own else pairs_named(list_names(rows), table)
        divisions = _numbered(plain_pickle.read(file), pairs, file)
    elif kind == ".csv":
        if rows is not None:
            raise ConfigError(f"{file}: a table names its images itself: leave `rows` out")
        listing = list_names(file)
        divisions = _columns(listing, pairs_named(listing, table), columns)
    else:
        raise ConfigError(f"{file}: no split file: it is none of .json, .csv and .pkl")
    return divided(divisions, table, dataset, {"file": file.name}, file)


def list_names(file: Path) -> NamedRows:
    """A table with a column of images (``dist_name`` …) or of references (``ref_name`` …).

    Raises:
        DataError: it can't be read, or has no such column.
    """
    found = delimited.read(file, (*IMAGES, *REFERENCES))
    if found.problems:
        raise DataError(found.problems)
    delimited.check_header(found)
    columns = {
        name: tuple(record.cells[at] for record in found.records) for at, name in enumerate(found.header.cells) if name
    }
    image = next((name for name in IMAGES if name in columns), None)
    reference = next((name for name in REFERENCES if name in columns), None)
    if image is None and reference is None:
        known = ", ".join((*IMAGES, *REFERENCES))
        message = f"no column of names: one of {known} (it has {', '.join(columns) or 'none'})"
        raise DataError(Problem("error", message, f"{file}:{found.header.line}"))
    references = columns[reference] if reference is not None and image is not None else ()
    names = columns[image if image is not None else str(reference)]
    return NamedRows(file, names, references, tuple(record.line for record in found.records), columns)


def pairs_named(listing: NamedRows, table: pd.DataFrame) -> list[str]:
    """The data set's pair of each row of a table of images.

    Raises:
        ConfigError: a name fits no pair, or several, or a pair stands twice; names file and line.
    """
    if listing.of_references:
        raise ConfigError(f"{listing.file}: it lists references; a table of images is needed ({', '.join(IMAGES)})")
    found = locate(listing.names, table)
    lost = [at for at, name in enumerate(listing.names) if not found[name]]
    if lost:
        name, more = listing.names[lost[0]], f", nor do {len(lost) - 1} more" if len(lost) > 1 else ""
        known = table["enhanced"].astype(str) if "enhanced" in table else table["pair"].astype(str)
        raise ConfigError(
            f"{listing.file}:{listing.lines[lost[0]]}: {name!r} fits no single pair of the data set{more}"
            f"{did_you_mean(name, known)}"
        )
    pairs = [found[name] for name in listing.names]
    refuse_twice(pairs, listing)
    return pairs


def refuse_twice(names: Sequence[str], listing: NamedRows) -> None:
    """Refuse a name that stands in two rows of a table.

    Raises:
        ConfigError: names file and line.
    """
    seen: set[str] = set()
    for name, line in zip(names, listing.lines, strict=True):
        if name in seen:
            raise ConfigError(f"{listing.file}:{line}: {name!r} stands twice")
        seen.add(name)


def _columns(listing: NamedRows, pairs: Sequence[str], begins: str) -> list[Division]:
    """The divisions of a meta table: one a column of ``train``, ``val`` and ``test``."""
    names = [name for name in listing.columns if "split" in name.lower()]
    chosen = [name for name in names if name.startswith(begins)]
    if not chosen:
        what = f"no column whose name begins with {begins!r}" if begins else "no column of splits"
        raise ConfigError(f"{listing.file}: {what} (of splits it has {', '.join(names) or 'none'})")
    families = {(match[1] if (match := _NUMBERED.fullmatch(name)) else name) for name in chosen}
    if len(families) > 1:
        raise ConfigError(
            f"{listing.file}: several kinds of splits ({', '.join(sorted(families))}); say how the wanted columns begin "
            "with `columns`"
        )
    return [(name, _parts(listing, listing.columns[name], pairs)) for name in chosen]


def _parts(listing: NamedRows, cells: Sequence[str], pairs: Sequence[str]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for cell, pair, line in zip(cells, pairs, listing.lines, strict=True):
        word = cell.strip().casefold()
        if word and word not in WORDS:
            raise ConfigError(f"{listing.file}:{line}: expected train, val, test or nothing (given: {cell[:40]!r})")
        if word:
            parts.setdefault(WORDS[word], []).append(pair)
    return parts


def _numbered(content: Any, pairs: Sequence[str], file: Path) -> list[Division]:
    """The divisions of a pickle {1: {train: [row, …], val: […], test: […]}, …}; rows are counted from 0."""
    if not isinstance(content, dict) or not content or not all(isinstance(item, dict) for item in content.values()):
        raise ConfigError(f"{file}: expected a mapping {{1: {{train: [row, …], val: […], test: […]}}, …}}")
    divisions: list[Division] = []
    for key, entry in content.items():
        where = f"{file}: split {key}"
        wrong = next((part for part in entry if part not in WORDS), None)
        if wrong is not None:
            raise ConfigError(f"{where}: no part {wrong!r}{did_you_mean(str(wrong), WORDS)} (known: train, val, test)")
        parts = {WORDS[part]: _rows(rows, pairs, f"{where}: {part}") for part, rows in entry.items()}
        divisions.append((f"split {key}", parts))
    return divisions


def _rows(rows: Any, pairs: Sequence[str], where: str) -> list[str]:
    if not isinstance(rows, list) or not all(type(row) is int for row in rows):
        raise ConfigError(f"{where}: expected a list of row numbers")
    outside = next((row for row in rows if not 0 <= row < len(pairs)), None)
    if outside is not None:
        raise ConfigError(f"{where}: there is no row {outside}: the table has {len(pairs)}, counted from 0")
    return [pairs[row] for row in rows]


def divided(
    divisions: Sequence[Division], table: pd.DataFrame, dataset: str, protocol: Mapping[str, Any], file: Path
) -> Partitions:
    """Divisions of pairs as partitions: by cluster where no cluster is on two sides and none is divided, else by pair.

    Raises:
        ConfigError: a pair is in two parts, or a part to test is empty.
    """
    partitions = []
    for number, (label, parts) in enumerate(divisions, 1):
        partition = of_parts(number, parts, "pair", label)
        if not partition.test:
            raise ConfigError(f"{file}: {label}: there is nothing to test")
        refuse_overlap(partition, str(file))
        partitions.append(partition)
    pairs = pairs_of(table)
    by_cluster = [_by_cluster(partition, pairs) for partition in partitions]
    whole = [partition for partition in by_cluster if partition is not None]
    if len(whole) == len(partitions):
        note = f"{file.name} divides references."
        return Partitions(dataset, "cluster", protocol, tuple(whole), pairs, (note,))
    note = f"{file.name} divides pairs: in {len(partitions) - len(whole)} of {len(partitions)} partitions."
    return Partitions(dataset, "pair", protocol, tuple(partitions), pairs, (note,))


def _by_cluster(partition: Partition, pairs: Mapping[str, Sequence[str]]) -> Partition | None:
    """The same by cluster; ``None`` where a cluster is on two sides or only partly used."""
    part_of = {name: part for part, names in partition.parts.items() for name in names}
    clusters: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for cluster, names in pairs.items():
        parts = {part_of.get(name, "") for name in names}
        if len(parts) > 1:
            return None
        (part,) = parts
        if part:
            clusters[part].append(cluster)
    return of_parts(partition.number, clusters, label=partition.label)
