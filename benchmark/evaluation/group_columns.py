"""Finds the group of each pair: in a column of the table itself, in a file beside it, or in the pairs' own names. Pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmark.config.grouping import OWN, Grouping
from benchmark.config.printing import ReportConfig
from benchmark.config.source import KeyPath, Source, absolute
from benchmark.core.errors import ConfigError, DataError, Problem
from benchmark.core.words import did_you_mean
from benchmark.data.decimals import to_floats
from benchmark.evaluation.table_sources import TableSource, from_file, is_missing
from benchmark.evaluation.tasks import text
from benchmark.statistics.ranges import range_names, ranges
from benchmark.statistics.resampling import FloatArray, IntArray

KEYS = ("pair", "enhanced", "reference", "cluster", "condition")
Cells = Mapping[str, Sequence[str]]
"""By grouping, the text of each row's cell; empty where it is missing. ``OWN`` groupings need none."""


class NoGroupsError(Exception):
    """Nothing says which group pairs are in; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of some pairs.

    Attributes:
        names: what they are called, in their order.
        numbers: (n,) number of each pair's group; -1 where it has none.
        ranged: whether they are ranges of numbers.
    """

    names: tuple[str, ...]
    numbers: IntArray
    ranged: bool = False


def cells_of(rows: pd.DataFrame, asked: Grouping, files: Sequence[Path], headings: Sequence[str] = ()) -> list[str]:
    """The group's cell of each pair, from the file that is named, or the first of several that has the column.

    Args:
        rows: the columns of ``scores.csv``.
        asked: the grouping, by a column.
        files: where the column is looked for if the grouping names no file.
        headings: further columns that there are, for a hint.

    Raises:
        NoGroupsError: no file has the column.
        DataError: the file can't be read or matched; names it, and the line.
    """
    if asked.file is not None:
        return _matched(rows, asked, from_file(asked.file, [asked.by, *asked.key.values()]))
    there = [*headings]
    for file in files:
        try:
            source = from_file(file, [asked.by])
        except DataError:
            continue  # labels in another form than a table
        if asked.by in source.headings:
            return _matched(rows, asked, source)
        there += source.headings
    near = did_you_mean(asked.by, [*there, *OWN])
    way_out = near or f": name a table that does (`file`), or one of {', '.join(OWN)} (`by`)"
    raise NoGroupsError(f"nothing says the {asked.by!r} of a pair{way_out}")


def _matched(rows: pd.DataFrame, asked: Grouping, source: TableSource) -> list[str]:
    """The cell of each pair's row in a file."""
    keys: dict[str, str] = {str(name): column for name, column in asked.key.items()}
    keys = keys or {name: name for name in KEYS if name in source.headings and name != asked.by}
    for column in (asked.by, *keys.values()):
        if column not in source.headings:
            near = did_you_mean(column, source.headings) or f"; it has {', '.join(source.headings[:12])}"
            raise DataError(f"{source.name}: no column {column!r}{near}")
    if not keys:
        raise DataError(
            f"{source.name}: no column says which pairs its rows speak of ({', '.join(KEYS)}); name one: "
            "`key: {reference: COLUMN}`"
        )
    if "pair" in keys:
        keys = {"pair": keys["pair"]}
    known: dict[tuple[str, ...], int] = {}
    cells = ["" if is_missing(cell) else cell for cell in source.text(asked.by)]
    columns = [source.text(column) for column in keys.values()]
    for row, names in enumerate(zip(*columns, strict=True)):
        first = known.setdefault(names, row)
        if cells[first] != cells[row]:
            what = ", ".join(names)
            raise DataError(
                Problem(
                    "error",
                    f"{what} has the {asked.by} {cells[row]!r} here and {cells[first]!r} in {source.label(first)}",
                    source.where(row),
                )
            )
    wanted = list(zip(*([text(cell) for cell in rows[name]] for name in keys), strict=True))
    if not any(names in known for names in wanted):
        here, there = ", ".join(wanted[0]), ", ".join(next(iter(known)))
        raise DataError(
            f"{source.name}: none of its names ({' and '.join(keys.values())}: {there!r}, …) is that of a pair here "
            f"({here!r}, …)"
        )
    return [cells[known[names]] if names in known else "" for names in wanted]


