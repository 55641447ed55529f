"""The CSV files of a run: how they are written and read back, the same bytes on every platform. Pandas.

Neighbours: ``pairs`` (the columns of labels), ``evaluation`` (who makes summary and comparisons), ``report`` (who reads).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmark import atomic, formulas, regular
from benchmark.config import SCORE_KEYS
from benchmark.errors import UserError

if TYPE_CHECKING:
    from benchmark.scoring.plan import Failure

KEYS = SCORE_KEYS
NUMERIC_KEYS = ("fold", "mos", "mos_sd", "observers")
WHOLE = ("fold", "observers", "n", "n_clusters")
TEXT = {
    *(key for key in KEYS if key not in NUMERIC_KEYS),
    *("level", "statistic", "method", "method_a", "method_b", "interval", "note", "test", "reason"),
}
FAILURE_COLUMNS = ("pair", "method", "reason")
# numbers read back as written: by default from pandas 3.1 on, which deprecates the option that older ones need
EXACT: dict[str, Any] = (
    {} if (*map(int, pd.__version__.split(".")[:2]),) >= (3, 1) else {"float_precision": "round_trip"}
)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table; floats so that they read back bit for bit, unknown values as empty cells.

    Text that a spreadsheet would take for a formula is written so that it does not; ``read_table`` undoes it.
    """
    shown = table.copy()
    for column in WHOLE:
        if column in shown.columns:
            shown[column] = shown[column].astype(float).astype("Int64")
    for column in TEXT & set(shown.columns):
        shown[column] = [formulas.protect(cell) if isinstance(cell, str) else cell for cell in shown[column]]
    shown.columns = pd.Index([formulas.protect(str(name)) for name in shown.columns])
    atomic.write_text(path, shown.to_csv(index=False, lineterminator="\n"))


def read_table(path: Path) -> pd.DataFrame:
    """Read a table written by ``write_table``; names such as ``NA`` stay names.

    Raises:
        UserError: the file is missing or no such table.
    """
    try:
        regular.check(path)
        header = pd.read_csv(path, nrows=0).columns
        text = {column: str for column in header if column in TEXT}
        numbers = {column: [""] for column in header if column not in TEXT}
        table: pd.DataFrame = pd.read_csv(
            path, dtype=text, keep_default_na=False, na_values=numbers, encoding="utf-8", **EXACT
        )
        for column in text:
            table[column] = [formulas.restore(cell) for cell in table[column]]
        table.columns = pd.Index([formulas.restore(name) for name in table.columns])
        return table
    except FileNotFoundError:
        raise UserError(f"{path}: not there; is this the output folder of a run?") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be read as a table: {error}") from None


def scores_table(dataset: str, pairs: pd.DataFrame, columns: Sequence[tuple[str, Sequence[float]]]) -> pd.DataFrame:
    """The content of ``scores.csv``: one row a pair, a column a method, NaN where there is no score."""
    table = pairs.assign(dataset=dataset).loc[:, list(KEYS)].reset_index(drop=True)
    for label, values in columns:
        table[label] = pd.Series(list(values), dtype=float)
    return table


def failures_table(failures: Iterable[Failure]) -> pd.DataFrame:
    """The content of ``failures.csv``."""
    rows = [(failure.pair, failure.label, failure.reason) for failure in failures]
    return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS), dtype=str)
