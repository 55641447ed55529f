"""The keys that say how a table of scores is read, and studies of several such tables. Pydantic and YAML.

``evaluate`` takes them as options for one table, or in a configuration for several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, model_validator

from benchmark.config import yaml_text
from benchmark.config.cross_rows import refuse_cross
from benchmark.config.models import PluginEntry, StatisticsConfig, as_entry
from benchmark.config.printing import PublishedEntry, ReportConfig
from benchmark.config.protocol import Protocol, WrittenProtocol
from benchmark.config.sections import Section
from benchmark.config.source import KeyPath, Source, parse
from benchmark.config.study import PUBLISHED, label_fault, refuse_needless, refuse_unknown_data, report_for_one
from benchmark.core.errors import ConfigError
from benchmark.core.file_names import file_stems
from benchmark.core.pair_columns import LIMITS, SCORE_KEYS
from benchmark.core.words import did_you_mean

OF_OPINIONS = ("mos", "mos_sd", "observers", "mos_low", "mos_high", "lower_mos_better")
LABELS = ("mos", "mos_sd", "observers", "mos_low", "mos_high")
OF_CHOICES = ("preference", "votes", "votes_first", "votes_second", "first", "second")


class TableKeys(Section):
    """Columns by heading, without blanks around it; their directions; how the table is read."""

    mos: str | None = None
    """Column of labels; required without `choices`."""
    lower_better: tuple[str, ...] = ()
    """Those methods in which lower means better."""
    lower_mos_better: bool = False
    """Whether lower labels mean better quality."""
    reference: str | None = None
    """Column of references; by default the first with one of the usual names."""
    cluster: str | None = None
    """Column of what is resampled and divided, when it is not the reference (for instance the patient)."""
    condition: str | None = None
    """Column of the enhancement algorithm or distortion."""
    mos_sd: str | None = None
    """Column of the labels' standard deviation."""
    observers: str | None = None
    """Column of the number of observers."""
    mos_low: str | None = None
    """Column of the labels' lower 95 % limits."""
    mos_high: str | None = None
    """Column of the labels' upper limits."""
    choices: bool = False
    """Whether a row is a choice between two images (2AFC)."""
    preference: str | None = None
    """Choices: column of the share of the votes for the second image."""
    votes: str | None = None
    """Choices: column of the number of votes."""
    votes_first: str | None = None
    """Choices, instead of both: column of the votes for the first image."""
    votes_second: str | None = None
    """Choices, instead of both: column of the votes for the second image."""
    first: str | None = None
    """Choices: columns of the first image's scores, with `{}` for the method: `{}_p0`."""
    second: str | None = None
    """Choices: columns of the second image's scores."""
    sheet: str = ""
    """Sheet of a workbook; by default the one that has the columns."""


def misfit(keys: TableKeys, named: Callable[[str], str], aside: str = "") -> str:
    """What is wrong with keys of opinions beside ``choices``, and the other way round; empty if nothing is.

    Args:
        keys: the keys.
        named: how a key is called where it was written.
        aside: a remark on how to write ``choices``.
    """
    return next(_misfits(keys, named, aside), "")


def _misfits(keys: TableKeys, named: Callable[[str], str], aside: str) -> Iterator[str]:
    other = OF_OPINIONS if keys.choices else OF_CHOICES
    for key in (key for key in other if getattr(keys, key) not in (None, False)):
        if keys.choices:
            yield f"{named(key)}: choices have no opinions of single pairs; leave it out, or {named('choices')}"
        else:
            yield f"{named(key)}: it goes with {named('choices')}{aside}"
    if keys.choices:
        if keys.first is None or keys.second is None:
            patterns = f"{named('first')} '{{}}_p0' {named('second')} '{{}}_p1'"
            yield f"{named('choices')}: name the two columns of scores of each method, as in {patterns}"
        return
    if (keys.mos_low is None) != (keys.mos_high is None):
        yield f"{named('mos_low')} and {named('mos_high')} go together: the columns of the labels' 95 % limits"
    if keys.mos is None:
        choices = f"{named('choices')}, where observers chose between two images"
        yield f"{named('mos')}: name the column of labels; or {choices}"


