"""Tables of the analysis by the reference's own quality: one for each data set and statistic. Pandas."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from benchmark.core.places import REFERENCE_QUALITY
from benchmark.evaluation.reference_quality import AGAINST, POOLED, PRISTINE, WITHIN
from benchmark.report import naming
from benchmark.report.analysis_blocks import analysis_blocks, cell
from benchmark.report.content import ReportData
from benchmark.report.grid import Grid

HEADINGS = {
    POOLED: "All pairs",
    WITHIN: "Within conditions",
    PRISTINE: "Pristine reference",
    AGAINST: "Degraded - pristine",
}


@dataclass(frozen=True, slots=True)
class Part:
    """The analysis of one data set, split and statistic.

    Attributes:
        name: of its files.
        place: the data set and split, or the report's title.
        statistic: its name.
        parts: the parts in their order.
        rows: the numbers of each method, by part; methods with the highest value over all pairs first.
    """

    name: str
    place: str
    statistic: str
    parts: tuple[str, ...]
    rows: tuple[tuple[str, dict[str, pd.Series]], ...]


def parts_of(data: ReportData) -> Iterator[Part]:
    """The analysis, taken apart by data set, split and statistic."""
    titles = {method.label: method.title for method in data.methods}
    for block in analysis_blocks(data, REFERENCE_QUALITY):
        statistics = list(block.rows.groupby("statistic", sort=False))
        for statistic, rows in statistics:
            name = f"{block.name}_{statistic}" if len(statistics) > 1 else block.name
            by_method = [
                (titles.get(str(label), str(label)), {str(row["part"]): row for _, row in own.iterrows()})
                for label, own in rows.groupby("method", sort=False)
            ]
            by_method.sort(key=lambda item: _order(item[1]), reverse=True)
            order = tuple(dict.fromkeys(str(part) for part in rows["part"]))
            yield Part(name, block.title, str(statistic), order, tuple(by_method))


def reference_tables(data: ReportData) -> list[Grid]:
    """The tables, with what must be known of them below."""
    return [_table(data, part, data.analyses[REFERENCE_QUALITY].notes) for part in parts_of(data)]


def _table(data: ReportData, part: Part, said: Sequence[str]) -> Grid:
    title = naming.title(part.statistic)
    header = ("Method", *(heading(name) for name in part.parts))
    rows = tuple(
        (method, *(cell(found.get(name), tested=is_difference(name)) for name in part.parts))
        for method, found in part.rows
    )
    level = naming.percent(data.confidence)
    how = (
        f"Intervals and differences: {level}, jackknife by reference with Student's t; p-values after Holm's correction "
        "over the methods of a column. Within conditions: the mean of the correlations within each, weighted by pairs."
    )
    caption = f"{title} by the quality of the degraded references: {part.place}."
    return Grid(part.name, caption, header, rows, (*said, how))


def heading(part: str) -> str:
    """A column's heading."""
    text = HEADINGS.get(part, part)
    return text[:1].upper() + text[1:]


def is_difference(part: str) -> bool:
    """Whether a part is a difference of two others."""
    return " - " in part


def _order(found: dict[str, pd.Series]) -> float:
    value = float(found[POOLED]["value"]) if POOLED in found else math.nan
    return value if math.isfinite(value) else -math.inf
