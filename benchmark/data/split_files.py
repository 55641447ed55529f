"""Split files (``splits.json``): partitions by the names of clusters or pairs, with the hash of the pairs they divide.

They are written whole or not at all, always as the same bytes for the same partitions, and checked against the data set when
they are read. Files of other tools are read by ``split_imports``. Standard library; no images.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.core import atomic
from benchmark.core.errors import ConfigError
from benchmark.core.words import did_you_mean
from benchmark.data import split_imports
from benchmark.data.labels import read_text
from benchmark.data.named_pairs import locate
from benchmark.data.partitions import (
    PARTS,
    By,
    Partition,
    Partitions,
    of_parts,
    pairs_of,
    refuse_overlap,
    sha256_of_pairs,
)

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "efid-bench splits 1"
KEYS = ("format", "dataset", "by", "protocol", "pairs_sha256", "pairs", "partitions")
OF_A_PARTITION = ("number", "label", *PARTS)
SHOWN = 3


def text_of(partitions: Partitions) -> str:
    """A split file's content: a line for each cluster and each partition."""
    head = {"format": FORMAT, "dataset": partitions.dataset, "by": partitions.by, "protocol": partitions.protocol}
    if partitions.pairs:
        head["pairs_sha256"] = partitions.pairs_sha256
    lines = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    if partitions.pairs:
        of_clusters = (f"{_json(name)}: {_json(list(pairs))}" for name, pairs in sorted(partitions.pairs.items()))
        lines.append('"pairs": {\n' + ",\n".join(of_clusters) + "\n}")
    divisions = (_json(_entry(partition)) for partition in partitions.partitions)
    lines.append('"partitions": [\n' + ",\n".join(divisions) + "\n]")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def sha256(partitions: Partitions) -> str:
    """SHA-256 of the split file of these partitions."""
    return hashlib.sha256(text_of(partitions).encode()).hexdigest()


def write(file: Path, partitions: Partitions, *, overwrite: bool = False) -> bool:
    """Write a split file; return whether there was none with this content.

    Raises:
        ConfigError: another one is there, and may not be replaced.
        OSError: the place can't be written to.
    """
    text = text_of(partitions)
    if file.is_file() and not overwrite:
        if file.read_bytes() == text.encode():
            return False
        raise ConfigError(f"{file}: other partitions are there; name another file, or replace it with --overwrite")
    atomic.write_text(file, text)
    return True


def read(
    file: Path, table: pd.DataFrame, dataset: str, *, rows: Path | None = None, columns: str = "", convert: bool = False
) -> Partitions:
    """The partitions of a split file, checked against a data set.

    Args:
        file: ``.json`` as ``write`` makes it; pyiqa's ``.csv`` (meta info) or ``.pkl``.
        table: the pairs of the data set that are divided.
        dataset: its name.
        rows: for a ``.pkl``, the table whose rows it numbers, or ``dataset``.
        columns: for a ``.csv``, how the names of the wanted columns begin.
        convert: whether a file of another tool may divide by pair; a split file says so itself.

    Raises:
        ConfigError: the file does not fit the data set, or is none.
        benchmark.core.errors.DataError: it can't be read.
    """
    if file.suffix.lower() != ".json":
        imported = split_imports.read(file, table, dataset, rows=rows, columns=columns)
        if imported.by == "pair" and not convert:
            raise ConfigError(
                f"{file}: it divides pairs, not references: the same reference is on both sides. If that is meant, make "
                f"a split file of it, which says so: split CONFIG --from {file.name} --to splits.json"
            )
        return imported
    if rows is not None or columns:
        raise ConfigError(f"{file}: a split file names its pairs itself: leave `rows` and `columns` out")
    return _checked(parsed(file), table, dataset, file)


def parsed(file: Path) -> Partitions:
    """The content of a split file, checked in itself."""
    try:
        content = json.loads(read_text(file, json=True))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: not valid JSON ({error})") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ConfigError(f'{file}: no split file: it lacks "format": "{FORMAT}"')
    _refuse_unknown(content, KEYS, str(file))
    by = content.get("by", "cluster")
    if by not in ("cluster", "pair"):
        raise ConfigError(f"{file}: by: expected cluster or pair (given: {by!r})")
    pairs = content.get("pairs", {})
    if not isinstance(pairs, dict) or not all(_is_names(names) for names in pairs.values()):
        raise ConfigError(f"{file}: pairs: expected a mapping of clusters, each to a list of names")
    if "pairs_sha256" in content and content["pairs_sha256"] != sha256_of_pairs(pairs):
        raise ConfigError(f"{file}: pairs: not the ones that pairs_sha256 was made of: the file was changed by hand")
    entries = content.get("partitions")
    if not isinstance(entries, list) or not entries:
        raise ConfigError(f"{file}: partitions: expected a list of at least one")
    partitions = tuple(_partition(entry, by, place, file) for place, entry in enumerate(entries, 1))
    protocol = content.get("protocol", {"file": file.name})
    if not isinstance(protocol, dict) or not isinstance(content.get("dataset", ""), str):
        raise ConfigError(f"{file}: expected `protocol` to be a mapping and `dataset` a name")
    named = {str(name): tuple(sorted(of_cluster)) for name, of_cluster in pairs.items()}
    return Partitions(content.get("dataset", ""), by, protocol, partitions, named)


