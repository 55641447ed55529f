"""The table of PWRC: values, and how far each method is from the best. Pandas."""

from __future__ import annotations

import math

import pandas as pd

from benchmark.core.places import SORTING
from benchmark.evaluation.sorted_images import DIFFERENCE, PWRC
from benchmark.report import naming
from benchmark.report.analysis_blocks import AnalysisBlock, analysis_blocks, cell
from benchmark.report.content import ReportData
from benchmark.report.grid import Grid


def sorting_tables(data: ReportData) -> list[Grid]:
    """The tables, one for each data set and split; none where PWRC was not asked for."""
    return [_table(data, block) for block in analysis_blocks(data, SORTING)]


def ordered(block: AnalysisBlock) -> list[tuple[str, pd.Series]]:
    """The methods with their PWRC, the best first."""
    rows = block.rows[block.rows["kind"] == PWRC]
    found = [(str(row["method"]), row) for _, row in rows.iterrows()]
    return sorted(found, key=lambda item: -item[1]["value"] if math.isfinite(item[1]["value"]) else math.inf)


def _table(data: ReportData, block: AnalysisBlock) -> Grid:
    titles = {method.label: method.title for method in data.methods}
    methods = ordered(block)
    best = methods[0][0]
    gaps = block.rows[block.rows["kind"] == DIFFERENCE]
    rows = []
    for label, row in methods:
        between = gaps[gaps["method"].isin([label, best]) & gaps["minus"].isin([label, best])]
        gap = between.iloc[0] if label != best and len(between) else None
        rows.append((titles.get(label, label), cell(row), cell(_from(gap, label), tested=True)))
    how = (
        f"{naming.percent(data.confidence)} intervals and tests: jackknife by reference with Student's t; p-values after "
        "Holm's correction over every two methods."
    )
    header = ("Method", "PWRC", "Less the best's")
    notes = (*data.analyses[SORTING].notes, how)
    return Grid(block.name, f"Perceptually weighted rank correlation: {block.title}.", header, tuple(rows), notes)


def _from(gap: pd.Series | None, label: str) -> pd.Series | None:
    """A difference as the method's less the best's."""
    if gap is None or gap["method"] == label:
        return gap
    turned = gap.copy()
    turned["value"], turned["ci_low"], turned["ci_high"] = -gap["value"], -gap["ci_high"], -gap["ci_low"]
    return turned
