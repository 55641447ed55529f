"""The table of robustness: what small changes of the enhanced images do to ranks and to agreement with labels."""

from __future__ import annotations

import math

import pandas as pd

from benchmark.core.places import ROBUSTNESS
from benchmark.images.disturb import DISTURBANCES, WORDS
from benchmark.report import naming
from benchmark.report.analysis_blocks import AnalysisBlock, analysis_blocks
from benchmark.report.content import ReportData
from benchmark.report.grid import Grid

TITLES = {"shift": "Shift", "rotate": "Rotation", "jpeg": "JPEG", "half": "Half size"}


def robustness_table(data: ReportData) -> list[Grid]:
    """The tables, one for each data set and split; none where nothing was disturbed."""
    return [_table(data, block) for block in analysis_blocks(data, ROBUSTNESS)]


def _table(data: ReportData, block: AnalysisBlock) -> Grid:
    rows = block.rows
    names = [name for name in DISTURBANCES if name in set(rows["disturbance"])]
    titles = {method.label: method.title for method in data.methods}
    by_method = {label: own.set_index("disturbance") for label, own in rows.groupby("method", sort=False)}
    order = sorted(by_method, key=lambda label: -_least(by_method[label]["rank_agreement"]))
    lines = []
    for label in order:
        cells: list[str] = []
        for name in names:
            own = by_method[label]
            here = [(_agreement(row), _difference(row)) for _, row in own[own.index == name].iterrows()]
            cells += here[0] if here else ("", "")
        lines.append((titles.get(str(label), str(label)), *cells))
    header = ["Method"]
    for name in names:
        header += [f"{TITLES[name]}: ranks", f"{TITLES[name]}: change of {naming.title('srcc')}"]
    correlation = naming.title("srcc")
    explained = "; ".join(f"{TITLES[name]}: {WORDS[name]}" for name in names)
    notes = (
        f"{explained}.",
        f"Ranks: {correlation} of the scores before and after. Change: {correlation} with the labels after less before, "
        f"with its {naming.percent(data.confidence)} interval (jackknife by reference). Least moved ranks first.",
        *data.analyses[ROBUSTNESS].notes,
    )
    return Grid(block.name, f"Robustness: {block.title}.", tuple(header), tuple(lines), notes)


def _least(values: pd.Series) -> float:
    least = float(values.min())
    return least if math.isfinite(least) else -math.inf


def _agreement(row: pd.Series) -> str:
    return naming.number(float(row["rank_agreement"]), 3, minus=naming.MINUS)


def _difference(row: pd.Series) -> str:
    value = naming.number(float(row["difference"]), 3, minus=naming.MINUS)
    if not math.isfinite(row["ci_low"]):
        return value
    low, high = (naming.number(float(row[end]), 3, minus=naming.MINUS) for end in ("ci_low", "ci_high"))
    return f"{value} [{low}, {high}]"
