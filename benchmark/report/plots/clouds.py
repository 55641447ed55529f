"""The points and fitted curves of a report, for scatter plots and the page's interactive figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers, Scope, blocks, pairs_of
from benchmark.report.content import ReportData
from benchmark.report.plots.cloud import Cloud, statistics_lines
from benchmark.report.plots.curve import fitted_curve
from benchmark.report.plots.kind import Clouds
from benchmark.report.ranking import standings
from benchmark.results.scored import ScoredMethod

MOST_DRAWN = 60
"""Most methods with a figure of their own; a page with hundreds of figures takes minutes and is of little use."""


def all_clouds(data: ReportData, numbers: Numbers) -> Clouds:
    """The points and curve of each method in each block where it scored anything; only of the best if there are many.

    A method that was trained several times has one for each training.
    """
    clouds = {
        (block, one.label): cloud_of(data, numbers, block, one)
        for block in blocks(data)
        for method in _drawn(data, numbers, block)
        for one in method.single
    }
    return {key: cloud for key, cloud in clouds.items() if cloud is not None}


def _drawn(data: ReportData, numbers: Numbers, block: Block) -> Sequence[ScoredMethod]:
    """The methods that get a figure of their own: all, or the first of the ranking if there are hundreds."""
    if len(data.methods) <= MOST_DRAWN:
        return data.methods
    return [item.method for item in standings(data, numbers, block)][:MOST_DRAWN]


def cloud_of(data: ReportData, numbers: Numbers, block: Block, method: ScoredMethod) -> Cloud | None:
    """The points of one method in one block; ``None`` where it scored nothing."""
    pairs = pairs_of(data, block)
    if method.label not in pairs.columns:
        return None
    pairs = pairs[np.isfinite(pairs[method.label].astype(float)) & np.isfinite(pairs["mos"].astype(float))]
    if pairs.empty:
        return None
    values = [
        (statistic, estimate.value, estimate.low, estimate.high)
        for statistic in ("srcc", "plcc", "krcc")
        if (estimate := numbers.get(Scope(block), method.label, statistic)) is not None
    ]
    scores, labels = (pairs[column].to_numpy(dtype=float) for column in (method.label, "mos"))
    clusters = [str(name) for name in pairs["cluster"]]
    return Cloud(
        title=method.title,
        scores=scores,
        labels=labels,
        conditions=tuple(str(name) for name in pairs["condition"].fillna("")),
        higher_is_better=method.higher_is_better,
        label_name=naming.labels(simulated=data.simulated, lower_is_better=data.lower_labels(block.dataset)),
        statistics=statistics_lines(values, len(pairs), pairs["reference"].nunique()),
        curve=fitted_curve(scores, labels, clusters, data.confidence),
    )