class ScoresEntry(Section):
    """A file of many methods' scores of the pairs of a table: each of its columns is a method, as in `scores-file`."""

    file: Path
    """The file: text, an Excel workbook or Parquet, with a column of image names."""
    columns: Literal["all"] | tuple[str, ...] = "all"
    """The columns that are methods; `all`: those of numbers that are no names, labels, counts, references or conditions."""
    lower_better: Literal["all"] | tuple[str, ...] = ()
    """Those in which lower means better, or `all`."""
    higher_better: Literal["all"] | tuple[str, ...] = ()
    """Those in which higher means better; without `lower_better`, lower is better in the others."""
    label: str | None = None
    """What stands before the names of the columns."""
    names: str | None = None
    """The column of image names, where it has none of the usual headings."""
    folder: str | None = None
    """The column of folders, where images of several folders have the same name."""
    source: str = ""
    """Where the file comes from, which tables say beside its name."""
    trained_on: str = "not declared"
    """The data that the methods were fitted to."""
    citation: str = ""
    """BibTeX entry, or one line."""
    decimal: Literal[",", "."] | None = None
    """The decimal mark of its numbers; by default detected where it is unambiguous."""


def as_scores(value: Any) -> Any:
    """A file of scores as people write it: its path, ``{file: …, columns: …}`` as text, or a mapping."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return yaml_text.load(value)
        except yaml.YAMLError:
            raise ValueError(f"{value!r} is no mapping: write {{file: scores.csv, columns: all}}") from None
    return {"file": value} if isinstance(value, (str, Path)) else value


WrittenScores = Annotated[ScoresEntry, BeforeValidator(as_scores)]


class TableMethod(PluginEntry):
    """A method of a study of tables: a column of scores, or with ``features`` a plug-in that learns from columns."""

    label: str | None = None
    """With `features`: what its row is called, by default its name."""
    features: tuple[str, ...] = ()
    """The columns from which a plug-in learns, anew in each partition."""

    @property
    def shown(self) -> str:
        """What its row is called."""
        return self.label or self.name

    @property
    def learns(self) -> bool:
        """Whether it is a plug-in that learns from columns, and no column itself."""
        return bool(self.features)

    @model_validator(mode="after")
    def _a_column_has_a_name_only(self) -> TableMethod:
        further = [key for key in ("label", *self.options) if key != "label" or self.label]
        if further and not self.features:
            raise ValueError(f"`{further[0]}`: a column has no options; a plug-in that learns names its `features`")
        return self


TableMethods = tuple[Annotated[TableMethod, BeforeValidator(as_entry)], ...]


class TableEntry(TableKeys):
    """A table of a study, with the keys of `evaluate`."""

    file: Path
    """The table: CSV, an Excel workbook or Parquet, one row a pair, or with `choices` a choice."""
    label: str | None = None
    """What its columns and its folder are called, by default the file's name without its ending."""
    methods: TableMethods | None = None
    """Its own methods, instead of the study's."""
    decimal: Literal[",", "."] | None = None
    """The decimal mark of its numbers; by default detected where it is unambiguous."""
    duplicates: Literal["refuse", "drop-identical"] = "refuse"
    """Rows that stand twice: refuse them, or keep the first of identical ones."""
    partitions: Path | None = None
    """Scores of methods that were trained anew for each partition: a `partitions.csv`."""

    @property
    def shown(self) -> str:
        """What it is called."""
        return self.label or self.file.stem

    @model_validator(mode="after")
    def _has_columns_of_one_kind(self) -> TableEntry:
        wrong = misfit(self, lambda key: f"`{key}`")
        if wrong:
            raise ValueError(wrong)
        return self


