"""Tables of the analysis over data sets: pooled values, differences, and what each data set does to them. Pandas."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from benchmark.core.places import POOLING
from benchmark.evaluation.pooling import ALL, RANKS
from benchmark.report import naming
from benchmark.report.content import ReportData
from benchmark.report.grid import Grid

MOST_METHODS = 12
"""Methods of which every two are printed; of more, the differences of the best one."""
WITHOUT = "without "
LEAST_P = 0.001


@dataclass(frozen=True, slots=True)
class PooledPart:
    """The analysis of one statistic.

    Attributes:
        name: of its files.
        statistic: its name.
        titles: of the methods, by label, in the order of print: the best first, those without a value last.
        values: the pooled row of each method.
        differences: the pooled rows of every two methods.
        without: of each data set, the rows without it.
        ranks: the mean rank of each method; empty where ranks are not compared.
        sets: the number of data sets that ranks are of; 0 for none.
    """

    name: str
    statistic: str
    titles: dict[str, str]
    values: dict[str, pd.Series]
    differences: list[pd.Series]
    without: dict[str, dict[str, pd.Series]]
    ranks: dict[str, float]
    sets: int


def pooled_parts(data: ReportData) -> Iterator[PooledPart]:
    """The analysis, statistic by statistic; nothing where it was not asked for or has no rows."""
    analysis = data.analyses.get(POOLING)
    if analysis is None or analysis.table.empty:
        return
    titles = {method.label: method.title for method in data.methods}
    table = analysis.table.fillna({"method_b": "", "note": ""})
    groups = list(table.groupby("statistic", sort=False))
    for statistic, rows in groups:
        alone = rows[rows["method_b"] == ""]
        values = _by_method(alone[alone["part"] == ALL])
        order = sorted(values, key=lambda label: -_number(values[label]["value"], -math.inf))
        parts = [str(part) for part in dict.fromkeys(alone["part"]) if str(part).startswith(WITHOUT)]
        ranked = _by_method(alone[alone["part"] == RANKS])
        yield PooledPart(
            POOLING if len(groups) == 1 else f"{POOLING}_{statistic}",
            str(statistic),
            {label: titles.get(label, label) for label in order},
            values,
            [row for _, row in rows[(rows["part"] == ALL) & (rows["method_b"] != "")].iterrows()],
            {part.removeprefix(WITHOUT): _by_method(alone[alone["part"] == part]) for part in parts},
            {label: float(row["value"]) for label, row in ranked.items()},
            max((int(row["sets"]) for row in ranked.values()), default=0),
        )


def pooling_tables(data: ReportData) -> list[Grid]:
    """The tables, with what must be known of them below the first of each statistic."""
    grids = []
    for part in pooled_parts(data):
        notes = data.analyses[POOLING].notes
        grids.append(_values(data, part, notes))
        grids += [_differences(data, part)] if part.differences else []
        grids += [_without(data, part)] if part.without else []
    return grids


def _values(data: ReportData, part: PooledPart, said: Sequence[str]) -> Grid:
    title = naming.title(part.statistic)
    header = ["Method", f"Pooled {title}", "A further data set", "SD between (z)", "I²", "Data sets"]
    header += ["Mean rank"] if part.ranks else []
    rows = []
    for label, shown in part.titles.items():
        row = part.values[label]
        cells = [
            shown,
            _with_ends(row, 3),
            _range(row, "predicted_low", "predicted_high"),
            naming.number(math.sqrt(_number(row["tau2"])), 3),
            naming.percent(round(_number(row["i2"]), 2)) if math.isfinite(row["i2"]) else "",
            str(int(row["sets"])),
        ]
        rank = part.ranks.get(label, math.nan)
        rows.append((*cells, *([naming.number(rank, 2)] if part.ranks else [])))
    how = (
        "A further data set: where the value of one more is expected. SD between: of Fisher's z, beyond what the "
        "references explain. I²: the share of the variance of values that is between data sets."
    )
    caption = f"{title} pooled over data sets: {data.title}."
    return Grid(part.name, caption, tuple(header), tuple(rows), (*said, how))


def _differences(data: ReportData, part: PooledPart) -> Grid:
    """Every two methods, or of many the best against all others; the better one first."""
    place = {label: number for number, label in enumerate(part.titles)}
    best = next(iter(place))
    wanted = [row for row in part.differences if len(place) <= MOST_METHODS or best in (row["method"], row["method_b"])]
    turned = [(row, place[str(row["method"])] > place[str(row["method_b"])]) for row in wanted]
    rows = []
    for row, turn in sorted(
        turned, key=lambda item: sorted(place[str(item[0][key])] for key in ("method", "method_b"))
    ):
        first, second = (part.titles[str(row[key])] for key in ("method", "method_b"))
        names = (second, first) if turn else (first, second)
        p = _number(row["p_adjusted"])
        shown = "" if math.isnan(p) else f"< {LEAST_P}" if p < LEAST_P else f"{p:.3f}"
        rows.append((f"{names[0]} - {names[1]}", _with_ends(row, 3, turn=turn), shown, str(int(row["sets"]))))
    notes = ["The first method's Fisher's z less the second's, paired on each data set, pooled by random effects."]
    if len(wanted) < len(part.differences):
        notes.append(f"Those of the best method; all {len(part.differences)} stand in {POOLING}.csv.")
    title = naming.title(part.statistic)
    header = ("Methods", f"Difference of z ({title})", "p, corrected", "Data sets")
    caption = f"Differences of {title} pooled over data sets: {data.title}."
    return Grid(f"{part.name}_differences", caption, header, tuple(rows), tuple(notes))


def _without(data: ReportData, part: PooledPart) -> Grid:
    title = naming.title(part.statistic)
    header = ("Method", *(f"Without {name}" for name in part.without))
    rows = tuple(
        (shown, *(_with_ends(found[label], 3) if label in found else "" for found in part.without.values()))
        for label, shown in part.titles.items()
    )
    caption = f"{title} pooled without each data set: {data.title}."
    return Grid(f"{part.name}_without", caption, header, rows)


def _by_method(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {str(row["method"]): row for _, row in rows.iterrows()}


def _with_ends(row: pd.Series, digits: int, *, turn: bool = False) -> str:
    """A value with its interval, or that of the methods the other way round."""
    value, low, high = (_number(row[key]) for key in ("value", "ci_low", "ci_high"))
    if turn:
        value, low, high = -value, -high, -low
    if math.isnan(value):
        return ""
    ends = ", ".join(naming.number(end, digits, minus=naming.MINUS) for end in (low, high))
    return f"{naming.number(value, digits, minus=naming.MINUS)}{f' [{ends}]' if math.isfinite(low) else ''}"


def _range(row: pd.Series, low: str, high: str) -> str:
    ends = [naming.number(_number(row[key]), 3, minus=naming.MINUS) for key in (low, high)]
    return f"{ends[0]} to {ends[1]}" if all(ends) else ""


def _number(value: object, instead: float = math.nan) -> float:
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else instead
