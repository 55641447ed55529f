"""Studies of several tables of scores: what each table has of the study's keys, and whether it fits. Pydantic only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmark.config.cross_rows import refuse_cross
from benchmark.config.printing import PublishedEntry, ReportConfig
from benchmark.config.protocol import Protocol
from benchmark.config.score_tables import LABELS, TableEntry, TableMethod, TableStudyKeys
from benchmark.config.source import KeyPath, Source, parse
from benchmark.config.study import refuse_needless, refuse_unknown_data, report_for_one
from benchmark.core.errors import ConfigError
from benchmark.core.file_names import file_stems
from benchmark.core.pair_columns import LIMITS, SCORE_KEYS
from benchmark.core.words import did_you_mean


@dataclass(frozen=True, slots=True)
class TablePart:
    """One table of a study.

    Attributes:
        label: what it is called.
        folder: name of the folder of its results.
        place: its place in the list.
        entry: its keys.
        columns: its columns of scores.
        joined: labels of the methods in its further files of scores; ``None`` where these can't be read.
        lower_better: those of both in which lower means better.
        learners: its plug-ins that learn, by the key where each is written.
        report: the tables that make sense for it alone.
        published: values of papers for it.
    """

    label: str
    folder: str
    place: int
    entry: TableEntry
    columns: tuple[str, ...]
    joined: tuple[str, ...] | None
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


JoinedLabels = Callable[[int, TableEntry], tuple[str, ...] | None]
"""The labels of the methods in a table's files of scores, by its place and entry; ``None`` where they can't be read."""


def table_study_of(source: Source, joined_labels: JoinedLabels) -> TableStudy:
    """A study of tables, checked as a whole.

    Args:
        source: the configuration as read.
        joined_labels: what the methods in further files of scores are called.

    Raises:
        ConfigError: names file, line and key.
    """
    keys = parse(TableStudyKeys, source)
    stems = file_stems(entry.shown for entry in keys.tables)
    parts = tuple(
        _part(keys, entry, place, stems[entry.shown], joined_labels(place, entry) if entry.scores else (), source)
        for place, entry in enumerate(keys.tables)
    )
    refuse_unknown_data(keys.report, keys.published, [part.label for part in parts], source)
    refuse_needless(keys.report, source, len(parts), divided=keys.protocol.form != "published")
    if all(part.joined is not None for part in parts):  # a file that can't be read may hold any name
        _refuse_unknown_rows(keys, parts, source)
        _refuse_cross_rows(keys, parts, source)
        _refuse_unknown_directions(keys, parts, source)
    return TableStudy(keys, parts, keys.protocol)


def _part(
    keys: TableStudyKeys,
    entry: TableEntry,
    place: int,
    folder: str,
    joined: tuple[str, ...] | None,
    source: Source,
) -> TablePart:
    """One table of a study, checked.

    Args:
        keys: the study's keys.
        entry: the table's.
        place: its place in the list.
        folder: name of the folder of its results.
        joined: labels of the methods in its files of scores; ``None`` where they can't be read.
        source: the configuration as read.
    """
    own = entry.methods is not None
    methods = entry.methods if entry.methods is not None else keys.methods
    path: KeyPath = ("tables", place, "methods") if own else ("methods",)
    if not methods and entry.partitions is None and not entry.scores:
        raise ConfigError(f"{source.named(path)}: name at least one method: a column of scores")
    _refuse_names(methods, source.named(path))
    learners = {(*path, at): method for at, method in enumerate(methods) if method.learns}
    for key, method in learners.items():
        _refuse_learner(method, entry, keys.protocol, source.named(key))
        _refuse_features(method, entry, source.named((*key, "features")))
    if entry.partitions is not None:
        _refuse_partitions(entry, keys.protocol, source.named(("tables", place, "partitions")))
    _refuse_scores(entry, joined or (), [method.shown for method in learners.values()], place, source)
    columns = tuple(method.name for method in methods if not method.learns)
    known = (*columns, *(joined or ()))
    lower = tuple(name for name in keys.lower_better if name in known)
    if "lower_better" in entry.model_fields_set:
        lower = entry.lower_better
        unknown = next((name for name in lower if name not in known), None)
        if unknown is not None and joined is not None:
            where = source.named(("tables", place, "lower_better"))
            raise ConfigError(f"{where}: {unknown!r} is not among the methods{did_you_mean(unknown, known)}")
    report, published = report_for_one(keys.report, keys.published, known, entry.shown)
    return TablePart(entry.shown, folder, place, entry, columns, joined, lower, learners, report, published)


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


def _refuse_scores(
    entry: TableEntry, joined: Sequence[str], learners: Sequence[str], place: int, source: Source
) -> None:
    """Refuse further scores of choices, and those that would be called like a method that learns."""
    where = source.named(("tables", place, "scores"))
    if entry.scores and entry.choices:
        raise ConfigError(f"{where}: scores of single images; choices have a column of scores for each of two images")
    twice = next((label for label in joined if label in learners), None)
    if twice is not None:
        raise ConfigError(
            f"{where}: {twice!r} is also a method that learns; put a `label` before the columns of the file"
        )


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
    known = dict.fromkeys(name for part in parts for name in (*part.columns, *(part.joined or ())))
    known |= dict.fromkeys(method.shown for part in parts for method in part.learners.values())
    for place, table in enumerate(keys.report.tables):
        for heading, labels in (table.rows or {}).items():
            _refuse_unknown(labels, (*known, *keys.published), ("report", "tables", place, "rows", heading), source)


def _refuse_cross_rows(keys: TableStudyKeys, parts: Sequence[TablePart], source: Source) -> None:
    learned = dict.fromkeys(method.shown for part in parts for method in part.learners.values())
    plain = dict.fromkeys(name for part in parts for name in (*part.columns, *(part.joined or ())))
    if all(part.entry.partitions is None for part in parts):  # else a file has the names of further ones
        refuse_cross(keys.report, source, list(learned), list(plain))


def _refuse_unknown_directions(keys: TableStudyKeys, parts: Sequence[TablePart], source: Source) -> None:
    every = dict.fromkeys(name for part in parts for name in (*part.columns, *(part.joined or ())))
    _refuse_unknown(keys.lower_better, tuple(every), ("lower_better",), source)


def _refuse_unknown(names: Sequence[str], known: Sequence[str], path: KeyPath, source: Source) -> None:
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        near = did_you_mean(unknown, known) or f" (they are {', '.join(known[:12])})"
        raise ConfigError(f"{source.named(path)}: no method of this study is called {unknown!r}{near}")
