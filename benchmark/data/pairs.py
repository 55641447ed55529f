"""The table of pairs: its columns, its checks, and the choice of splits. Pandas; no images, no torch.

Every data set returns this table (``contracts.data_set``); ``load`` completes it and chooses its splits.

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
mos_low          lower 95 % limit of the label; only where published, and with it ``mos_high``
mos_high         its upper 95 % limit
reference_path   file of the reference (not in ``scores.csv``)
enhanced_path    file of the enhanced image (not in ``scores.csv``)
===============  ====================================================================================================

A loader that leaves a split out, because a part of it is missing, may say so in ``table.attrs[LEFT_OUT]``: a mapping from
the split's name to what is missing. Users who ask for that split then see the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from benchmark.core.errors import ConfigError, DataError, Problem
from benchmark.core.pair_columns import LIMITS, OF_A_PAIR
from benchmark.data.labels import short
from benchmark.data.opinions import limit_problems, opinion_problems

if TYPE_CHECKING:
    import pandas as pd

TEXT = ("split", "pair", "reference", "cluster", "enhanced", "condition")
NUMBERS = ("fold", "mos", "mos_sd", "observers")
PATHS = ("reference_path", "enhanced_path")
COLUMNS = (*OF_A_PAIR, *PATHS)
LEFT_OUT = "left out"
REQUIRED = ("reference", "enhanced", "mos", *PATHS)


def complete(table: pd.DataFrame, *, labelled: bool = True) -> pd.DataFrame:
    """Fill in the optional columns of a loader's table, put the columns in order and check it.

    Args:
        table: the loader's table.
        labelled: whether every pair must have a label; a data set of choices needs none.

    Raises:
        DataError: a column or a name is missing, a label is not finite, a pair is repeated, or the spread or number of
            opinions or the limits are impossible; carries every problem.
    """
    required = [column for column in REQUIRED if labelled or column != "mos"]
    missing = [column for column in required if column not in table.columns]
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
    limits = [column for column in LIMITS if column in full.columns]
    if len(limits) == 1:
        raise DataError(f"the data set's table of pairs has {limits[0]} only; limits are {' and '.join(LIMITS)}")
    for column in limits:
        full[column] = _numbers(full, column)
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
    problems = find_problems(full, labelled=labelled)
    if problems:
        raise DataError(problems)
    full = full.loc[:, [*COLUMNS, *limits]].reset_index(drop=True)
    full.attrs = dict(table.attrs)
    return full


def _numbers(table: pd.DataFrame, column: str) -> pd.Series[float]:
    """A column as numbers, NaN where a cell is empty.

    Raises:
        DataError: it holds something else.
    """
    import pandas as pd  # noqa: PLC0415

    numbers = pd.to_numeric(table[column], errors="coerce").astype(float)
    wrong = np.flatnonzero(numbers.isna() & table[column].notna())
    if len(wrong):
        more = f", and {len(wrong) - 1} more are none either" if len(wrong) > 1 else ""
        value = table[column].iloc[wrong[0]]
        place = f"row {wrong[0] + 1} of the data set's table of pairs"
        raise DataError(f"the {column} in {place} is {short(str(value))}, not a number{more}")
    return numbers


def _unnamed(table: pd.DataFrame) -> list[Problem]:
    """Rows without the name of an image or cluster: all of them together would count as one."""
    problems = []
    for column in ("reference", "enhanced", "cluster"):
        blank = table[column].isna() | (table[column].astype(str).str.strip() == "")
        problems += [
            Problem("error", f"the {column} in row {row + 1} of the data set's table of pairs is missing")
            for row in np.flatnonzero(blank)
        ]
    return problems


def find_problems(table: pd.DataFrame, *, labelled: bool = True) -> list[Problem]:
    """Labels that are not finite and pairs that are repeated, each named; impossible spreads or numbers of opinions."""
    problems = [
        Problem("error", f"the label of {pair} is {mos}, not a finite number")
        for pair, mos in zip(table["pair"], table["mos"], strict=True)
        if not np.isfinite(mos) and (labelled or not np.isnan(mos))
    ]
    repeated = table["pair"][table["pair"].duplicated()].unique()
    problems += [Problem("error", f"the pair {pair} stands more than once") for pair in repeated]
    names = table["pair"].tolist()
    problems += opinion_problems(table["mos_sd"], table["observers"], lambda row: f"pair {names[row]}")
    if set(LIMITS) <= set(table.columns):
        low, high = (table[name] for name in LIMITS)
        problems += limit_problems(table["mos"], low, high, lambda row: f"pair {names[row]}")
    return problems


def choose_splits(table: pd.DataFrame, splits: Sequence[str] | None, key: str = "dataset.splits") -> pd.DataFrame:
    """The rows of the wanted splits.

    Args:
        table: all pairs.
        splits: names; ``all`` among them means every split; ``None`` means ``test``, else ``val``, else everything.
        key: the configuration's key, for messages.

    Raises:
        ConfigError: the data set has no split of this name.
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
    """References that are in more than one split, by name, with those splits."""
    splits = table.groupby("reference", sort=True)["split"].unique()
    return {str(name): tuple(sorted(of_reference)) for name, of_reference in splits.items() if len(of_reference) > 1}
