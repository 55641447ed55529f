"""Reads any table of scores for ``evaluate``: finds its columns, merges spellings of a name, checks labels. Pandas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.core.errors import ConfigError, DataError, Problem
from benchmark.core.words import did_you_mean
from benchmark.data.decimals import Mark, find_mark, to_floats
from benchmark.data.delimited import many
from benchmark.data.opinions import limit_problems, opinion_problems
from benchmark.evaluation.table_rows import Names, by_rule, unrepeated
from benchmark.evaluation.table_sources import TableSource, is_missing, shorten

REFERENCE_NAMES = ("reference", "ref_img", "ref", "ref_name", "reference_image")
CONDITION_NAMES = ("condition", "dst_type", "dist_type", "distortion")
OTHER_NAMES = ("dataset", "split")
ENHANCED_NAMES = ("enhanced", "dist_img", "dist", "image", "name", "filename", "pair")
FURTHER = "further column "
"""In front of the names of columns that are taken along, so that no method is called like one."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The column of each quantity; ``None`` where the table has none.

    Attributes:
        mos: the label; ``None`` only where it follows from votes.
        methods: the scores.
        reference: the reference's name.
        cluster: what is resampled, when it is not the reference.
        condition: the enhancement or distortion.
        mos_sd: standard deviation of the opinions.
        observers: number of opinions.
        mos_low, mos_high: the labels' 95 % limits.
        enhanced: the enhanced image's name; ``None`` for the first with one of the usual headings.
    """

    mos: str | None
    methods: tuple[str, ...]
    reference: str | None = None
    cluster: str | None = None
    condition: str | None = None
    mos_sd: str | None = None
    observers: str | None = None
    mos_low: str | None = None
    mos_high: str | None = None
    enhanced: str | None = None


def from_table(
    source: TableSource,
    columns: Columns,
    *,
    decimal: Mark | None = None,
    drop_identical: bool = False,
    further: Iterable[str] = (),
) -> tuple[pd.DataFrame, list[str]]:
    """A table in the form of ``scores.csv``, with the notes that a reader needs.

    Args:
        source: the table as read.
        columns: which column holds what.
        decimal: the decimal mark of numbers; ``None`` to find it.
        drop_identical: whether repeated rows are dropped instead of being refused.
        further: columns of text that are taken along under their headings with ``FURTHER`` in front.

    Raises:
        ConfigError: a column is missing; the message suggests the nearest name.
        DataError: a label or score is not a number, a name is missing, or a row is repeated; the message names lines.
    """
    _check_present(source, columns)
    notes = list(source.notes)
    problems: list[Problem] = []
    limits = {"mos_low": columns.mos_low, "mos_high": columns.mos_high}
    wanted = (columns.mos, *columns.methods, columns.mos_sd, columns.observers, *limits.values())
    numbers = read_numbers(
        source, [item for item in dict.fromkeys(wanted) if item is not None], decimal, problems, notes
    )
    unlabelled = np.full(len(source.frame), np.nan)
    if columns.mos is not None:
        _check_labels(source, columns.mos, numbers[columns.mos], problems)
    labels = unlabelled if columns.mos is None else numbers[columns.mos]
    rows = [source.label(row) for row in range(len(source.frame))]
    names = read_all_names(source, columns, problems, notes)
    problems += opinion_problems(
        numbers[columns.mos_sd] if columns.mos_sd else np.nan,
        numbers[columns.observers] if columns.observers else np.nan,
        source.where,
        columns=(columns.mos_sd or "", columns.observers or ""),
    )
    ends = {key: numbers[column] for key, column in limits.items() if column}
    if ends:
        problems += limit_problems(labels, ends["mos_low"], ends["mos_high"], source.where)
    if problems:
        raise DataError(shorten(problems))
    if columns.reference is None:
        notes.append("No reference column: every pair counts as a reference of its own (--reference COL).")
    reference = names.get("reference", rows)
    enhanced_column, enhanced = _enhanced(source, columns)
    part_of_name = {noun: cells for noun, cells in names.items() if noun != "cluster"}
    told_apart = Names(enhanced_column, enhanced, {**_also_names(source, columns), **part_of_name})
    told_apart = by_rule(told_apart, CONDITION_NAMES, {name: numbers[name] for name in columns.methods})
    keep = unrepeated(source, told_apart, numbers, columns.mos or "", drop=drop_identical, notes=notes)
    enhanced = [name or row for name, row in zip(enhanced or rows, rows, strict=True)]
    result = pd.DataFrame(
        {
            "dataset": Path(source.name).stem,
            "split": "",
            "fold": np.nan,
            "pair": enhanced if len(set(enhanced)) == len(enhanced) else rows,
            "reference": reference,
            "cluster": names.get("cluster", reference),
            "enhanced": enhanced,
            "condition": names.get("condition", ""),
            "mos": labels,
            "mos_sd": numbers[columns.mos_sd] if columns.mos_sd else np.nan,
            "observers": numbers[columns.observers] if columns.observers else np.nan,
            **ends,
            **{item: np.where(np.isfinite(numbers[item]), numbers[item], np.nan) for item in columns.methods},
            **{FURTHER + item: ["" if is_missing(cell) else cell for cell in source.text(item)] for item in further},
        }
    )
    return result[keep].reset_index(drop=True), notes


def guess(source: TableSource, given: str | None, names: Sequence[str]) -> str | None:
    """The given column, or the first of the usual names that the table has."""
    return given if given is not None else next((name for name in names if name in source.frame.columns), None)


def _check_present(source: TableSource, columns: Columns) -> None:
    names = (columns.reference, columns.cluster, columns.condition)
    numbers = (columns.mos_sd, columns.observers, columns.mos_low, columns.mos_high)
    refuse_missing(source, (columns.mos, *columns.methods, *names, *numbers))


def refuse_missing(source: TableSource, named: Iterable[str | None]) -> None:
    """Refuse a column that the table lacks.

    Raises:
        ConfigError: suggests the nearest heading.
    """
    for column in named:
        if column is not None and column not in source.headings:
            hint = did_you_mean(column, source.headings) or f"; it has {', '.join(source.headings[:12])}"
            raise ConfigError(f"{source.name}: no column {column!r}{hint}")


def _enhanced(source: TableSource, columns: Columns) -> tuple[str | None, list[str] | None]:
    """The column of the enhanced images' names, by its usual headings, and its cells; missing ones are empty."""
    used = {columns.mos, *columns.methods, columns.reference, columns.cluster, columns.condition, columns.mos_sd}
    usual = (name for name in ENHANCED_NAMES if name in source.frame.columns and name not in used)
    column = columns.enhanced or next(usual, None)
    if column is None:
        return None, None
    return column, ["" if is_missing(name) else name for name in source.text(column)]


