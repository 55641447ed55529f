"""Refuses cross-data-set tables that a study can't fill, before anything is read. Pydantic only.

Such a table (`kind: cross`) shows methods that the study trains, against the data sets that they are tested on.
"""

from __future__ import annotations

from collections.abc import Collection

from benchmark.config.printing import ReportConfig
from benchmark.config.source import KeyPath, Source
from benchmark.core.errors import ConfigError
from benchmark.core.words import did_you_mean

RECORD = ".json"
"""The end of the name of an earlier run's record, whose tables may name methods that were left out of it."""


def refuse_cross(report: ReportConfig, source: Source, trained: Collection[str], others: Collection[str]) -> None:
    """Refuse cross tables of a study that trains nothing, or with rows that there are not.

    Args:
        report: the tables.
        source: the configuration.
        trained: labels of the methods that the study trains.
        others: labels of its other methods.

    Raises:
        ConfigError: names the table's key and says what it needs.
    """
    for place, table in enumerate(report.tables):
        if table.kind != "cross" or source.name.endswith(RECORD):
            continue
        path: KeyPath = ("report", "tables", place)
        if not trained:
            raise ConfigError(
                f"{source.named((*path, 'kind'))}: a cross table shows methods that the study trains, and it trains none"
            )
        known = [*trained, *others]
        for heading, labels in (table.rows or {}).items():
            unknown = next((label for label in labels if label not in known), None)
            if unknown is not None:
                near = did_you_mean(unknown, known) or f" (they are {', '.join(known)})"
                where = source.named((*path, "rows", heading) if heading else (*path, "rows"))
                raise ConfigError(f"{where}: no method of this study is called {unknown!r}{near}")
        if table.rows is not None and not {name for labels in table.rows.values() for name in labels} & {*trained}:
            raise ConfigError(
                f"{source.named((*path, 'rows'))}: `rows` are all rows of the table, and none of these is trained by the "
                f"study: name some of {', '.join(trained)} beside them"
            )
