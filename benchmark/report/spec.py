"""Which table is wanted: the configuration's entry with its columns spelt out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from benchmark.config import TableConfig
from benchmark.report import names
from benchmark.report.blocks import Block, Numbers, Scope, blocks, conditions_of, pairs_of
from benchmark.report.data import ReportData


@dataclass(frozen=True, slots=True)
class Column:
    """One statistic in one scope.

    Attributes:
        scope: what the numbers are about.
        statistic: its name in ``summary.csv``.
        group: heading over several columns (data set, split, condition); empty where there is but one.
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


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table of the configuration (``report.tables``); fields as ``benchmark.config.TableConfig`` explains them."""

    name: str = "comparison"
    caption: str = ""
    label: str = ""
    rows: dict[str, list[str]] | None = None
    columns: tuple[str, ...] = ()
    interval: bool | str = True
    magnitude: bool = False
    digits: int = 3
    wide: str = "adjustbox"
    level: str = "pair"
    conditions: str | tuple[str, ...] = "none"
    datasets: tuple[str, ...] | None = None
    splits: tuple[str, ...] | None = None

    @classmethod
    def of(cls, config: TableConfig) -> TableSpec:
        """The configuration's entry."""
        values: dict[str, Any] = config.model_dump()
        return cls(**{item.name: values[item.name] for item in fields(cls) if item.name in values})

    def blocks(self, data: ReportData) -> list[Block]:
        """The blocks that the table is about, in the order of the scores."""
        return [
            block
            for block in blocks(data)
            if (self.datasets is None or block.dataset in self.datasets)
            and (self.splits is None or block.split in self.splits)
        ]

    def spell_out(self, data: ReportData, numbers: Numbers) -> list[Column]:
        """The table's columns; statistics that no method has a value of are left out.

        The outlier ratio and the AUCs exist only where labels carry their standard deviation.
        """
        chosen = self.blocks(data)
        columns = [
            Column(scope, statistic, heading, names.title(statistic), names.higher_is_better(statistic))
            for block in chosen
            for scope, heading in self._scopes(data, block, chosen)
            for statistic in self.columns
        ]
        known = {
            column
            for column in columns
            for method in data.methods
            if numbers.get(column.scope, method.label, column.statistic) is not None
        }
        return [column for column in columns if column in known]

    def _scopes(self, data: ReportData, block: Block, chosen: Sequence[Block]) -> list[tuple[Scope, str]]:
        """The scopes within a block with their headings."""
        place = block.title(chosen) if len(chosen) > 1 else ""
        whole = Scope(block, self.level)
        if self.conditions == "none":
            return [(whole, place)]
        present = conditions_of(pairs_of(data, block))
        wanted = present if self.conditions == "all" else [name for name in self.conditions if name in present]
        prefix = f"{place}: " if place else ""
        parts = [(Scope(block, "condition", name), prefix + name) for name in wanted]
        return [(whole, f"{prefix}all"), *parts]
