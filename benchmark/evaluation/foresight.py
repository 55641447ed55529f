"""Refuses before scoring what would fail after it: tables of what is not there, folders that can't be written. Pandas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from benchmark.config.models import StatisticsConfig
from benchmark.config.printing import PublishedEntry, ReportConfig, TableConfig
from benchmark.config.reference_analysis import ReferenceAnalysis
from benchmark.config.source import KeyPath, Source
from benchmark.core import places
from benchmark.core.errors import ConfigError, Problem
from benchmark.core.pair_columns import LIMITS
from benchmark.core.words import did_you_mean
from benchmark.evaluation.reference_parts import LABEL
from benchmark.evaluation.summarise import check_resolution
from benchmark.evaluation.tasks import FEWEST_CONDITIONS, has_opinions
from benchmark.plugins import contract_check, weights
from benchmark.plugins.contracts import Method, ScoreSource
from benchmark.statistics import compiled
from benchmark.statistics.catalogue import find, names
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.vocabulary import NOISE_CEILING, OBSERVERS


def refuse_tables(
    report: ReportConfig,
    scores: pd.DataFrame,
    labels: Iterable[str],
    published: Iterable[str],
    source: Source,
    *,
    rows: bool = True,
    choices: pd.DataFrame | None = None,
    statistics: StatisticsConfig | None = None,
) -> None:
    """Refuse tables that ask for what the scores will not contain.

    Args:
        report: the tables.
        scores: the pairs that are scored, with the columns of ``scores.csv`` except those of the methods.
        labels: labels of all methods, including those left out of this run.
        published: methods with values of a paper.
        source: the configuration as read, for messages.
        rows: whether to check rows; an earlier run's record keeps the rows of methods that were left out.
        choices: the choices that are scored (columns of ``choices.csv``).
        statistics: conditions taken together, and ranges of labels.

    Raises:
        ConfigError: a table asks for something missing; the message names its key and the nearest valid word.
    """
    labels, statistics = list(labels), statistics or StatisticsConfig()
    methods = [*labels, *published]
    _refuse_analysis(report.reference_quality, labels, source)
    for index, table in enumerate(report.tables):
        at: KeyPath = ("report", "tables", index)
        _refuse_columns(table, scores, choices, at, source, statistics.ranges)
        for heading, wanted in (table.rows or {}).items() if rows else ():
            _refuse(wanted, methods, (*at, "rows", heading), "no method", source)
        if not isinstance(table.conditions, str):
            there = [
                *_present(scores, "condition"),
                *statistics.subsets,
                *(_present(choices, "condition") if choices is not None else ()),
            ]
            _refuse(table.conditions, there, (*at, "conditions"), "no condition", source)
        for key, column in (("splits", "split"), ("datasets", "dataset")):
            named, there = getattr(table, key), _present(scores, column)
            if named and not set(named) & set(there):  # another of several runs side by side may have the others
                _refuse(named[:1], there, (*at, key), f"no {column}", source)


def _refuse_analysis(wanted: ReferenceAnalysis | None, labels: Sequence[str], source: Source) -> None:
    """Refuse an analysis by the reference's quality that names a method that is not there."""
    if wanted is None:
        return
    at: KeyPath = ("report", "reference_quality")
    if wanted.by:
        _refuse([wanted.by], [*labels, LABEL], (*at, "by"), "no method", source)
    for name, other in wanted.pristine.items():
        _refuse([name, other], labels, (*at, "pristine"), "no method", source)


