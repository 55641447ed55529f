"""Finds rows of a table of scores that stand twice, and pairs with two labels: a sample looks larger than it is. Pandas."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.core.errors import DataError, Problem
from benchmark.data.decimals import to_floats
from benchmark.data.delimited import many
from benchmark.evaluation.table_sources import TableSource

Floats = NDArray[np.float64]
KEEP_ONE = '`--duplicates drop-identical` (Python: duplicates="drop-identical") keeps one of each'
EXCEPTION = 0.2  # of the rows may go against what is the rule in the others
NAME_THEM = "if they are different images, add a column `enhanced` with their names"


@dataclass(frozen=True, slots=True)
class Names:
    """What tells pairs apart, one entry a row.

    Attributes:
        column: that names the enhanced images; ``None`` where none does.
        enhanced: names of enhanced images, empty where there is none; ``None`` where no column has them.
        others: what else belongs to a pair's name: its reference, condition, split.
        images: whether ``enhanced`` are names of images; else a condition names the pair.
    """

    column: str | None
    enhanced: Sequence[str] | None
    others: Mapping[str, Sequence[str]]
    images: bool = True


def by_rule(names: Names, conditions: Collection[str]) -> Names:
    """What tells pairs apart in this table, where the condition does so in some and not in others.

    An image's name may stand for one image in each condition (a folder each), or for one alone; without names of images,
    reference and condition may name the pair, or there may be several levels of each distortion. What holds for all rows
    but a few is the rule, and those few are what it finds.

    Args:
        names: what may tell pairs apart.
        conditions: which of ``names.others`` are conditions.
    """
    found = [key for key in names.others if key in conditions]
    rest = {key: cells for key, cells in names.others.items() if key not in found}
    if not found or (names.enhanced is None and "reference" not in rest):
        return names
    if names.enhanced is not None:
        bare = replace(names, others=rest)
    else:
        others = rest | {key: names.others[key] for key in found[1:]}
        bare = Names(found[0], names.others[found[0]], others, images=False)
    repeated = len(_suspects(bare, {}))
    return bare if repeated <= EXCEPTION * len(names.others[found[0]]) else names


def unrepeated(
    source: TableSource, names: Names, numbers: Mapping[str, Floats], label: str, *, drop: bool, notes: list[str]
) -> NDArray[np.bool_]:
    """Which rows to keep: all, or one of each that are identical, which a note then counts.

    Args:
        source: the table.
        names: what tells pairs apart.
        numbers: the columns that were read as numbers.
        label: which of them is the label.
        drop: whether identical rows are dropped but for the first.
        notes: a note is added where rows were dropped, or where nothing can tell whether they stand twice.

    Raises:
        DataError: a row stands twice, or a pair has two labels or two scores; names the lines.
    """
    keep = np.ones(len(source.frame), dtype=bool)
    suspects = _suspects(names, numbers)
    if len(suspects) < 2:
        return keep
    identical = _same_as(_contents(source, numbers, suspects), suspects)
    if identical and not drop:
        _refuse(source, names, identical, len(keep), notes)
    elif identical:
        keep[list(identical)] = False
        notes.append(f"{len(identical):,} rows identical to an earlier one were dropped (--duplicates drop-identical).")
    if names.enhanced is not None:
        rest = suspects[keep[suspects]]
        _refuse_conflicts(source, names, numbers, label, _same_as(_keys(names, rest), rest))
    return keep


def _keys(names: Names, rows: NDArray[np.intp]) -> pd.DataFrame:
    columns = {"enhanced": names.enhanced or (), **names.others}
    return pd.DataFrame(
        {key: [cells[row].replace("\\", "/").casefold() for row in rows] for key, cells in columns.items()}
    )


def _suspects(names: Names, numbers: Mapping[str, Floats]) -> NDArray[np.intp]:
    """Rows that share their pair's name with another; where pairs have no names, all numbers that count."""
    if names.enhanced is None:
        return np.flatnonzero(pd.DataFrame({**names.others, **numbers}).duplicated(keep=False).to_numpy())
    keys = _keys(names, np.arange(len(names.enhanced)))
    return np.flatnonzero((keys.duplicated(keep=False) & (keys["enhanced"] != "")).to_numpy())


def _same_as(contents: pd.DataFrame, rows: NDArray[np.intp]) -> dict[int, int]:
    """Rows whose content stood before, with the first row that has it."""
    if contents.empty:
        return {}
    first = contents.groupby(list(contents.columns), sort=False, dropna=False).ngroup().to_numpy()
    _, place, group = np.unique(first, return_index=True, return_inverse=True)
    return {int(rows[at]): int(rows[place[group[at]]]) for at in range(len(rows)) if place[group[at]] != at}


def _contents(source: TableSource, numbers: Mapping[str, Floats], rows: NDArray[np.intp]) -> pd.DataFrame:
    """Every column that has a heading; cells that are numbers by their value, so that 3.0 and 3.00 are one."""
    found: dict[str, object] = {}
    for name in source.headings:
        if name in numbers:
            found[name] = numbers[name][rows]
            continue
        cells = source.text(name)
        chosen = [cells[row] for row in rows]
        values, wrong = to_floats(chosen, ".")
        found[name] = chosen if wrong else values
    return pd.DataFrame(found)


def _refuse(source: TableSource, names: Names, identical: Mapping[int, int], count: int, notes: list[str]) -> None:
    """Raise, or only note it where a table of bare numbers may well have equal rows."""
    row, first = next(iter(identical.items()))
    twice = f"identical to {source.label(first)}{many([source.number(other) for other in list(identical)[1:]], 'row')}"
    if names.enhanced is None and not names.others and not _has_names(source):
        repeats = np.unique(np.unique(list(identical.values()), return_counts=True)[1])
        every = len(repeats) == 1 and len(set(identical.values())) * (int(repeats[0]) + 1) == count
        if not every:
            notes.append(f"Identical rows: {source.where(row)} is {twice}; {KEEP_ONE}.")
            return
    way_out = KEEP_ONE if names.enhanced is not None and names.images else f"{KEEP_ONE}; {NAME_THEM}"
    raise DataError(Problem("error", f"this row is {twice}; {way_out}", source.where(row)))


def _has_names(source: TableSource) -> bool:
    """Whether some column holds names rather than numbers."""
    return any(to_floats(source.text(name), ".")[1] for name in source.headings)


def _refuse_conflicts(
    source: TableSource, names: Names, numbers: Mapping[str, Floats], label: str, twice: Mapping[int, int]
) -> None:
    """Raise where a pair stands twice with different contents: which of them holds can't be told."""
    if not twice:
        return
    row, first = next(iter(twice.items()))
    pair = repr((names.enhanced or ())[row])
    if "reference" in names.others:
        pair += f" of {names.others['reference'][row]!r}"
    message = f"the pair {pair} (column {names.column!r}) already stands in {source.label(first)}"
    for name in (label, *numbers):
        here, there = numbers[name][row], numbers[name][first]
        if here != there and not (np.isnan(here) and np.isnan(there)):
            message += f", with {there:g} instead of {here:g} as its {'label' if name == label else 'score'} ({name})"
            break
    more = many([source.number(other) for other in list(twice)[1:]], "row")
    way_out = "a pair has one row" if names.images else NAME_THEM
    raise DataError(Problem("error", f"{message}{more}; {way_out}", source.where(row)))