class TableStudyKeys(Section):
    """A configuration of ``evaluate``: several tables of scores side by side, without images."""

    tables: Annotated[tuple[TableEntry, ...], Field(min_length=1)]
    """The tables, each with the keys of `evaluate`."""
    methods: TableMethods = ()
    """Columns of scores in every table that does not name its own; and plug-ins that learn from columns."""
    lower_better: tuple[str, ...] = ()
    """Those of them in which lower means better, in every table that does not name its own."""
    protocol: WrittenProtocol = PUBLISHED
    """How each table is divided into partitions; by default not at all."""
    statistics: StatisticsConfig = StatisticsConfig()
    """How correlations are resampled and compared."""
    report: ReportConfig = ReportConfig()
    """Which tables and plots are written."""
    published: dict[str, PublishedEntry] = Field(default_factory=dict)
    """By label, values that a paper prints."""
    plugins: tuple[Path, ...] = ()
    """Further folders with `methods/`: code, which runs with your rights."""
    output: Path | None = None
    """Where everything is written; by default `results/` and the file's name."""

    @model_validator(mode="after")
    def _labels_differ(self) -> TableStudyKeys:
        fault = label_fault([entry.shown for entry in self.tables], "tables")
        if fault is not None:
            raise ValueError(fault[1])
        return self


@dataclass(frozen=True, slots=True)
class TablePart:
    """One table of a study.

    Attributes:
        label: what it is called.
        folder: name of the folder of its results.
        place: its place in the list.
        entry: its keys.
        columns: its columns of scores.
        lower_better: those in which lower means better.
        learners: its plug-ins that learn, by the key where each is written.
        report: the tables that make sense for it alone.
        published: values of papers for it.
    """

    label: str
    folder: str
    place: int
    entry: TableEntry
    columns: tuple[str, ...]
    lower_better: tuple[str, ...]
    learners: Mapping[KeyPath, TableMethod]
    report: ReportConfig
    published: Mapping[str, PublishedEntry]


@dataclass(frozen=True, slots=True)
class TableStudy:
    """A study of tables, checked as a whole.

    Attributes:
        keys: the configuration.
        parts: its tables.
        protocol: how each is divided.
    """

    keys: TableStudyKeys
    parts: tuple[TablePart, ...]
    protocol: Protocol


def table_study_of(source: Source) -> TableStudy:
    """A study of tables, checked as a whole.

    Raises:
        ConfigError: names file, line and key.
    """
    keys = parse(TableStudyKeys, source)
    stems = file_stems(entry.shown for entry in keys.tables)
    parts = tuple(_part(keys, entry, place, stems[entry.shown], source) for place, entry in enumerate(keys.tables))
    refuse_unknown_data(keys.report, keys.published, [part.label for part in parts], source)
    refuse_needless(keys.report, source, len(parts), divided=keys.protocol.form != "published")
    _refuse_unknown_rows(keys, parts, source)
    _refuse_cross_rows(keys, parts, source)
    _refuse_unknown_directions(keys, parts, source)
    return TableStudy(keys, parts, keys.protocol)


def _part(keys: TableStudyKeys, entry: TableEntry, place: int, folder: str, source: Source) -> TablePart:
    own = entry.methods is not None
    methods = entry.methods if entry.methods is not None else keys.methods
    path: KeyPath = ("tables", place, "methods") if own else ("methods",)
    if not methods and entry.partitions is None:
        raise ConfigError(f"{source.named(path)}: name at least one method: a column of scores")
    _refuse_names(methods, source.named(path))
    learners = {(*path, at): method for at, method in enumerate(methods) if method.learns}
    for key, method in learners.items():
        _refuse_learner(method, entry, keys.protocol, source.named(key))
        _refuse_features(method, entry, source.named((*key, "features")))
    if entry.partitions is not None:
        _refuse_partitions(entry, keys.protocol, source.named(("tables", place, "partitions")))
    columns = tuple(method.name for method in methods if not method.learns)
    lower = tuple(name for name in keys.lower_better if name in columns)
    if "lower_better" in entry.model_fields_set:
        lower = entry.lower_better
        unknown = next((name for name in lower if name not in columns), None)
        if unknown is not None:
            where = source.named(("tables", place, "lower_better"))
            raise ConfigError(f"{where}: {unknown!r} is not among the methods{did_you_mean(unknown, columns)}")
    report, published = report_for_one(keys.report, keys.published, columns, entry.shown)
    return TablePart(entry.shown, folder, place, entry, columns, lower, learners, report, published)


