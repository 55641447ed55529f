"""A protocol: all choices behind a table's numbers, and what a cell would be under them. Pure functions over ``values``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmark.audit import spellings as words
from benchmark.audit.matching import AuditedCell
from benchmark.audit.meanings import Subset
from benchmark.audit.numbers import Cut, agrees
from benchmark.audit.values import PAIRS, VARIANTS, Basis, ScoreValues

Sign = Literal["signed", "magnitude", "oriented"]
DIRECT, WEIGHTED = "direct average", "weighted average"


@dataclass(frozen=True, slots=True)
class Choice:
    """How one statistic is computed and printed: the same in all rows and groups."""

    variant: str
    sign: Sign = "signed"
    scale: int = 1


@dataclass(frozen=True, slots=True)
class TableProtocol:
    """The choices behind a table.

    Attributes:
        bases: label and averaging of each group, by its printed name.
        choices: variant, sign and scale of each statistic.
        cut: whether numbers are rounded or truncated.
        digits: after the decimal mark, of each table and statistic.
        directions: +1 or -1 for columns of scores whose direction was given; used by ``oriented``.
        parts: the groups that an average group averages, by its printed name.
    """

    bases: Mapping[str, Basis]
    choices: Mapping[str, Choice]
    cut: Cut
    digits: Mapping[tuple[int, str], int]
    directions: Mapping[str, int]
    parts: Mapping[str, tuple[Subset, ...]]

    def of(self, cell: AuditedCell) -> str:
        """The choices behind one cell, in words."""
        basis, choice = self.bases.get(cell.subset.name, Basis("")), self.choices[cell.statistic]
        words_ = [str(basis), choice.variant, choice.sign if cell.statistic in words.CORRELATIONS else "", self.cut]
        return ", ".join([*filter(None, words_), *(["percent"] if choice.scale == 100 else [])])

    def digits_of(self, cell: AuditedCell) -> int:
        """Digits after the decimal mark that the table prints of this statistic."""
        return self.digits[cell.printed.table, cell.statistic]

    def with_basis(self, name: str, basis: Basis) -> TableProtocol:
        """The same with another basis of one group."""
        return replace(self, bases={**self.bases, name: basis})

    def with_choice(self, statistic: str, choice: Choice) -> TableProtocol:
        """The same with another choice for one statistic."""
        return replace(self, choices={**self.choices, statistic: choice})


def value(cell: AuditedCell, protocol: TableProtocol, values: ScoreValues, subset: Subset | None = None) -> float:
    """What a cell would be, in the unit of the table (percent or not); NaN where undefined."""
    subset = subset or cell.subset
    choice = protocol.choices[cell.statistic]
    basis = protocol.bases.get(subset.name)
    if basis is None:
        return float("nan")
    if basis.averaging in {DIRECT, WEIGHTED}:
        parts = protocol.parts.get(subset.name, ())
        found = [value(cell, protocol, values, part) for part in parts]
        weights = [1.0 if basis.averaging == DIRECT else _count(part, cell, protocol) for part in parts]
        return float(np.average(found, weights=weights)) if found and all(np.isfinite(found)) else float("nan")
    column = cell.column if subset is cell.subset else _column(cell, subset)
    plain = values.value(subset, basis, column, cell.statistic, choice.variant)
    return turned(plain, cell.statistic, basis, choice, protocol.directions.get(column)) * choice.scale


def turned(plain: float, statistic: str, basis: Basis, choice: Choice, direction: int | None) -> float:
    """A value with the sign that a table prints."""
    if statistic in words.LOWER_BETTER or (statistic == "plcc" and choice.variant != "raw"):
        return plain
    middle = 0.5 if statistic == "pair_accuracy" else 0.0
    signed = (plain - middle) * (-1 if basis.reversed else 1)
    if choice.sign == "magnitude":
        signed = abs(signed)
    elif choice.sign == "oriented":
        signed = signed * direction if direction is not None else float("nan")
    return signed + middle


def _column(cell: AuditedCell, subset: Subset) -> str:
    """The column of the cell's method in another group's file."""
    if subset.file is None:
        return ""
    return (cell.column if cell.column in subset.file.numbers else subset.file.column(cell.method)) or ""


def _count(subset: Subset, cell: AuditedCell, protocol: TableProtocol) -> float:
    return float(subset.rows.sum()) if subset.rows is not None else float("nan")


def follows(cell: AuditedCell, protocol: TableProtocol, values: ScoreValues) -> bool:
    """Whether a cell agrees at the digits of its table; one printed with fewer does so with zeros that were dropped."""
    return agrees_with(cell, value(cell, protocol, values), protocol)


def agrees_with(cell: AuditedCell, computed: float, protocol: TableProtocol) -> bool:
    """The same for a given value."""
    digits = max(protocol.digits_of(cell), cell.printed.number.digits)
    return agrees(computed, cell.printed.number.value, digits, protocol.cut)


def usual_digits(cells: Sequence[AuditedCell]) -> dict[tuple[int, str], int]:
    """The digits that most numbers of a table and statistic have; of two as frequent, the more."""
    counts: dict[tuple[int, str], Counter[int]] = {}
    for cell in cells:
        counts.setdefault((cell.printed.table, cell.statistic), Counter())[cell.printed.number.digits] += 1
    return {key: max((often, digits) for digits, often in counter.items())[1] for key, counter in counts.items()}


def usual_scales(cells: Sequence[AuditedCell]) -> dict[str, int]:
    """100 for statistics printed in percent: most numbers have the sign, or are larger than a share can be."""
    scales = {}
    for statistic in dict.fromkeys(cell.statistic for cell in cells):
        own = [cell.printed.number for cell in cells if cell.statistic == statistic]
        large = sum(
            1 for number in own if number.percent or (statistic not in {"rmse", "mae"} and abs(number.value) > 1.0)
        )
        scales[statistic] = 100 if large > len(own) / 2 else 1
    return scales


def usual(
    cells: Sequence[AuditedCell], directions: Mapping[str, int], parts: Mapping[str, tuple[Subset, ...]]
) -> TableProtocol:
    """The plainest choices: the first variant of each statistic, signed, rounded; without bases."""
    scales = usual_scales(cells)
    chosen = {cell.statistic for cell in cells if cell.subset.file is not None and cell.subset.file.choices}
    first = {name: "choices" if name == "pair_accuracy" and name in chosen else VARIANTS[name][0] for name in scales}
    choices = {name: Choice(first[name], "signed", scale) for name, scale in scales.items()}
    return TableProtocol({}, choices, "rounded", usual_digits(cells), directions, parts)


def plainness(basis: Basis) -> tuple[bool, bool]:
    """Sorts the plainer basis first."""
    return (basis.averaging != PAIRS, basis.reversed)