def _refuse_columns(
    table: TableConfig, scores: pd.DataFrame, choices: pd.DataFrame | None, at: KeyPath, source: Source, ranges: int
) -> None:
    """Refuse statistics that are not computed at a table's level, and a level that these pairs don't have."""
    pairs = scores.groupby(["dataset", "split", "reference"], sort=False).size()
    conditions = scores[scores["condition"] != ""].groupby(["dataset", "split"], sort=False)["condition"].nunique()
    labelled = bool(scores["mos"].notna().any())
    lacking = {
        "pair": "" if labelled else "these pairs have no labels, but choices",
        "range": "no ranges of labels were asked for: set `statistics.ranges`" if not ranges else "",
        "reference": "" if labelled and pairs.max() >= 2 else "no reference has several labelled pairs",
        "system": ""
        if (conditions >= FEWEST_CONDITIONS).any()
        else f"there are fewer than {FEWEST_CONDITIONS} conditions",
        "choice": "" if choices is not None else "this data set has no choices between two images",
    }
    if table.level is not None and lacking[table.level]:
        raise ConfigError(f"{source.named((*at, 'level'))}: {lacking[table.level]}")
    for column in table.columns or ():
        _refuse_column(column, table, lacking, f"{source.named((*at, 'columns'))}: {column}")
        of_pairs = "choice" not in find(column).levels or labelled
        opinions = has_opinions(scores["mos_sd"].to_numpy(float), scores["observers"].to_numpy(float))
        limits = set(LIMITS) <= set(scores.columns) and bool(scores[list(LIMITS)].notna().any(axis=None))
        met = {"": True, "opinions": opinions, "label intervals": opinions or limits}
        if of_pairs and not met[find(column).needs]:
            raise ConfigError(
                f"{source.named((*at, 'columns'))}: {column} needs labels with their SD and number of observers"
                f"{', or with 95 % limits' if find(column).needs == 'label intervals' else ''}"
            )
        if find(column).needs and not of_pairs and choices is not None and not choices["votes"].notna().all():
            raise ConfigError(f"{source.named((*at, 'columns'))}: {column} needs the number of votes of each choice")


def _refuse_column(column: str, table: TableConfig, lacking: Mapping[str, str], where: str) -> None:
    """Refuse a statistic that is not computed at a table's level, or at none that this data set has."""
    levels = find(column).levels
    if table.level is not None and table.level not in levels:
        there = ", ".join(names(table.level))
        raise ConfigError(f"{where} is not computed at level {table.level} (there: {there})")
    reasons = [lacking[level] for level in lacking if level in levels]
    if table.level is None and all(reasons):
        raise ConfigError(f"{where} can't be computed: {reasons[0]}")


def refuse_observers(
    labels: Iterable[str], choices: pd.DataFrame | None, source: Source, *, noise_ceiling: bool = False
) -> None:
    """Refuse methods that are called like the rows of the observers of choices, or of the noise ceiling.

    Raises:
        ConfigError: the message names the label.
    """
    reached = {*(OBSERVERS if choices is not None else ()), *([NOISE_CEILING] if noise_ceiling else ())}
    taken = [label for label in labels if label in reached]
    if taken:
        raise ConfigError(
            f"{source.named(('methods',))}: {taken[0]!r} is the row of what observers reach; give the method another label"
        )


def refuse_subsets(statistics: StatisticsConfig, scores: pd.DataFrame, source: Source) -> None:
    """Refuse subsets of conditions that these pairs don't have, or that are called like one of them.

    Raises:
        ConfigError: the message names the subset and the nearest condition.
    """
    there = _present(scores, "condition")
    for name, some in statistics.subsets.items():
        _refuse(some, there, ("statistics", "subsets", name), "no condition", source)
        if name in there:
            raise ConfigError(
                f"{source.named(('statistics', 'subsets', name))}: {name!r} is a condition; take another name"
            )


def refuse_published(
    published: Mapping[str, PublishedEntry], pairs: pd.DataFrame, others: Iterable[str], source: Source
) -> None:
    """Refuse values of papers for an unknown data set or split, since no table would show them.

    Args:
        published: the values.
        pairs: all pairs, scored or not: ``dataset`` and ``split``.
        others: further data sets.
        source: the configuration as read, for messages.

    Raises:
        ConfigError: an entry is unknown; the message names its key and the nearest valid word.
    """
    here = _present(pairs, "dataset")
    for name, entry in published.items():
        if entry.dataset:
            known = list(dict.fromkeys([*here, *others]))
            _refuse([entry.dataset], known, ("published", name, "dataset"), "no data set", source, doing="known")
        if entry.split and entry.dataset in ("", *here):
            its = pairs[pairs["dataset"] == entry.dataset] if entry.dataset else pairs
            splits = _present(its, "split")
            _refuse([entry.split], splits, ("published", name, "split"), "no split", source, doing="in this data set")


