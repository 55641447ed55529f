"""Combines several runs into one report: their tables are stacked, so that each run is one or more blocks. Pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from benchmark.config.printing import PublishedEntry, ReportConfig, TableConfig
from benchmark.core.errors import UserError
from benchmark.core.places import POOLING
from benchmark.report import naming
from benchmark.report.blocks import blocks
from benchmark.report.content import Analysis, ReportData, Thumbnails
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.vocabulary import AVERAGES


def side_by_side(runs: Mapping[str, ReportData]) -> ReportData:
    """The data of one report of several runs, whose tables get a group of columns for each run.

    Args:
        runs: the runs by distinct names (those of their folders), in the order of the columns.

    Returns:
        The first run's configuration and confidence; all runs' scores, statistics (without averages of studies), methods
        and notes. Where two runs
        share a data set and split, the run's name is added to the data set's. A method keeps one row: its label.

    Raises:
        UserError: the runs differ in their confidence, or in a method's direction, so that one table can't show both.
    """
    if len(runs) == 1:
        return next(iter(runs.values()))
    _check_alike(runs)
    anew = {name: renamed(data, new) for (name, data), new in zip(runs.items(), _names(runs), strict=True)}
    parts = list(anew.values())
    first = parts[0]
    return replace(
        first,
        title=" · ".join(dict.fromkeys(data.title for data in parts)),
        scores=pd.concat([data.scores for data in parts], ignore_index=True),
        summary=pd.concat([_own(data.summary) for data in parts], ignore_index=True),
        comparisons=pd.concat([_own(data.comparisons) for data in parts], ignore_index=True),
        failures=pd.concat([data.failures for data in parts], ignore_index=True),
        choices=_choices(parts),
        methods=_methods(anew),
        notes=_notes({name: data.notes for name, data in anew.items()}),
        published=_published(parts),
        lower_mos_better_in=frozenset(
            block.dataset for data in parts for block in blocks(data) if data.lower_labels(block.dataset)
        ),
        simulated=any(data.simulated for data in parts),
        config=_config(first, parts),
        pages={name: page for data in parts for name, page in data.pages.items()},
        failed_data=_failed(anew),
        analyses=_analyses(anew),
        record={"runs": {name: data.record for name, data in anew.items()}},
        histories={
            label if len(parts) == 1 else f"{label} ({name})": table
            for name, data in anew.items()
            for label, table in data.histories.items()
        },
        thumbnails=Thumbnails(
            {pair: image for data in parts for pair, image in data.thumbnails.enhanced.items()},
            {pair: image for data in parts for pair, image in data.thumbnails.reference.items()},
        ),
    )


def _own(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of data sets: a study's averages are of its own data sets, and beside others would seem to be of all."""
    averages = table["dataset"].isin(AVERAGES)
    return table[~averages] if averages.any() else table


def _config(first: ReportData, parts: list[ReportData]) -> ReportConfig:
    """The first run's tables, without the averages of studies and their tables across data sets.

    What a study trained on is named by its own labels, which may be other data sets' in another study.
    """
    if not any(data.of_study for data in parts):
        return first.config
    tables = tuple(
        table.model_copy(update={"average": (), "datasets": None})
        for table in first.config.tables
        if table.kind != "cross"
    )
    return first.config.model_copy(update={"tables": tables or (TableConfig(),)})


def _failed(runs: Mapping[str, ReportData]) -> dict[str, str]:
    """Data sets without results; one that another run has is followed by the run's name."""
    known = [name for data in runs.values() for name in {*data.failed_data, *data.scores["dataset"].astype(str)}]
    return {
        f"{label} ({name})" if known.count(label) > 1 else label: reason
        for name, data in runs.items()
        for label, reason in data.failed_data.items()
    }


def _choices(parts: list[ReportData]) -> pd.DataFrame:
    """The choices of all runs."""
    tables = [data.choices for data in parts if len(data.choices)]
    return pd.concat(tables, ignore_index=True) if tables else parts[0].choices


def _names(runs: Mapping[str, ReportData]) -> list[Mapping[str, str]]:
    """For each run, new names for those of its data sets that another run also has, in the same split."""
    blocks_of = {name: blocks(data) for name, data in runs.items()}
    new: list[Mapping[str, str]] = []
    for name, own in blocks_of.items():
        others = [block for other, theirs in blocks_of.items() if other != name for block in theirs]
        new.append({block.dataset: f"{block.dataset} ({name})" for block in own if block in others})
    return new


