"""Studies: several data sets, or several partitions of one, in one configuration. Pydantic only.

A study is taken apart into the configurations of its runs, one a data set, whose keys keep their lines in the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from benchmark.config.models import (
    DATA_KEYS,
    PluginEntry,
    PublishedEntry,
    ReportConfig,
    RunConfig,
    TableConfig,
    as_entry,
)
from benchmark.config.protocol import Protocol, WrittenProtocol
from benchmark.config.sections import Section
from benchmark.config.source import KeyPath, Source, parse
from benchmark.core.errors import ConfigError
from benchmark.core.file_names import file_stems
from benchmark.core.places import FOLDERS
from benchmark.core.words import did_you_mean
from benchmark.statistics.vocabulary import AVERAGES

KEYS = ("datasets", "protocol")
PUBLISHED = Protocol(published=True)


class StudyEntry(PluginEntry):
    """A data set of a study, with its own keys and those of `dataset`; `label` names its columns and its folder."""

    label: str | None = None
    """What tables and the folder of its results are called, by default its name; needed where two have one name."""

    @property
    def shown(self) -> str:
        """What it is called."""
        return self.label or self.name


class StudyKeys(Section):
    """The keys that make a configuration a study."""

    datasets: Annotated[tuple[Annotated[StudyEntry, BeforeValidator(as_entry)], ...], Field(min_length=1)] | None = None
    """The data sets, each as `dataset` is written, with a `label` where two have the same name."""
    protocol: WrittenProtocol = PUBLISHED
    """How each data set is divided into partitions; by default as published."""

    @model_validator(mode="after")
    def _labels_differ(self) -> StudyKeys:
        refuse_labels([entry.shown for entry in self.datasets or ()], "data sets")
        return self


def refuse_labels(labels: Sequence[str], noun: str) -> None:
    """Refuse labels of data sets that can't name a column and a folder each.

    Args:
        labels: the labels.
        noun: what they name, in messages.

    Raises:
        ValueError: one stands twice, or is the name of something else.
    """
    for place, label in enumerate(labels):
        if label in labels[:place]:
            raise ValueError(f"two {noun} are called {label!r}: give one of them a `label`")
        if label in AVERAGES:
            raise ValueError(f"a data set can't be called {label!r}, like an average of data sets: `label`")
        if label.casefold() in FOLDERS:
            raise ValueError(f"a data set can't be called {label!r}, like a folder of results: `label`")


@dataclass(frozen=True, slots=True)
class StudyPart:
    """One data set of a study as the configuration of a run.

    Attributes:
        label: what it is called.
        folder: name of the folder of its results.
        source: the configuration of its run.
        config: the same, checked; its tables are those that make sense for one data set.
    """

    label: str
    folder: str
    source: Source
    config: RunConfig


@dataclass(frozen=True, slots=True)
class Study:
    """A study's configuration.

    Attributes:
        parts: its data sets.
        protocol: how each is divided.
        report: the tables and plots of the whole.
        published: values of papers, by method.
    """

    parts: tuple[StudyPart, ...]
    protocol: Protocol
    report: ReportConfig
    published: Mapping[str, PublishedEntry]


def is_study(source: Source) -> bool:
    """Whether a configuration has keys of a study."""
    return any(key in source.values for key in KEYS)


def study_of(source: Source) -> Study:
    """A study's configuration, checked as a whole.

    Raises:
        ConfigError: names file, line and key.
    """
    own = replace(source, values={key: source.values[key] for key in KEYS if key in source.values})
    keys = parse(StudyKeys, _refuse_both(own, source))
    if keys.datasets is None:
        sources = {str(as_entry(source.values.get("dataset") or "").get("name", "")): _alone(source)}
    else:
        sources = {entry.shown: _one_of(source, place) for place, entry in enumerate(keys.datasets)}
    configs = {label: parse(RunConfig, part) for label, part in sources.items()}
    stems = file_stems(sources)
    first = next(iter(configs.values()))
    refuse_unknown_data(first.report, first.published, list(configs), source)
    parts = tuple(
        StudyPart(label, stems[label], sources[label], _for_one(config, label)) for label, config in configs.items()
    )
    return Study(parts, keys.protocol, first.report, first.published)


def refuse_unknown_data(
    report: ReportConfig, published: Mapping[str, PublishedEntry], labels: Sequence[str], source: Source
) -> None:
    """Refuse tables and values of papers that name a data set which the study does not have.

    Raises:
        ConfigError: names file, line and key.
    """
    named: list[tuple[KeyPath, str]] = [
        (("report", "tables", place, "datasets"), name)
        for place, table in enumerate(report.tables)
        for name in table.datasets or ()
    ]
    named += [(("published", name, "dataset"), entry.dataset) for name, entry in published.items() if entry.dataset]
    for path, name in named:
        if name not in labels:
            near = did_you_mean(name, labels) or f" (they are {', '.join(labels)})"
            raise ConfigError(f"{source.named(path)}: no data set of this study is called {name!r}{near}")


def _refuse_both(own: Source, source: Source) -> Source:
    """The study's own keys, with ``dataset`` beside ``datasets`` as an unknown one, so that the error names it."""
    if "datasets" in own.values and "dataset" in source.values:
        return replace(own, values={**own.values, "dataset": source.values["dataset"]})
    return own


