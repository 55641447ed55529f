"""Which plots a report has, and what they are called."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmark.core.file_names import file_stems
from benchmark.report import naming
from benchmark.report.blocks import Block, Comparison, Numbers, Scope, blocks, conditions_of, pairs_of
from benchmark.report.content import ReportData
from benchmark.report.plots import conditions, forest, history, matrix, multiples, ranks, scatter
from benchmark.report.plots.curve import fitted_curve
from benchmark.report.plots.style import Plot
from benchmark.report.published import value as published_value
from benchmark.report.ranking import standings
from benchmark.results.scored import ScoredMethod

if TYPE_CHECKING:
    import pandas as pd

MOST_DRAWN = 60
"""Methods with a figure of their own; a page with hundreds of them takes minutes and is not looked through."""
Clouds = Mapping[tuple[Block, str], scatter.Cloud]


def all_clouds(data: ReportData, numbers: Numbers) -> Clouds:
    """The points and the fitted curve of each method in each block where it scored anything; of the best only, if many."""
    found = {
        (block, method.label): cloud_of(data, numbers, block, method)
        for block in blocks(data)
        for method in _drawn(data, numbers, block)
    }
    return {key: cloud for key, cloud in found.items() if cloud is not None}


def _drawn(data: ReportData, numbers: Numbers, block: Block) -> Sequence[ScoredMethod]:
    """The methods that get a figure of their own: all, or the first of the ranking where they are hundreds."""
    if len(data.methods) <= MOST_DRAWN:
        return data.methods
    return [item.method for item in standings(data, numbers, block)][:MOST_DRAWN]


def all_plots(data: ReportData, numbers: Numbers, clouds: Clouds | None = None) -> list[Plot]:
    """All plots of a report, in the order of the page; each is drawn when it is first asked for.

    Args:
        data: the run.
        numbers: its numbers.
        clouds: from ``all_clouds``, where they are at hand already.
    """
    clouds = all_clouds(data, numbers) if clouds is None else clouds
    found = blocks(data)
    stems = file_stems(f"{block.dataset}-{block.split}" if block.split else block.dataset for block in found)
    plots: list[Plot] = []
    for block, stem in zip(found, stems.values(), strict=True):
        suffix = f"_{stem}" if len(found) > 1 else ""
        view = _View(data, numbers, clouds, block, suffix, f", {block.title(found)}" if len(found) > 1 else "")
        for kind in (_intervals, _ranks, _significance, _chances, _conditions, _scatters):
            plots += kind(view)
    return plots + list(_histories(data))


@dataclass(frozen=True, slots=True)
class _View:
    """A block's plots in the making: ``suffix`` ends their file names, ``place`` their headings."""

    data: ReportData
    numbers: Numbers
    clouds: Clouds
    block: Block
    suffix: str
    place: str

    @property
    def scope(self) -> Scope:
        return Scope(self.block)

    def ranked(self) -> list[ScoredMethod]:
        """The ranked methods, the best first."""
        return [item.method for item in standings(self.data, self.numbers, self.block) if item.ranked]

    def plot(self, kind: str, title: str, description: str, draw: Callable[[], Figure]) -> Plot:
        """A plot with its names."""
        return Plot(f"{kind}{self.suffix}", f"{title}{self.place}", description, draw)


def _intervals(view: _View) -> Iterator[Plot]:
    lines = []
    for method in view.ranked():
        estimate = view.numbers.get(view.scope, method.label, "srcc")
        if estimate is not None:
            entry = view.data.published.get(method.label)
            here = (
                entry is not None
                and entry.dataset in ("", view.block.dataset)
                and entry.split in ("", view.block.split)
            )
            reported = published_value(entry, "srcc") if entry is not None and here else math.nan
            lines.append(forest.Line(method.title, estimate.value, estimate.low, estimate.high, reported))
    if lines:
        text = f"SRCC of each ranked method with its {naming.percent(view.data.confidence)} interval, best on top."
        draw = partial(forest.draw, lines, "srcc", view.data.confidence)
        yield view.plot("intervals", "Intervals of SRCC", text, draw)


def _comparisons(view: _View) -> tuple[list[ScoredMethod], list[list[Comparison | None]]]:
    """The ranked methods and how each differs from each in SRCC; nothing where none were compared."""
    ranked = view.ranked()
    table = [
        [
            view.numbers.compare(view.scope, "srcc", one.label, other.label) if one is not other else None
            for other in ranked
        ]
        for one in ranked
    ]
    return (ranked, table) if any(found is not None for row in table for found in row) else ([], [])


def _significance(view: _View) -> Iterator[Plot]:
    ranked, table = _comparisons(view)
    if ranked:
        draw = partial(matrix.draw, [method.title for method in ranked], "srcc", table)
        tested, untested = _tests(table)
        coloured = f"; coloured where it is significant{tested}" if tested else ""
        text = f"Difference of SRCC, row minus column{coloured}.{untested}"
        yield view.plot("significance", "Pairwise differences of SRCC", text, draw)


def _ranks(view: _View) -> Iterator[Plot]:
    ranked, table = _comparisons(view)
    if not ranked:
        return

    def told_apart(i: int, j: int) -> bool:
        found = table[i][j]
        return found is None or not found.tested or found.significant

    values = [view.numbers.value(view.scope, method.label, "srcc") for method in ranked]
    titles, bars = [method.title for method in ranked], ranks.joined(len(ranked), told_apart)
    tested, untested = _tests(table)
    joined = f"; a line joins those of which no two differ significantly{tested}" if tested else ""
    heading = f"{ranks.JOINED}\n{untested}".strip() if tested else untested.strip()
    draw = partial(ranks.draw, titles, values, "srcc", bars, heading)
    yield view.plot("ranks", "Ranking", f"Methods by SRCC{joined}.{untested}", draw)


