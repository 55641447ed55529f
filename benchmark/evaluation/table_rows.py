"""Finds repeated rows in a table of scores and pairs with two labels, which make a sample look larger than it is. Pandas."""

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
EXCEPTION = 0.2  # the share of rows that may contradict the rule of the others
TELL_APART = "if they are different images, --condition COL names the column that tells them apart"
NAME_THEM = "if they are different images, add a column `enhanced` with their names"


@dataclass(frozen=True, slots=True)
class Names:
    """The names that identify pairs, one entry per row.

    Attributes:
        column: the column that names the enhanced images; ``None`` where none does.
        enhanced: names of enhanced images, empty where one is missing; ``None`` where no column has them.
        others: what else belongs to a pair's name: its reference, condition, split.
        images: whether ``enhanced`` are names of images; else a condition names the pair.
    """

    column: str | None
    enhanced: Sequence[str] | None
    others: Mapping[str, Sequence[str]]
    images: bool = True


def by_rule(names: Names, conditions: Collection[str], scores: Mapping[str, Floats]) -> Names:
    """The names that identify pairs in this table; a condition is part of them in some tables and not in others.

    An image's name may be used once in each condition (a folder each), or once in all; without names of images, reference
    and condition may name the pair, or there may be several levels of each distortion. What holds for all rows but a few
    is the rule, and those few are then reported, unless their scores differ: one image has one score, so that a name that
    stands in two conditions with other scores is of two images (LIVE's names repeat over folders, few with one reference).

    Args:
        names: what may identify pairs.
        conditions: which of ``names.others`` are conditions.
        scores: the methods' scores.
    """
    present = [key for key in names.others if key in conditions]
    rest = {key: cells for key, cells in names.others.items() if key not in present}
    if not present or (names.enhanced is None and "reference" not in rest):
        return names
    if names.enhanced is not None:
        bare = replace(names, others=rest)
    else:
        others = rest | {key: names.others[key] for key in present[1:]}
        bare = Names(present[0], names.others[present[0]], others, images=False)
    suspects = _suspects(bare, {})
    if len(suspects) > EXCEPTION * len(names.others[present[0]]):
        return names
    if names.enhanced is None:
        return bare
    folders = list(zip(*(names.others[key] for key in present), strict=True))
    return replace(bare, others=rest | {present[0]: _of_other_images(bare, suspects, folders, scores)})


def _of_other_images(
    names: Names, suspects: NDArray[np.intp], conditions: Sequence[tuple[str, ...]], scores: Mapping[str, Floats]
) -> list[str]:
    """The condition of each row that shares its name but in no other condition its scores; of the other rows, nothing."""
    keys = _keys(names, suspects).assign(**{f"score {name}": values[suspects] for name, values in scores.items()})
    condition = pd.Series(["/".join(conditions[row]) for row in suspects])
    several = condition.groupby([keys[name] for name in keys], dropna=False).transform("nunique") > 1
    found = [""] * len(conditions)
    for row, text, other in zip(suspects, condition, several, strict=True):
        found[row] = "" if other else text
    return found


def unrepeated(
    source: TableSource,
    names: Names,
    numbers: Mapping[str, Floats],
    label: str,
    *,
    drop: bool,
    notes: list[str],
    otherwise: str = NAME_THEM,
) -> NDArray[np.bool_]:
    """The rows to keep: all, or the first of identical ones, which a note then counts.

    Args:
        source: the table.
        names: what identifies pairs.
        numbers: the columns that were read as numbers.
        label: the one of them that is the label; empty where there is none.
        drop: whether to drop identical rows except the first.
        notes: a note is added where rows were dropped, or where it can't be decided whether rows are repeated.
        otherwise: what to do where identical rows are meant.

    Raises:
        DataError: a row is repeated, or a pair has two labels or two scores; the message names the lines.
    """
    keep = np.ones(len(source.frame), dtype=bool)
    suspects = _suspects(names, numbers)
    if len(suspects) < 2:
        return keep
    identical = _same_as(_contents(source, numbers, suspects), suspects)
    if identical and not drop:
        _refuse(source, names, identical, notes, otherwise)
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
    """Rows that share their pair's name with another row, or, where pairs have no names, all numbers that count."""
    if names.enhanced is None:
        return np.flatnonzero(pd.DataFrame({**names.others, **numbers}).duplicated(keep=False).to_numpy())
    keys = _keys(names, np.arange(len(names.enhanced)))
    return np.flatnonzero((keys.duplicated(keep=False) & (keys["enhanced"] != "")).to_numpy())


