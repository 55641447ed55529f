"""The table of robustness: what small changes of the enhanced images do to ranks and to agreement with labels."""

from __future__ import annotations

import math

import pandas as pd

from benchmark.core.places import ROBUSTNESS
from benchmark.images.disturb import DISTURBANCES, WORDS
from benchmark.report import naming
from benchmark.report.content import ReportData
from benchmark.report.grid import Grid

TITLES = {"shift": "Shift", "rotate": "Rotation", "jpeg": "JPEG", "half": "Half size"}


def robustness_table(data: ReportData) -> list[Grid]:
    """The tables, one for each data set and split; none where nothing was disturbed."""
    analysis = data.analyses.get(ROBUSTNESS)
    if analysis is None or analysis.table.empty:
        return []
    groups = list(analysis.table.fillna({"split": ""}).groupby(["dataset", "split"], sort=False))
    return [
        _table(data, rows, ", ".join(filter(None, map(str, key))) if len(groups) > 1 else "", number)
        for number, (key, rows) in enumerate(groups, 1)
    ]


def _table(data: ReportData, rows: pd.DataFrame, place: str, number: int) -> Grid:
    names = [name for name in DISTURBANCES if name in set(rows["disturbance"])]
    titles = {method.label: method.title for method in data.methods}
    by_method = {label: own.set_index("disturbance") for label, own in rows.groupby("method", sort=False)}
    order = sorted(by_method, key=lambda label: -_least(by_method[label]["rank_agreement"]))
    lines = []
    for label in order:
        cells = []
        for name in names:
            own = by_method[label]
            for _, row in own[own.index == name].iterrows():
                cells += [_agreement(row), _difference(row)]
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
    suffix = f"_{number}" if place else ""
    where = f", {place}" if place else ""
    return Grid(f"{ROBUSTNESS}{suffix}", f"Robustness: {data.title}{where}.", tuple(header), tuple(lines), notes)


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