def _partition(entry: Any, by: By, place: int, file: Path) -> Partition:
    where = f"{file}: partition {place}"
    if not isinstance(entry, dict):
        raise ConfigError(f"{where}: expected a mapping with `train` and `test`")
    _refuse_unknown(entry, OF_A_PARTITION, where)
    parts = {part: entry.get(part, []) for part in PARTS}
    for part, names in parts.items():
        if not _is_names(names):
            raise ConfigError(f"{where}: {part}: expected a list of names")
    if not parts["test"]:
        raise ConfigError(f"{where}: test: names nothing: there is nothing to test")
    if entry.get("number", place) != place or not isinstance(entry.get("label", ""), str):
        raise ConfigError(f"{where}: number: partitions are numbered from 1 in their order, and a label is text")
    partition = of_parts(place, parts, by, entry.get("label", ""))
    refuse_overlap(partition, str(file))
    return partition


def _checked(read_: Partitions, table: pd.DataFrame, dataset: str, file: Path) -> Partitions:
    """The partitions as partitions of this data set."""
    present = pairs_of(table)
    if read_.pairs and read_.pairs_sha256 != sha256_of_pairs(present):
        raise ConfigError(
            f"{file}: made for other pairs than the data set {dataset} has: {_difference(read_, present)}"
        )
    known = set(present) if read_.by == "cluster" else {name for names in present.values() for name in names}
    if read_.by == "pair":
        read_ = _with_names_of_pairs(read_, table, known)
    _refuse_strangers(read_, known, file)
    notes = [*_unused(read_, known)]
    if not read_.pairs:
        notes.append(f"{file.name} does not say which pairs it was made for: only names were compared.")
    return Partitions(dataset, read_.by, read_.protocol, read_.partitions, present, tuple(notes))


def _difference(read_: Partitions, present: Mapping[str, Sequence[str]]) -> str:
    """The first difference between the pairs of a file and those of a data set, in words."""
    before = {pair: cluster for cluster, pairs in read_.pairs.items() for pair in pairs}
    now = {pair: cluster for cluster, pairs in present.items() for pair in pairs}
    new, gone = sorted(now.keys() - before.keys()), sorted(before.keys() - now.keys())
    moved = sorted(pair for pair in now.keys() & before.keys() if now[pair] != before[pair])
    found = [
        f"{len(names)} {words} ({_some(names)})"
        for names, words in ((new, "are not in the file"), (gone, "are not in the data set"))
        if names
    ]
    if moved:
        pair = moved[0]
        found.append(f"{len(moved)} belong to other clusters ({pair!r}: {now[pair]!r}, in the file {before[pair]!r})")
    return ", ".join(found)


def _refuse_strangers(read_: Partitions, known: set[str], file: Path) -> None:
    for partition in read_.partitions:
        for part, names in partition.parts.items():
            strangers = [name for name in names if name not in known]
            if strangers:
                more = f", nor {len(strangers) - 1} more" if len(strangers) > 1 else ""
                raise ConfigError(
                    f"{file}: partition {partition.number}: {part}: the data set has no {read_.by} {strangers[0]!r}{more}"
                    f"{did_you_mean(strangers[0], known)}"
                )


def _with_names_of_pairs(read_: Partitions, table: pd.DataFrame, known: set[str]) -> Partitions:
    """A file by pair may name images: the same with the names of the data set's pairs."""
    named = sorted({name for item in read_.partitions for names in item.parts.values() for name in names})
    if known.issuperset(named):
        return read_
    found = locate(named, table)
    if not all(found.values()):
        return read_
    partitions = tuple(
        of_parts(
            item.number,
            {part: [found[name] for name in names] for part, names in item.parts.items()},
            "pair",
            item.label,
        )
        for item in read_.partitions
    )
    return Partitions(read_.dataset, "pair", read_.protocol, partitions, read_.pairs)


def _unused(read_: Partitions, known: set[str]) -> Iterable[str]:
    """Notes on names that are in no part."""
    what = "references" if read_.by == "cluster" else "pairs"
    left = [known - {name for names in partition.parts.values() for name in names} for partition in read_.partitions]
    never = set.intersection(*left)
    if never:
        yield f"{len(never)} {what} are in no part of any partition ({_some(sorted(never))})."
    elif any(left) and read_.by == "cluster":
        count = sum(bool(names) for names in left)
        yield f"{count} of {len(left)} partitions leave {what} out, at most {max(map(len, left))}."


def _entry(partition: Partition) -> dict[str, Any]:
    label = {"label": partition.label} if partition.label else {}
    return {"number": partition.number, **label, **{part: list(names) for part, names in partition.parts.items()}}


def _refuse_unknown(content: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    wrong = next((key for key in content if key not in known), None)
    if wrong is not None:
        raise ConfigError(f"{where}: unknown key {wrong!r}{did_you_mean(wrong, known)} (known: {', '.join(known)})")


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:SHOWN])) + (", …" if len(names) > SHOWN else "")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