def _same_as(contents: pd.DataFrame, rows: NDArray[np.intp]) -> dict[int, int]:
    """Rows with the content of an earlier row, each with the first such row."""
    if contents.empty:
        return {}
    first = contents.groupby(list(contents.columns), sort=False, dropna=False).ngroup().to_numpy()
    _, place, group = np.unique(first, return_index=True, return_inverse=True)
    return {int(rows[at]): int(rows[place[group[at]]]) for at in range(len(rows)) if place[group[at]] != at}


def _contents(source: TableSource, numbers: Mapping[str, Floats], rows: NDArray[np.intp]) -> pd.DataFrame:
    """All columns that have a heading; numbers are taken by value, so that 3.0 and 3.00 are equal."""
    columns: dict[str, object] = {}
    for name in source.headings:
        if name in numbers:
            columns[name] = numbers[name][rows]
            continue
        cells = source.text(name)
        chosen = [cells[row] for row in rows]
        values, wrong = to_floats(chosen, ".")
        columns[name] = chosen if wrong else values
    return pd.DataFrame(columns)


def _refuse(source: TableSource, names: Names, identical: Mapping[int, int], notes: list[str], otherwise: str) -> None:
    """Refuse repeated rows, or only note them where a table of bare numbers may well have equal rows."""
    row, first = next(iter(identical.items()))
    twice = f"identical to {source.label(first)}{many([source.number(other) for other in list(identical)[1:]], 'row')}"
    if names.enhanced is None and not names.others and not _has_names(source):
        repeats = np.unique(np.unique(list(identical.values()), return_counts=True)[1])
        every = len(repeats) == 1 and len(set(identical.values())) * (int(repeats[0]) + 1) == len(source.frame)
        if not every:
            notes.append(f"Identical rows: {source.where(row)} is {twice}; {KEEP_ONE}.")
            return
    way_out = KEEP_ONE if names.enhanced is not None and names.images else f"{KEEP_ONE}; {otherwise}"
    raise DataError(Problem("error", f"this row is {twice}; {way_out}", source.where(row)))


def _has_names(source: TableSource) -> bool:
    """Whether any column holds names rather than numbers."""
    return any(to_floats(source.text(name), ".")[1] for name in source.headings)


def _refuse_conflicts(
    source: TableSource, names: Names, numbers: Mapping[str, Floats], label: str, twice: Mapping[int, int]
) -> None:
    """Refuse a pair that is repeated with different contents, since nothing shows which of them is valid."""
    if not twice:
        return
    row, first = next(iter(twice.items()))
    pair = repr((names.enhanced or ())[row])
    if "reference" in names.others:
        pair += f" of {names.others['reference'][row]!r}"
    message = f"the pair {pair} (column {names.column!r}) already stands in {source.label(first)}"
    for name in (*filter(None, [label]), *numbers):
        here, there = numbers[name][row], numbers[name][first]
        if here != there and not (np.isnan(here) and np.isnan(there)):
            message += f", with {there:g} instead of {here:g} as its {'label' if name == label else 'score'} ({name})"
            break
    more = many([source.number(other) for other in list(twice)[1:]], "row")
    no_condition = names.others.keys() <= {"reference", "dataset", "split"}
    way_out = ("a pair has one row" + f"; {TELL_APART}" * no_condition) if names.images else NAME_THEM
    raise DataError(Problem("error", f"{message}{more}; {way_out}", source.where(row)))
