"""An optional file beside EFID's label lists: the spread of opinions. A helper of ``efid.py``.

``opinions.csv``: ``enhanced,mos_sd,observers`` and,
optionally, ``split`` and ``mos``. The label list remains the authority for the label: a different ``mos`` is an error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict

from benchmark import DataError, Problem

from ._columns import Row, Sheet, read_sheet

OPINIONS = "opinions.csv"


class PairRow(TypedDict):
    """One pair as ``efid.py`` passes it to pandas; ``source`` is the line of the label list."""

    split: str
    reference: str
    enhanced: str
    condition: str
    mos: float
    mos_sd: float
    observers: float
    reference_path: str
    enhanced_path: str
    source: str


class Opinion(NamedTuple):
    """A row of ``opinions.csv``; NaN for an empty cell."""

    mos: float
    mos_sd: float
    observers: float
    where: str


def add_opinions(rows: Sequence[PairRow], folders: Sequence[Path]) -> list[Problem]:
    """Fill in ``mos_sd`` and ``observers`` of the rows from the first ``opinions.csv`` in these folders."""
    file = next((folder / OPINIONS for folder in folders if (folder / OPINIONS).is_file()), None)
    if file is None:
        return []
    try:
        sheet = read_sheet(file, ("enhanced", "mos_sd", "observers"))
        sheet.settle_mark([name for name in ("mos_sd", "observers", "mos") if name in sheet.columns])
    except DataError as error:
        return list(error.problems)
    opinions = _opinions(sheet)
    used = set()
    for row in rows:
        key = next((key for key in ((row["split"], row["enhanced"]), ("", row["enhanced"])) if key in opinions), None)
        if key is None:
            continue
        used.add(key)
        opinion = opinions[key]
        row["mos_sd"], row["observers"] = opinion.mos_sd, opinion.observers
        if not math.isnan(opinion.mos) and not math.isclose(opinion.mos, row["mos"], rel_tol=1e-6, abs_tol=1e-9):
            message = (
                f"the mos of {row['enhanced']!r} is {opinion.mos:g}, its label in {row['source']} is {row['mos']:g}"
            )
            sheet.problems.append(Problem("error", f"{message}; make them equal", opinion.where))
    sheet.problems += [
        Problem(
            "warning",
            f"{name!r} is no labelled image{f' of split {split}' if split else ''}",
            opinions[split, name].where,
        )
        for split, name in opinions
        if (split, name) not in used
    ]
    return sheet.problems


def _opinions(sheet: Sheet) -> dict[tuple[str, str], Opinion]:
    """Rows by (split, enhanced); the split is empty if the file has no such column."""
    opinions: dict[tuple[str, str], Opinion] = {}
    for row in sheet.rows:
        key = (row.cells.get("split", ""), row.cells["enhanced"])
        if key in opinions:
            sheet.wrong(row, f"{key[1]!r} already stands in {opinions[key].where}")
            continue
        observers = sheet.number(row, "observers", least=1, whole=True)
        opinions[key] = Opinion(
            _mos(sheet, row), sheet.number(row, "mos_sd", above=0), observers, f"{sheet.file}:{row.line}"
        )
    return opinions


def _mos(sheet: Sheet, row: Row) -> float:
    return sheet.number(row, "mos") if "mos" in row.cells else math.nan
