"""Takes the table of a further analysis apart by data set and split, names its files and prints its numbers. Pandas."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from benchmark.report import naming
from benchmark.report.content import ReportData

LEAST_P = 0.001


@dataclass(frozen=True, slots=True)
class AnalysisBlock:
    """The part of an analysis that speaks of one data set and split.

    Attributes:
        name: of its files, without what distinguishes several in one block.
        title: the data set and split, or the report's title where there is one block only.
        rows: its rows.
    """

    name: str
    title: str
    rows: pd.DataFrame


def analysis_blocks(data: ReportData, name: str) -> Iterator[AnalysisBlock]:
    """The blocks of an analysis in their order; none where it was not asked for or has no rows."""
    analysis = data.analyses.get(name)
    if analysis is None or analysis.table.empty:
        return
    groups = list(analysis.table.fillna({"split": ""}).groupby(["dataset", "split"], sort=False))
    for (dataset, split), rows in groups:
        words = [str(word) for word in (dataset, split) if word]
        if len(groups) == 1:
            yield AnalysisBlock(name, data.title, rows)
        else:
            yield AnalysisBlock("_".join([name, *map(file_word, words)]), ", ".join(words), rows)


def file_word(text: str) -> str:
    """A text as a part of a file's name."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in text)


def cell(row: pd.Series | None, *, tested: bool = False) -> str:
    """A number as tables of analyses print it: value and interval, and if it is tested its p-value; empty where undefined.

    Args:
        row: ``value``, ``ci_low``, ``ci_high`` and ``p_adjusted``.
        tested: whether it has a p-value.
    """
    if row is None or not math.isfinite(row["value"]):
        return ""
    value = naming.number(float(row["value"]), 3, minus=naming.MINUS)
    if not math.isfinite(row["ci_low"]):
        return value
    ends = (naming.number(float(row[end]), 2, minus=naming.MINUS) for end in ("ci_low", "ci_high"))
    text = f"{value} [{', '.join(ends)}]"
    if not tested or not math.isfinite(row["p_adjusted"]):
        return text
    p = float(row["p_adjusted"])
    return f"{text}, p {'< 0.001' if p < LEAST_P else f'= {p:.3f}'}"
