"""Which plots a report has, and what they are called."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from benchmark.report import names
from benchmark.report.blocks import Block, Numbers, Scope, blocks, pairs_of
from benchmark.report.data import ReportData
from benchmark.report.plots import forest, matrix, scatter
from benchmark.report.plots.curve import Curve
from benchmark.report.plots.style import Plot, style
from benchmark.report.published import value as published_value
from benchmark.report.ranking import standings
from benchmark.report.text import file_stems
from benchmark.results import ScoredMethod

KINDS = ("scatter", "intervals", "significance")


def draw_all(data: ReportData, numbers: Numbers) -> list[Plot]:
    """All plots of a report, in the order of the page."""
    found = blocks(data)
    stems = file_stems(f"{block.dataset}-{block.split}" if block.split else block.dataset for block in found)
    plots: list[Plot] = []
    with style():
        for block, stem in zip(found, stems.values(), strict=True):
            suffix = f"_{stem}" if len(found) > 1 else ""
            place = f", {block.title(found)}" if len(found) > 1 else ""
            plots += _intervals(data, numbers, block, suffix, place)
            plots += _significance(data, numbers, block, suffix, place)
            plots += _scatters(data, numbers, block, suffix, place)
    return plots


def label_name(data: ReportData) -> str:
    """What the labels' axis is called."""
    kind = "Simulated label" if data.simulated else "Label (MOS)"
    return f"{kind}, lower is better" if data.lower_mos_better else kind


def _ranked(data: ReportData, numbers: Numbers, block: Block) -> list[ScoredMethod]:
    return [item.method for item in standings(data, numbers, block) if item.ranked]


def _intervals(data: ReportData, numbers: Numbers, block: Block, suffix: str, place: str) -> Iterator[Plot]:
    lines = []
    for method in _ranked(data, numbers, block):
        estimate = numbers.get(Scope(block), method.label, "srcc")
        if estimate is not None:
            entry = data.published.get(method.label)
            reported = published_value(entry, "srcc") if entry else math.nan
            lines.append(forest.Line(method.title, estimate.value, estimate.low, estimate.high, reported))
    if lines:
        text = f"SRCC of each ranked method with its {names.percent(data.confidence)} interval, best on top."
        yield Plot(f"intervals{suffix}", f"Intervals of SRCC{place}", text, forest.draw(lines, "srcc", data.confidence))


def _significance(data: ReportData, numbers: Numbers, block: Block, suffix: str, place: str) -> Iterator[Plot]:
    ranked = _ranked(data, numbers, block)
    if len(ranked) < 2:
        return

    def compare(i: int, j: int) -> object:
        return numbers.compare(Scope(block), "srcc", ranked[i].label, ranked[j].label)

    if all(compare(i, j) is None for i in range(len(ranked)) for j in range(i)):
        return
    drawn = matrix.draw([method.title for method in ranked], "srcc", compare)  # type: ignore[arg-type]
    text = "Difference of SRCC, row minus column; coloured where it is significant after correction for multiplicity."
    yield Plot(f"significance{suffix}", f"Pairwise differences of SRCC{place}", text, drawn)


def _scatters(data: ReportData, numbers: Numbers, block: Block, suffix: str, place: str) -> Iterator[Plot]:
    stems = file_stems(method.label for method in data.methods)
    for method in data.methods:
        cloud = cloud_of(data, numbers, block, method)
        if cloud is not None:
            text = f"Scores of {method.title} against the labels of {names.count(len(cloud.scores), 'pair')}."
            name = f"scatter{suffix}_{stems[method.label]}"
            yield Plot(name, f"{method.title}{place}", text, scatter.draw(cloud))


def cloud_of(data: ReportData, numbers: Numbers, block: Block, method: ScoredMethod) -> scatter.Cloud | None:
    """The points of one method in one block; ``None`` where it scored nothing."""
    pairs = pairs_of(data, block)
    if method.label not in pairs.columns:
        return None
    pairs = pairs[np.isfinite(pairs[method.label].astype(float)) & np.isfinite(pairs["mos"].astype(float))]
    if pairs.empty:
        return None
    scope = Scope(block)
    values = [
        (statistic, found.value, found.low, found.high)
        for statistic in ("srcc", "plcc", "krcc")
        if (found := numbers.get(scope, method.label, statistic)) is not None
    ]
    curve: Curve | None = None
    return scatter.Cloud(
        title=method.title,
        scores=pairs[method.label].to_numpy(dtype=float),
        labels=pairs["mos"].to_numpy(dtype=float),
        conditions=tuple(str(name) for name in pairs["condition"].fillna("")),
        higher_is_better=method.higher_is_better,
        label_name=label_name(data),
        statistics=scatter.statistics_lines(values, len(pairs), pairs["reference"].nunique()),
        curve=curve,
    )
