"""The report of a study: its data sets side by side, with averages and what varies over partitions. Pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from benchmark.config.models import StatisticsConfig
from benchmark.config.printing import CROSS, PublishedEntry, ReportConfig
from benchmark.core import provenance
from benchmark.evaluation.averages import average_rows, difference_rows
from benchmark.evaluation.partition_rows import STUDY_COLUMNS, partition_rows
from benchmark.evaluation.trained_differences import trained_comparisons
from benchmark.evaluation.trained_folds import trained
from benchmark.evaluation.trained_rows import trained_notes, trained_summary
from benchmark.evaluation.trained_scores import TestedPart
from benchmark.report import naming
from benchmark.report.combine import renamed, side_by_side
from benchmark.report.content import ReportData, Thumbnails
from benchmark.report.evaluation import Evaluation
from benchmark.report.over_sets import with_pooling
from benchmark.report.seen import seen_in
from benchmark.results import csv_files, run_json
from benchmark.results.kept_record import kept
from benchmark.results.run_record import RunRecord, StudyPartRecord
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.catalogue import usual
from benchmark.statistics.settings import StatisticsSettings

SPREAD = (
    "Medians, means and their spread are over the test parts of {count}{overlapping}: they say how a number moves, not how "
    "well it is known. Intervals and tests are over all pairs{but}."
)
OVERLAPPING = ", which overlap"
BUT = ", except those of methods that are trained by partition"
APART = (
    "Averages: data sets count as independent; differences of averages are corrected by Holm over all pairs of methods."
)


@dataclass(frozen=True, slots=True)
class DataSetResult:
    """The results of one data set of a study.

    Attributes:
        label: what it is called.
        folder: name of its folder in the study's.
        run: its results; ``None`` where it could not be used.
        reason: why not.
        parts: the test parts of its partitions; none where its splits are as published.
        marks: what every table must say of its partitions.
        learned: the methods that were trained anew in each partition.
        without: labels of methods that have no score here by design: they were trained on this data set.
        seen: why this data set is no test of a method, by its label; beside these also of methods that have scores here.
    """

    label: str
    folder: str
    run: Evaluation | None
    reason: str = ""
    parts: Sequence[TestedPart] = ()
    marks: Sequence[str] = ()
    learned: Sequence[ScoredMethod] = ()
    without: frozenset[str] = frozenset()
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StudyRequest:
    """What a study's report is to show.

    Attributes:
        title: of the page; empty for the data sets' names.
        statistics: how statistics are computed.
        report: tables and plots.
        published: values of papers, by method, with the data sets' labels.
        configuration: what repeats the study.
        notes: what readers must know.
    """

    statistics: StatisticsConfig
    report: ReportConfig
    published: dict[str, PublishedEntry]
    configuration: dict[str, object]
    title: str = ""
    notes: Sequence[str] = ()


def combine(results: Sequence[DataSetResult], request: StudyRequest) -> ReportData:
    """Put the data sets side by side, each under its label, with the study's own numbers and notes."""
    used = [(result, result.run) for result in results if result.run is not None]
    parts = {
        result.label: _with_learned(renamed(run.data, _names(run.data, result.label)), result.learned)
        for result, run in used
    }
    data = side_by_side(parts) if len(parts) > 1 else next(iter(parts.values()))
    settings = StatisticsSettings(**request.statistics.model_dump())
    numbers = _numbers(used, parts, data, settings, request.report)
    own = [note for note in data.notes if note.partition(": ")[2] not in request.notes]  # else the study says it itself
    notes = [*own, *_notes(results, request, numbers.notes, several=len(parts) > 1)]
    title = request.title or request.report.title or " · ".join(parts)
    failed = {result.label: result.reason for result in results if result.run is None}
    judged = {result.label: seen_in(result.seen, parts[result.label], result.label) for result, _ in used}
    data = replace(
        data,
        title=title,
        summary=numbers.summary,
        comparisons=numbers.comparisons,
        notes=tuple(dict.fromkeys(notes)),
        config=request.report,
        published=request.published,
        thumbnails=Thumbnails(),  # its data sets' own pages have them
        histories={},
        pages={result.label: f"{result.folder}/report.html" for result, _ in used},
        failed_data=failed,
        seen={label: why for label, why in judged.items() if why},
        methods=tuple(
            _overall(
                method,
                [parts[result.label].methods for result, _ in used if method.label not in result.without],
            )
            for method in data.methods
        ),
        lower_mos_better=False,  # each data set's own direction counts
        lower_mos_better_in=frozenset(_lower(data)),
    )
    data = with_pooling(data, request.report.pooling, settings)
    return replace(data, record=_record(data, request, results))


def _with_learned(data: ReportData, learned: Sequence[ScoredMethod]) -> ReportData:
    """A data set's results with the methods that have scores by partition only: empty columns of ``scores.csv``."""
    if not learned:
        return data
    empty = {method.label: float("nan") for method in learned}
    return replace(data, scores=data.scores.assign(**empty), methods=(*data.methods, *learned))


def _printed(report: ReportConfig) -> set[str]:
    """The statistics that tables print over partitions; others that take long are not computed for each of these."""
    across = {table.statistic or CROSS for table in report.tables if table.kind == "cross"}
    return across | {
        statistic
        for table in report.tables
        if table.aggregate != "none" and table.kind != "cross"
        for statistic in table.columns or (*usual("pair"), *usual("choice"))
    }


