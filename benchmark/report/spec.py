"""Expands a configured table into its columns, by statistics, conditions, splits and data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmark.config.printing import ReportConfig, TableConfig
from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers, Scope, blocks, conditions_of, pairs_of
from benchmark.report.content import ReportData
from benchmark.statistics.catalogue import Level, find, usual
from benchmark.statistics.vocabulary import AVERAGES

KINDS = {"average": "direct", "weighted average": "weighted"}
"""What ``average`` in a table's configuration calls each average."""
LEVELS: tuple[Level, ...] = ("pair", "choice", "reference", "system")


@dataclass(frozen=True, slots=True)
class Column:
    """One statistic in one scope.

    Attributes:
        scope: what the numbers cover.
        statistic: its name in ``summary.csv``.
        place: data set, split or condition in words; empty where there is only one.
        group: heading over several columns: mostly the place; empty where there is none.
        title: heading of this column: mostly the statistic.
        higher: whether a higher value means a better method.
    """

    scope: Scope
    statistic: str
    place: str
    group: str
    title: str
    higher: bool

    @property
    def key(self) -> str:
        """The column's name in the CSV file, whatever the layout."""
        return f"{self.place}: {self.statistic}" if self.place else self.statistic

    @property
    def heading(self) -> str:
        """Place and statistic in words, as notes name a column."""
        title = naming.title(self.statistic)
        return f"{self.place}: {title}" if self.place else title


def table_blocks(data: ReportData, config: TableConfig) -> list[Block]:
    """The blocks that a table covers, in the order of the scores."""
    return [
        block
        for block in blocks(data)
        if (config.datasets is None or block.dataset in config.datasets)
        and (config.splits is None or block.split in config.splits)
    ]


def spell_out(data: ReportData, numbers: Numbers, config: TableConfig) -> list[Column]:
    """A table's columns; statistics for which no method has a value are left out.

    The AUCs exist only where labels carry their standard deviation, the outlier ratio where they carry that or their limits.
    """
    chosen = table_blocks(data, config)
    columns = [
        _column(scope, statistic, heading)
        for block in chosen
        for condition, heading in _parts(data, numbers, config, block, chosen)
        for statistic in columns_of(numbers, config, block)
        for scope in [scope_of(numbers, config, block, statistic, condition)]
    ]
    columns += _averages(numbers, config)
    known = [column for column in columns if _known(data, numbers, column)]
    return _by_statistic(known) if config.by == "statistic" and len({column.place for column in known}) > 1 else known


def _column(scope: Scope, statistic: str, place: str) -> Column:
    return Column(scope, statistic, place, place, naming.title(statistic), naming.higher_is_better(statistic))


def _averages(numbers: Numbers, config: TableConfig) -> list[Column]:
    """The columns of averages over data sets."""
    names = [name for name in AVERAGES if KINDS[name] in config.average]
    return [
        _column(scope_of(numbers, config, block, statistic, ""), statistic, AVERAGES[block.dataset])
        for block in (Block(name, "") for name in names)
        for statistic in columns_of(numbers, config, block)
    ]


def _by_statistic(columns: Sequence[Column]) -> list[Column]:
    """The same columns in groups of one statistic, each titled by its place."""
    order = list(dict.fromkeys(column.statistic for column in columns))
    return [
        replace(column, group=naming.title(statistic), title=column.place)
        for statistic in order
        for column in columns
        if column.statistic == statistic
    ]


def columns_of(numbers: Numbers, config: TableConfig, block: Block) -> tuple[str, ...]:
    """A table's statistics of a block: as configured, else the usual ones of its level."""
    if config.columns is not None:
        return config.columns
    level = config.level or numbers.headline(block)[0].level
    return usual("choice" if level == "choice" else "pair")


def scope_of(numbers: Numbers, config: TableConfig, block: Block, statistic: str, condition: str) -> Scope:
    """Where a column's numbers are: at the table's level, else at the first at which the statistic is computed."""
    headline = numbers.headline(block)[0].level
    possible = [level for level in (headline, *LEVELS) if level in find(statistic).levels]
    level: str = config.level or next(iter(possible), headline)
    if level == "range":
        return Scope(block, "range" if condition else "pair", condition)
    aggregate = "" if config.aggregate == "none" else config.aggregate
    if not condition:
        return Scope(block, level, aggregate=aggregate)
    return Scope(block, "choice" if level == "choice" else "condition", condition, aggregate)


def _known(data: ReportData, numbers: Numbers, column: Column) -> bool:
    estimates = (numbers.get(column.scope, method.label, column.statistic) for method in data.methods)
    return any(estimate is not None for estimate in estimates)


def _parts(
    data: ReportData, numbers: Numbers, config: TableConfig, block: Block, chosen: Sequence[Block]
) -> list[tuple[str, str]]:
    """The conditions of a block's columns, empty for all of them together, with their headings."""
    place = block.title(chosen) if len(chosen) > 1 else ""
    if config.level == "range":
        ranges = [scope.condition for scope in numbers.scopes("range") if scope.block == block]
        prefix = f"{place}: " if place else ""
        return [("", f"{prefix}all"), *((name, prefix + name) for name in dict.fromkeys(ranges))]
    if config.conditions == "none":
        return [("", place)]
    subsets = [scope.condition for scope in numbers.scopes("condition") if scope.block == block]
    named = [*conditions_of(pairs_of(data, block)), *numbers.groups_of_choices(block), *subsets]
    present = list(dict.fromkeys(named))
    wanted = present if config.conditions == "all" else [name for name in config.conditions if name in present]
    prefix = f"{place}: " if place else ""
    return [("", f"{prefix}all"), *((name, prefix + name) for name in wanted)]


def spelled_out(config: ReportConfig, *, choices: bool) -> ReportConfig:
    """A report's configuration with the columns and the level that tables of opinions have by default.

    Args:
        config: what was asked for.
        choices: whether there are choices between images, whose tables have other defaults.
    """
    if choices:
        return config
    tables = tuple(
        table.model_copy(update={"columns": table.columns or usual("pair"), "level": table.level or "pair"})
        for table in config.tables
    )
    return config.model_copy(update={"tables": tables})


def written_out(tables: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tables of a recorded configuration without columns that they have anyway."""
    usually = list(usual("pair"))
    return [{key: item for key, item in table.items() if (key, item) != ("columns", usually)} for table in tables]
