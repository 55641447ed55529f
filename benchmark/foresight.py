"""What would be found out after scoring, found before it: tables of what is not there, closed folders.

Pandas. Neighbours: ``pipeline`` and ``outcome`` refuse what is found here, ``checking`` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from benchmark import places, weights
from benchmark.config import ReportConfig, StatisticsConfig
from benchmark.config_file import KeyPath, Source
from benchmark.contracts import Method, ScoreSource
from benchmark.errors import ConfigError, Problem
from benchmark.evaluation import check_resolution
from benchmark.statistics import compiled
from benchmark.statistics.settings import StatisticsSettings
from benchmark.words import did_you_mean


def refuse_tables(
    report: ReportConfig,
    scores: pd.DataFrame,
    labels: Iterable[str],
    published: Iterable[str],
    source: Source,
    *,
    rows: bool = True,
) -> None:
    """Refuse tables that ask for what the scores will not have.

    Args:
        report: the tables.
        scores: the pairs that are scored: ``dataset``, ``split`` and ``condition``.
        labels: of all methods, those too that are left out of this run.
        published: methods with values of a paper.
        source: names places.
        rows: whether rows are looked at; an earlier run's record keeps the rows of methods that were left out.

    Raises:
        ConfigError: names the table's key and the nearest right word.
    """
    methods = [*labels, *published]
    for index, table in enumerate(report.tables):
        at: KeyPath = ("report", "tables", index)
        for heading, wanted in (table.rows or {}).items() if rows else ():
            _refuse(wanted, methods, (*at, "rows", heading), "no method", source)
        if not isinstance(table.conditions, str):
            _refuse(table.conditions, _present(scores, "condition"), (*at, "conditions"), "no condition", source)
        for key, column in (("splits", "split"), ("datasets", "dataset")):
            named, there = getattr(table, key), _present(scores, column)
            if named and not set(named) & set(there):  # one of several runs side by side may bring the others
                _refuse(named[:1], there, (*at, key), f"no {column}", source)


def _present(scores: pd.DataFrame, column: str) -> list[str]:
    return [str(name) for name in dict.fromkeys(scores[column]) if name and name == name]  # noqa: PLR0124 - NaN


def _refuse(wanted: Sequence[str], known: Sequence[str], path: KeyPath, what: str, source: Source) -> None:
    unknown = [name for name in wanted if name not in known]
    if unknown:
        some = ", ".join(known[:12]) + (", …" if len(known) > 12 else "") or "none"
        near = did_you_mean(unknown[0], known) or f" (there are: {some})"
        raise ConfigError(f"{source.named(path)}: {what} {unknown[0]!r} is scored here{near}")


def refuse_tests(statistics: StatisticsConfig, scores: pd.DataFrame, methods: int) -> None:
    """Refuse a correction of tests that so few replicates can't resolve.

    Raises:
        ConfigError: says how many are needed.
    """
    check_resolution(scores, methods, StatisticsSettings(**statistics.model_dump()))


def refuse_output(output: Path, source: Source) -> None:
    """Refuse a folder that a run's files can't be written to.

    Raises:
        ConfigError: says which, and what to do.
    """
    reason = places.why_no_output(output)
    if reason:
        named = source.named(("output",)) if "output" in source.values else "output"
        raise ConfigError(f"{named}: {reason}; name another folder (--output)")


def closed_folders(output: Path, methods: Iterable[Method | None], weights_dir: Path | None) -> Iterator[Problem]:
    """Folders that a run would write to and can't."""
    reason = places.why_no_output(output)
    if reason:
        yield Problem("error", f"{reason}; name another folder (--output)", "output")
    for method in methods:
        for weight in method.weights() if method is not None and not isinstance(method, ScoreSource) else ():
            reason = places.why_not_writable(weights.home(weight).parent)
            if reason and weights.locate(weight, weights_dir) is None:
                yield Problem(
                    "warning", f"{reason}: {weight.name} can't be downloaded; set TORCH_HOME and HF_HOME", "weights"
                )
    reason = places.why_not_writable(compiled.users_cache())
    if reason:
        folder = compiled.private_folder()
        instead = f"is kept in {folder}" if folder else "is made anew in each process"
        yield Problem("note", f"{reason}: what numba compiles {instead}", "home")
