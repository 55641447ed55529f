"""Looks for what a folder may be instead: a copy one folder above or below it, or a copy of another set.

A helper of ``_published.py``; looks at names only, and only once a copy was found wanting.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmark import Dataset, DatasetInfo

from ._folders import subfolders

IGNORED = "__MACOSX"


def copies_near(root: Path, found_at: Callable[[Path], bool]) -> list[Path]:
    """Copies in the folder above, in those below and in theirs."""
    below = [place for folder in subfolders(root) for place in (folder, *subfolders(folder))]
    places = [root.absolute().parent, *(place for place in below if IGNORED not in place.parts)]
    return [place for place in places if found_at(place)]


def other_sets(folder: Path, name: str) -> list[DatasetInfo]:
    """What is known of the sets, other than the named one, whose copy this folder looks like."""
    return [kind.info for kind in _loaders() if kind.info.name != name and kind.found_at(folder)]


def _loaders() -> Iterator[type[Dataset]]:
    """The classes of the data sets whose files lie beside this one."""
    for file in sorted(Path(__file__).parent.glob("[!_]*.py")):
        module = importlib.import_module(f"{__package__}.{file.stem}")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Dataset) and kind.__module__ == module.__name__:
                yield kind
