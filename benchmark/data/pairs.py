"""The table of pairs: its columns, its checks, and the choice of splits. Pandas; no images, no torch.

Every data set returns this table; its neighbours are ``contracts.Dataset`` (who makes it) and ``pipeline`` (who reads it).

===============  ====================================================================================================
column           meaning
===============  ====================================================================================================
split            ``train``, ``val``, ``test`` … as published; empty where the data set has none
fold             number of the cross-validation fold; empty where there are none
pair             identifier, unique in the table (default: ``split/enhanced``)
reference        name of the reference image (in EFID: the degraded photograph)
cluster          what is resampled: the reference, or the patient where the data say so
enhanced         name of the enhanced image
condition        the enhancement algorithm; empty where unknown
mos              the label, raw, in the data set's own scale and direction
mos_sd           standard deviation of the opinions behind it, where known
observers        number of opinions behind it, where known
reference_path   file of the reference (not in ``scores.csv``)
enhanced_path    file of the enhanced image (not in ``scores.csv``)
===============  ====================================================================================================

A loader that leaves a split out, because a part of it is missing, may say so in ``table.attrs[LEFT_OUT]``: name of the split
to what is missing. Whoever asks for that split is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from benchmark.core.errors import ConfigError, DataError, Problem
from benchmark.core.pair_columns import OF_A_PAIR
from benchmark.data.labels import short
from benchmark.data.opinions import opinion_problems

if TYPE_CHECKING:
    import pandas as pd

TEXT = ("split", "pair", "reference", "cluster", "enhanced", "condition")
NUMBERS = ("fold", "mos", "mos_sd", "observers")
PATHS = ("reference_path", "enhanced_path")
COLUMNS = (*OF_A_PAIR, *PATHS)
LEFT_OUT = "left out"
REQUIRED = ("reference", "enhanced", "mos", *PATHS)


def complete(table: pd.DataFrame) -> pd.DataFrame:
    """Fill in the optional columns of a loader's table, put the columns in order and check it.

    Raises:
        DataError: a column or a name is missing, a label is not finite, a pair stands twice, or opinions have a spread or
            number that can't be; carries every problem.
    """
    missing = [column for column in REQUIRED if column not in table.columns]
    if missing:
        raise DataError(f"the data set's table of pairs lacks the column(s) {', '.join(missing)}")
    if table.empty:
        raise DataError("the data set has no pairs")
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise DataError(f"the data set's table of pairs has the column {twice[0]!r} twice; keep one of them")
    full = table.copy()
    for column in TEXT:
        if column not in full.columns:
            full[column] = None
    for column in NUMBERS:
        full[column] = _numbers(full, column) if column in full.columns else np.nan
    full["split"] = full["split"].fillna("").astype(str)
    full["condition"] = full["condition"].fillna("").astype(str)
    full["cluster"] = full["cluster"].where(full["cluster"].notna(), full["reference"])
    prefix = full["split"].where(full["split"] == "", full["split"] + "/")
    full["pair"] = full["pair"].where(full["pair"].notna(), prefix + full["enhanced"].astype(str))
    unnamed = _unnamed(full)
    if unnamed:
        raise DataError(unnamed)
    for column in (*TEXT, *PATHS):
        full[column] = full[column].astype(str)
    problems = find_problems(full)
    if problems:
        raise DataError(problems)
    full = full.loc[:, list(COLUMNS)].reset_index(drop=True)
    full.attrs = dict(table.attrs)
    return full


def _numbers(table: pd.DataFrame, column: str) -> pd.Series[float]:
    """A column as numbers, NaN where there is none.

    Raises:
        DataError: it holds something else.
    """
    import pandas as pd  # noqa: PLC0415

    found = pd.to_numeric(table[column], errors="coerce").astype(float)
    wrong = np.flatnonzero(found.isna() & table[column].notna())
    if len(wrong):
        more = f", and {len(wrong) - 1} more are none either" if len(wrong) > 1 else ""
        value = table[column].iloc[wrong[0]]
        place = f"row {wrong[0] + 1} of the data set's table of pairs"
        raise DataError(f"the {column} in {place} is {short(str(value))}, not a number{more}")
    return found


def _unnamed(table: pd.DataFrame) -> list[Problem]:
    """Rows without the name of their images or of what is resampled: together they would pass for one."""
    problems = []
    for column in ("reference", "enhanced", "cluster"):
        blank = table[column].isna() | (table[column].astype(str).str.strip() == "")
        problems += [
            Problem("error", f"the {column} in row {row + 1} of the data set's table of pairs is missing")
            for row in np.flatnonzero(blank)
        ]
    return problems


def find_problems(table: pd.DataFrame) -> list[Problem]:
    """Labels that are not finite numbers and pairs that stand twice, each named; opinions that can't be such."""
    problems = [
        Problem("error", f"the label of {pair} is {mos}, not a finite number")
        for pair, mos in zip(table["pair"], table["mos"], strict=True)
        if not np.isfinite(mos)
    ]
    repeated = table["pair"][table["pair"].duplicated()].unique()
    problems += [Problem("error", f"the pair {pair} stands more than once") for pair in repeated]
    names = table["pair"].tolist()
    return problems + opinion_problems(table["mos_sd"], table["observers"], lambda row: f"pair {names[row]}")


def choose_splits(table: pd.DataFrame, splits: Sequence[str] | None, key: str = "dataset.splits") -> pd.DataFrame:
    """The rows of the wanted splits.

    Args:
        table: all pairs.
        splits: names; with ``all`` among them every one; ``None`` for the test split, else ``val``, else everything.
        key: of the configuration, for messages.

    Raises:
        ConfigError: a name that the data set does not have.
    """
    present = list(dict.fromkeys(table["split"]))
    if splits is None:
        chosen = next(([name] for name in ("test", "val") if name in present), present)
    elif not splits:
        raise ConfigError(f"{key}: it names no split; leave it out for the test split, or write `all`")
    elif "all" in splits:
        chosen = present
    else:
        unknown = [name for name in splits if name not in present]
        if unknown:
            shown = ", ".join(repr(name) for name in present if name) or "none: its pairs are not split"
            why = table.attrs.get(LEFT_OUT, {}).get(unknown[0], "")
            reason = f": {why}" if why else ""
            several = [name.strip() for name in unknown[0].split(",")]
            if len(several) > 1 and set(several) <= set(present):
                reason = f"; several are a list: [{', '.join(several)}]"
            raise ConfigError(f"{key}: no split {unknown[0]!r} in this data set (it has {shown}){reason}")
        chosen = list(splits)
    return table[table["split"].isin(chosen)].reset_index(drop=True)


def limit_references(table: pd.DataFrame, limit: int | None) -> pd.DataFrame:
    """Keep the pairs of the first ``limit`` references of each split (all of them for ``None``)."""
    if limit is None:
        return table
    keys = table["split"] + "\0" + table["reference"]
    rank = keys.groupby(table["split"], sort=False).transform(
        lambda names: np.asarray(names.factorize()[0], dtype=float)
    )
    return table[rank < limit].reset_index(drop=True)


def shared_references(table: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """References that stand in more than one split, by name, with those splits."""
    splits = table.groupby("reference", sort=True)["split"].unique()
    return {str(name): tuple(sorted(found)) for name, found in splits.items() if len(found) > 1}