def _refuse_names(methods: Sequence[TableMethod], where: str) -> None:
    """Refuse names that stand twice, or are those of other columns of ``scores.csv``."""
    labels = [method.shown for method in methods]
    twice = next((label for at, label in enumerate(labels) if label in labels[:at]), None)
    if twice is not None:
        raise ConfigError(f"{where}: {twice!r} stands twice")
    taken = next((label for label in labels if label in (*SCORE_KEYS, *LIMITS)), None)
    if taken is not None:
        raise ConfigError(f"{where}: {taken!r} is the name of a column of scores.csv; rename it in the table")


def _refuse_learner(method: TableMethod, entry: TableEntry, protocol: Protocol, where: str) -> None:
    """Refuse a method that learns where there is nothing to learn from."""
    if protocol.form == "published":
        how = "protocol: {repeat: 10, test: 0.2}"
        raise ConfigError(f"{where}: {method.shown} learns anew in each partition: say how to divide, as in {how}")
    if entry.choices:
        raise ConfigError(f"{where}: {method.shown} learns from labels of pairs, and {entry.shown} has choices")


def _refuse_partitions(entry: TableEntry, protocol: Protocol, where: str) -> None:
    """Refuse scores by partition where there are no partitions, or no labels of pairs."""
    if protocol.form == "published":
        how = "protocol: {file: splits.json}"
        raise ConfigError(f"{where}: its scores are of partitions: say which, as in {how}")
    if entry.choices:
        raise ConfigError(f"{where}: its scores are of pairs, and {entry.shown} has choices")


def _refuse_features(method: TableMethod, entry: TableEntry, where: str) -> None:
    """Refuse features that are labels: tested labels are never given to a method that learns."""
    labels = [item.strip() for key in LABELS if isinstance(item := getattr(entry, key), str)]
    named = [name.strip() for name in method.features]
    known = next((name for name in named if name in labels), None)
    if known is not None:
        raise ConfigError(
            f"{where}: {known!r} holds labels of {entry.shown}: a method may not learn from those it predicts"
        )
    taken = next((name for name in named if name in (*SCORE_KEYS, *LIMITS)), None)
    if taken is not None:
        raise ConfigError(f"{where}: {taken!r} is the name of a column of scores.csv; rename it in the table")
    twice = next((name for at, name in enumerate(named) if name in named[:at]), None)
    if twice is not None:
        raise ConfigError(f"{where}: {twice!r} stands twice")


def _refuse_unknown_rows(keys: TableStudyKeys, parts: Sequence[TablePart], source: Source) -> None:
    known = dict.fromkeys(name for part in parts for name in part.columns)
    known |= dict.fromkeys(method.shown for part in parts for method in part.learners.values())
    for place, table in enumerate(keys.report.tables):
        for heading, labels in (table.rows or {}).items():
            _refuse_unknown(labels, (*known, *keys.published), ("report", "tables", place, "rows", heading), source)


def _refuse_cross_rows(keys: TableStudyKeys, parts: Sequence[TablePart], source: Source) -> None:
    learned = dict.fromkeys(method.shown for part in parts for method in part.learners.values())
    plain = dict.fromkeys(name for part in parts for name in part.columns)
    if all(part.entry.partitions is None for part in parts):  # else a file has the names of further ones
        refuse_cross(keys.report, source, list(learned), list(plain))


def _refuse_unknown_directions(keys: TableStudyKeys, parts: Sequence[TablePart], source: Source) -> None:
    every = dict.fromkeys(name for part in parts for name in part.columns)
    _refuse_unknown(keys.lower_better, tuple(every), ("lower_better",), source)


def _refuse_unknown(names: Sequence[str], known: Sequence[str], path: KeyPath, source: Source) -> None:
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        near = did_you_mean(unknown, known) or f" (they are {', '.join(known[:12])})"
        raise ConfigError(f"{source.named(path)}: no method of this study is called {unknown!r}{near}")
