"""Splits that a file of their own gives, by pair or by reference. A helper of ``table.py``.

A table with a column ``split`` and one of names; or JSON or YAML that maps each split to a list of names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml

from benchmark import DataError, Problem
from benchmark.data.labels import read_text, short
from benchmark.data.name_matching import stem

from ._columns import read_sheet

Kind = Literal["reference", "enhanced"]
KINDS: tuple[Kind, ...] = ("reference", "enhanced")
NAMES: Mapping[str, Kind | None] = {"reference": "reference", "enhanced": "enhanced", "pair": "enhanced", "name": None}
MAPPED = "must map each split to a list of names, such as `test: [a.png, b.png]`"
SHOWN = 3


class Entry(NamedTuple):
    """One name in a split.

    Attributes:
        name: of an image, or what stands for one in the table.
        split: the split's name.
        where: file and line.
    """

    name: str
    split: str
    where: str


class Named(NamedTuple):
    """What a pair may be called.

    Attributes:
        reference: names of its reference image, the full one first.
        enhanced: names of its enhanced image, the full one first.
    """

    reference: Sequence[str]
    enhanced: Sequence[str]


@dataclass(frozen=True, slots=True)
class Splits:
    """Splits as read.

    Attributes:
        file: where they came from.
        entries: in order.
        kind: what the names are; ``None`` to see which fit.
    """

    file: Path
    entries: Sequence[Entry]
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Divided:
    """The splits of a table's pairs.

    Attributes:
        splits: of each pair; empty where it is in none.
        by: what the names are.
        problems: names that fit nothing, or are in two splits.
    """

    splits: Sequence[str]
    by: Kind
    problems: Sequence[Problem]


def read_splits(file: Path) -> Splits:
    """Read a file of splits; its extension says which kind it is.

    Raises:
        DataError: it can't be read, or does not say which names are in which split.
    """
    suffix = file.suffix.lower()
    if suffix in (".json", ".yaml", ".yml"):
        entries = list(_from_json(file) if suffix == ".json" else _from_yaml(file))
        if not entries:
            raise DataError(Problem("error", f"names no pair; it {MAPPED}", str(file)))
        return Splits(file, entries)
    sheet = read_sheet(file, ["split"], also=list(NAMES))
    if sheet.problems:
        raise DataError(sheet.problems)
    others = [name for name in sheet.columns if name and name != "split"]
    column = next((name for name in NAMES if name in others), others[0] if len(others) == 1 else None)
    both = {"reference", "enhanced"} <= set(others)
    if both or column is None:
        message = "needs one column of names beside `split`, called `reference`, `enhanced` or `name`"
        listed = ", ".join(short(name) for name in others[:12]) or "no others"
        raise DataError(Problem("error", f"{message}; there are {listed}", str(file)))
    entries = [Entry(row.cells[column], row.cells["split"], f"{file}:{row.line}") for row in sheet.rows]
    empty = next((entry for entry in entries if not entry.name or not entry.split), None)
    if empty is not None:
        raise DataError(Problem("error", f"the {'split' if empty.name else column} is missing", empty.where))
    return Splits(file, entries, NAMES.get(column))


def _from_json(file: Path) -> Iterator[Entry]:
    try:
        content: Any = json.loads(read_text(file, json=True), object_pairs_hook=list, parse_int=str, parse_float=str)
    except ValueError as error:
        raise DataError(Problem("error", f"can't be read as JSON ({error})", str(file))) from None
    seen: set[str] = set()
    for item in content if isinstance(content, list) else [None]:
        if not isinstance(item, tuple) or not isinstance(item[1], list):
            raise DataError(Problem("error", f"{MAPPED}, in JSON", str(file)))
        split, names = item
        _refuse_twice(split, seen, str(file))
        for name in names:
            if not isinstance(name, str):
                raise DataError(Problem("error", f"the split {split!r} {MAPPED.partition(',')[0]}", str(file)))
            yield Entry(name.strip(), split.strip(), str(file))


def _from_yaml(file: Path) -> Iterator[Entry]:
    try:
        node = yaml.compose(read_text(file, json=True), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        raise DataError(
            Problem("error", f"can't be read as YAML ({getattr(error, 'problem', error)})", where)
        ) from None
    if not isinstance(node, yaml.MappingNode):
        raise DataError(Problem("error", MAPPED, str(file)))
    seen: set[str] = set()
    for key, names in node.value:
        where = f"{file}:{key.start_mark.line + 1}"
        fits = isinstance(names, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in names.value)
        if not fits or not isinstance(key, yaml.ScalarNode):
            raise DataError(Problem("error", MAPPED, where))
        _refuse_twice(key.value, seen, where)
        for item in names.value:
            yield Entry(item.value.strip(), key.value.strip(), f"{file}:{item.start_mark.line + 1}")


def _refuse_twice(split: str, seen: set[str], where: str) -> None:
    if split.strip() in seen or not split.strip():
        wrong = f"the split {split!r} stands more than once" if split.strip() else "a split has no name"
        raise DataError(Problem("error", wrong, where))
    seen.add(split.strip())


def divide(splits: Splits, pairs: Sequence[Named]) -> Divided:
    """Put each pair into its split.

    The names are those of references or of enhanced images, whichever fit more of them; the same name with or without
    its folder and extension.
    """
    found = {kind: _look_up(splits.entries, [getattr(pair, kind) for pair in pairs]) for kind in KINDS}
    fitting = {kind: sum(bool(names) for names in found[kind]) for kind in KINDS}
    kind: Kind = splits.kind or ("enhanced" if fitting["enhanced"] > fitting["reference"] else "reference")
    problems: list[Problem] = []
    split_of: dict[str, Entry] = {}
    strange: list[Entry] = []
    for entry, names in zip(splits.entries, found[kind], strict=True):
        if len(names) > 1:
            message = (
                f"{short(entry.name)} may be {' or '.join(short(name) for name in names[:SHOWN])}; give its folder"
            )
            problems.append(Problem("error", message, entry.where))
        for name in names[:1]:
            other = split_of.setdefault(name, entry)
            if other.split != entry.split:
                message = f"{short(entry.name)} is in the split {other.split!r} and in {entry.split!r}"
                problems.append(Problem("error", message, entry.where))
        if not names:
            strange.append(entry)
    if strange:
        problems.append(_strange(strange, splits.kind))
    given = (split_of.get(getattr(pair, kind)[0]) for pair in pairs)
    return Divided([entry.split if entry else "" for entry in given], kind, problems)


def _strange(entries: Sequence[Entry], kind: Kind | None) -> Problem:
    """The problem with names that fit no pair."""
    first = entries[0]
    listed = ", ".join(short(entry.name) for entry in entries[1:SHOWN])
    more = f"; and {len(entries) - 1:,} more names ({listed}{', …' if len(entries) > SHOWN else ''})" if listed else ""
    what = kind or "reference or enhanced"
    message = f"{short(first.name)} (split {first.split!r}) is no {what} image of the table{more}"
    return Problem("error", message, first.where)


def _look_up(entries: Iterable[Entry], names: Iterable[Sequence[str]]) -> list[list[str]]:
    """The full names that each entry may mean: that one, else what the table calls so, else those that it is a part of."""
    levels: tuple[dict[str, dict[str, None]], ...] = ({}, {}, {})
    for full, *cells in names:
        tail = full.rpartition("/")[2]
        for level, aliases in zip(levels, ((full,), cells, (tail, stem(full), stem(tail))), strict=True):
            for alias in aliases:
                level.setdefault(alias, {})[full] = None
    wanted = (entry.name.replace("\\", "/") for entry in entries)
    return [list(next((level[name] for level in levels if name in level), ())) for name in wanted]