def _present(scores: pd.DataFrame, column: str) -> list[str]:
    return [str(name) for name in dict.fromkeys(scores[column]) if name and name == name]  # noqa: PLR0124 - NaN


def _refuse(
    wanted: Sequence[str], known: Sequence[str], path: KeyPath, what: str, source: Source, doing: str = "scored here"
) -> None:
    unknown = [name for name in wanted if name not in known]
    if unknown:
        some = ", ".join(known[:12]) + (", …" if len(known) > 12 else "") or "none"
        near = did_you_mean(unknown[0], known) or f" (there are: {some})"
        raise ConfigError(f"{source.named(path)}: {what} {unknown[0]!r} is {doing}{near}")


def refuse_tests(
    statistics: StatisticsConfig, scores: pd.DataFrame, methods: Sequence[str], others: Sequence[str] = ()
) -> None:
    """Refuse a baseline that is not a method, and a correction of tests that needs more replicates.

    ``others`` are methods of the configuration that are left out of this run.

    Raises:
        ConfigError: the message names the methods, or the number of replicates needed.
    """
    known = [*methods, *others]
    if statistics.baseline and statistics.baseline not in known:
        near = did_you_mean(statistics.baseline, known) or f"; they are {', '.join(known[:12])}"
        raise ConfigError(f"statistics.baseline: no method {statistics.baseline!r}{near}")
    check_resolution(scores, len(methods), StatisticsSettings(**statistics.model_dump()))


def refuse_output(output: Path, source: Source) -> None:
    """Refuse a folder that a run's files can't be written to.

    Raises:
        ConfigError: the message names the folder, and what to do.
    """
    lacking = places.why_no_temporary()
    if lacking:
        raise ConfigError(lacking)
    reason = places.why_no_output(output)
    if reason:
        named = source.named(("output",)) if "output" in source.values else "output"
        raise ConfigError(f"{named}: {reason}; name another folder (--output)")


def refuse_weights_dir(folder: Path | None, methods: Iterable[Method | None], source: Source) -> None:
    """Refuse a missing folder of weights where a method needs weights, which would then come from another place.

    Raises:
        ConfigError: the message names the folder, and what to do.
    """
    if folder is None or folder.is_dir():
        return
    if any(contract_check.weights_of(method) for method in methods if method is not None):
        raise ConfigError(
            f"{source.named(('weights_dir',))}: {folder} is no folder; `efid-bench weights CONFIG --to DIR` makes one"
        )


def closed_folders(output: Path, methods: Iterable[Method | None], weights_dir: Path | None) -> Iterator[Problem]:
    """A problem for each folder that a run would write to and can't."""
    lacking = places.why_no_temporary()
    if lacking:
        yield Problem("error", lacking)
    reason = places.why_no_output(output)
    if reason:
        yield Problem("error", f"{reason}; name another folder (--output)", "output")
    for method in methods:
        for weight in method.weights() if method is not None and not isinstance(method, ScoreSource) else ():
            reason = places.why_not_writable(weights.cache_folder(weight))
            if reason and weights.locate(weight, weights_dir) is None:
                yield Problem(
                    "warning", f"{reason}: {weight.name} can't be downloaded; set TORCH_HOME and HF_HOME", "weights"
                )
    reason = places.why_not_writable(compiled.users_cache())
    if reason:
        folder = compiled.private_folder()
        instead = f"is kept in {folder}" if folder else "is made anew in each process"
        yield Problem("note", f"{reason}: what numba compiles {instead}", "home")
