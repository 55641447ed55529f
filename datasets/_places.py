"""Finds the parts of a copy: the folder that holds its images, and the one list of labels, under any of their known names.

A helper of the loaders in this folder; each part must be there once: of two, nothing says which one is meant.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmark import DataError, Problem
from benchmark.data.labels import beside


def find_base(root: Path, wanted: str, below: Iterable[str] = ()) -> Path:
    """The folder that holds the folder ``wanted``: ``root``, or one of the folders that archives unpack into.

    Raises:
        DataError: none of them holds it (with the name that is nearly right), or more than one does.
    """
    bases = [root / name if name else root for name in ("", *below)]
    found = [base for base in bases if os.path.isdir(base / wanted)]
    if len(found) > 1:
        message = f"two copies at once, {found[0] / wanted} and {found[1] / wanted}; remove one, or set `root` to one"
        raise DataError(Problem("error", message, str(root)))
    if found:
        return found[0]
    raise DataError(_missing(root, wanted, [base for base in bases if os.path.isdir(base)] or [root]))


def one_of(base: Path, names: Sequence[str], what: str) -> Path:
    """The one folder in ``base`` that has one of these names.

    Raises:
        DataError: there is none (with the name that is nearly right), or two.
    """
    found = [name for name in names if os.path.isdir(base / name)]
    if len(found) > 1:
        message = f"two copies of {what}, {found[0]}/ and {found[1]}/; remove one"
        raise DataError(Problem("error", message, str(base)))
    if found:
        return base / found[0]
    hint = next((text for name in names if (text := _near(base, name))), "")
    looked = " or ".join(f"{name}/" for name in names)
    raise DataError(Problem("error", f"no folder of {what}; looked for {looked}{hint}", str(base)))


def one_list(root: Path, base: Path, names: Sequence[str], given: Path | None) -> Path:
    """The one list of labels with one of these names, in ``root``, ``base`` or between; the one given wins.

    Copies that are equal byte for byte count as one.

    Raises:
        DataError: there is none (with the name that is nearly right), or several that differ.
    """
    if given is not None:
        return given
    places = [base, *(folder for folder in base.parents if folder == root or root in folder.parents)]
    found = [place / name for place in places for name in names if os.path.isfile(place / name)]
    if len(found) > 1 and len({_content(file) for file in found}) > 1:
        message = f"two lists of labels, {found[0]} and {found[1]}; remove one, or name one by `label_file`"
        raise DataError(Problem("error", message, str(root)))
    if found:
        return found[0]
    hint = next((text for place in places for name in names if (text := beside(place / name))), "")
    message = f"no list of labels; looked for {', '.join(names)}{hint}; another is named by `label_file`"
    raise DataError(Problem("error", message, str(root)))


def wrong_count(file: Path, found: int, wanted: int, what: str = "labels") -> DataError:
    """A list without names has not one label an image: none of them can be trusted."""
    message = f"holds {found:,} {what} for {wanted:,} images; its order is the only link to them, so get the file again"
    return DataError(Problem("error", message, str(file)))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return str(file).encode()


def _missing(root: Path, wanted: str, bases: Sequence[Path]) -> Problem:
    first = wanted.partition("/")[0]
    nearest = sorted(bases, key=lambda base: not os.path.isdir(base / first))
    hint = next((text for base in nearest if (text := _near(base, wanted))), "")
    places = ", ".join(str(base.relative_to(root)) for base in bases if base != root)
    also = f" (nor in {places})" if places else ""
    return Problem("error", f"no folder {wanted}/ here{also}{hint}", str(root))


def _near(base: Path, wanted: str) -> str:
    """A hint for the first part of a path that does not exist; nothing where no name is near."""
    path = base
    for part in wanted.split("/"):
        if not os.path.isdir(path / part):
            return beside(path / part, folder=True)
        path = path / part
    return ""
