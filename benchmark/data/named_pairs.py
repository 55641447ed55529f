"""Finds a data set's pairs by the names that another list calls them: the pair, the image, or the end of its path.

Pandas; no images.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def locate(names: Iterable[str], table: pd.DataFrame) -> dict[str, str]:
    """The pair of each name; empty where none or several fit.

    Args:
        names: pairs, enhanced images, or images with some of their folders; case decides only between two.
        table: the pairs (columns ``pair``, ``enhanced`` and, where there are files, ``enhanced_path``).
    """
    wanted = set(names)
    found: dict[str, str] = {}
    for by_name in _indexes(table, {name.count("/") + 1 for name in wanted}):
        for name in wanted - found.keys():
            fitting = by_name.get(name) or by_name.get(f"\0{name.casefold()}")
            if fitting is not None and len(fitting) == 1:
                found[name] = next(iter(fitting))
    return {name: found.get(name, "") for name in wanted}


def _indexes(table: pd.DataFrame, depths: set[int]) -> Iterable[dict[str, set[str]]]:
    """Pairs by their name, by their image, then by the last folders of both."""
    pairs = table["pair"].astype(str).tolist()
    columns = [table[column].astype(str).tolist() for column in ("enhanced", "enhanced_path") if column in table]
    yield _index(pairs, pairs)
    for values in columns:
        yield _index(values, pairs)
    for values in columns:
        for depth in sorted(depths, reverse=True):
            yield _index(["/".join(value.replace("\\", "/").split("/")[-depth:]) for value in values], pairs)


def _index(values: Iterable[str], pairs: Iterable[str]) -> dict[str, set[str]]:
    by_name: dict[str, set[str]] = {}
    for value, pair in zip(values, pairs, strict=True):
        by_name.setdefault(value, set()).add(pair)
        by_name.setdefault(f"\0{value.casefold()}", set()).add(pair)
    return by_name
