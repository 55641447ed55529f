"""Writes and reads the CSV files of a run, the same bytes on every platform. Pandas."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmark.core import atomic, formulas, places, regular
from benchmark.core.choice_columns import CHOICE_KEYS
from benchmark.core.errors import UserError
from benchmark.core.pair_columns import LIMITS, SCORE_KEYS
from benchmark.results.scored import Failure

KEYS = SCORE_KEYS
NUMERIC_KEYS = ("fold", "mos", "mos_sd", "observers")
WHOLE = ("fold", "observers", "n", "n_clusters", "votes", "partition", "seed")
TEXT = {
    *(key for key in KEYS if key not in NUMERIC_KEYS),
    *(key for key in CHOICE_KEYS if key not in ("preference", "votes")),
    *(
        "level",
        "statistic",
        "method",
        "method_a",
        "method_b",
        "interval",
        "note",
        "test",
        "reason",
        "aggregate",
        "part",
        "disturbance",
        "by",
        "kind",
        "group",
        "minus",
        "divided_by",
        "label_mapping",
        "verdict",
    ),
}
FLAGS = ("significant",)
CHOICES = places.CHOICES
FAILURE_COLUMNS = ("pair", "method", "reason")
# numbers are read back exactly: pandas 3.1 does so by default and deprecates the option that older versions need
EXACT: dict[str, Any] = (
    {} if (*map(int, pd.__version__.split(".")[:2]),) >= (3, 1) else {"float_precision": "round_trip"}
)


def write_table(path: Path, table: pd.DataFrame, numbers: Collection[str] = ()) -> None:
    """Write a table; floats can be read back bit for bit, unknown values are empty cells.

    Text that a spreadsheet would read as a formula is protected; ``read_table`` undoes it.

    Args:
        path: the file.
        table: its content.
        numbers: columns that hold numbers whatever they are called: a method's label may be ``n`` or ``group``.
    """
    shown = table.copy()
    for column in WHOLE:
        if column in shown.columns and column not in numbers:
            shown[column] = shown[column].astype(float).astype("Int64")
    for column in (TEXT - set(numbers)) & set(shown.columns):
        shown[column] = [formulas.protect(cell) if isinstance(cell, str) else cell for cell in shown[column]]
    shown.columns = pd.Index([formulas.protect(str(name)) for name in shown.columns])
    atomic.write_text(path, shown.to_csv(index=False, lineterminator="\n"))


def read_table(path: Path, columns: Sequence[str] = (), numbers: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table written by ``write_table``; names such as ``NA`` stay names.

    Args:
        path: the file.
        columns: required columns; an empty table may lack the optional ones.
        numbers: further required columns, of finite numbers, whatever they are called.

    Raises:
        UserError: the file is missing, cut short, or not such a table; names the column.
    """
    table = _read_csv(path, numbers)
    names = [str(name) for name in table.columns]
    missing = next((name for name in (*columns, *numbers) if name not in names), None)
    if missing is not None:
        raise UserError(f"{path}: it has no column {missing!r}: not the table of a run")
    for name in names:
        if ((name in TEXT or name in FLAGS) and name not in numbers) or not len(table):
            continue
        if not pd.api.types.is_numeric_dtype(table[name]) or pd.api.types.is_bool_dtype(table[name]):
            raise UserError(f"{path}: column {name!r:.60} holds something that is no number")
        if np.isinf(table[name].to_numpy(dtype=float)).any():
            raise UserError(f"{path}: column {name!r:.60} holds a number that is not finite")
    return table


def _read_csv(path: Path, numbers: Collection[str] = ()) -> pd.DataFrame:
    try:
        regular.check(path)
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 1))
            if file.read() not in (b"\n", b"\r"):
                raise UserError(f"{path}: it ends within a line: empty, cut short, or no table of a run")
        _check_cells(path)
        header = pd.read_csv(path, nrows=0).columns
        text = {column: str for column in header if column in TEXT and formulas.restore(column) not in numbers}
        empty = {column: [""] for column in header if column not in text}
        table: pd.DataFrame = pd.read_csv(
            path, dtype=text, keep_default_na=False, na_values=empty, encoding="utf-8", **EXACT
        )
        for column in text:
            table[column] = [formulas.restore(cell) for cell in table[column]]
        table.columns = pd.Index([formulas.restore(name) for name in table.columns])
        return table
    except FileNotFoundError:
        raise UserError(f"{path}: not there; is this the output folder of a run?") from None
    except (OSError, ValueError, OverflowError, csv.Error) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())[:200]
        raise UserError(f"{path}: can't be read as a table: {reason}") from None


def _check_cells(path: Path) -> None:
    """Refuse rows that are longer or shorter than the header: pandas fills them, or reads their first cell as a name.

    Raises:
        UserError: names the line.
    """
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        wanted = len(next(rows, []))
        for row in rows:
            if len(row) != wanted:
                raise UserError(f"{path}:{rows.line_num}: {len(row)} cells, not {wanted} as in the header: cut short?")


def scores_table(dataset: str, pairs: pd.DataFrame, columns: Sequence[tuple[str, Sequence[float]]]) -> pd.DataFrame:
    """The content of ``scores.csv``: one row per pair, one column per method, NaN where there is no score."""
    limits = [name for name in LIMITS if name in pairs.columns]
    table = pairs.assign(dataset=dataset).loc[:, [*KEYS, *limits]].reset_index(drop=True)
    scores = pd.DataFrame({label: pd.Series(list(values), dtype=float) for label, values in columns}, index=table.index)
    return pd.concat([table, scores], axis=1)


def choices_table(dataset: str, choices: pd.DataFrame | None) -> pd.DataFrame:
    """The content of ``choices.csv``: one row per choice; without rows where there are none."""
    if choices is None:
        return pd.DataFrame(columns=list(CHOICE_KEYS))
    return choices.assign(dataset=dataset).loc[:, list(CHOICE_KEYS)].reset_index(drop=True)


def failures_table(failures: Iterable[Failure]) -> pd.DataFrame:
    """The content of ``failures.csv``."""
    rows = [(failure.pair, failure.label, failure.reason) for failure in failures]
    return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS), dtype=str)