def _also_names(source: TableSource, columns: Columns) -> dict[str, list[str]]:
    """Columns that belong to a pair's name where the table has them: several data sets may use the same names."""
    usual = (*OTHER_NAMES, *(() if columns.condition else CONDITION_NAMES))
    return {name: source.text(name) for name in usual if name in source.frame.columns and name not in columns.methods}


class NamedColumns(Protocol):
    """The columns of names that tables of pairs and of choices have."""

    @property
    def reference(self) -> str | None:
        """The reference's name."""
        ...

    @property
    def cluster(self) -> str | None:
        """What is resampled."""
        ...

    @property
    def condition(self) -> str | None:
        """The condition, or the group of the choice."""
        ...


def read_all_names(
    source: TableSource, columns: NamedColumns, problems: list[Problem], notes: list[str]
) -> dict[str, list[str]]:
    """The names of references, clusters and conditions, as far as the table has them."""
    named = (("reference", columns.reference), ("cluster", columns.cluster), ("condition", columns.condition))
    return {noun: read_names(source, column, noun, problems, notes) for noun, column in named if column is not None}


def read_names(source: TableSource, column: str, noun: str, problems: list[Problem], notes: list[str]) -> list[str]:
    """A column of names; those that differ only in case or in the form of a number are merged, which a note says."""
    cells = source.text(column)
    missing = [row for row, name in enumerate(cells) if is_missing(name)]
    if missing:
        row, more = missing[0], many([source.number(other) for other in missing[1:]], "row")
        word = f" ({cells[row]!r} stands for a missing one; rename it if it is a name)" if cells[row] else ""
        message = f"the {noun} in column {column!r} is missing{word}{more}; without names these rows would pass for one"
        problems.append(Problem("error", message, source.where(row)))
        return cells
    return merge_equal(cells, noun, notes)