def renamed(data: ReportData, new: Mapping[str, str]) -> ReportData:
    """A run's data with other names for some of its data sets."""
    if not new:
        return data

    def anew(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(dataset=[new.get(str(dataset), str(dataset)) for dataset in table["dataset"]])

    published = {
        label: entry.model_copy(update={"dataset": new[entry.dataset]}) if entry.dataset in new else entry
        for label, entry in data.published.items()
    }
    return replace(
        data,
        scores=anew(data.scores),
        summary=anew(data.summary),
        comparisons=anew(data.comparisons),
        choices=anew(data.choices),
        analyses={
            name: replace(item, table=anew(item.table)) for name, item in data.analyses.items() if name != POOLING
        },
        published=published,
        pages={new.get(name, name): page for name, page in data.pages.items()},
    )


def _check_alike(runs: Mapping[str, ReportData]) -> None:
    """Refuse runs whose intervals or directions differ."""
    levels = {name: naming.percent(data.confidence) for name, data in runs.items()}
    if len(set(levels.values())) > 1:
        listed = ", ".join(f"{name}: {level}" for name, level in levels.items())
        raise UserError(
            f"report: the runs' intervals and tests differ in their confidence ({listed}); "
            "evaluate one of them again with the other's statistics.confidence"
        )
    directions: dict[str, tuple[str, bool]] = {}
    for name, data in runs.items():
        for method in data.methods:
            known, higher = directions.setdefault(method.label, (name, method.higher_is_better))
            if higher != method.higher_is_better:
                raise UserError(
                    f"report: {method.label!r} is better {'higher' if higher else 'lower'} in {known} and "
                    f"{'lower' if higher else 'higher'} in {name}; give one of them another label"
                )


def _methods(runs: Mapping[str, ReportData]) -> tuple[ScoredMethod, ...]:
    """The method of each label, from a run in which it was scored if there is one; each reason names its run.

    Where it was trained several times, it has the trainings of all runs.
    """
    best: dict[str, ScoredMethod] = {}
    trainings: dict[str, dict[str, None]] = {}
    reasons: dict[str, list[str]] = {}
    for name, data in runs.items():
        for method in data.methods:
            known = best.get(method.label)
            if known is None or (known.status in {"failed", "unavailable"} and method.status in {"scored", "partial"}):
                best[method.label] = method
            if method.status in {"scored", "partial"}:
                trainings.setdefault(method.label, {}).update({one.label: None for one in method.single})
            if method.reason:
                reasons.setdefault(method.label, []).append(f"{name}: {method.reason}")
    columns = {label: tuple(own) if list(own) != [label] else () for label, own in trainings.items()}
    return tuple(
        replace(method, reason="; ".join(reasons.get(label, [])), columns=columns.get(label, ()))
        for label, method in best.items()
    )


def _notes(notes: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The notes of all runs; a note that not all runs share names its run."""
    everywhere = [note for note in next(iter(notes.values())) if all(note in others for others in notes.values())]
    own = [f"{name}: {note}" for name, some in notes.items() for note in some if note not in everywhere]
    return (*everywhere, *own)


def _analyses(runs: Mapping[str, ReportData]) -> dict[str, Analysis]:
    """The further analyses of all runs, those of one name as one.

    What a study pooled is of its own data sets, and beside others would seem to be of all.
    """
    found = {}
    for name in dict.fromkeys(name for data in runs.values() for name in data.analyses if name != POOLING):
        parts = {run: data.analyses[name] for run, data in runs.items() if name in data.analyses}
        table = pd.concat([part.table for part in parts.values()], ignore_index=True)
        found[name] = Analysis(table, _notes({run: part.notes for run, part in parts.items()}))
    return found


def _published(parts: list[ReportData]) -> dict[str, PublishedEntry]:
    """Published values, each tied to the data set of its run."""
    published: dict[str, PublishedEntry] = {}
    for data in parts:
        own = blocks(data)
        for label, entry in data.published.items():
            dataset = entry.dataset or (own[0].dataset if own else "")
            published.setdefault(label, entry.model_copy(update={"dataset": dataset}))
    return published
