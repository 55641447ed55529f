"""Expands a configured table into its columns, by statistics, conditions, splits and data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.config.models import TableConfig
from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers, Scope, blocks, conditions_of, pairs_of
from benchmark.report.content import ReportData


@dataclass(frozen=True, slots=True)
class Column:
    """One statistic in one scope.

    Attributes:
        scope: what the numbers cover.
        statistic: its name in ``summary.csv``.
        group: heading over several columns (data set, split, condition); empty where there is only one.
        title: heading of this column.
        higher: whether a higher value means a better method.
    """

    scope: Scope
    statistic: str
    group: str
    title: str
    higher: bool

    @property
    def key(self) -> str:
        """The column's name in the CSV file."""
        return f"{self.group}: {self.statistic}" if self.group else self.statistic


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
        Column(scope, statistic, heading, naming.title(statistic), naming.higher_is_better(statistic))
        for block in chosen
        for scope, heading in _scopes(data, config, block, chosen)
        for statistic in config.columns
    ]
    return [column for column in columns if _known(data, numbers, column)]


def _known(data: ReportData, numbers: Numbers, column: Column) -> bool:
    estimates = (numbers.get(column.scope, method.label, column.statistic) for method in data.methods)
    return any(estimate is not None for estimate in estimates)


def _scopes(data: ReportData, config: TableConfig, block: Block, chosen: Sequence[Block]) -> list[tuple[Scope, str]]:
    """The scopes within a block with their headings."""
    place = block.title(chosen) if len(chosen) > 1 else ""
    whole = Scope(block, config.level)
    if config.conditions == "none":
        return [(whole, place)]
    present = conditions_of(pairs_of(data, block))
    wanted = present if config.conditions == "all" else [name for name in config.conditions if name in present]
    prefix = f"{place}: " if place else ""
    parts = [(Scope(block, "condition", name), prefix + name) for name in wanted]
    return [(whole, f"{prefix}all"), *parts]
