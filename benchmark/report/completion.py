"""From scores to a finished evaluation: statistics, further analyses, and the record of what was done. Pandas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from benchmark.config.models import StatisticsConfig
from benchmark.config.printing import PublishedEntry, ReportConfig
from benchmark.core import places, provenance
from benchmark.core.announce import Announce, silent
from benchmark.evaluation import calibration, reference_quality, robustness, sorted_images, subgroups
from benchmark.evaluation.summarise import evaluate_scores
from benchmark.report.content import Analysis, ReportData, no_choices
from benchmark.report.evaluation import Run
from benchmark.report.over_sets import over_sets
from benchmark.report.spec import spelled_out
from benchmark.results import csv_files
from benchmark.results.run_record import RunRecord
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.settings import StatisticsSettings


@dataclass(frozen=True, slots=True)
class Requested:
    """The parts of a configuration that apply after scoring.

    Attributes:
        statistics: how correlations are resampled and compared.
        report: which tables and plots are made.
        published: values that papers print, by method.
    """

    statistics: StatisticsConfig
    report: ReportConfig
    published: Mapping[str, PublishedEntry]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report states beside its numbers.

    Attributes:
        title: the page's title.
        notes: sentences that readers must know, except those that follow from the statistics.
        lower_mos_better: whether lower labels mean better quality.
        simulated: whether the labels are simulated.
        record: ``run.json`` without what is added here.
        hints: computes further notes from ``summary.csv``.
        disturbed: scores of the same pairs with enhanced images changed a little, by disturbance.
        lost: sentences on scores that are missing there.
        groups: by grouping, the cell of each pair, or why there are none.
        votes: single votes on the pairs, row by row as the scores, an observer a column; ``None`` where they are not known.
    """

    title: str
    notes: Sequence[str]
    lower_mos_better: bool
    simulated: bool
    record: RunRecord
    hints: Callable[[pd.DataFrame], Sequence[str]] = lambda _: ()
    disturbed: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    lost: Sequence[str] = ()
    groups: Mapping[str, Sequence[str] | str] = field(default_factory=dict)
    votes: pd.DataFrame | None = None


def complete(
    scores: pd.DataFrame,
    methods: Sequence[ScoredMethod],
    failures: pd.DataFrame,
    requested: Requested,
    facts: Facts,
    directory: Path,
    announce: Announce = silent,
    *,
    choices: pd.DataFrame | None = None,
) -> Run:
    """Compute the statistics of a table of scores and collect everything that a report needs.

    Args:
        scores: one row per pair, one column per method.
        methods: the methods of the columns.
        failures: pairs without a score.
        requested: what the configuration says about statistics and report.
        facts: what is known beside the scores.
        directory: the folder for the results.
        announce: receives what is being done.
        choices: observers' choices between two images, where there are any.
    """
    statistics = requested.statistics
    settings = StatisticsSettings(**statistics.model_dump())
    chosen = no_choices() if choices is None else choices
    report = spelled_out(requested.report, choices=len(chosen) > 0)
    summarised = evaluate_scores(
        scores,
        methods,
        settings,
        lower_mos_better=facts.lower_mos_better,
        choices=chosen,
        votes=facts.votes,
        announce=announce,
    )
    analyses = _analyses(scores, methods, report, facts, settings)
    notes = [*facts.notes, *facts.hints(summarised.summary), *(summarised.notes if methods else ())]
    record: RunRecord = {
        "format": 1,
        "tool": {"name": "efid-bench", "version": provenance.version("efid-bench"), "commit": provenance.commit()},
        **facts.record,
        "statistics": statistics.model_dump(mode="json"),
        "report": report.model_dump(mode="json"),
        "published": {name: entry.model_dump(mode="json") for name, entry in requested.published.items()},
        "title": facts.title,
        "notes": notes,
        "lower_mos_better": facts.lower_mos_better,
        "simulated": facts.simulated,
        "methods": [method.record() for method in methods],
        "rows": {
            "summary.csv": len(summarised.summary),
            "comparisons.csv": len(summarised.comparisons),
            "failures.csv": len(failures),
        }
        | ({csv_files.CHOICES: len(chosen)} if len(chosen) else {})
        | {f"{name}.csv": len(analysis.table) for name, analysis in analyses.items()},
    }
    if analyses:
        record["analyses"] = {name: list(analysis.notes) for name, analysis in analyses.items()}
    data = ReportData(
        title=facts.title,
        scores=scores,
        summary=summarised.summary,
        comparisons=summarised.comparisons,
        failures=failures,
        methods=tuple(methods),
        choices=chosen,
        notes=tuple(notes),
        config=report,
        published=dict(requested.published),
        confidence=statistics.confidence,
        lower_mos_better=facts.lower_mos_better,
        simulated=facts.simulated,
        record=record,
        analyses=analyses,
    )
    return Run(data, directory)


def _analyses(
    scores: pd.DataFrame,
    methods: Sequence[ScoredMethod],
    report: ReportConfig,
    facts: Facts,
    settings: StatisticsSettings,
) -> dict[str, Analysis]:
    """The further analyses that are wanted, by the names of their files; a method's trainings one by one."""
    single = [one for method in methods if not method.by_partition for one in method.single]
    present = [one for one in single if one.status in ("scored", "partial") and one.label in scores.columns]
    lower, confidence, found = facts.lower_mos_better, settings.confidence, {}
    if report.reference_quality is not None:
        analysed = reference_quality.analyse(
            scores, present, report.reference_quality, lower_mos_better=lower, confidence=confidence
        )
        found[places.REFERENCE_QUALITY] = Analysis(analysed.table, analysed.notes)
    if facts.disturbed:
        moved = robustness.moved(scores, facts.disturbed, single, lower_mos_better=lower, confidence=confidence)
        found[places.ROBUSTNESS] = Analysis(moved, tuple(facts.lost))
    if report.groups:
        divided = subgroups.by_groups(
            scores, present, report.groups, facts.groups, lower_mos_better=lower, confidence=confidence
        )
        found[places.GROUPS] = Analysis(divided.table, divided.notes)
    if report.sorting_accuracy:
        ordered = sorted_images.sorted_rightly(scores, present, lower_mos_better=lower, confidence=confidence)
        found[places.SORTING] = Analysis(ordered.table, ordered.notes)
    if report.calibration is not None:
        asked, resamples = report.calibration, settings.mapping_resamples
        missed = calibration.errors(
            scores, present, asked, lower_mos_better=lower, confidence=confidence, resamples=resamples
        )
        found[places.CALIBRATION] = Analysis(missed.table, missed.notes)
    if report.pooling is not None:
        found[places.POOLING] = over_sets(scores, methods, report.pooling, settings, lower_mos_better=lambda _: lower)
    return found
