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


def copies_near(root: Path, found_at: Callable[[Path], bool], reads: Callable[[Path], bool]) -> list[Path]:
    """Copies in the folder above, in those below and in theirs.

    Args:
        root: the folder.
        found_at: whether a folder has the marks of a copy.
        reads: whether it can be read; labels may lie one folder above the marks.
    """
    below = [place for folder in subfolders(root) for place in (folder, *subfolders(folder))]
    places = [root.absolute().parent, *(place for place in below if IGNORED not in place.parts)]
    found = [place for place in places if found_at(place)]
    return list(dict.fromkeys(_root_of(place, root, reads) for place in found))


def _root_of(place: Path, root: Path, reads: Callable[[Path], bool]) -> Path:
    """The folder itself, unless it can't be read and one between it and the root can."""
    between = [folder for folder in place.parents if root in folder.parents]
    return next((folder for folder in (place, *between) if reads(folder)), place)


def other_sets(folder: Path, name: str) -> list[DatasetInfo]:
    """What is known of the sets, other than the named one, whose copy this folder looks like."""
    return [kind.info for kind in _loaders() if kind.info.name != name and kind.found_at(folder)]


def _loaders() -> Iterator[type[Dataset]]:
    """The classes of the data sets whose files lie beside this one."""
    for file in sorted(Path(__file__).parent.glob("[!_]*.py")):
        try:
            module = importlib.import_module(f"{__package__}.{file.stem}")
        except Exception:  # one that is broken recognises nothing; `list datasets` says why
            continue
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Dataset) and kind.__module__ == module.__name__:
                yield kind