def _tests(table: Sequence[Sequence[Comparison | None]]) -> tuple[str, str]:
    """How tests are corrected (empty where there were none), and how many pairs of methods were not tested, and why."""
    pairs = [table[i][j] for i in range(len(table)) for j in range(i)]
    tested = [found for found in pairs if found is not None and found.tested]
    without = [found for found in pairs if found is None or not found.tested]
    reasons = dict.fromkeys(found.why for found in without if found is not None and found.why)
    because = f" ({'; '.join(reasons)})" if reasons else ""
    corrected = all(found.corrected for found in tested)
    how = (
        (" after correction for multiplicity" if corrected else ", without correction for multiplicity")
        if tested
        else ""
    )
    if not without:
        return how, ""
    return how, f" {len(without)} of {len(pairs)} pairs not tested{because}." if tested else f" Not tested{because}."


def _chances(view: _View) -> Iterator[Plot]:
    chances = []
    for method in view.ranked():
        best = view.numbers.get(view.scope, method.label, "p_best_srcc")
        place = view.numbers.get(view.scope, method.label, "rank_srcc")
        if best is not None and math.isfinite(best.value):
            ends = (place.low, place.high) if place is not None else (math.nan, math.nan)
            chances.append(ranks.Chance(method.title, best.value, *ends))
    if len(chances) > 1:
        text = "Share of resamples in which each method has the highest SRCC, and the interval of its rank."
        yield view.plot("best", "Probability of being best", text, partial(ranks.draw_chances, chances, "srcc"))


def _conditions(view: _View) -> Iterator[Plot]:
    pairs = pairs_of(view.data, view.block)
    found = conditions_of(pairs)
    if not 1 < len(found) <= conditions.MOST:
        return
    sign = -1 if view.data.lower_labels(view.block.dataset) else 1
    rows = [("Labels", sign * _means(pairs, "mos", found))]
    for method in view.ranked():
        means = _means(pairs, method.label, found)
        if np.isfinite(means).all():
            rows.append((method.title, means if method.higher_is_better else -means))
    text = "Conditions ordered by their mean label; each field is the condition's place by the method's mean score."
    draw = partial(conditions.draw, rows, found)
    yield view.plot("conditions", "Which condition each method prefers", text, draw)


def _means(pairs: pd.DataFrame, column: str, found: Sequence[str]) -> NDArray[np.float64]:
    means = pairs[column].astype(float).groupby(pairs["condition"]).mean()
    return np.asarray(means.reindex(list(found)), dtype=np.float64)


def _scatters(view: _View) -> Iterator[Plot]:
    stems = file_stems(method.label for method in view.data.methods)
    order = [item.method for item in standings(view.data, view.numbers, view.block)]
    drawn = [(method, cloud) for method in order if (cloud := view.clouds.get((view.block, method.label))) is not None]
    if len(drawn) > 1:
        whose = "every method" if len(view.data.methods) <= MOST_DRAWN else f"the first {len(drawn)} methods"
        text = f"Scores of {whose} against the labels, with the fitted curves and their bands."
        yield view.plot("multiples", "All methods", text, partial(multiples.draw, [cloud for _, cloud in drawn]))
    for method, cloud in drawn:
        text = (
            f"Scores of {method.title} against the labels of {naming.count(len(cloud.scores), 'pair')}, with the fitted "
            f"curve{' and its bootstrap band' if cloud.curve is not None and cloud.curve.low is not None else ''}."
        )
        name = f"scatter{view.suffix}_{stems[method.label]}"
        yield Plot(name, f"{method.title}{view.place}", text, partial(scatter.draw, cloud))


def _histories(data: ReportData) -> Iterator[Plot]:
    titles = {method.label: method.title for method in data.methods}
    stems = file_stems(data.histories)
    for label, table in data.histories.items():
        if len(table):
            title = titles.get(label, label)
            text = "Loss, and agreement with the validation labels, by epoch."
            yield Plot(f"history_{stems[label]}", f"Training of {title}", text, partial(history.draw, table, title))


def cloud_of(data: ReportData, numbers: Numbers, block: Block, method: ScoredMethod) -> scatter.Cloud | None:
    """The points of one method in one block; ``None`` where it scored nothing."""
    pairs = pairs_of(data, block)
    if method.label not in pairs.columns:
        return None
    pairs = pairs[np.isfinite(pairs[method.label].astype(float)) & np.isfinite(pairs["mos"].astype(float))]
    if pairs.empty:
        return None
    values = [
        (statistic, found.value, found.low, found.high)
        for statistic in ("srcc", "plcc", "krcc")
        if (found := numbers.get(Scope(block), method.label, statistic)) is not None
    ]
    scores, labels = (pairs[column].to_numpy(dtype=float) for column in (method.label, "mos"))
    clusters = [str(name) for name in pairs["cluster"]]
    return scatter.Cloud(
        title=method.title,
        scores=scores,
        labels=labels,
        conditions=tuple(str(name) for name in pairs["condition"].fillna("")),
        higher_is_better=method.higher_is_better,
        label_name=naming.labels(simulated=data.simulated, lower_is_better=data.lower_labels(block.dataset)),
        statistics=scatter.statistics_lines(values, len(pairs), pairs["reference"].nunique()),
        curve=fitted_curve(scores, labels, clusters, data.confidence),
    )
