"""Looks for copies of data sets in a folder: in itself, in its folders and in theirs. Reads names, never an image."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmark.core.errors import UserError
from benchmark.plugins.contracts import Dataset

DEPTH = 2


def find_copies(data_sets: Mapping[str, type[Dataset]], top: Path) -> dict[str, list[Path] | None]:
    """Where copies of each data set lie, those nearest to the top first; ``None`` where nothing tells a copy of it.

    Folders below a copy are not searched for further copies of the same set: archives hold a folder of their own name.

    Args:
        data_sets: the classes, by any key.
        top: the folder.

    Raises:
        UserError: there is no such folder.
    """
    if not top.is_dir():
        raise UserError(f"{top}: no such folder; --root is a folder that holds data sets")
    places = list(_places(top))
    return {key: _places_of(data_set, places) for key, data_set in data_sets.items()}


def _places_of(data_set: type[Dataset], places: list[Path]) -> list[Path] | None:
    found: list[Path] = []
    for place in places:
        try:
            here = data_set.found_at(place)
        except Exception:  # a plug-in may raise anything; what it can't recognise is none of its copies
            here = False
        if here is None:
            return None
        if here and not any(copy in place.parents for copy in found):
            found.append(place)
    return found


def _places(top: Path) -> Iterator[Path]:
    """The folder and those below it, level by level; hidden ones are left out."""
    level = [top]
    for depth in range(DEPTH + 1):
        yield from level
        if depth < DEPTH:
            level = [below for folder in level for below in _below(folder)]


def _below(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))
    except OSError:  # not ours to read: nothing in it can be used either
        return []
    return [folder / name for name in names]