def with_paths(report: ReportConfig, source: Source) -> ReportConfig:
    """A report whose files of groups are absolute paths; those of a configuration are relative to it."""
    groups = tuple(
        grouping
        if grouping.file is None
        else grouping.model_copy(update={"file": absolute(grouping.file, source, ("report", "groups", place, "file"))})
        for place, grouping in enumerate(report.groups)
    )
    return report.model_copy(update={"groups": groups})


def resolve(
    rows: pd.DataFrame,
    asked: Sequence[Grouping],
    own: Cells,
    files: Sequence[Path],
    source: Source,
    *,
    strict: bool,
    headings: Sequence[str] = (),
) -> dict[str, list[str] | str]:
    """The cells of all groupings by columns, before anything is scored.

    Args:
        rows: the columns of ``scores.csv``.
        asked: the groupings, with absolute paths.
        own: columns of the table that was given, row by row as ``rows``.
        files: where a column is looked for if nothing names its file.
        headings: those of the table that was given, for hints.
        source: the configuration as read, for messages.
        strict: whether a column that is not there is refused; else the reason takes the place of its cells, since of a
            study's data sets only some may have it.

    Raises:
        ConfigError: a column is not there, or its file does not fit; names the key.
    """
    found: dict[str, list[str] | str] = {}
    for place, grouping in enumerate(asked):
        at: KeyPath = ("report", "groups", place)
        try:
            if grouping.file is None and grouping.by in own:
                found[grouping.by] = list(own[grouping.by])
            elif grouping.by not in OWN:
                found[grouping.by] = cells_of(rows, grouping, files, headings)
            cells = found.get(grouping.by)
            groups_of(rows, grouping, None if isinstance(cells, str) else cells)
        except (NoGroupsError, DataError) as reason:
            if strict:
                raise ConfigError(f"{source.named((*at, 'by'))}: {reason}") from None
            found[grouping.by] = str(reason)
    return found


def groups_of(
    rows: pd.DataFrame, asked: Grouping, cells: Sequence[str] | None, *, lower_mos_better: bool = False
) -> Groups:
    """The groups of a block of pairs.

    Args:
        rows: the columns of ``scores.csv``.
        asked: the grouping.
        cells: the cell of each row; ``None`` where the grouping is one of ``OWN``.
        lower_mos_better: direction of the labels, whose ranges begin with the lowest quality.
    """
    if asked.by == "label" and cells is None:
        labels = rows["mos"].to_numpy(dtype=float) * (-1.0 if lower_mos_better else 1.0)
        numbers = ranges(labels, asked.parts or 3)
        return Groups(range_names(int(numbers.max()) + 1), numbers, ranged=True)
    words = [text(cell) for cell in rows[asked.by]] if cells is None else list(cells)
    values = np.array(to_floats(words, ".")[0])
    other = [word for word, value in zip(words, values, strict=True) if word and not np.isfinite(value)]
    if not other and any(words):
        return _numeric(values, words, asked.parts)
    if asked.parts is not None:
        held = f"words ({other[0]!r}), which have no ranges: leave out `parts`" if other else "nothing"
        raise NoGroupsError(f"{asked.by} holds {held}")
    names = [name for name in dict.fromkeys(words) if name]
    place = {name: number for number, name in enumerate(names)}
    return Groups(tuple(names), np.array([place.get(word, -1) for word in words], dtype=np.int64))


def _numeric(values: FloatArray, words: Sequence[str], parts: int | None) -> Groups:
    """Groups of equal numbers, the least first, or ranges of them."""
    if parts is not None:
        numbers = ranges(values, parts)
        names = tuple(
            _from_to(values[numbers == number].min(), values[numbers == number].max())
            for number in range(int(numbers.max()) + 1)
        )
        return Groups(names, numbers, ranged=True)
    distinct = np.unique(values[np.isfinite(values)])
    first = {float(value): words[int(np.flatnonzero(values == value)[0])] for value in distinct}
    numbers = np.where(np.isfinite(values), np.searchsorted(distinct, values), -1).astype(np.int64)
    return Groups(tuple(first[float(value)] for value in distinct), numbers)


def _from_to(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