def _overall(method: ScoredMethod, runs: Sequence[Sequence[ScoredMethod]]) -> ScoredMethod:
    """A method of the whole: scored in part, where a data set lacks it or some of its scores."""
    own = [next((item for item in run if item.label == method.label), None) for run in runs]
    done = all(item is not None and item.status == "scored" for item in own)
    return method if done or method.status != "scored" else replace(method, status="partial")


def _names(data: ReportData, label: str) -> dict[str, str]:
    return {str(name): label for name in data.scores["dataset"].unique() if str(name) != label}


@dataclass(frozen=True, slots=True)
class _Numbers:
    """``summary.csv`` and ``comparisons.csv`` of a study, and notes on methods that are trained by partition."""

    summary: pd.DataFrame
    comparisons: pd.DataFrame
    notes: Sequence[str]


def _numbers(
    used: Sequence[tuple[DataSetResult, Evaluation]],
    parts: dict[str, ReportData],
    data: ReportData,
    settings: StatisticsSettings,
    report: ReportConfig,
) -> _Numbers:
    """The study's own numbers."""
    tables = [data.summary.assign(partition=float("nan"), aggregate="")[list(STUDY_COLUMNS)]]
    compared: list[pd.DataFrame] = []
    notes: dict[str, None] = {}
    for result, _ in used:
        own = parts[result.label]
        if result.parts:
            lower = own.lower_labels(result.label)
            tables.append(
                partition_rows(
                    own.scores,
                    own.methods,
                    result.parts,
                    lower_mos_better=lower,
                    choices=own.choices,
                    statistics=_printed(report),
                )
            )
            learned = trained(own.scores, own.methods, result.parts, lower_mos_better=lower)
            tables.append(trained_summary(learned, settings))
            compared.append(trained_comparisons(learned, settings))
            place = f"{result.label}: " if len(parts) > 1 else ""
            shared, shares = trained_notes(learned, tables[-1])
            notes |= dict.fromkeys([*shared, *(f"{place}{note}" for note in shares)])
    summary = _stacked(tables)
    if len(parts) < 2:
        return _Numbers(summary, _stacked([data.comparisons, *compared]), tuple(notes))
    labels = [method.label for method in data.methods]
    averages = average_rows(summary)
    differences = difference_rows(data.comparisons, summary, labels, settings)
    return _Numbers(_stacked([summary, averages]), _stacked([data.comparisons, *compared, differences]), tuple(notes))


def _stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all tables; without rows, a table of the first one's columns."""
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]


def _notes(
    results: Sequence[DataSetResult], request: StudyRequest, trained: Sequence[str], *, several: bool
) -> list[str]:
    counts = {len(result.parts) for result in results if result.parts}
    notes = [f"{result.label} is missing: {result.reason}" for result in results if result.run is None]
    notes += [f"{result.label}: {mark}" if several else mark for result in results for mark in result.marks]
    if counts:
        shown = naming.count(counts.pop(), "partition") if len(counts) == 1 else "their partitions"
        overlapping = OVERLAPPING if any(_overlap(result.parts) for result in results) else ""
        notes.append(SPREAD.format(count=shown, overlapping=overlapping, but=BUT if trained else ""))
    notes += trained
    if several and any(table.average for table in request.report.tables):
        notes.append(APART)
    return [*notes, *request.notes]


def _overlap(parts: Sequence[TestedPart]) -> bool:
    """Whether a pair is tested in several partitions, as in repeated divisions, and never in folds."""
    return sum(len(part.pairs) for part in parts) > len(frozenset().union(*(part.pairs for part in parts)))


def _record(data: ReportData, request: StudyRequest, results: Sequence[DataSetResult]) -> RunRecord:
    """``run.json`` of a study; each data set's own stands in its folder."""
    notes = {name: list(analysis.notes) for name, analysis in data.analyses.items()}
    return {
        "format": run_json.FORMAT,
        "tool": {"name": "efid-bench", "version": provenance.version("efid-bench"), "commit": provenance.commit()},
        "configuration": dict(request.configuration),
        "study": {result.label: _part_record(result, data.seen.get(result.label, {})) for result in results},
        "statistics": request.statistics.model_dump(mode="json"),
        "report": request.report.model_dump(mode="json"),
        "published": {name: entry.model_dump(mode="json") for name, entry in request.published.items()},
        "title": data.title,
        "notes": list(data.notes),
        "lower_mos_better": False,
        "lower_mos_better_in": sorted(_lower(data)),
        "simulated": data.simulated,
        "methods": [method.record() for method in data.methods],
        "rows": {
            "summary.csv": len(data.summary),
            "comparisons.csv": len(data.comparisons),
            "failures.csv": len(data.failures),
        }
        | ({csv_files.CHOICES: len(data.choices)} if len(data.choices) else {})
        | {f"{name}.csv": len(analysis.table) for name, analysis in data.analyses.items()},
        **({"analyses": notes} if notes else {}),
    }


def _part_record(result: DataSetResult, seen: Mapping[str, str]) -> StudyPartRecord:
    record: StudyPartRecord = {"folder": result.folder, "reason": result.reason, "partitions": len(result.parts)}
    if seen:
        record["seen"] = dict(seen)
    if result.run is not None:
        record["made"] = kept(result.run.data.record)
    return record


def _lower(data: ReportData) -> set[str]:
    return {str(name) for name in data.scores["dataset"].unique() if data.lower_labels(str(name))}