def merge_equal(names: Sequence[str], noun: str, notes: list[str]) -> list[str]:
    """Merge spellings of a name into the first, where they differ only in case, or all are numbers (1, 01, 1.0)."""
    distinct = list(dict.fromkeys(names))
    first: dict[str, str] = {}
    spelt = {name: first.setdefault(name.casefold(), name) for name in distinct}
    if len(first) < len(distinct) and noun != "condition":
        notes.append(f"{len(distinct)} {noun} names differing only in case were merged into {len(first)}.")
    elif noun == "condition":
        spelt = {name: name for name in distinct}
    if all(_NUMBER.fullmatch(name) for name in distinct):
        values: dict[Decimal, str] = {}
        spelt = {name: values.setdefault(Decimal(name), name) for name in distinct}
        if len(values) < len(distinct):
            notes.append(f"{len(distinct)} {noun} names are {len(values)} different numbers and were merged as such.")
    return [spelt[name] for name in names]


def _check_labels(source: TableSource, column: str, labels: Floats, problems: list[Problem]) -> None:
    wrong = np.flatnonzero(~np.isfinite(labels)).tolist()
    if wrong and not problems:
        more = many([source.number(row) for row in wrong[1:]], "row")
        message = f"the label in column {column!r} is missing or not finite{more}"
        problems.append(Problem("error", message, source.where(wrong[0])))


def _numbers_instead(cell: str, rule: str) -> str:
    """What to write instead of some text, as the end of a message; empty where it isn't known."""
    if cell.endswith("%"):
        return f": {rule}; write 50 % as 0.5" if rule else "; leave out the sign %"
    if cell in {"True", "False"}:
        return f": {rule}; write 1 for true and 0 for false" if rule else "; write 1 for true and 0 for false"
    return f": {rule}" if rule else ""


def read_numbers(
    source: TableSource,
    columns: Sequence[str],
    decimal: Mark | None,
    problems: list[Problem],
    notes: list[str],
    *,
    rules: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Floats]:
    """Columns as numbers; empty and ``nan`` cells are NaN, other text is a problem reported with its line.

    Args:
        source: the table as read.
        columns: which are read.
        decimal: the decimal mark; ``None`` to find it.
        problems: what is wrong is added to them.
        notes: what readers need to know is added to them.
        rules: what a number means in a column, which a message about other text says.
    """
    numbers: dict[str, Floats] = {}
    texts: dict[str, list[str]] = {}
    for column in columns:
        raw = source.frame[column]
        other = pd.api.types.is_bool_dtype(raw) or pd.api.types.is_complex_dtype(raw)
        if pd.api.types.is_numeric_dtype(raw) and not other:
            numbers[column] = raw.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            texts[column] = source.text(column)
    others = (source.text(name) for name in source.headings if name not in columns)
    mark = find_mark(texts, source.where, separator=source.separator, asked=decimal, others=others)
    if mark == "," and any("," in cell for cells in texts.values() for cell in cells):
        notes.append(f"Decimal commas were read in {Path(source.name).name}.")
    for column, cells in texts.items():
        values, wrong = to_floats(cells, mark)
        numbers[column] = np.array(values, dtype=np.float64)
        if wrong:
            more = many([source.number(row) for row in wrong[1:]], "row")
            instead = _numbers_instead(cells[wrong[0]], rules.get(column, ""))
            message = f"{cells[wrong[0]]!r} in column {column!r} is not a number{more}{instead}"
            problems.append(Problem("error", message, source.where(wrong[0])))
    return {column: numbers[column] for column in columns}
