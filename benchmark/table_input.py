"""Reads any table of scores for ``evaluate``: columns found or suggested, references told apart, labels checked. Pandas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.errors import ConfigError, DataError, Problem
from benchmark.opinions import opinion_problems
from benchmark.words import did_you_mean

REFERENCE_NAMES = ("reference", "ref_img", "ref", "ref_name", "reference_image")
CONDITION_NAMES = ("condition", "dst_type", "dist_type", "distortion")
ENHANCED_NAMES = ("enhanced", "dist_img", "dist", "image", "name", "filename", "pair")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column holds what; ``None`` where the table has none.

    Attributes:
        mos: the label.
        methods: the scores.
        reference: name of the reference.
        cluster: what is resampled, when it is not the reference.
        condition: enhancement or distortion.
        mos_sd: standard deviation of the opinions.
        observers: their number.
    """

    mos: str
    methods: tuple[str, ...]
    reference: str | None = None
    cluster: str | None = None
    condition: str | None = None
    mos_sd: str | None = None
    observers: str | None = None


def read_csv(path: Path) -> pd.DataFrame:
    """A CSV file with every cell as text.

    Raises:
        DataError: it can't be read as a table.
    """
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DataError(f"{path}: can't be read as a CSV table in UTF-8 ({reason})") from None


def from_table(table: pd.DataFrame, columns: Columns, *, name: str) -> tuple[pd.DataFrame, list[str]]:
    """A table in the form of ``scores.csv``, with the notes that a reader needs.

    Args:
        table: as read, or any DataFrame.
        columns: which column holds what.
        name: the table's name, for messages and the column ``dataset``.

    Raises:
        ConfigError: a column that is not there, with the nearest name.
        DataError: a label or score that is no number, by row.
    """
    _check_present(table, columns, name)
    notes: list[str] = []
    reference = _reference(table, columns.reference, notes)
    condition = _text(table, columns.condition) if columns.condition else pd.Series("", index=table.index)
    cluster = merge_case(_text(table, columns.cluster), "cluster", notes) if columns.cluster else reference
    enhanced_column = next((item for item in ENHANCED_NAMES if item in table.columns), None)
    rows = pd.Series([f"row {i + 2}" for i in range(len(table))], index=table.index)
    enhanced = _text(table, enhanced_column) if enhanced_column else rows
    pair = enhanced if enhanced.is_unique else rows
    problems: list[Problem] = []
    numbers = {item: _numbers(table, item, name, problems) for item in dict.fromkeys([columns.mos, *columns.methods])}
    spread = {item: _numbers(table, item, name, problems) for item in (columns.mos_sd, columns.observers) if item}
    bad_labels = ~np.isfinite(numbers[columns.mos])
    problems += [
        Problem("error", f"the label in column {columns.mos!r} is missing or not finite", f"{name}:{i + 2}")
        for i in np.flatnonzero(bad_labels)
    ]
    problems += opinion_problems(
        spread.get(columns.mos_sd or "", np.nan),
        spread.get(columns.observers or "", np.nan),
        lambda row: f"{name}:{row + 2}",
        columns=(columns.mos_sd or "", columns.observers or ""),
    )
    if problems:
        raise DataError(problems)
    result = pd.DataFrame(
        {
            "dataset": Path(name).stem,
            "split": "",
            "fold": np.nan,
            "pair": pair,
            "reference": reference,
            "cluster": cluster,
            "enhanced": enhanced,
            "condition": condition,
            "mos": numbers[columns.mos],
            "mos_sd": spread.get(columns.mos_sd or "", np.nan),
            "observers": spread.get(columns.observers or "", np.nan),
        }
    )
    for item in columns.methods:
        values = numbers[item].copy()
        values[~np.isfinite(values)] = np.nan
        result[item] = values
    return result.reset_index(drop=True), notes


def guess(table: pd.DataFrame, given: str | None, names: Sequence[str]) -> str | None:
    """The column that was named, or the first of the usual names that the table has."""
    return given if given is not None else next((name for name in names if name in table.columns), None)


def _check_present(table: pd.DataFrame, columns: Columns, name: str) -> None:
    if table.empty:
        raise DataError(f"{name}: the table has no rows")
    present = [str(column) for column in table.columns]
    named = (
        columns.mos,
        *columns.methods,
        columns.reference,
        columns.cluster,
        columns.condition,
        columns.mos_sd,
        columns.observers,
    )
    for column in named:
        if column is not None and column not in present:
            hint = did_you_mean(column, present) or f"; it has {', '.join(present[:12])}"
            raise ConfigError(f"{name}: no column {column!r}{hint}")
        if column is not None and present.count(column) > 1:
            raise ConfigError(f"{name}: the column {column!r} stands more than once")


def _text(table: pd.DataFrame, column: str) -> pd.Series[str]:
    return table[column].astype(str).str.strip()


def _reference(table: pd.DataFrame, column: str | None, notes: list[str]) -> pd.Series[str]:
    if column is None:
        notes.append("No reference column: every pair counts as a reference of its own (--reference COL).")
        return pd.Series([f"row {i + 2}" for i in range(len(table))], index=table.index)
    return merge_case(_text(table, column), "reference", notes)


def merge_case(names: pd.Series[str], noun: str, notes: list[str]) -> pd.Series[str]:
    """Names that differ only in case are one; the first spelling stands for all, and a note says so."""
    folded = names.str.casefold()
    first = names.groupby(folded, sort=False).transform("first")
    before, after = names.nunique(), folded.nunique()
    if after < before:
        notes.append(f"{before} {noun} names differing only in case were merged into {after}.")
    return first


def _numbers(table: pd.DataFrame, column: str, name: str, problems: list[Problem]) -> NDArray[np.float64]:
    """A column as numbers; empty and ``nan`` cells are NaN, other text is a problem with its line."""
    raw = table[column]
    text = raw.astype(str).str.strip()
    empty = raw.isna() | text.str.lower().isin(["", "nan", "na", "n/a", "none", "null"])
    values = pd.to_numeric(text.where(~empty), errors="coerce").astype(float)
    wrong = values.isna() & ~empty
    problems += [
        Problem("error", f"{text.iloc[i]!r} in column {column!r} is not a number", f"{name}:{i + 2}")
        for i in np.flatnonzero(wrong.to_numpy())
    ]
    return np.array(values, dtype=np.float64)