def _alone(source: Source) -> Source:
    return replace(source, values={key: item for key, item in source.values.items() if key not in KEYS})


def _one_of(source: Source, place: int) -> Source:
    """The configuration of the run of one of several data sets; its own keys count instead of those outside."""
    entry = as_entry(source.values["datasets"][place])
    own = {key: item for key, item in entry.items() if key != "label"}
    outside = {
        key: item for key, item in source.values.items() if key not in KEYS and not (key in DATA_KEYS and key in own)
    }

    def moved(at: KeyPath) -> KeyPath:
        return ("dataset", *at[2:]) if at[:2] == ("datasets", place) else at

    lines = {
        moved(at): line for at, line in source.lines.items() if at[:1] != ("datasets",) or at[:2] == ("datasets", place)
    }
    set_by = {moved(at): words for at, words in source.set_by.items()}
    return replace(source, values={**outside, "dataset": own}, lines=lines, set_by=set_by)


def _for_one(config: RunConfig, label: str) -> RunConfig:
    """The configuration of one data set's run: its own values of papers, and tables of its own pairs."""
    methods = [entry.label or entry.name for entry in config.methods]
    report, published = report_for_one(config.report, config.published, methods, label)
    return config.model_copy(update={"published": published, "report": report})


def report_for_one(
    report: ReportConfig, published: Mapping[str, PublishedEntry], methods: Collection[str], label: str
) -> tuple[ReportConfig, dict[str, PublishedEntry]]:
    """What a study's report is for one of its data sets: tables of its own pairs, and its own values of papers.

    Args:
        report: the study's.
        published: values of papers.
        methods: labels of the data set's methods.
        label: the data set's.
    """
    own: dict[str, PublishedEntry] = {
        name: entry.model_copy(update={"dataset": ""})
        for name, entry in published.items()
        if entry.dataset in ("", label)
    }
    known = {*own, *methods}
    tables = tuple(
        _table_for_one(table, known) for table in report.tables if table.datasets is None or label in table.datasets
    )
    return report.model_copy(update={"tables": tables or (TableConfig(),)}), own


def _table_for_one(table: TableConfig, known: Collection[str]) -> TableConfig:
    """A table of a study without what needs several data sets or partitions, or what this one may lack.

    Args:
        table: the study's.
        known: the methods of this data set, and those of which papers print values for it.
    """
    plain: dict[str, Any] = {"by": "dataset", "average": (), "aggregate": "none", "spread": "none", "datasets": None}
    conditions = table.conditions if table.conditions in ("none", "all") else "none"
    rows = {
        heading: kept
        for heading, labels in (table.rows or {}).items()
        if (kept := [name for name in labels if name in known])
    }
    return table.model_copy(update={**plain, "conditions": conditions, "rows": rows or None})
