"""Studies: several data sets, or several partitions of one, in one configuration. Pydantic only.

A study is taken apart into the configurations of its runs, one a data set, whose keys keep their lines in the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from benchmark.config.cross_rows import refuse_cross
from benchmark.config.models import DATA_KEYS, PluginEntry, RunConfig, as_entry
from benchmark.config.printing import PublishedEntry, ReportConfig, TableConfig
from benchmark.config.protocol import Protocol, WrittenProtocol
from benchmark.config.sections import Section
from benchmark.config.source import KeyPath, Source, parse
from benchmark.config.study_training import PlainConfig, TrainedMethod, any_trained, trained_of, without_trained
from benchmark.core.errors import ConfigError
from benchmark.core.file_names import file_stems
from benchmark.core.places import FILES, FOLDERS, OPTIONAL
from benchmark.core.words import did_you_mean
from benchmark.statistics.vocabulary import AVERAGES

KEYS = ("datasets", "protocol")
OWN_KEYS = (*KEYS, "checkpoints_dir")
"""The keys of the whole, which its data sets' runs don't have."""
TAKEN = {*FOLDERS, *FILES, *OPTIONAL, "histories", "thumbnails"}
"""What a data set's folder can't be called: the study's own files and folders."""
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
    checkpoints_dir: Path | None = None
    """With methods that are trained (`train_on`): where their checkpoints are, DATASET/PARTITION/LABEL/SEED/best.pt."""


def label_fault(labels: Sequence[str], noun: str) -> tuple[int, str] | None:
    """The first label that can't name columns and a folder beside the study's own: its place and why; ``None`` for none.

    Args:
        labels: of the data sets.
        noun: what they name, in messages.
    """
    stems = file_stems(labels)
    for place, label in enumerate(labels):
        if label in labels[:place]:
            return place, f"two {noun} are called {label!r}: give one of them a `label`"
        if label.casefold() in AVERAGES:
            return place, f"a data set can't be called {label!r}, like an average of data sets: give it another `label`"
        if not any(character.isalnum() for character in label):
            return place, f"a data set can't be called {label!r}, without a letter or digit: give it another `label`"
        if {label.casefold(), stems[label].casefold()} & TAKEN:
            return (
                place,
                f"a data set can't be called {label!r}, like a file or folder of results: give it another `label`",
            )
    return None


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
        trained: the methods that it trains.
        checkpoints_dir: where their checkpoints are, as written.
    """

    parts: tuple[StudyPart, ...]
    protocol: Protocol
    report: ReportConfig
    published: Mapping[str, PublishedEntry]
    trained: tuple[TrainedMethod, ...] = ()
    checkpoints_dir: Path | None = None


def is_study(source: Source) -> bool:
    """Whether a configuration has keys of a study."""
    return any(key in source.values for key in KEYS) or any_trained(source)


def study_of(source: Source) -> Study:
    """A study's configuration, checked as a whole.

    Raises:
        ConfigError: names file, line and key.
    """
    source = _as_list(source)
    _refuse_both(source)
    own = replace(source, values={key: source.values[key] for key in OWN_KEYS if key in source.values})
    keys = parse(StudyKeys, own)
    plain = without_trained(source)
    if keys.datasets is None:
        sources = {str(as_entry(source.values.get("dataset") or "").get("name", "")): _alone(plain)}
    else:
        labels = [entry.shown for entry in keys.datasets]
        fault = label_fault(labels, "data sets")
        if fault is not None:
            raise ConfigError(f"{source.named(('datasets', fault[0]))}: {fault[1]}")
        sources = {label: _one_of(plain, place) for place, label in enumerate(labels)}
    trained = trained_of(source, list(sources))
    model = PlainConfig if trained else RunConfig
    configs = {label: parse(model, part) for label, part in sources.items()}
    stems = file_stems(sources)
    first = next(iter(configs.values()))
    refuse_unknown_data(first.report, first.published, list(configs), source)
    refuse_needless(first.report, source, len(configs), divided=keys.protocol.form != "published")
    others = [entry.label or entry.name for entry in first.methods]
    refuse_cross(first.report, source, [name for method in trained for name in method.rows], others)
    parts = tuple(
        StudyPart(label, stems[label], sources[label], _for_one(config, label)) for label, config in configs.items()
    )
    return Study(parts, keys.protocol, first.report, first.published, trained, keys.checkpoints_dir)


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
    if report.pooling is not None:
        named += [(("report", "pooling", "shared"), name) for group in report.pooling.shared for name in group]
    named += [(("published", name, "dataset"), entry.dataset) for name, entry in published.items() if entry.dataset]
    for path, name in named:
        if name not in labels:
            near = did_you_mean(name, labels) or f" (they are {', '.join(labels)})"
            raise ConfigError(f"{source.named(path)}: no data set of this study is called {name!r}{near}")


def refuse_needless(report: ReportConfig, source: Source, datasets: int, *, divided: bool) -> None:
    """Refuse tables across data sets of a single one, or with medians or means over partitions that there are not.

    Args:
        report: the tables.
        source: the configuration.
        datasets: number of data sets.
        divided: whether a protocol divides them.

    Raises:
        ConfigError: names the table's key and says what it needs.
    """
    for place, table in enumerate(report.tables):
        path: KeyPath = ("report", "tables", place)
        if table.average and datasets < 2:
            raise ConfigError(f"{source.named((*path, 'average'))}: an average needs several data sets (`datasets:`)")
        if table.kind == "cross" and datasets < 2:
            raise ConfigError(f"{source.named((*path, 'kind'))}: a cross table needs several data sets (`datasets:`)")
        if table.aggregate != "none" and not divided:
            raise ConfigError(
                f"{source.named((*path, 'aggregate'))}: a {table.aggregate} over partitions needs a `protocol:` that makes "
                "some, such as {repeat: 10, test: 0.2}"
            )


def _as_list(source: Source) -> Source:
    """A single data set under ``datasets`` is a list of one."""
    given = source.values.get("datasets")
    if given is None or isinstance(given, list):
        return source
    lines = {("datasets", 0, *at[1:]) if at[:1] == ("datasets",) else at: line for at, line in source.lines.items()}
    return replace(source, values={**source.values, "datasets": [given]}, lines=lines)


def _refuse_both(source: Source) -> None:
    """Refuse ``dataset`` beside ``datasets``, and a study of no data set."""
    if "dataset" in source.values and source.values.get("datasets") is not None:
        raise ConfigError(
            f"{source.named(('dataset',))}: stands beside `datasets`: make it one of that list, or leave it out"
        )
    if source.values.get("dataset") is None and source.values.get("datasets") is None:
        raise ConfigError(f"{source.name}: no data set: name them under `datasets`, or one under `dataset`")


def _alone(source: Source) -> Source:
    return replace(source, values={key: item for key, item in source.values.items() if key not in OWN_KEYS})


def _one_of(source: Source, place: int) -> Source:
    """The configuration of the run of one of several data sets; its own keys count instead of those outside."""
    entry = as_entry(source.values["datasets"][place])
    own = {key: item for key, item in entry.items() if key != "label"}
    outside = {
        key: item
        for key, item in source.values.items()
        if key not in OWN_KEYS and not (key in DATA_KEYS and key in own)
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
        _table_for_one(table, known)
        for table in report.tables
        if (table.datasets is None or label in table.datasets) and table.kind != "cross"
    )
    return report.model_copy(update={"tables": tables or (TableConfig(),), "pooling": None}), own


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
