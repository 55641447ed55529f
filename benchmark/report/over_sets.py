"""The analysis over several data sets, as part of a report: of a run, a study, or runs side by side. Pandas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from benchmark.config.pooling_analysis import PoolingAnalysis
from benchmark.core.places import POOLING
from benchmark.evaluation.pooling import Seen, pool_sets
from benchmark.report.content import Analysis, ReportData
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.settings import StatisticsSettings

ONE_SET = "Nothing is pooled: that needs several data sets with labels, as in a study or `report DIR DIR`."
BY_PARTITION = "{labels}: trained anew in each partition, without scores of all pairs by one training, so not pooled."


def over_sets(
    scores: pd.DataFrame,
    methods: Sequence[ScoredMethod],
    asked: PoolingAnalysis,
    settings: StatisticsSettings,
    *,
    lower_mos_better: Callable[[str], bool],
    seen: Seen | None = None,
) -> Analysis:
    """The analysis; where there is one data set only, a table without rows and a note. Arguments as of ``pool_sets``."""
    judged = [method for method in methods if _has_scores(scores, method)]
    found = pool_sets(scores, judged, asked, settings, lower_mos_better=lower_mos_better, seen=seen)
    if not len(found.table):
        return Analysis(found.table, (*found.notes, ONE_SET))
    left_out = [method.label for method in methods if method.by_partition]
    said = [BY_PARTITION.format(labels=", ".join(left_out))] if left_out else []
    return Analysis(found.table, (*found.notes, *said))


def with_pooling(data: ReportData, asked: PoolingAnalysis | None, settings: StatisticsSettings) -> ReportData:
    """The data with the analysis over its data sets, where it is wanted."""
    if asked is None:
        return data
    found = over_sets(data.scores, data.methods, asked, settings, lower_mos_better=data.lower_labels, seen=data.seen)
    return replace(data, analyses={**data.analyses, POOLING: found})


def pooled_anew(data: ReportData, runs: Sequence[ReportData]) -> ReportData:
    """Runs side by side with the analysis over all of their data sets, as the first run asks for it that does."""
    asking = next((run for run in runs if run.config.pooling is not None), None)
    if asking is None:
        return data
    statistics = asking.record.get("statistics", {})
    chosen = {key: statistics[key] for key in ("multiplicity", "comparisons") if key in statistics}
    settings = StatisticsSettings(confidence=asking.confidence, **chosen)
    return with_pooling(data, asking.config.pooling, settings)


def _has_scores(scores: pd.DataFrame, method: ScoredMethod) -> bool:
    """Whether a method has scores of single pairs: by one training, or by each of several."""
    columns = method.columns or (method.label,)
    there = all(name in scores.columns for name in columns)
    return not method.by_partition and there and bool(scores[list(columns)].notna().any(axis=None))
